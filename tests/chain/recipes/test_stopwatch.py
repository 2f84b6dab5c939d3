"""The page of the stopwatch is what was seen, and its three databases can be built."""

from __future__ import annotations

import re
from random import Random

import pytest

from labs.stopwatch.__main__ import PAGE, kept, page
from labs.stopwatch.shops import NOUNS, WIDE, rental, table
from tests.conftest import execute


def test_the_page_is_what_was_seen() -> None:
    if not PAGE.exists():
        pytest.skip("nothing was measured yet: python -m labs.stopwatch")
    assert PAGE.read_text(encoding="utf-8") == page(kept())


def test_the_rental_has_a_payment_for_each_rental(database: str) -> None:
    rental(database)
    ((rentals, payments),) = execute(
        database,
        "SELECT (SELECT count(*) FROM rental.rental),"
        " (SELECT count(*) FROM rental.rental JOIN rental.payment USING (rental_id))",
    )
    assert rentals == payments == 45_000


def test_no_two_of_the_wide_tables_have_one_name() -> None:
    made = [table(number, Random(1)) for number in range(WIDE)]
    names = {re.findall(r"CREATE TABLE (\w+)", sql)[0] for sql in made}
    assert len(names) == WIDE
    assert all(any(noun in name for noun in NOUNS) for name in names)
