"""The ready-made configs side by side: mornings x designs, findings x designs, and the evidence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from warehouse_exporter import profiles

from labs.case_study.designs import DESIGNS, not_applicable, shipped
from labs.case_study.findings import Finding, labelled
from labs.case_study.fortnight import Said
from labs.case_study.loader import Mode
from labs.case_study.matrix import letters_of
from labs.case_study.sightings import answer, dates, heard, letter, mornings_of, seen_on, witnesses
from labs.case_study.story import ONE_DAY, Lived

LITTLE = "insufficient history"
"""How the text of a check begins that has too few days to learn from."""


@dataclass(frozen=True)
class Quote:
    """What a check says of a finding, on the first morning it does, and on which mornings."""

    check: str
    said: Said
    mornings: str


def by_morning(lived: Lived, mode: Mode, asked: Sequence[str]) -> Iterator[tuple[date, list[str]]]:
    """Morning by morning, what each config amounts to and which findings it speaks of.

    A finding is bold on the first morning a config speaks of it.
    """
    known = {one: seen_on(lived, one, mode) for one in asked}
    before: dict[str, set[str]] = {one: set() for one in asked}
    for morning in lived.fortnights[mode]:
        cells = []
        for one in asked:
            labels = known[one][morning.day]
            marked = [label if label in before[one] else f"**{label}**" for label in labels]
            before[one].update(labels)
            worst = letter(answer(morning, one))
            cells.append(f"{worst}: {' '.join(marked)}" if marked else worst)
        yield morning.day + ONE_DAY, cells


def by_finding(
    lived: Lived, mode: Mode, asked: Sequence[str]
) -> Iterator[tuple[str, Finding, list[str]]]:
    """Finding by finding, on which mornings each config speaks of it; a dash: it never does."""
    for label, finding in labelled():
        seen = [mornings_of(lived, finding, one, mode) for one in asked]
        yield label, finding, [dates(mornings) if mornings else "-" for mornings in seen]


def evidence(lived: Lived, design: str, mode: Mode) -> Iterator[tuple[str, Finding, list[Quote]]]:
    """What a design saw: finding by finding, each check that spoke of it and how."""
    for label, finding in labelled():
        quotes = []
        for witness in witnesses(finding, design):
            mornings = heard(lived, witness, design, mode)
            if mornings:
                said = answer(mornings[0], design).said[witness.check]
                quotes.append(Quote(witness.check, said, dates(mornings)))
        if quotes:
            yield label, finding, quotes


def unseen(lived: Lived, asked: Sequence[str]) -> list[str]:
    """The titles of what none of some configs ever speaks of."""
    return [
        finding.title
        for _, finding in labelled()
        if not any(mornings_of(lived, finding, one, mode) for one in asked for mode in Mode)
    ]


def spoken(lived: Lived, design: str, mode: Mode) -> str:
    """The checks of a design that are not always silent, as a matrix of letters."""
    fortnight = lived.fortnights[mode]
    days = " ".join(f"{morning.day + ONE_DAY:%d}" for morning in fortnight)
    checks = [
        check
        for check in fortnight[0].designs[design].said
        if not quiet(lived, design, mode, check)
    ]
    width = max((len(check) for check in checks), default=0) + 2
    lines = [f"{'morning of':<{width}}{days}"]
    for check in checks:
        said = [morning.designs[design].said[check] for morning in fortnight]
        lines.append(f"{check:<{width}}{letters_of(said)}")
    return "\n".join(lines)


def quiet(lived: Lived, design: str, mode: Mode, check: str) -> bool:
    """Whether a check of a design is silent on all mornings of a mode."""
    return all(m.designs[design].said[check].is_silent for m in lived.fortnights[mode])


@dataclass(frozen=True)
class Share:
    """How many checks there are, how many of them are never loud, how many never learnt enough."""

    checks: int
    silent: int
    without_history: int


def share(lived: Lived, design: str, mode: Mode) -> Share:
    """How much of a design took part in a mode."""
    fortnight = lived.fortnights[mode]
    checks = list(fortnight[0].designs[design].said)
    waiting = [
        check
        for check in checks
        if all(m.designs[design].said[check].text.startswith(LITTLE) for m in fortnight)
    ]
    silent = sum(quiet(lived, design, mode, check) for check in checks)
    return Share(len(checks), silent, len(waiting))


def stay_out(design: str) -> dict[str, str]:
    """The checks of a design that do not apply, and why."""
    return dict(not_applicable(design))


def first(lived: Lived, finding: Finding, asked: str) -> str:
    """The first morning on which a config reports a finding, in each mode if they differ."""
    found = {}
    for mode in Mode:
        mornings = mornings_of(lived, finding, asked, mode)
        found[mode] = f"{mornings[0].day + ONE_DAY:%m-%d}" if mornings else "never"
    if len(set(found.values())) == 1:
        return found[Mode.ADDED]
    return ", ".join(f"{when} ({mode.value})" for mode, when in found.items())


def seen_count(lived: Lived, asked: str, mode: Mode) -> int:
    """How many findings a config reports on any morning."""
    return sum(bool(mornings_of(lived, finding, asked, mode)) for _, finding in labelled())


def stopped(lived: Lived, asked: str, mode: Mode) -> int:
    """On how many mornings a config stops the DAG."""
    return sum(answer(morning, asked).exit != 0 for morning in lived.fortnights[mode])


def words(story: Lived) -> dict[str, object]:
    """What the template may say of the designs."""
    return {
        "designs": DESIGNS,
        "by_morning": by_morning,
        "by_finding": by_finding,
        "evidence": lambda design, mode: list(evidence(story, design, mode)),
        "first": lambda finding, asked: first(story, finding, asked),
        "seen_count": lambda asked, mode: seen_count(story, asked, mode),
        "stopped": lambda asked, mode: stopped(story, asked, mode),
        "checks_of": lambda asked: len(answer(story.fortnights[Mode.ADDED][0], asked).said),
        "unseen": lambda asked: unseen(story, asked),
        "spoken": lambda design, mode: spoken(story, design, mode),
        "share": lambda design, mode: share(story, design, mode),
        "stay_out": stay_out,
        "shipped": lambda design: len(shipped(design).checks),
        "summary": lambda design: profiles.summary(design),
    }
