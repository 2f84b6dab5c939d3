"""What is to be told, as it stands in published.yml and unpublished.yml."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.case_study.loader import Mode

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Witness:
    """A check that speaks of a finding, in these modes, on mornings after days with that fact.

    A day has the fact when its number is above `more_than`.
    """

    check: str
    modes: tuple[Mode, ...]
    fact: str
    more_than: float


@dataclass(frozen=True)
class Finding:
    """Something about the data: the published words or ours, evidence, and who says so.

    `evidence` is a template; its numbers are filled in. `daily` is the fact whose least and most
    on one day are told. `note` says what no check says.
    """

    title: str
    fact: str
    evidence: str
    witnesses: tuple[Witness, ...] = field(default=())
    note: str = ""
    daily: str = ""


def findings(name: str) -> list[Finding]:
    """The findings of one file."""
    text = (FOLDER / f"{name}.yml").read_text(encoding="utf-8")
    return [finding(entry) for entry in yaml.safe_load(text)]


def finding(entry: dict[str, Any]) -> Finding:
    """One finding; its witnesses speak on the days of its fact where they name no other."""
    witnesses = [witness(written, entry["fact"]) for written in entry.get("seen_by", [])]
    return Finding(
        entry["title"],
        entry["fact"],
        entry["evidence"],
        tuple(witnesses),
        entry.get("note", ""),
        entry.get("daily", entry["fact"]),
    )


def witness(written: str, fact: str) -> Witness:
    """From `check`, `check renamed`, `check on other_fact` or `check on other_fact > 100`."""
    left, _, right = written.partition(" on ")
    check, *modes = left.split()
    other, _, number = right.partition(" > ")
    chosen = tuple(Mode(mode) for mode in modes) or tuple(Mode)
    return Witness(check, chosen, other or fact, float(number or 0))
