"""A backtest for machines: JSON, with every day that was no pass."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from warehouse_exporter.backtest.messages import WORDS, Messages
from warehouse_exporter.backtest.run import Backtest
from warehouse_exporter.backtest.sensitivity import Tally
from warehouse_exporter.backtest.suggested import as_data
from warehouse_exporter.backtest.timeline import COUNTED, Record, Said, a_week, episodes, of_dataset
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import Outcome


def as_json(found: Backtest) -> str:
    """The backtest as JSON; of the days of a check all but those on which it passed."""
    checks = [
        {
            "dataset": record.check.id.dataset,
            "check": record.check.id.name,
            "kind": record.check.kind.kind,
            "same_every_day": record.check.id in found.unmoved,
            **entry(record, found.days),
            "changed": entry(other, found.days) if other else None,
        }
        for record in found.records
        for other in [found.changed.get(record.check.id)]
    ]
    data = {
        "as_of": found.as_of.isoformat(),
        "days": [str(day) for day in found.days],
        "statements": found.statements,
        "checks": checks,
        "datasets": [dataset_entry(name, found) for name in found.datasets],
        "messages": {
            **sent(found.messages),
            "changed": sent(found.changed_messages) if found.changed else None,
        },
        "injected": None if found.recall is None else injected(found),
        "suggested": as_data(found.proposals, found.pastes) if found.wanted else None,
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def entry(record: Record, days: Sequence[date]) -> dict[str, Any]:
    """The verdict of a check under its limits."""
    conditions = record.check.kind.conditions()
    return {
        "limits": {severity.value: found.text for severity, found in conditions.items()},
        "counts": {word: record.counts[word] for word in (*COUNTED, "PASS")},
        **firing(record.fired_on, days),
        "said": [
            said_entry(day, said)
            for day, said in record.said.items()
            if said.outcome is not Outcome.PASS
        ],
    }


def said_entry(day: date, said: Said) -> dict[str, Any]:
    """The verdict of a day."""
    severity = said.severity.value if said.severity else None
    return {
        "day": str(day), "outcome": said.outcome.value, "severity": severity, "text": said.text,
    }  # fmt: skip


def firing(fired_on: Sequence[date], days: Sequence[date]) -> dict[str, Any]:
    """Days and episodes."""
    runs = episodes(fired_on)
    return {
        "fired_on": [str(day) for day in fired_on],
        "episodes": [{"from": str(first), "to": str(last)} for first, last in runs],
        "episodes_a_week": a_week(len(runs), days),
    }


def dataset_entry(name: str, found: Backtest) -> dict[str, Any]:
    """What people were notified of in a dataset."""
    other = None
    if any(check.dataset == name for check in found.changed):
        other = firing(of_dataset(found.with_changes, name), found.days)
    return {
        "dataset": name,
        **firing(of_dataset(found.records, name), found.days),
        "changed": other,
    }


def sent(messages: Messages) -> dict[str, Any]:
    """Pages and tickets: how many, how many a month, and each of them."""
    found: dict[str, Any] = {}
    for severity, word in WORDS.items():
        found[f"{word}s"] = len(messages.of(severity))
        found[f"{word}s_a_month"] = messages.a_month(severity)
    found["sent"] = [
        {
            "day": str(one.day), "severity": one.severity.value, "incident": one.incident,
            "dataset": one.check.dataset, "check": one.check.name,
            "unmeasured": one.fault is Fault.UNMEASURED, "datasets": list(one.datasets),
        }
        for one in messages.sent
    ]  # fmt: skip
    return found


def injected(found: Backtest) -> dict[str, Any]:
    """The recall: caught, and silent without the fault."""
    assert found.recall is not None
    return {
        "checks": {str(check): tallied(t) for check, t in found.recall.checks.items()},
        "changed": {str(check): tallied(t) for check, t in found.changed_recall.items()},
        "datasets": {name: tallied(t) for name, t in found.recall.datasets.items()},
        "not_injected": {str(check): reason for check, reason in found.untouched.items()},
    }


def tallied(tallies: Mapping[str, Tally]) -> dict[str, dict[str, int]]:
    """The tallies as plain data."""
    return {name: {"caught": t.caught, "silent": t.silent} for name, t in tallies.items()}
