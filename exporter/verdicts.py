"""States -> verdicts: the one judge. The gate, the gauges' page and the reports all ask here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from exporter.config import Check
from exporter.errors import Skipped, Unmeasured
from exporter.limits import Condition, Reading, Term, Unit
from exporter.model import Outcome, Sample, Severity, Verdict
from exporter.wording import allowed, beside

OUTCOMES = {
    Severity.CRITICAL: Outcome.CRITICAL,
    Severity.WARNING: Outcome.WARNING,
    Severity.INFO: Outcome.WARNING,
}
ORDER = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)


def judge(check: Check, samples: list[Sample], as_of: datetime) -> tuple[Verdict, ...]:
    """A verdict for every sample."""
    conditions = check.kind.conditions()
    return tuple(judge_sample(sample, conditions, as_of) for sample in samples)


def judge_sample(
    sample: Sample, conditions: Mapping[Severity, Condition], as_of: datetime
) -> Verdict:
    """The worst severity whose condition is met, with value and limit in the text."""
    if sample.skipped is not None:
        return Verdict(Outcome.SKIPPED, sample.skipped, sample)
    for severity in ORDER:
        terms = (
            conditions[severity].broken_by(sample.values, as_of) if severity in conditions else ()
        )
        if terms:
            text = explain(sample, terms, as_of)
            return Verdict(OUTCOMES[severity], text, sample, severity)
    nearest = next(conditions[s] for s in reversed(ORDER) if s in conditions)
    return Verdict(Outcome.PASS, explain(sample, nearest.terms, as_of), sample)


def not_measured(error: Unmeasured | Skipped) -> Verdict:
    """The verdict of a check that has no sample."""
    if isinstance(error, Skipped):
        return Verdict(Outcome.SKIPPED, str(error))
    return Verdict(Outcome.UNMEASURED, f"{error.detail} ({error.reason})", reason=error.reason)


def explain(sample: Sample, terms: tuple[Term, ...], as_of: datetime) -> str:
    """`58 of 1,000 rows (5.8 %, limit 5 %)`."""
    first = terms[0]
    value = first.value(sample.values, as_of)
    parts = []
    if value is not None and first.limit.unit in (Unit.SHARE, Unit.DURATION):
        age = " old" if first.reading is Reading.AGE else ""
        parts.append(beside(value, first.limit) + age)
    parts.append("limit " + " and ".join(limit_text(term) for term in terms))
    return f"{sample.evidence} ({', '.join(parts)})"


def limit_text(term: Term) -> str:
    """The bound as people read it; what is not a plain comparison is quoted as written."""
    return term.limit.text if term.reading is Reading.MAGNITUDE else allowed(term.limit)
