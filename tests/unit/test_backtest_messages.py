"""What people get: one message for a fault, however long it goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from warehouse_exporter.backtest.messages import WORDS, Messages, messages
from warehouse_exporter.backtest.sensitivity import is_something
from warehouse_exporter.backtest.timeline import Record, Said
from warehouse_exporter.baselines.base import CHANGE, SCORE
from warehouse_exporter.config import Check
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.accepted import Accepted
from warehouse_exporter.core.model import Outcome, Result, Sample, Severity, Verdict
from warehouse_exporter.core.states import Count, Counted, Hits, Newest, State, Total
from warehouse_exporter.passes.verdicts import judge

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


def said(*verdicts: Verdict, check: Check = CONFIG.checks[0], day: date = FIRST) -> Said:
    """What a check with these verdicts says of a day."""
    return Said.of(Result(check.id, verdicts, AT), check, day)


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


SHOP = parse(
    """
warehouse: {dsn: x}
datasets:
  sessions: {relation: s, time: ts, checks: [freshness: {critical: "> 2h"}]}
  orders: {relation: o, time: ts}
  ads: {relation: a, time: ts}
metrics:
  sessions: {dataset: sessions, count: "*"}
  orders: {dataset: orders, count: "*"}
  revenue: {dataset: orders, sum: revenue}
  ads: {dataset: ads, count: "*"}
anomalies: [{metrics: [sessions, orders, revenue, ads]}]
""",
    "warehouse.yml",
    {},
)
DEPARTED = {"f": (-3.0, -0.2), "F": (-5.0, -0.6), "r": (3.2, 0.5), "R": (9.0, 2.0), "-": (0, 0)}
"""A fall, one that is critical, a rise, one that is critical, and nothing: score and change."""


def of_shop(wanted: Mapping[str, str]) -> list[str]:
    """`2 page falls` of each message, of metrics that depart, day by day."""
    (length,) = {len(letters) for letters in wanted.values()}
    days = [FIRST + timedelta(days=n) for n in range(length)]
    records = []
    for check in SHOP.checks:
        name = check.id.name.removeprefix("seasonal_")
        by_day = {}
        for day, letter in zip(days, wanted.get(name, "-" * length), strict=True):
            score, change = DEPARTED.get(letter, (0, 0))
            samples = [Sample({SCORE.name: score, CHANGE.name: change}, "")]
            verdicts = judge(check, samples, AT) if check.kind.kind == "anomaly" else (SAID["-"],)
            verdicts = (SAID["F"],) if letter == "L" else verdicts
            by_day[day] = said(*verdicts, check=check, day=day)
        records.append(Record(check, by_day))
    found = messages(records, days, SHOP)
    return [
        f"{(one.day - FIRST).days + 1} {WORDS[one.severity]} {one.incident.rpartition('_')[2]}"
        for one in found.sent
    ]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"orders": "R"}, ["1 ticket orders"]),
        ({"orders": "F"}, ["1 page orders"]),
        ({"orders": "f", "revenue": "f"}, ["1 ticket orders"]),
        ({"orders": "f", "ads": "f"}, ["1 page falls"]),
        ({"orders": "f", "ads": "r"}, ["1 ticket orders", "1 ticket ads"]),
        ({"orders": "ff", "ads": "-f"}, ["1 ticket orders", "2 page falls"]),
        ({"orders": "fff", "ads": "f-f"}, ["1 page falls", "2 ticket orders", "3 page falls"]),
        ({"orders": "f", "ads": "f", "sessions": "F"},
         ["1 page sessions", "1 ticket orders", "1 ticket ads"]),
        ({"orders": "-f", "ads": "-f", "sessions": "FF"}, ["1 page sessions", "2 page falls"]),
        ({"ads": "-f", "sessions": "FF"}, ["1 page sessions", "2 ticket ads"]),
        ({"freshness": "L", "sessions": "f", "ads": "f"},
         ["1 page sessions/load/all", "1 ticket ads"]),
    ],
    ids=str,
)  # fmt: skip
def test_what_pages_is_as_the_config_says(
    wanted: Mapping[str, str], expected: Sequence[str]
) -> None:
    assert sorted(of_shop(wanted)) == sorted(expected)


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
