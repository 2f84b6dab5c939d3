"""Renaming touches identifiers and dates, and nothing else."""

from datetime import date

from labs.case_study.names import ORIGINAL, Names

NAMES = Names(words={"shop": "store", "revenue": "Paid"}, shift_days=3)


def test_sql_is_renamed_outside_of_strings_and_comments() -> None:
    statement = """select "revenue", data ->> 'revenue' from shop.x -- revenue of the shop"""
    assert NAMES.sql(statement) == (
        """select "Paid", data ->> 'revenue' from "store".x -- revenue of the shop"""
    )


def test_parameters_keep_their_names() -> None:
    assert NAMES.sql("select %(revenue)s, {{ revenue }}") == "select %(revenue)s, {{ revenue }}"


def test_a_word_inside_another_is_left_alone() -> None:
    assert NAMES.sql("select revenues, shop_revenue") == "select revenues, shop_revenue"


def test_plain_text_is_renamed_without_quotes() -> None:
    assert NAMES.plain("relation: shop.orders # revenue") == "relation: store.orders # Paid"


def test_dates_move() -> None:
    assert NAMES.day(date(2024, 2, 27)) == date(2024, 3, 1)
    assert NAMES.timestamp("2024-02-27T23:59:59.999Z") == "2024-03-01T23:59:59.999Z"
    assert NAMES.event_data('{"id":"ORD-20240227-123"}') == '{"id":"ORD-20240301-123"}'


def test_what_is_not_a_time_stays_to_be_found() -> None:
    assert NAMES.timestamp("yesterday") == "yesterday"


def test_the_original_is_unchanged() -> None:
    assert ORIGINAL.sql("select revenue from shop.x") == "select revenue from shop.x"
    assert ORIGINAL.timestamp("2024-02-27T23:59:59.999Z") == "2024-02-27T23:59:59.999Z"
