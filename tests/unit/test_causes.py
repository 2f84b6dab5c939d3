"""What follows from what, of findings that begin together: pages, rules and Grafana agree."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from warehouse_exporter.alerting.grafana.managed.causes import causes
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import CheckId, Severity
from warehouse_exporter.passes.causes import Finding, because

from tests.support.chained import CHAINED

CONFIG = parse(CHAINED, "warehouse.yml", {})
LATE, TWICE, FEW = "events.freshness", "events.duplicates_id", "orders.volume"
CLIENT, REVENUE = "orders.completeness_client_id", "orders.completeness_revenue"
TRACKED, AGREED, ADS = "orders.tracking_coverage", "orders.agreement_revenue", "ads.volume"
ORPHANS = "orders.orphans_event_id"
EXPLAINED: tuple[Mapping[str, str | None], ...] = (
    {LATE: None, FEW: LATE, TWICE: None, ADS: None},
    {FEW: None, TRACKED: FEW, AGREED: FEW},
    {CLIENT: None, REVENUE: None, AGREED: REVENUE},
    {AGREED: None, TRACKED: AGREED},
    {ORPHANS: None, AGREED: None},
)
"""Findings that are critical, each with the one that explains it."""


def check(name: str) -> CheckId:
    """The address of a check."""
    dataset, _, short = name.partition(".")
    return CheckId(dataset, short)


def finding(name: str, severity: Severity = Severity.CRITICAL) -> Finding:
    """A breach of a check."""
    found = CONFIG.check(check(name))
    return Finding(found, found.kind.fault, severity)


@pytest.mark.parametrize("wanted", EXPLAINED, ids=", ".join)
def test_a_finding_is_explained_by_what_it_follows_from(wanted: Mapping[str, str | None]) -> None:
    found = because([finding(name) for name in sorted(wanted)], CONFIG)
    said = {str(one.check.id): cause and str(cause.check.id) for one, cause in found}
    assert said == wanted


def test_a_warning_explains_nothing_that_is_critical() -> None:
    found = because([finding(LATE, Severity.WARNING), finding(FEW)], CONFIG)
    assert [cause for _, cause in found] == [None, None]


def test_what_is_not_measured_for_one_reason_is_one_cause() -> None:
    blind = [
        Finding(one, Fault.UNMEASURED, Severity.CRITICAL)
        for one in CONFIG.checks_of(frozenset(["orders"]))
    ]
    found = because(blind, CONFIG)
    assert [cause is None for _, cause in found] == [True, *[False] * (len(blind) - 1)]
    assert {str(cause.check.id) for _, cause in found if cause} == {FEW}


@pytest.mark.parametrize("wanted", EXPLAINED, ids=", ".join)
def test_grafana_excludes_nothing_that_nothing_explains(wanted: Mapping[str, str | None]) -> None:
    known = causes(CONFIG)
    for name, cause in wanted.items():
        excluding = {
            str(one.check)
            for one in known.get((check(name), Severity.CRITICAL), ())
            if one.severity is Severity.CRITICAL and str(one.check) in wanted
        }
        assert excluding <= {cause}, name


def test_grafana_excludes_what_follows_from_a_late_load_and_from_a_missing_day() -> None:
    known = causes(CONFIG)
    for name, cause in ((FEW, LATE), (TRACKED, FEW), (AGREED, FEW)):
        found = {(str(one.check), one.severity) for one in known[check(name), Severity.CRITICAL]}
        assert (cause, Severity.CRITICAL) in found


MOVED, HOLE, OLD = "events.future_rows", "events.gap", "events.freshness"
SHIFTED = parse(
    """
warehouse: {dsn: x}
datasets:
  events:
    relation: events
    time: ts
    checks:
      - gap: {critical: "> 1h"}
      - future_rows: {critical: "> 0"}
      - freshness: {critical: "> 1h"}
      - volume: {critical: "< 5"}
""",
    "warehouse.yml",
    {},
)


@pytest.mark.parametrize(
    "wanted",
    [
        {MOVED: None, HOLE: MOVED},
        {MOVED: None, HOLE: OLD, OLD: None},
        {OLD: None, HOLE: OLD},
        {HOLE: None, "events.volume": HOLE},
    ],
    ids=", ".join,
)
def test_hours_without_rows_follow_from_moved_rows_and_from_a_late_load(
    wanted: Mapping[str, str | None],
) -> None:
    """A late load is another fault than moved rows, and must not be taken for their consequence."""
    there = [SHIFTED.check(check(name)) for name in wanted]
    findings = [Finding(one, one.kind.fault, Severity.CRITICAL) for one in there]
    said = {str(one.check.id): why and str(why.check.id) for one, why in because(findings, SHIFTED)}
    assert said == wanted
