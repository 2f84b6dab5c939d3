"""States -> verdicts: the only judge, for the gate, the status page and the reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from warehouse_exporter.config import Check
from warehouse_exporter.core.errors import Skipped, Unmeasured
from warehouse_exporter.core.limits import Condition, Reading, Term, Unit
from warehouse_exporter.core.model import Outcome, Sample, Severity, Verdict
from warehouse_exporter.core.wording import allowed, beside

OUTCOMES = {
    Severity.CRITICAL: Outcome.CRITICAL,
    Severity.WARNING: Outcome.WARNING,
    Severity.INFO: Outcome.WARNING,
}


def judge(check: Check, samples: list[Sample], as_of: datetime) -> tuple[Verdict, ...]:
    """A verdict for every sample."""
    conditions = check.kind.conditions()
    verdicts = (judge_sample(sample, conditions, as_of) for sample in samples)
    return tuple(accepted(check, verdict, as_of) for verdict in verdicts)


def accepted(check: Check, verdict: Verdict, as_of: datetime) -> Verdict:
    """A finding marked as accepted, if it is."""
    given, sample = check.accepted, verdict.sample
    if given is None or verdict.severity is None or sample is None:
        return verdict
    return replace(verdict, accepted=given) if given.covers(sample.values, as_of) else verdict


def judge_sample(
    sample: Sample, conditions: Mapping[Severity, Condition], as_of: datetime
) -> Verdict:
    """The worst severity whose condition is met, with value and limit in the text.

    A sample that breaches no limit passes, unless the sample says that it cannot.
    """
    if sample.skipped is not None:
        return Verdict(Outcome.SKIPPED, sample.skipped, sample)
    for severity in Severity:  # worst first
        terms = (
            conditions[severity].broken_by(sample.values, as_of) if severity in conditions else ()
        )
        if terms:
            text = explain(sample, terms, limits_text(terms), as_of)
            return Verdict(OUTCOMES[severity], text, sample, severity)
    if sample.blind is not None:
        return Verdict(Outcome.SKIPPED, sample.blind, sample)
    nearest = next(conditions[s] for s in reversed(Severity) if s in conditions)
    departs = any(term.reading.of_a_departure for term in nearest.terms)
    limits = nearest.text if departs else limits_text(nearest.terms)
    return Verdict(Outcome.PASS, explain(sample, nearest.terms, limits, as_of), sample)


def not_measured(error: Unmeasured | Skipped) -> Verdict:
    """The verdict of a check that has no sample."""
    if isinstance(error, Skipped):
        return Verdict(Outcome.SKIPPED, str(error))
    text = f"{error.detail} ({error.reason})"
    return Verdict(Outcome.UNMEASURED, text, reason=error.reason, remedy=error.remedy)


def explain(sample: Sample, terms: tuple[Term, ...], limits: str, as_of: datetime) -> str:
    """`58 of 1,000 rows (5.8 %, limit 5 %)`."""
    first = terms[0]
    value = first.value(sample.values, as_of)
    parts = []
    if value is not None and first.limit.unit in (Unit.SHARE, Unit.DURATION):
        age = " old" if first.reading is Reading.AGE else ""
        parts.append(beside(value, first.limit) + age)
    parts.append(f"limit {limits}")
    return f"{sample.evidence} ({', '.join(parts)})"


def limits_text(terms: tuple[Term, ...]) -> str:
    """The bounds in words; a limit that is not a plain comparison is quoted as written."""
    return " and ".join(
        term.limit.text if term.reading.of_a_departure else allowed(term.limit) for term in terms
    )
