"""A pass for people and for machines: table, Markdown, JSON."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from exporter.config import Config
from exporter.model import RANK, CheckId, Outcome, Result, Severity, Verdict

STYLES = {
    Outcome.CRITICAL: "bold red",
    Outcome.UNMEASURED: "bold magenta",
    Outcome.WARNING: "yellow",
    Outcome.SKIPPED: "dim",
    Outcome.PASS: "green",
}
Results = Mapping[CheckId, Result]
Line = tuple[CheckId, Verdict]


def lines(results: Results) -> list[Line]:
    """Every verdict with its check, worst first."""
    every = [(check, verdict) for check, result in results.items() for verdict in result.verdicts]
    return sorted(every, key=lambda line: RANK[line[1].outcome])


def counted(verdicts: Iterable[Verdict]) -> str:
    """`1 FAIL, 2 WARN, 12 PASS`, worst first."""
    counts = Counter(verdict.outcome for verdict in verdicts)
    return ", ".join(f"{counts[o]} {o.shown}" for o in Outcome if counts[o]) or "no checks"


def summary(results: Results, as_of: datetime) -> str:
    """The one line under a table."""
    return f"{counted(v for _, v in lines(results))} as of {as_of:%Y-%m-%d %H:%M:%S %Z}"


def word(verdict: Verdict) -> str:
    """The outcome's word; a finding that tells nobody says so."""
    info = " (info)" if verdict.severity is Severity.INFO else ""
    return verdict.outcome.shown + info


def on_one_line(text: str) -> str:
    """Text for a table: a name or a label from the data neither breaks it nor steers a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def table_rows(results: Results) -> list[tuple[Outcome, str, str, str]]:
    """Outcome, word, check and reason of every verdict, worst first."""
    return [
        (verdict.outcome, word(verdict), on_one_line(str(check)), on_one_line(verdict.text))
        for check, verdict in lines(results)
    ]


def print_table(results: Results, as_of: datetime, console: Console) -> None:
    """The compact table: in colour and folded on a terminal, one line a verdict elsewhere."""
    if console.is_terminal:
        console.print(rich_table(results))
    else:
        for line in plain_table(results):
            console.file.write(f"{line}\n")
    console.file.write(f"\n{summary(results, as_of)}\n")


def rich_table(results: Results) -> Table:
    """The table for a terminal."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("VERDICT", no_wrap=True)
    table.add_column("CHECK", overflow="fold")
    table.add_column("REASON", overflow="fold")
    for outcome, shown, check, text in table_rows(results):
        table.add_row(Text(shown, style=STYLES[outcome]), Text(check), Text(text))
    return table


def plain_table(results: Results) -> Iterator[str]:
    """The table for pipes and logs; nothing is folded."""
    rows = [("VERDICT", "CHECK", "REASON"), *(row[1:] for row in table_rows(results))]
    first, second = (max(len(row[place]) for row in rows) for place in (0, 1))
    for row in rows:
        yield f"{row[0]:<{first}}  {row[1]:<{second}}  {row[2]}"


def markdown(results: Results, as_of: datetime, config: Config) -> str:
    """The report as a Markdown document."""
    rows = [
        f"| {word(verdict)} | `{cell(str(check))}` | {cell(verdict.text)} "
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
    """Whose check it is, or nothing."""
    return config.check(check).owner or ""


def as_data(results: Results, as_of: datetime, config: Config) -> dict[str, Any]:
    """The report as plain data; also the answer of /api/v1/checks."""
    every = lines(results)
    counts = Counter(verdict.outcome for _, verdict in every)
    return {
        "as_of": as_of.isoformat(),
        "counts": {outcome.value: counts[outcome] for outcome in Outcome},
        "checks": [entry(check, verdict, config) for check, verdict in every],
    }


def entry(check: CheckId, verdict: Verdict, config: Config) -> dict[str, Any]:
    """One verdict as plain data; infinities, which JSON cannot say, as text."""
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
        "text": verdict.text,
        "labels": dict(sample.labels) if sample else {},
        "values": values,
        "limits": limits,
    }


def as_json(results: Results, as_of: datetime, config: Config) -> str:
    """The report as JSON."""
    return json.dumps(as_data(results, as_of, config), indent=2, ensure_ascii=False) + "\n"
