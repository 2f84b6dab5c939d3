"""All that there is to tell: both fortnights, the facts, and the questions asked afterwards."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import psycopg2
from warehouse_exporter.core.wording import shown
from warehouse_exporter.demo.postgres import Postgres

from labs.case_study.facts import Count, Fact, facts
from labs.case_study.fortnight import Morning, Said, ask_afterwards, config, live
from labs.case_study.loader import Mode
from labs.case_study.names import COPY, ORIGINAL, Names

ONE_DAY = timedelta(days=1)
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Lived:
    """Both fortnights of a shop, and the facts of its data."""

    fortnights: Mapping[Mode, Sequence[Morning]]
    facts: Mapping[str, Fact]

    @property
    def days(self) -> list[date]:
        """The days of the files, oldest first."""
        return [morning.day for morning in self.fortnights[Mode.ADDED]]

    def days_with(self, name: str, more_than: float = 0) -> list[date]:
        """The days on which a fact is more than so many."""
        return [day for day, count in sorted(self.facts[name].days.items()) if count.n > more_than]


@dataclass(frozen=True)
class Story(Lived):
    """Everything that the document is made of; `copy` is the same under other names and dates."""

    afterwards: Mapping[str, Said]
    checks: Sequence[str]
    copy: Lived

    def count(self, name: str) -> Count:
        """A fact over all days; KeyError for one that has no such number."""
        whole = self.facts[name].whole
        if whole is None:
            raise KeyError(f"{name} is a number of single days only")
        return whole

    def by_day(self, name: str) -> str:
        """The numbers of a fact from the first day to the last."""
        return " ".join(f"{count.n:f}" for _, count in sorted(self.facts[name].days.items()))

    def shares(self, name: str) -> str:
        """The shares of a fact from the first day to the last, in per cent."""
        return " ".join(percent(count) for _, count in sorted(self.facts[name].days.items())) + " %"

    def kpi(self, check: str, day: date, mode: Mode = Mode.RENAMED) -> str:
        """A business number of a day, as the gate shows it."""
        value = next(m for m in self.fortnights[mode] if m.day == day).said[check].value
        return "-" if value is None else shown(value)


def percent(count: Count) -> str:
    """A share with one decimal; a dash where there is nothing to divide by."""
    return f"{count.n / count.total * 100:.1f}" if count.total else "-"


def ranges(days: Sequence[date]) -> str:
    """Days as people write them: 02-27, 03-01 … 03-05; three in a row make a range."""
    runs: list[list[date]] = []
    for day in sorted(days):
        if runs and day - runs[-1][-1] == ONE_DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(written(run) for run in runs) or "none"


def written(run: Sequence[date]) -> str:
    """One run of consecutive days."""
    if len(run) < 3:
        return ", ".join(f"{day:%m-%d}" for day in run)
    return f"{run[0]:%m-%d} … {run[-1]:%m-%d}"


def part(count: Count, more: Count) -> str:
    """How many of how many, from the numbers of two facts."""
    return str(Count(count.n, Decimal(more.n)))


def tell(directory: Path, progress: Progress) -> Story:
    """Live through both fortnights of both shops on a server of their own."""
    with Postgres() as server:
        original = shops(server, directory, ORIGINAL, progress)
        copy = shops(server, directory, COPY, progress)
        progress("facts and questions")
        return story(original, copy)


@dataclass(frozen=True)
class Shops:
    """A shop in each mode that is still there: its mornings, and its database."""

    names: Names
    fortnights: Mapping[Mode, Sequence[Morning]]
    dsns: Mapping[Mode, str]

    def lived(self) -> Lived:
        """What it lived through; the facts are those of the mode that keeps every column."""
        connection = psycopg2.connect(self.dsns[Mode.ADDED])
        try:
            return Lived(self.fortnights, facts(connection, self.names))
        finally:
            connection.close()


def shops(server: Postgres, directory: Path, names: Names, progress: Progress) -> Shops:
    """Let one shop live in both modes."""
    fortnights: dict[Mode, list[Morning]] = {}
    dsns = {}
    for mode in Mode:
        dsns[mode] = server.create_database(f"{names.of('shop')}_{mode.value}")
        fortnights[mode] = []
        for morning in live(dsns[mode], directory, mode, names):
            loud = sum(not said.is_silent for said in morning.said.values())
            told = f"{names.of('shop')}, columns {mode.value}, {morning.as_of:%Y-%m-%d %H:%M}"
            progress(f"{told}: {loud} findings")
            fortnights[mode].append(morning)
    return Shops(names, fortnights, dsns)


def story(original: Shops, copy: Shops) -> Story:
    """The story of shops that are still there."""
    lived, repaired = original.lived(), original.dsns[Mode.RENAMED]
    last = lived.fortnights[Mode.RENAMED][-1].as_of
    checks = [str(check.id) for check in config("dbname=none", ORIGINAL).checks]
    answers = ask_afterwards(repaired, last, ORIGINAL)
    return Story(lived.fortnights, lived.facts, answers, checks, copy.lived())
