"""What may be about a person, and is never written down; and how names are read."""

from __future__ import annotations

import pytest
from warehouse_exporter.discover.looks import (
    bare,
    in_words,
    personal_by_look,
    personal_by_name,
    singular,
    snake,
)


@pytest.mark.parametrize(
    "name",
    ["email", "userEmail", "customer_phone", "first_name", "lastName", "name", "ip", "ip_address",
     "client_id", "clientId", "billing_address", "city", "user_agent", "date_of_birth", "dob",
     "postal_code", "iban", "password_hash", "session_uuid", "customer_name", "comment",
     "created_by",
     "sales_rep"],
)  # fmt: skip
def test_names_of_what_may_be_personal(name: str) -> None:
    assert personal_by_name(name)


@pytest.mark.parametrize(
    "name", ["status", "event_name", "channel", "utm_source", "currency", "method", "segment"]
)
def test_names_of_what_is_not(name: str) -> None:
    assert not personal_by_name(name)


@pytest.mark.parametrize(
    "value",
    ["a@b.example", "10.0.0.1", "fe80::1:2:3", "+49 30 1234567", "Mary Smith", "J. Doe",
     "9f8e7d6c5b4a39281706", "order 123456", "https://shop.example/x",
     "123e4567-e89b-12d3-a456-426614174000"],
)  # fmt: skip
def test_values_that_look_personal(value: str) -> None:
    assert personal_by_look(["paid", value])


def test_values_that_do_not() -> None:
    assert not personal_by_look(["paid", "shipped", "paid_search", "A1", "New York Times".lower()])


def test_names_are_read_as_words() -> None:
    assert [snake(n) for n in ("clientId", "OrderID", "utm source", "x2y")] == [
        "client_id", "order_id", "utm_source", "x_2_y",
    ]  # fmt: skip
    assert [singular(n) for n in ("orders", "categories", "addresses", "status")] == [
        "order", "category", "address", "status",
    ]  # fmt: skip
    assert bare("fct_order_items") == "order_items"
    assert [in_words(n) for n in ("order_ts", "order", "clientId")] == [
        "order_ts", '"order"', '"clientId"',
    ]  # fmt: skip
