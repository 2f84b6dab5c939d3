"""The shop's pipeline does in both modes what it says, and no name or date of it matters."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import psycopg2
import pytest

from labs.case_study.loader import Mode, load_day
from labs.case_study.names import COPY, ORIGINAL, Names
from labs.case_study.pipeline import build_models
from tests.conftest import execute
from tests.database.case_study.conftest import Shop

pytestmark = pytest.mark.campaign
Open = Callable[[Mode, Names], Shop]

FILE = ["client_id", "page_url", "referrer", "timestamp", "event_name", "event_data", "user_agent"]

DAILY = """
select event_date, events, users, sessions, orders, revenue, add_to_cart_users, checkout_users,
    purchase_users, attributed_orders_first_click, attributed_revenue_first_click,
    attributed_orders_last_click, attributed_revenue_last_click
from shop.daily_metrics order by event_date
"""

UNDATED = (
    "select file_name ~ '^events_\\d{8}.csv.gz$', rows_read, rows_quarantined"
    " from shop.pipeline_logs order by run_timestamp",
    "select event_name, count(*) from shop.quarantine group by 1 order by 1",
    "select events, count(*) from shop.dim_users group by 1 order by 1",
    "select channel, events, purchases, count(*) from shop.fct_sessions"
    " group by 1, 2, 3 order by 1, 2, 3",
    "select revenue, item_count, session_id is null from shop.fct_orders order by order_ts",
    "select item_id, quantity, item_price from shop.fct_order_items order by item_key",
    "select first_click_channel, last_click_channel, is_tracked, revenue"
    " from shop.fct_order_attribution order by order_ts",
)

ORDERS_AGAINST_ITEMS = """
select
    count(*) filter (where is_comparable and abs(revenue - of_items) > 0.01),
    count(*) filter (where is_comparable),
    count(*) filter (where not is_comparable)
from (
    select o.order_key, o.revenue, sum(i.quantity * i.item_price) as of_items,
        bool_and(i.quantity is not null and i.item_price is not null) as is_comparable
    from shop.fct_orders as o join shop.fct_order_items as i using (order_key)
    group by o.order_key, o.revenue
) as compared
"""


@pytest.mark.parametrize("mode", Mode)
def test_a_morning_is_at_six_after_each_day(shop: Open, mode: Mode) -> None:
    lived = shop(mode, ORIGINAL).mornings
    assert len(lived) == 14
    assert all(m.as_of.isoformat() == f"{m.day + timedelta(days=1)}T06:00:00+00:00" for m in lived)


def test_added_columns_leave_the_old_ones(shop: Open) -> None:
    columns = [morning.columns for morning in shop(Mode.ADDED, ORIGINAL).mornings]
    assert columns == [FILE] * 4 + [[*FILE, "clientId"]] * 10


def test_renamed_columns_take_the_old_ones_along(shop: Open) -> None:
    columns = [morning.columns for morning in shop(Mode.RENAMED, ORIGINAL).mornings]
    renamed = ["clientId", *FILE[1:]]
    without = [column for column in renamed if column != "referrer"]
    assert columns == [FILE] * 4 + [renamed] * 5 + [without] * 5


@pytest.mark.parametrize("mode", Mode)
def test_the_log_counts_what_was_read_and_rejected(shop: Open, mode: Mode) -> None:
    opened = shop(mode, ORIGINAL)
    sums = "select sum(rows_read), sum(rows_quarantined) from shop.pipeline_logs"
    assert opened.rows(sums) == [(49963, 2908)]
    assert opened.rows("select count(*) from shop.quarantine") == [(2908,)]
    assert opened.rows("select count(*) from shop.stg_events") == [(49963,)]


@pytest.mark.parametrize("mode", Mode)
def test_orders_and_items_are_kept_as_they_came(shop: Open, mode: Mode) -> None:
    opened = shop(mode, ORIGINAL)
    orders = "select count(*), count(distinct order_id), sum(revenue) from shop.fct_orders"
    assert [str(value) for value in opened.rows(orders)[0]] == ["294", "290", "294461.4"]
    assert opened.rows("select count(*) from shop.fct_order_items") == [(354,)]
    assert opened.rows(ORDERS_AGAINST_ITEMS) == [(13, 225, 69)]


def test_a_staging_model_as_written_loses_every_client(shop: Open) -> None:
    rows = shop(Mode.ADDED, ORIGINAL).rows(DAILY)
    assert [users for _, _, users, *_ in rows] == [3262, 3006, 2734, 2463] + [0] * 10
    orphans = "select count(*) from shop.fct_orders where session_id is null"
    assert shop(Mode.ADDED, ORIGINAL).rows(orphans) == [(216,)]


def test_a_repaired_staging_model_loses_none(shop: Open) -> None:
    opened = shop(Mode.RENAMED, ORIGINAL)
    sums = "select count(*), sum(events) from shop.fct_sessions"
    assert opened.rows(sums) == [(38267, 49963 - 2908)]
    assert opened.rows("select count(*) from shop.dim_users") == [(35273,)]
    orphans = "select count(*) from shop.fct_orders where session_id is null"
    assert opened.rows(orphans) == [(0,)]


@pytest.mark.parametrize("mode", Mode)
def test_a_copy_with_other_names_and_dates_says_the_same(shop: Open, mode: Mode) -> None:
    original, copy = shop(mode, ORIGINAL), shop(mode, COPY)
    moved = [(COPY.day(day), *numbers) for day, *numbers in original.rows(DAILY)]
    assert copy.rows(DAILY) == moved
    for question in UNDATED:
        assert copy.rows(question) == original.rows(question)


@pytest.mark.parametrize("mode", Mode)
def test_a_copy_has_no_name_and_no_date_of_the_original(shop: Open, mode: Mode) -> None:
    copy = shop(mode, COPY)
    named = (
        "select unnest(array[table_schema, table_name, column_name])::text"
        " from information_schema.columns where table_schema in ('store', 'reporting')"
    )
    names = {name for (name,) in execute(copy.dsn, named)}
    assert names
    assert not names & set(COPY.words)
    assert copy.rows("select count(*) from shop.fct_orders where order_id ~ 'ORD-2025'") == [(0,)]
    assert copy.rows("select count(*) from shop.raw_events where \"timestamp\" ~ '^2025'") == [(0,)]


def test_what_arrived_later_is_not_built_yet(database: str, web_events: Path) -> None:
    first, second, *_ = sorted(web_events.glob("events_*.csv.gz"))
    days = "select events from shop.daily_metrics order by event_date"
    connection = psycopg2.connect(database)
    try:
        load_day(connection, first, Mode.ADDED, ORIGINAL)
        later = load_day(connection, second, Mode.ADDED, ORIGINAL).loaded_at
        build_models(connection, ORIGINAL, later - timedelta(seconds=1))
        assert execute(database, days) == [(4070,)]
        build_models(connection, ORIGINAL, later)
        assert execute(database, days) == [(4070,), (3769,)]
    finally:
        connection.close()
