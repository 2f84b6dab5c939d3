"""Which checks share a rule, and how its expression chooses them: by name, and no others.

A series of a check that is no longer in the config may live for hours, so a choice never covers a
check that was not asked for.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from warehouse_exporter.alerting.related import matching
from warehouse_exporter.alerting.rules.memory import Rule
from warehouse_exporter.core.model import CheckId

CHOSEN = "\0chosen"
"""Stands in an expression for the matchers of the checks that it judges."""
APART = "\0apart"
"""Stands in a label for what tells a rule from others of the same alert."""
AT_ONCE = 50
"""Choices of one expression: Prometheus reads it anew in each evaluation."""
Choice = tuple[tuple[str, ...], tuple[str, ...]]
"""Datasets and names: each of these datasets has checks of each of these names."""


@dataclass(frozen=True)
class Draft:
    """A rule as it is for one check, and what tells it from others of the same alert."""

    check: CheckId
    rule: Rule
    apart: str


def merged(drafts: Iterable[Draft]) -> Iterator[Rule]:
    """Rules that are the same but for the check as one, in the order of the first of each."""
    same: dict[Hashable, tuple[Draft, list[CheckId]]] = {}
    for draft in drafts:
        same.setdefault(key_of(draft.rule), (draft, []))[1].append(draft.check)
    known: dict[str, int] = {}
    for draft, checks in same.values():
        found = choices(checks)
        for start in range(0, len(found), AT_ONCE):
            yield rule_of(draft, found[start : start + AT_ONCE], known)


def key_of(rule: Rule) -> Hashable:
    """What is the same for rules that are the same."""
    return tuple(
        (name, tuple(part.items()) if isinstance(part, dict) else part)
        for name, part in rule.items()
    )


def rule_of(draft: Draft, found: Sequence[Choice], known: dict[str, int]) -> Rule:
    """The rule about some checks; of those that nothing else tells apart, each has a number."""
    key = json.dumps([draft.rule["alert"], draft.rule["labels"], draft.apart])
    known[key] = known.get(key, 0) + 1
    apart = draft.apart if known[key] == 1 else f"{draft.apart}, {known[key]}"
    labels: Mapping[str, str] = draft.rule["labels"]
    return {
        **draft.rule,
        "expr": of_choices(draft.rule["expr"], found),
        "labels": {name: text.replace(APART, apart) for name, text in labels.items()},
    }


def of_choices(expression: str, found: Sequence[Choice]) -> str:
    """An expression about some checks: one statement for each choice."""
    said = [
        expression.replace(CHOSEN, f"{matching('dataset', datasets)},{matching('check', checks)}")
        for datasets, checks in found
    ]
    return said[0] if len(said) == 1 else "\nor\n".join(f"({one})" for one in said)


def choices(checks: Iterable[CheckId]) -> list[Choice]:
    """As few choices as cover the checks: datasets with the same names, or names together."""
    names: dict[str, list[str]] = {}
    datasets: dict[str, list[str]] = {}
    for check in checks:
        names.setdefault(check.dataset, []).append(check.name)
        datasets.setdefault(check.name, []).append(check.dataset)
    by_dataset = [(several, one) for one, several in alike(names)]
    return min(by_dataset, alike(datasets), key=len)


def alike(found: Mapping[str, Sequence[str]]) -> list[Choice]:
    """What several have in common, and those that have it."""
    grouped: dict[tuple[str, ...], list[str]] = {}
    for one, several in found.items():
        grouped.setdefault(tuple(sorted(several)), []).append(one)
    return [(common, tuple(ones)) for common, ones in grouped.items()]
