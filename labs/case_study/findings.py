"""What is to be told, as it stands in published.yml and unpublished.yml."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from labs.case_study.loader import Mode

FOLDER = Path(__file__).parent
WITNESS = re.compile(
    r"(?P<check>\S+)(?P<modes>( added| renamed)*)"
    r"( (?P<how>on|since)( (?P<fact>\w+))?( > (?P<number>\d+))?)?"
)


@dataclass(frozen=True)
class Witness:
    """A check that speaks of a finding, in these modes, on mornings after days with that fact.

    A day has the fact when its number is above `more_than`. With `stays`, all days from the first
    such one on count: a check over the whole table speaks until the rows are repaired.
    """

    check: str
    modes: tuple[Mode, ...]
    fact: str
    more_than: float
    stays: bool


@dataclass(frozen=True)
class Finding:
    """Something about the data: the published words or ours, evidence, and who says so.

    `evidence` is a template; its numbers are filled in. `daily` is the fact whose least and most
    on one day are told. `note` says what no check says. `witnesses` are checks of the shop's own
    config, `designs` checks of the ready-made ones: those that a design has.
    """

    title: str
    fact: str
    evidence: str
    witnesses: tuple[Witness, ...] = field(default=())
    designs: tuple[Witness, ...] = field(default=())
    note: str = ""
    daily: str = ""
    is_fault: bool = True


def findings(name: str) -> list[Finding]:
    """The findings of one file."""
    text = (FOLDER / f"{name}.yml").read_text(encoding="utf-8")
    return [finding(entry) for entry in yaml.safe_load(text)]


def finding(entry: dict[str, Any]) -> Finding:
    """One finding; its witnesses speak on the days of its fact where they name no other."""
    own, designed = (
        tuple(witness(written, entry["fact"]) for written in entry.get(key, []))
        for key in ("seen_by", "designs")
    )
    return Finding(
        entry["title"],
        entry["fact"],
        entry["evidence"],
        own,
        designed,
        entry.get("note", ""),
        entry.get("daily", entry["fact"]),
        entry.get("is_fault", True),
    )


def labelled() -> list[tuple[str, Finding]]:
    """All faults: p and a number for what was published, a number alone for what was not."""
    published = [finding for finding in findings("published") if finding.is_fault]
    return [
        *((f"p{place}", finding) for place, finding in enumerate(published, 1)),
        *((str(place), finding) for place, finding in enumerate(findings("unpublished"), 1)),
    ]


def witness(written: str, fact: str) -> Witness:
    """From `check`, `check renamed`, `check on other_fact`, `check since other_fact > 100`."""
    found = WITNESS.fullmatch(written)
    if found is None:
        raise ValueError(f"{written!r} is no witness")
    modes = tuple(Mode(mode) for mode in found["modes"].split())
    return Witness(
        found["check"],
        modes or tuple(Mode),
        found["fact"] or fact,
        float(found["number"] or 0),
        found["how"] == "since",
    )
