"""The one judge: which outcome, and the reason in numbers that people read."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations

import pytest
from warehouse_exporter.core.errors import Reason, Skipped, Unmeasured
from warehouse_exporter.core.limits import Condition, Limit, Reading, Term
from warehouse_exporter.core.model import CheckId, Outcome, Result, Sample, Severity, Verdict
from warehouse_exporter.passes.verdicts import judge_sample, not_measured

AS_OF = datetime(2026, 3, 10, 12, tzinfo=UTC)
ROWS = Sample(
    {"ratio": 2908 / 49963, "failed": 2908.0},
    "2,908 of 49,963 rows without client_id on 2025-03-02",
)


def limited(metric: str, text: str, reading: Reading = Reading.AS_IS) -> Condition:
    """A condition of one term."""
    return Condition.any_of(Term(metric, Limit.parse(text), reading))


def said(sample: Sample, **limits: Condition) -> tuple[str, str]:
    """Outcome and text of a sample under limits by severity."""
    conditions = {Severity(name): condition for name, condition in limits.items()}
    verdict = judge_sample(sample, conditions, AS_OF)
    return verdict.outcome.shown, verdict.text


def test_a_share_is_told_with_its_counts_its_value_and_its_limit() -> None:
    assert said(ROWS, critical=limited("ratio", "> 5%")) == (
        "FAIL",
        "2,908 of 49,963 rows without client_id on 2025-03-02 (5.82 %, limit 5 %)",
    )


@pytest.mark.parametrize(
    ("value", "limit", "shown"),
    [(0.050001, "> 5%", "5.0001 %, limit 5 %"), (0.000002, "> 0%", "0.0002 %, limit 0 %")],
)
def test_a_share_just_beside_its_limit_does_not_look_like_it(
    value: float, limit: str, shown: str
) -> None:
    sample = Sample({"ratio": value}, "x")
    assert said(sample, critical=limited("ratio", limit)) == ("FAIL", f"x ({shown})")


def test_a_count_needs_no_value_beside_its_counts() -> None:
    assert said(ROWS, critical=limited("failed", "> 10 rows"))[1].endswith(" (limit 10)")
    assert said(ROWS, critical=limited("failed", ">= 10 rows"))[1].endswith(" (limit less than 10)")


def test_a_floor_shows_that_it_is_one() -> None:
    few = Sample({"rows": 7.0}, "7 rows")
    assert said(few, critical=limited("rows", "< 1000")) == (
        "FAIL",
        "7 rows (limit at least 1,000)",
    )
    low = Sample({"ratio": 0.07}, "7 of 100 rows")
    assert said(low, critical=limited("ratio", "< 10%")) == (
        "FAIL",
        "7 of 100 rows (7 %, limit at least 10 %)",
    )


@pytest.mark.parametrize(
    ("value", "outcome", "limit"),
    [
        (0.07, "FAIL", "limit 6 %"),
        (0.06, "WARN", "limit 5 %"),
        (0.05, "WARN", "limit 1 %"),
        (0.01, "PASS", "limit 1 %"),
    ],
)
def test_the_worst_severity_in_breach_speaks(value: float, outcome: str, limit: str) -> None:
    shown, text = said(
        Sample({"ratio": value}, "x"),
        info=limited("ratio", "> 1%"),
        warning=limited("ratio", "> 5%"),
        critical=limited("ratio", "> 6%"),
    )
    assert shown == outcome
    assert text.endswith(f"{limit})")


def test_info_is_a_warning_at_most_and_says_that_it_is_info() -> None:
    verdict = judge_sample(ROWS, {Severity.INFO: limited("ratio", "> 5%")}, AS_OF)
    assert (verdict.outcome, verdict.severity) == (Outcome.WARNING, Severity.INFO)


def test_ages_are_told_as_ages() -> None:
    sample = Sample({"newest": AS_OF.timestamp() - 47_100}, "newest row 2026-03-09 22:55:00 UTC")
    assert said(sample, critical=limited("newest", "> 12h", Reading.AGE)) == (
        "FAIL",
        "newest row 2026-03-09 22:55:00 UTC (13 h 5 min old, limit 12 h)",
    )


def test_two_limits_that_must_both_be_in_breach_are_both_told() -> None:
    terms = (
        Term("z", Limit.parse("> 3"), Reading.MAGNITUDE),
        Term("change", Limit.parse("> 30%"), Reading.MAGNITUDE),
    )
    both = {"z": -3.1, "change": -0.63}
    assert said(Sample(both, "0.12 vs 0.19"), warning=Condition.all_of(*terms)) == (
        "WARN",
        "0.12 vs 0.19 (limit > 3 and > 30%)",
    )
    assert said(Sample({"z": -3.1}, "no mean"), warning=Condition.all_of(*terms))[0] == "PASS"


def test_a_sample_that_is_blind_is_a_finding_or_skipped() -> None:
    blind = Sample({"ratio": 0.5}, "x", blind="a baseline of zeros passes nothing")
    assert said(blind, critical=limited("ratio", "> 5%")) == ("FAIL", "x (50 %, limit 5 %)")
    assert said(blind, critical=limited("ratio", "> 50%")) == (
        "SKIP",
        "a baseline of zeros passes nothing",
    )


def test_a_skipped_sample_is_no_pass() -> None:
    quiet = Sample({"ratio": 1.0}, "x", skipped="too little history: 3 of 7 days")
    assert said(quiet, critical=limited("ratio", "> 5%")) == (
        "SKIP",
        "too little history: 3 of 7 days",
    )


def test_what_was_not_measured_says_why() -> None:
    verdict = not_measured(Unmeasured(Reason.MISSING_COLUMN, "column a of t does not exist"))
    assert verdict.outcome is Outcome.UNMEASURED
    assert verdict.reason is Reason.MISSING_COLUMN
    assert verdict.text == "column a of t does not exist (missing_column)"
    verdict = not_measured(Skipped("nothing to divide by: 0 rows on 2026-03-09"))
    assert (verdict.outcome, verdict.reason) == (Outcome.SKIPPED, None)


def test_the_worst_verdict_decides_for_a_check_whatever_their_order() -> None:
    worst_first = [
        Outcome.CRITICAL, Outcome.UNMEASURED, Outcome.WARNING, Outcome.SKIPPED, Outcome.PASS,
    ]  # fmt: skip
    assert list(Outcome) == worst_first
    for order in permutations(worst_first):
        verdicts = tuple(Verdict(outcome, "") for outcome in order)
        assert Result(CheckId("d", "c"), verdicts, AS_OF).worst.outcome is Outcome.CRITICAL
