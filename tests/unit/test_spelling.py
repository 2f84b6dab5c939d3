"""Names that are not lower case: exact under a key, by SQL's rule in an expression."""

from __future__ import annotations

import pytest
from warehouse_exporter.measures.spelling import of_expression, of_name
from warehouse_exporter.sql import expressions

COLUMNS = dict.fromkeys(["id", "clientId", "Gut Schein", "revenue", "order"])
GONE = "column {} of shop.orders does not exist"


@pytest.mark.parametrize(
    ("written", "told", "hint"),
    [
        (
            '"clientId"',
            ": write clientId: a name is written without quotes here, unlike in an expression",
            "Write clientId in the config",
        ),
        ("clientid", "; did you mean clientId?", "write clientId instead of clientid"),
        ("client_id", "; did you mean clientId?", "write clientId instead of client_id"),
        ("nothing", "", "Bring it back"),
        ('"nothing"', "", "Bring it back"),
        ('"', "", "Bring it back"),
    ],
)
def test_under_a_key_a_name_is_exact(written: str, told: str, hint: str) -> None:
    text, advice = of_name(written, "shop.orders", COLUMNS)
    assert text == GONE.format(written) + told
    assert hint in advice


@pytest.mark.parametrize(
    ("written", "read", "told"),
    [
        (
            "clientId is null",
            "clientid",
            ': write "clientId": in an expression, a name without quotes is read in lower case',
        ),
        ("clientid is null", "clientid", '; did you mean "clientId"?'),
        ('"clientid" is null', "clientid", '; did you mean "clientId"?'),
        ("client_id is null", "client_id", '; did you mean "clientId"?'),
        ("gut_schein > 0", "gut_schein", '; did you mean "Gut Schein"?'),
        ('"Revenue" > 0', "Revenue", "; did you mean revenue?"),
        ("orders > 0", "orders", '; did you mean "order"?'),
    ],
)
def test_in_an_expression_a_name_is_in_quotes_or_lower_case(
    written: str, read: str, told: str
) -> None:
    typed = expressions.parse(written).typed(read)
    text, _ = of_expression(typed, read, "shop.orders", COLUMNS)
    assert text == GONE.format(read) + told
