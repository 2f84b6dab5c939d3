"""A verdict as one sentence for people: the one place where findings are worded.

`orders: 0 orders on Sun 29 Nov (at least 5; expected 76)`: which table, what happened, the number,
the limit and the day. A kind says what was seen (`Fact`) and what its limits allow (`allows`). The
gate, the alerts, the reports and the pages show the sentence as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from warehouse_exporter.config import Check
from warehouse_exporter.core import names
from warehouse_exporter.core.bounds import SENTENCE, plain
from warehouse_exporter.core.limits import Reading, Term, Unit
from warehouse_exporter.core.model import Fact, Outcome, Sample, Verdict
from warehouse_exporter.core.wording import allowed_share, beside, with_days
from warehouse_exporter.measures.dataset_view import GRANT_IT


def worded(check: Check, verdict: Verdict, as_of: datetime) -> Verdict:
    """The verdict with its sentence, on one line and bounded in length."""
    text = f"{subject(check)}: {said(check, verdict, as_of)}"
    return replace(verdict, sentence=shortened(text))


def subject(check: Check) -> str:
    """What the sentence is about: the dataset, or the query that belongs to none."""
    return check.id.name if check.id.dataset == names.QUERIES else check.id.dataset


def shortened(text: str) -> str:
    """The text in so many characters, cut between two words."""
    line = plain(text, len(text))
    if len(line) <= SENTENCE:
        return line
    return f"{line[: SENTENCE - 2].rsplit(' ', 1)[0].rstrip(' ,;:(')} …"


def said(check: Check, verdict: Verdict, as_of: datetime) -> str:
    """What happened, in words."""
    sample = verdict.sample
    if verdict.outcome is Outcome.UNMEASURED:
        return with_days(not_measured(verdict), as_of.date())
    if sample is None or verdict.outcome is Outcome.SKIPPED:
        return with_days(verdict.text, as_of.date())
    seen = measured(check, sample, terms_of(check, verdict, sample, as_of), as_of)
    if sample.fact is not None and sample.fact.then:
        seen = f"{seen}. {sample.fact.then}"
    title = check.kind.title if verdict.severity is not None else None
    return f"{title}: {seen}" if title else seen


def not_measured(verdict: Verdict) -> str:
    """Why a check is not measured, and what to do."""
    why = verdict.text.removesuffix(f" ({verdict.reason})")
    if not verdict.remedy:
        return f"not measured: {why}"
    told = why.removesuffix(GRANT_IT)
    return f"not measured: {told}{'' if told.endswith('?') else '.'} {verdict.remedy}"


def terms_of(check: Check, verdict: Verdict, sample: Sample, as_of: datetime) -> tuple[Term, ...]:
    """The limits in breach; of a pass, those that would be the first to be."""
    conditions = check.kind.conditions()
    if verdict.severity is not None:
        return conditions[verdict.severity].broken_by(sample.values, as_of)
    nearest = list(conditions.values())[-1:]
    return nearest[0].terms if nearest else ()


def measured(check: Check, sample: Sample, terms: Sequence[Term], as_of: datetime) -> str:
    """What was seen of a sample, its value and its limit."""
    fact = sample.fact or Fact(with_days(sample.evidence, as_of.date()))
    first = terms[0] if terms else None
    value = first.value(sample.values, as_of) if first else None
    if first is None or value is None:
        return with_notes(fact.text, fact.beside)
    share = first.limit.unit is Unit.SHARE and not first.reading.of_a_departure
    if fact.coverage and share:
        needs = f"needs {allowed_share(first.limit)}, has {beside(value, first.limit)}"
        return with_notes(f"{needs}: {fact.text}", fact.beside)
    notes = [check.kind.allows(terms)]
    if share and not fact.complete:
        notes[0] = (
            f"{beside(value, first.limit)}, {notes[0]}" if notes[0] else beside(value, first.limit)
        )
    if first.reading is Reading.AGE and not fact.complete:
        notes[0] = f"{beside(value, first.limit)} old, {notes[0]}"
    return with_notes(fact.text, [*filter(None, notes), *fact.beside])


def with_notes(text: str, notes: Sequence[str]) -> str:
    """A text with notes in parentheses behind it."""
    return f"{text} ({'; '.join(notes)})" if notes else text
