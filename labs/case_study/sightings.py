"""Who saw what on which morning: the shop's own config, and each ready-made one."""

from collections.abc import Sequence
from datetime import date

from labs.case_study.designs import DESIGNS
from labs.case_study.findings import Finding, Witness, labelled
from labs.case_study.fortnight import Answer, Morning
from labs.case_study.loader import Mode
from labs.case_study.story import ONE_DAY, Lived, ranges

OWN = "own config"
ALL = (OWN, *DESIGNS)
"""Everybody who is asked every morning."""


def answer(morning: Morning, asked: str) -> Answer:
    """What one config says on a morning."""
    return Answer(morning.exit, morning.said) if asked == OWN else morning.designs[asked]


def witnesses(finding: Finding, asked: str) -> Sequence[Witness]:
    """The checks that could speak of a finding, if the config has them."""
    return finding.witnesses if asked == OWN else finding.designs


def days_of(lived: Lived, witness: Witness) -> list[date]:
    """The days of whose mornings a witness would speak of its finding."""
    days = lived.days_with(witness.fact, witness.more_than)
    if witness.stays and days:
        return [day for day in lived.days if day >= days[0]]
    return days


def heard(lived: Lived, witness: Witness, asked: str, mode: Mode) -> list[Morning]:
    """The mornings on which a witness speaks of its finding."""
    days = days_of(lived, witness) if mode in witness.modes else []
    found = [morning for morning in lived.fortnights[mode] if morning.day in days]
    return [morning for morning in found if is_loud(answer(morning, asked), witness.check)]


def is_loud(told: Answer, check: str) -> bool:
    """Whether a config has a check, and the check is not silent."""
    return check in told.said and not told.said[check].is_silent


def mornings_of(lived: Lived, finding: Finding, asked: str, mode: Mode) -> list[Morning]:
    """The mornings on which a config says something of a finding."""
    loud = {
        morning.day
        for witness in witnesses(finding, asked)
        for morning in heard(lived, witness, asked, mode)
    }
    return [morning for morning in lived.fortnights[mode] if morning.day in loud]


def dates(mornings: Sequence[Morning]) -> str:
    """When some mornings are: on the day after the day they are about."""
    return ranges([morning.day + ONE_DAY for morning in mornings])


def seen_on(lived: Lived, asked: str, mode: Mode) -> dict[date, list[str]]:
    """Day -> the labels of the findings that a config speaks of on its morning."""
    found: dict[date, list[str]] = {morning.day: [] for morning in lived.fortnights[mode]}
    for label, finding in labelled():
        for morning in mornings_of(lived, finding, asked, mode):
            found[morning.day].append(label)
    return found


def unexplained(lived: Lived, asked: str, mode: Mode) -> list[tuple[date, str]]:
    """What a config says on a morning, and no finding accounts for."""
    explained = {
        (morning.day, witness.check)
        for _, finding in labelled()
        for witness in witnesses(finding, asked)
        for morning in heard(lived, witness, asked, mode)
    }
    return [
        (morning.day, check)
        for morning in lived.fortnights[mode]
        for check in answer(morning, asked).said
        if is_loud(answer(morning, asked), check) and (morning.day, check) not in explained
    ]


def letter(told: Answer) -> str:
    """The worst that is said: F fails, U unmeasured, W warns, i tells nobody, - nothing at all."""
    loud = [said for said in told.said.values() if not said.is_silent]
    ranked = [letter for letter in "FUWi" if letter in {said.letter for said in loud}]
    return ranked[0] if ranked else "-"
