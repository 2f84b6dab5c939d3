"""Why something was put in quarantine: for programs, and for whoever opens the folder."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from warehouse_exporter import __version__
from warehouse_exporter.config import Check, Config
from warehouse_exporter.config.copies import Quarantine
from warehouse_exporter.core.model import Outcome, Pass
from warehouse_exporter.core.wording import counted
from warehouse_exporter.publish.report import cell, shown

if TYPE_CHECKING:
    from warehouse_exporter.copies.quarantine import Contents

FORMAT = 1


def as_data(
    config: Config,
    rules: Quarantine,
    checks: tuple[Check, ...],
    done: Pass,
    contents: Contents,
    looks: int,
    now: datetime,
) -> dict[str, Any]:
    """The content of reason.json."""
    return {
        "format": FORMAT,
        "warehouse": config.warehouse.name,
        "as_of": done.as_of.isoformat(),
        "made_at": now.isoformat(),
        "version": __version__,
        "config": {"path": config.path, "sha256": config.sha256},
        "looks": looks,
        "findings": [finding for check in checks for finding in findings(check, done)],
        "copied": [
            {
                "dataset": one.dataset,
                "relation": one.relation,
                "day": written(contents.days.get(one.dataset)),
                "file": one.file,
                "rows": one.rows,
                "sha256": one.sha256,
                "columns": {column.name: column.type for column in one.columns},
                "left_out": list(rules.without(one.dataset)),
            }
            for one in contents.copied
        ],
        "not_copied": [{"dataset": name, "why": why} for name, why in contents.missing.items()],
    }


def findings(check: Check, done: Pass) -> list[dict[str, Any]]:
    """The critical findings of one check."""
    return [
        {
            "dataset": check.id.dataset,
            "check": check.id.name,
            "owner": check.owner,
            "sentence": shown(verdict),
            "text": verdict.text,
            "labels": dict(verdict.sample.labels) if verdict.sample else {},
        }
        for verdict in done.results[check.id].verdicts
        if verdict.loud and verdict.outcome is Outcome.CRITICAL
    ]


def written(day: date | None) -> str | None:
    """A day as JSON has it."""
    return None if day is None else day.isoformat()


def markdown(found: dict[str, Any]) -> str:
    """The content of reason.md."""
    number = counted(len(found["findings"]), "critical finding")
    lines = [
        f"# Quarantine of {cell(found['warehouse'])}",
        "",
        f"{number} as of {found['as_of']}. The files show what was judged: the same snapshot.",
        "",
        "| check | finding | owner |",
        "|---|---|---|",
    ]
    for one in found["findings"]:
        check = cell(f"{one['dataset']}.{one['check']}")
        lines.append(f"| `{check}` | {cell(one['sentence'])} | {cell(one['owner'] or '')} |")
    lines += ["", "| file | relation | rows | day | left out |", "|---|---|---|---|---|"]
    for one in found["copied"]:
        left_out = cell(", ".join(one["left_out"]))
        lines.append(
            f"| `{one['file']}` | {cell(one['relation'])} | {one['rows']:,} |"
            f" {one['day'] or 'all'} | {left_out} |"
        )
    for one in found["not_copied"]:
        lines += ["", f"Not copied: {cell(one['dataset'])}: {cell(one['why'])}."]
    if found["looks"] > 1:
        lines += [
            "",
            "A part of the pass was read twice, because tables were rewritten or the connection was"
            " lost; the files show the later snapshot.",
        ]
    lines += [
        "",
        "Look at a file with `zcat FILE | head`. To go back to the last known good rows, use"
        " `warehouse-exporter restore`.",
    ]
    return "\n".join(lines) + "\n"
