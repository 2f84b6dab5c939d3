"""The tests that every engine inherits. An engine says how a Postgres database is copied to it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.model import Outcome, Pass, Verdict
from warehouse_exporter.demo.faults import FAULTS
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.engines import connect
from warehouse_exporter.passes.run import run_pass

from tests.chain.demo.shops import FRIDAY, copied
from tests.conftest import execute
from tests.database.conformance.cases import CASES, Case
from tests.support import shop_warehouse
from tests.support.warehouses import config_of, outcomes

DSN = "dsn: '${WAREHOUSE_DSN}'"
BROKEN = ("json-prices-null", "text-revenue")
"""Faults of the sample shop in which statements find something, or fail."""
MORE = ("duplicate-orders", "orphan-items", "items-mismatch", "over-attribution", "rename-column")
LONG = [pytest.param(fault, marks=pytest.mark.campaign) for fault in MORE]
REFUSED = (Reason.COLUMN_TYPE, Reason.STATEMENT)
SLOW = "select count(*) from big a, big b, big c where a.id + b.id + c.id = 7"
Said = list[tuple[str, str, dict[str, float], dict[str, str]]]


def said(verdicts: tuple[Verdict, ...]) -> Said:
    """What some verdicts say, so that it can be compared.

    Of a statement that the engine itself refused, the words may differ; the reason may not.
    """
    return [
        (
            one.outcome.shown,
            one.reason.value if one.reason in REFUSED else one.text,
            dict(one.sample.values) if one.sample else {},
            dict(one.sample.labels) if one.sample else {},
        )
        for one in verdicts
    ]


def alike(one: Said, other: Said) -> bool:
    """Whether both say the same: words by the letter, numbers to twelve digits."""
    if len(one) != len(other):
        return False
    for (word, text, values, labels), (word_2, text_2, values_2, labels_2) in zip(
        one, other, strict=True
    ):
        if (word, text, labels, values.keys()) != (word_2, text_2, labels_2, values_2.keys()):
            return False
        if not all(math.isclose(values[name], values_2[name], rel_tol=1e-12) for name in values):
            return False
    return True


def differences(one: Pass, other: Pass) -> dict[str, tuple[Said, Said]]:
    """The checks of which two passes do not say the same."""
    assert one.results.keys() == other.results.keys()
    both = {
        str(check): (said(result.verdicts), said(other.results[check].verdicts))
        for check, result in one.results.items()
    }
    return {check: pair for check, pair in both.items() if not alike(*pair)}


class Conformance:
    """Inherit it, say `copied_to`, and name the class `Test...`."""

    words: Mapping[str, str] = {}
    """Case and check -> the text that the engine has for what it cannot do as Postgres does."""

    def copied_to(self, dsn: str, folder: Path) -> dict[str, Any]:
        """Copy all tables of a Postgres database, rows and types; what stands in `warehouse:`."""
        raise NotImplementedError

    def run(self, config: str, dsn: str, folder: Path, as_of: Any) -> tuple[Pass, Pass]:
        """What Postgres says of a database, and what the engine says of its copy."""
        folder.mkdir(exist_ok=True)
        first = parse(config, "test.yml", {"WAREHOUSE_DSN": dsn})
        place = ", ".join(f"{key}: {value!r}" for key, value in self.copied_to(dsn, folder).items())
        assert DSN in config
        other = parse(config.replace(DSN, place), "test.yml", {})
        return (
            run_pass(first, connect(first.warehouse), as_of),
            run_pass(other, connect(other.warehouse), as_of),
        )

    @pytest.mark.parametrize("fault", ["", *BROKEN, *LONG])
    def test_the_shop(self, postgres: Postgres, shop: str, fault: str, tmp_path: Path) -> None:
        """Every check of the recommended profile, on a shop that is fine or broken."""
        text = shop_warehouse.CONFIG.read_text()
        with copied(postgres, shop) as connection:
            if fault:
                FAULTS[fault].break_(connection, FRIDAY)
            config = text.replace('dsn: "${WAREHOUSE_DSN}"', DSN).replace(
                "dsn: ${WAREHOUSE_DSN}", DSN
            )
            ours, theirs = self.run(config, connection.dsn, tmp_path, FRIDAY)
        assert theirs.up
        assert differences(ours, theirs) == {}
        loud = {r.check for r in ours.results.values() if r.worst.outcome is Outcome.CRITICAL}
        assert len(theirs.results) > 90
        assert not fault or loud

    @pytest.mark.parametrize("name", CASES)
    def test_a_case(self, database: str, name: str, tmp_path: Path) -> None:
        """Small tables in which engines could differ."""
        case: Case = CASES[name]
        execute(database, case.sql)
        ours, theirs = self.run(case.config, database, tmp_path, case.as_of)
        found = differences(ours, theirs)
        expected = [*case.expected, *[None] * (len(ours.results) - len(case.expected))]
        shown = [result.worst.outcome.shown for result in ours.results.values()]
        wanted = [one or other for one, other in zip(expected, shown, strict=True)]
        assert shown == wanted
        for check, (_, (verdict, *_)) in list(found.items()):
            if self.words.get(f"{name}: {check}", "") == verdict[1]:
                del found[check]
        assert found == {}

    def test_a_statement_that_takes_too_long_is_ended(self, database: str, tmp_path: Path) -> None:
        execute(database, "CREATE TABLE big AS SELECT generate_series(1, 3000) AS id, now() AS ts")
        execute(database, "CREATE TABLE orders AS SELECT 1 AS id, timestamptz '2026-03-09Z' AS ts")
        queries = f"queries: [{{name: slow, sql: '{SLOW}', critical: '> 0'}}]"
        config = config_of("volume: {critical: '< 1'}", more=queries)
        config = config.replace(DSN, f"{DSN}, statement_timeout: 0.7s")
        for done in self.run(config, database, tmp_path, FRIDAY.replace(day=10)):
            assert outcomes(done) == {"volume": "PASS", "slow": "UNKNOWN"}
            (slow,) = (r.worst for c, r in done.results.items() if c.name == "slow")
            assert slow.reason is Reason.TIMEOUT
            assert "canceled after 0.7 s (statement_timeout)" in slow.text

    def test_nothing_is_written(self, database: str, tmp_path: Path) -> None:
        """A session runs SELECT alone, also where a query gets past the parser of the config."""
        execute(database, "CREATE TABLE orders AS SELECT 1 AS id, timestamptz '2026-03-09Z' AS ts")
        config = config_of("volume: {critical: '< 1'}")
        place = self.copied_to(database, tmp_path)
        written = ", ".join(f"{key}: {value!r}" for key, value in place.items())
        warehouse = parse(config.replace(DSN, written), "test.yml", {}).warehouse
        with connect(warehouse).snapshot() as session:
            for sql in ("CREATE TABLE x (a int)", "DELETE FROM orders", "SELECT 1; SELECT 2"):
                with pytest.raises(Exception, match="statement"):
                    session.rows_of(sql, "UTC", 10)
            session.relations([("orders",)])
            assert session.rows("SELECT count(*) AS n FROM orders") == [{"n": 1}]
