"""What people get: one message for a fault, however long it goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from warehouse_exporter.backtest.messages import Messages, messages
from warehouse_exporter.backtest.sensitivity import is_something
from warehouse_exporter.backtest.timeline import Record, Said
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.accepted import Accepted
from warehouse_exporter.core.model import CheckId, Outcome, Result, Severity, Verdict
from warehouse_exporter.core.states import Count, Counted, Hits, Newest, State, Total

from tests.support.chained import CHAINED
from tests.unit.test_causes import ADS, CLIENT, FEW, LATE, REVENUE, TRACKED, TWICE

CONFIG = parse(CHAINED, "warehouse.yml", {})
FIRST = date(2026, 3, 1)
AT = datetime(2026, 3, 1, tzinfo=UTC)
SAID = {
    "F": Verdict(Outcome.CRITICAL, "", severity=Severity.CRITICAL),
    "W": Verdict(Outcome.WARNING, "", severity=Severity.WARNING),
    "I": Verdict(Outcome.WARNING, "", severity=Severity.INFO),
    "U": Verdict(Outcome.UNMEASURED, ""),
    "-": Verdict(Outcome.PASS, ""),
    "S": Verdict(Outcome.SKIPPED, ""),
    "A": Verdict(
        Outcome.CRITICAL, "", severity=Severity.CRITICAL, accepted=Accepted(FIRST, "known", AT)
    ),
}
"""A verdict by one letter, a day each."""


def said(*verdicts: Verdict) -> Said:
    """What a check with these verdicts says."""
    return Said.of(Result(CheckId("", ""), verdicts, AT))


def get(wanted: Mapping[str, str]) -> Messages:
    """What people get of checks with these verdicts, day by day; all others pass."""
    (length,) = {len(letters) for letters in wanted.values()}
    days = [FIRST + timedelta(days=n) for n in range(length)]
    records = []
    for one in CONFIG.checks:
        letters = wanted.get(str(one.id), "-" * length)
        by_day = {day: said(SAID[letter]) for day, letter in zip(days, letters, strict=True)}
        records.append(Record(one, by_day))
    return messages(records, days, CONFIG)


def told(found: Messages) -> list[str]:
    """`1 critical orders.volume` of each message."""
    return [f"{(one.day - FIRST).days + 1} {one.severity} {one.check}" for one in found.sent]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({FEW: "-FFF-F"}, [f"2 critical {FEW}", f"6 critical {FEW}"]),
        ({FEW: "WWFF"}, [f"1 warning {FEW}", f"3 critical {FEW}"]),
        ({FEW: "FWW"}, [f"1 critical {FEW}", f"2 warning {FEW}"]),
        ({FEW: "WFWF"}, [f"1 warning {FEW}", f"2 critical {FEW}", f"4 critical {FEW}"]),
        ({FEW: "ISA-"}, []),
        ({FEW: "UU"}, [f"1 critical {FEW}"]),
        ({LATE: "F", FEW: "F", TRACKED: "F"}, [f"1 critical {LATE}"]),
        ({CLIENT: "F", REVENUE: "F"}, [f"1 critical {CLIENT}", f"1 critical {REVENUE}"]),
        ({LATE: "FFF", FEW: "-FF"}, [f"1 critical {LATE}"]),
        ({LATE: "FF-", FEW: "-FF"}, [f"1 critical {LATE}", f"3 critical {FEW}"]),
        ({FEW: "FFF", TRACKED: "-FF"}, [f"1 critical {FEW}", f"2 critical {TRACKED}"]),
        ({FEW: "FF", TRACKED: "FF"}, [f"1 critical {FEW}"]),
        ({FEW: "F-", TRACKED: "FF"}, [f"1 critical {FEW}", f"2 critical {TRACKED}"]),
        ({LATE: "W", FEW: "F"}, [f"1 warning {LATE}", f"1 critical {FEW}"]),
        ({LATE: "A", FEW: "F"}, [f"1 critical {FEW}"]),
    ],
    ids=lambda given: ",".join(given.values()) if isinstance(given, dict) else "",
)  # fmt: skip
def test_who_gets_what(wanted: Mapping[str, str], expected: Sequence[str]) -> None:
    assert sorted(told(get(wanted))) == sorted(expected)


def test_what_cannot_be_measured_is_one_message_of_its_dataset() -> None:
    orders = {str(one.id): "U" for one in CONFIG.checks_of(frozenset(["orders"]))}
    found = get({**orders, TWICE: "F"})
    assert found.text == (
        "2 pages and 0 tickets (1 because a check is not measured):"
        " 60.0 pages and 0.0 tickets a month"
    )


def test_a_month_has_thirty_days() -> None:
    found = get({FEW: "FF--F-", ADS: "-F----", LATE: "W-----"})
    assert found.text == "3 pages and 1 ticket: 15.0 pages and 5.0 tickets a month"


def test_a_finding_that_is_accepted_hides_no_other_of_its_check() -> None:
    assert said(SAID["A"], SAID["W"]).speaks
    assert not said(SAID["A"]).speaks


@pytest.mark.parametrize(
    ("state", "something"),
    [
        (Count(0), False), (Count(1), True), (Counted(0, 0), False), (Hits(0, 5), True),
        (Hits(None, None), False), (Total(None, 0), False), (Total(0.0, 3), True),
        (Newest(None), True), (None, False),
    ],
)  # fmt: skip
def test_of_no_row_none_can_be_missing(state: State | None, something: bool) -> None:
    assert is_something(state) is something
