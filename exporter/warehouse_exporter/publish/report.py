"""A pass as a report for people and for programs: Markdown, JSON, and the words of a table."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from warehouse_exporter.core.model import RANK, CheckId, Outcome, Result, Severity, Verdict
from warehouse_exporter.core.wording import counted as so_many

if TYPE_CHECKING:
    from warehouse_exporter.config import Config

Results = Mapping[CheckId, Result]
Line = tuple[CheckId, Verdict]


def lines(results: Results) -> list[Line]:
    """Every verdict with its check, worst first; numbers without a limit come last."""
    every = [(check, verdict) for check, result in results.items() for verdict in result.verdicts]
    return sorted(every, key=lambda line: place_of(line[1]))


def place_of(verdict: Verdict) -> tuple[int, bool]:
    """Where a verdict stands: worst first, and what is accepted behind everything loud."""
    if verdict.only_shown:
        return len(RANK), False
    silent = verdict.accepted is not None
    return (max(RANK[verdict.outcome], RANK[Outcome.WARNING]) if silent else RANK[verdict.outcome],
            silent)  # fmt: skip


def counted(verdicts: Iterable[Verdict]) -> str:
    """`1 FAIL, 2 WARN, 1 accepted, 12 PASS, 3 numbers without a limit`, worst first."""
    given = list(verdicts)
    every = [verdict for verdict in given if not verdict.only_shown]
    shown = len(given) - len(every)
    numbers = f"{so_many(shown, 'number')} without a limit" if shown else ""
    return ", ".join(filter(None, (counted_judged(every), numbers))) or "no checks"


def counted_judged(every: list[Verdict]) -> str:
    """`1 FAIL, 2 WARN, 1 accepted, 12 PASS`, worst first."""
    counts = Counter(verdict.outcome for verdict in every if verdict.accepted is None)
    parts = {o: f"{counts[o]} {o.shown}" for o in Outcome if counts[o]}
    if accepted := len(every) - counts.total():
        known = ", ".join(text for o, text in parts.items() if RANK[o] <= RANK[Outcome.WARNING])
        others = ", ".join(text for o, text in parts.items() if RANK[o] > RANK[Outcome.WARNING])
        return ", ".join(filter(None, (known, f"{accepted} accepted", others)))
    return ", ".join(parts.values())


def summary(results: Results, as_of: datetime) -> str:
    """The one line under a table."""
    return f"{counted(v for _, v in lines(results))} as of {as_of:%Y-%m-%d %H:%M:%S %Z}"


def word(verdict: Verdict) -> str:
    """The outcome's word, marked if the finding is of severity info, or accepted.

    A number without a limit has no verdict: a dash.
    """
    if verdict.only_shown:
        return "-"
    notes = ["info"] if verdict.severity is Severity.INFO else []
    notes += ["accepted"] if verdict.accepted is not None else []
    return verdict.outcome.shown + (f" ({', '.join(notes)})" if notes else "")


def shown(verdict: Verdict) -> str:
    """The text of a verdict for people; of one that is accepted, until when and why."""
    text = verdict.sentence or verdict.text
    return text if verdict.accepted is None else f"{text} [{verdict.accepted.text}]"


def on_one_line(text: str) -> str:
    """Text for a table: a name or a label from the data neither breaks it nor steers a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def markdown(results: Results, as_of: datetime, config: Config) -> str:
    """The report as a Markdown document."""
    rows = [
        f"| {word(verdict)} | `{cell(str(check))}` | {cell(shown(verdict))} "
        f"| {cell(owner(config, check))} |"
        for check, verdict in lines(results)
    ]
    head = ["# Data quality report", "", summary(results, as_of), ""]
    table = ["| verdict | check | reason | owner |", "|---|---|---|---|", *rows]
    return "\n".join([*head, *table]) + "\n"


def cell(text: str) -> str:
    """Text that cannot break out of a table's cell."""
    return on_one_line(text).replace("|", "\\|").replace("<", "&lt;")


def owner(config: Config, check: CheckId) -> str:
    """The owner of a check, or nothing."""
    return config.check(check).owner or ""


def as_data(results: Results, as_of: datetime, config: Config) -> dict[str, Any]:
    """The report as plain data; also the answer of /api/v1/checks."""
    every = lines(results)
    counts = Counter(verdict.outcome for _, verdict in every)
    return {
        "as_of": as_of.isoformat(),
        "counts": {outcome.value: counts[outcome] for outcome in Outcome},
        "accepted": sum(verdict.accepted is not None for _, verdict in every),
        "checks": [entry(check, verdict, config) for check, verdict in every],
    }


def entry(check: CheckId, verdict: Verdict, config: Config) -> dict[str, Any]:
    """One verdict as plain data; infinities, which JSON does not have, as text."""
    found = config.check(check)
    sample = verdict.sample
    values = (
        {n: v if math.isfinite(v) else str(v) for n, v in sample.values.items()} if sample else {}
    )
    limits = {severity.value: c.text for severity, c in found.kind.conditions().items()}
    return {
        "dataset": check.dataset,
        "check": check.name,
        "kind": found.kind.kind,
        "ids": list(found.kind.ids),
        "owner": found.owner,
        "outcome": verdict.outcome.value,
        "severity": verdict.severity.value if verdict.severity else None,
        "reason": verdict.reason.value if verdict.reason else None,
        "sentence": verdict.sentence or verdict.text,
        "accepted": accepted(verdict),
        "text": verdict.text,
        "labels": dict(sample.labels) if sample else {},
        "values": values,
        "limits": limits,
    }


def accepted(verdict: Verdict) -> dict[str, str] | None:
    """Until when a finding is silent, and why; None where it is not accepted."""
    given = verdict.accepted
    return None if given is None else {"until": str(given.until), "reason": given.reason}


def as_json(results: Results, as_of: datetime, config: Config) -> str:
    """The report as JSON."""
    return json.dumps(as_data(results, as_of, config), indent=2, ensure_ascii=False) + "\n"
