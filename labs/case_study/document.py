"""The story as two pages: one to read, and the tables behind it; every number is filled in."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from warehouse_exporter.cli.exit_codes import Exit
from warehouse_exporter.core.model import RANK, Severity

from labs.case_study import comparison
from labs.case_study.findings import Finding, findings
from labs.case_study.fortnight import Morning, Said
from labs.case_study.loader import Mode
from labs.case_study.matrix import NEVER_SILENT, matrix, never, numbers
from labs.case_study.sightings import ALL, OWN, dates, heard
from labs.case_study.story import ONE_DAY, Story, part, ranges

FOLDER = Path(__file__).parent
DOCS = FOLDER.parents[1] / "docs" / "explanation"
PAGES = {"case-study.md": "page.md.j2", "case-study-tables.md": "tables.md.j2"}
"""The pages, each with its template."""

CLEAN = (
    "other_day", "out_of_order", "unknown_names", "no_data", "revenue_absent_or_negative",
    "transaction_of_other_day", "orders_without_client",
)  # fmt: skip
"""Facts that were looked for and found to be nothing."""


def render(story: Story) -> dict[str, str]:
    """The pages by their file names."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.globals.update(words(story), everybody=ALL, **comparison.words(story))
    environment.filters["cell"] = lambda text: text.replace("|", "\\|").replace("\n", " ")

    def filled(name: str) -> Iterator[tuple[Finding, str]]:
        for finding in findings(name):
            yield finding, environment.from_string(finding.evidence).render()

    found = {name: list(filled(name)) for name in ("published", "unpublished")}
    made = {page: environment.get_template(name).render(found) for page, name in PAGES.items()}
    return {
        page: "\n".join(line.rstrip() for line in t.splitlines()) + "\n" for page, t in made.items()
    }


def words(story: Story) -> dict[str, Any]:
    """What the template and the evidence may say."""
    return {
        "story": story,
        "Mode": Mode,
        "whole": lambda name: str(story.count(name)),
        "n": lambda name: f"{story.count(name).n:,f}",
        "of": lambda name, more: str(part(story.count(name), story.count(more))),
        "by_day": story.by_day,
        "shares": story.shares,
        "totals": lambda name: totals(story, name),
        "span": lambda finding: span(story, finding.daily),
        "when": lambda name: ranges(story.days_with(name)),
        "since": lambda name, _: f"{since(story, name):%m-%d}",
        "change": lambda name, back: change(story, name, back),
        "kpi_change": lambda check, back: kpi_change(story, check, back),
        "definition": lambda finding: story.facts[finding.fact].means,
        "total": lambda finding: str(story.facts[finding.fact].whole or "-"),
        "seen": lambda finding: seen(story, finding),
        "quotes": lambda finding: quotes(story, finding),
        "matrix": lambda mode: matrix(story, mode),
        "numbers": lambda mode: numbers(story, mode),
        "never": lambda mode, silent: never(story, mode, silent),
        "reasons": NEVER_SILENT,
        "report": report,
        "word": word,
        "codes": list(Exit),
        "clean": CLEAN,
        "definition_of": lambda name: story.facts[name].means,
        "exits": lambda mode: exits(story.fortnights[mode]),
        "faults": lambda name: [finding for finding in findings(name) if finding.is_fault],
        "span_of": lambda name: span(story, name),
        "day": lambda day: f"{day:%m-%d}",
        "morning": lambda day: f"{day + ONE_DAY:%m-%d}",
        "own": OWN,
    }


def totals(story: Story, name: str) -> str:
    """What the numbers of a fact are out of, day by day."""
    return " ".join(f"{count.total or 0:f}" for _, count in sorted(story.facts[name].days.items()))


def span(story: Story, name: str) -> str:
    """The least and the most that a fact was on one day: rates where it has them."""
    counts = list(story.facts[name].days.values())
    if all(count.total in (None, 1) for count in counts):
        numbers = [count.n for count in counts]
        return f"{min(numbers):,f} to {max(numbers):,f}"
    rates = [count.n / count.total for count in counts if count.total]
    return f"{min(rates) * 100:.1f} to {max(rates) * 100:.1f} %"


def since(story: Story, name: str) -> date:
    """The first day from which on a fact holds of everything."""
    days = sorted(story.facts[name].days.items(), reverse=True)
    first = days[0][0]
    for day, count in days:
        if count.n != count.total:
            break
        first = day
    return first


def change(story: Story, name: str, back: int) -> str:
    """How a fact of the last day compares with that many days before, in per cent."""
    days, last = story.facts[name].days, story.days[-1]
    return f"{days[last].n / days[last - timedelta(days=back)].n - 1:+.1%}".replace("%", " %")


def kpi_change(story: Story, check: str, back: int) -> str:
    """The same of a business number, where the staging model was repaired."""
    told = {morning.day: morning.said[check].value for morning in story.fortnights[Mode.RENAMED]}
    last = story.days[-1]
    now, before = told[last], told[last - timedelta(days=back)]
    if now is None or not before:
        return "not comparable"
    return f"{now / before - 1:+.1%}".replace("%", " %")


def seen(story: Story, finding: Finding) -> list[str]:
    """Which check says so, with which letters and on which mornings, mode by mode."""
    lines = []
    for witness in finding.witnesses:
        told = {
            mode: [
                f"{letters(found, witness.check)} {dates(found)}"
                for found in [heard(story, witness, OWN, mode)]
                if found
            ]
            for mode in witness.modes
        }
        texts = {mode: text[0] for mode, text in told.items() if text}
        if len(texts) == len(Mode) and len(set(texts.values())) == 1:
            lines.append(f"`{witness.check}` {next(iter(texts.values()))}")
        else:
            lines += [f"`{witness.check}` {text} ({m.value})" for m, text in texts.items()]
    return lines


def letters(found: Sequence[Morning], check: str) -> str:
    """The letters of some mornings, each once."""
    return "/".join(dict.fromkeys(morning.said[check].letter for morning in found))


def quotes(story: Story, finding: Finding) -> list[tuple[str, Said]]:
    """What each witness says on the first morning it speaks, where it speaks at all."""
    found = []
    for witness in finding.witnesses:
        told = [m for mode in witness.modes for m in heard(story, witness, OWN, mode)[:1]]
        unique = {m.said[witness.check].text: m for m in told}
        found += [(witness.check, m.said[witness.check]) for m in unique.values()]
    return found


def report(morning: Morning) -> list[tuple[str, Said]]:
    """The findings of a morning, worst first."""
    loud = [(check, said) for check, said in morning.said.items() if not said.is_silent]
    return sorted(loud, key=lambda line: RANK[line[1].outcome])


def word(said: Said) -> str:
    """The outcome's word; a finding that tells nobody says so."""
    return said.outcome.shown + (" (info)" if said.severity is Severity.INFO else "")


def exits(fortnight: Sequence[Morning]) -> Mapping[int, str]:
    """Exit code -> the mornings on which the gate ends with it, if there are any."""
    found = {code: [m for m in fortnight if m.exit == code] for code in Exit}
    return {code: dates(told) if told else "" for code, told in found.items()}
