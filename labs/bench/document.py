"""docs/explanation/performance.md: what was measured, on which machine, and how to read it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from labs.bench import commands, growth, many, profile, rules, scrape, startup, tables
from labs.bench.figures import Aim, Rounds, aims_of, median
from labs.bench.make_warehouse import Size
from labs.bench.measures import MEASURES
from labs.bench.missed import because
from labs.bench.profile import Found
from labs.bench.server import TOLD
from labs.bench.tables import Grid

HEAD = """\
# What it costs the warehouse

<!-- Written by `{command}`. Do not edit. -->

Measured with `{command}` on {day}, on {machine}.
{settings}. Load average before it began: {load:.1f}; what others do on the machine
is in every wall time, and makes CPU seconds longer, though less so.

## How to read it

- **Contenders.** `floor_count.sql` only counts the rows of every table: nobody who reads the
  tables is cheaper. `floor_cols.sql` counts the values of the columns that the measures need.
  `naive.sql` is one statement per measure of
  [the catalogue](../../labs/bench/catalogue.md), `fused.sql` the same measures in five statements
  fused by hand, `fused8.sql` those over the last eight days. The *full round* is the gate on
  [full.yml](../../labs/bench/full.yml): all of the catalogue's {all} measures, each over the
  catalogue's window. The *first pass*, the *steady pass* and *GET /metrics* are one running
  exporter on [days.yml](../../labs/bench/days.yml): checks of the expected day, and metrics against
  28 days. No index carries the transactions: their copies are looked for on the day itself and
  since; what it costs to look further stands under *Other settings*.
- **Rounds.** Every contender runs once, then every one again, {rounds} times in all, so that a
  machine that slows down slows everybody. Each cell is the median of the rounds. A ratio is made
  within each round; the median of those stands under `x fused`: times the server CPU of fused.sql.
- **Server CPU** is process accounting of all of the server's processes, parallel workers included.
  The postmaster is the parent of each, and the kernel adds a process's time to its parent's
  account when it is reaped. The account is read before and after, while no connection is open:
  nothing is sampled, nothing is left out. It is read in ticks of 10 ms; a steady pass is {steady}
  passes, divided.
- **Client CPU** and **RSS** are the client's own process, with its interpreter: CPU in all, and
  the largest resident set; of the exporter, the largest so far.
- **Wall** is from the start of the client's process to its end; of a pass, until it has ended.
- **Statements** read tables; settings, savepoints and the catalogue's columns are not counted.
- **Blocks** were read from the server's cache or from outside of it, index and catalogue included.
- **Values** of every measure are held against the catalogue's SQL in every round; a difference
  ends the bench without a document.
- **Statement by statement**: each once and alone on a connection of its own, those of a steady pass
  {steady} times, divided. A statement that is alone has both cores; a connection takes a hundredth
  of a second to open. What the pass takes beyond its statements stands in the last row.
"""


@dataclass(frozen=True)
class Section:
    """What was measured on one warehouse, or on the pair of a short and a long history."""

    title: str
    rounds: Rounds
    profiles: Mapping[str, Sequence[Found]] = field(default_factory=dict)

    @property
    def aims(self) -> Sequence[Aim]:
        """What its rounds can tell about."""
        return aims_of(self.rounds)

    def profile(self, what: str) -> Grid:
        """The statements of a pass, and what the pass takes beside them."""
        return profile.grid(self.profiles[what], median(self.rounds, what).server)


@dataclass(frozen=True)
class Part:
    """One table beside the rounds: what it says, before and after it, and its aims."""

    title: str
    text: str
    grid: Grid
    aims: Sequence[Aim] = ()
    remark: str = ""


@dataclass(frozen=True)
class Report:
    """What a run has measured.

    `server` are the server's settings in words, `load` is what waited for a core when it began.
    """

    sections: Sequence[Section]
    parts: Sequence[Part]
    server: str
    passes: int
    load: float


def machine() -> str:
    """CPU model, cores and memory."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in lines if "model name" in line), "unknown")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB of memory"


def title(size: Size) -> str:
    """The heading of a warehouse."""
    return f"{size.events:,} events over {size.days} days"


def render(report: Report, command: str) -> str:
    """The whole document."""
    head = HEAD.format(
        command=command, day=datetime.now(UTC).date(), machine=machine(), settings=report.server,
        load=report.load, all=len(MEASURES), rounds=len(report.sections[0].rounds),
        steady=report.passes,
    )  # fmt: skip
    parts = [part for one in report.sections for part in measured(one)]
    parts += [part for one in report.parts for part in beside(one)]
    return "\n".join([head, *parts, *missed(report), *catalogue()])


def measured(section: Section) -> Iterator[str]:
    """The tables of one section."""
    yield f"## {section.title}\n"
    yield tables.costs(section.rounds).markdown()
    yield tables.aims(section.aims).markdown()
    yield "Server CPU round by round:\n"
    yield tables.spread(section.rounds).markdown()
    for what in section.profiles:
        yield f"Where the server CPU of the {what} goes:\n"
        yield section.profile(what).markdown()


def beside(part: Part) -> Iterator[str]:
    """A table that stands by itself."""
    yield f"## {part.title}\n"
    yield part.text
    yield part.grid.markdown()
    if part.aims:
        yield tables.aims(part.aims).markdown()
    if part.remark:
        yield part.remark


def missed(report: Report) -> Iterator[str]:
    """What is behind every aim that is not met: the dearest statements, and what was tried."""
    found = [(one.title, aim, one.profiles) for one in report.sections for aim in one.aims]
    found += [(one.title, aim, {}) for one in report.parts for aim in one.aims]
    left = [one for one in found if not one[1].met]
    yield "## Where an aim is not met\n"
    if not left:
        yield "Every aim is met.\n"
    for where, aim, profiles in left:
        yield because(where, aim, profiles.get(aim.of, ()))


def settings(grid: Grid, size: Size, rounds: int) -> Part:
    """The variants of the settings on one warehouse."""
    text = (
        f"{size}, with one thing changed; medians of {rounds} rounds. The defaults are those"
        " *as shipped*:\ntwo connections a pass, work_mem and workers as the server has them. The"
        " last two rows are how far back\nthe exporter looks for copies of a day's transactions.\n"
    )
    return Part("Other settings", text, grid)


def scrapes(found: Mapping[str, scrape.Measured]) -> Part:
    """What scrapers get."""
    text = (
        f"{scrape.CLIENTS} clients (`wrk`, on the same cores) ask an exporter with"
        f" {scrape.SERIES:,} series for /metrics as often as\nthey can"
        f" (`python -m labs.bench.scrape`).\n"
    )
    return Part("Scrapes", text, scrape.grid(found), scrape.aims(found), scrape.remark(found))


def needs(found: startup.Needs) -> Part:
    """What the exporter needs for itself."""
    text = (
        f"The sample shop's config: medians of {startup.STARTS} starts with"
        f" {startup.ROUNDS} passes each (`python -m labs.bench.startup`).\n"
    )
    return Part("Start, memory, client", text, startup.grid(found), startup.aims(found))


def short_commands(found: commands.Found) -> Part:
    """What commands take, on one table and on very many checks."""
    text = (
        f"User and system time of a process, the least of {commands.RUNS} runs, and over"
        f" {commands.DATASETS:,} datasets of {commands.FEW_RUNS}\n"
        "(`python -m labs.bench.commands`). The warehouse refuses at once.\n"
    )
    return Part("Commands", text, commands.grid(found), commands.aims(found))


def many_checks(found: many.Needs) -> Part:
    """What very many checks need."""
    text = (
        f"{many.MANY:,} checks, {many.EACH} of each dataset, of a warehouse that is not there:"
        f" memory beside an exporter with {many.FEW}, and\none scraper while they are reloaded"
        " (`python -m labs.bench.many`).\n"
    )
    return Part("Very many checks", text, many.grid(found), many.aims(found))


def many_rules(found: Mapping[str, rules.Measured]) -> Part:
    """What Prometheus needs for the rules of very many checks."""
    text = (
        f"A real Prometheus judges the rules of {rules.MANY:,} checks, {rules.PER_DATASET} of each"
        " dataset, on a page made by hand\n"
        f"(`python -m labs.bench.rules --checks {rules.MANY}`). The group's own time is"
        " `prometheus_rule_group_last_duration_seconds`, the\nleast of"
        f" {rules.ROUNDS + 1} evaluations.\n"
    )
    return Part("Very many rules", text, rules.grid(found), rules.aims(found, rules.MANY))


def many_tables(found: Mapping[int, Mapping[str, growth.Spent]]) -> Part:
    """What many small tables cost."""
    text = (
        f"{len(growth.CHECKS)} checks on each of some small tables that have nothing to do with"
        " each other: CPU of one round\n(`python -m labs.bench.growth`). In its first round an"
        " exporter reads each table by itself, later those that\nwere quick together.\n"
    )
    return Part("Many small tables", text, growth.grid(found), growth.aims(found))


def catalogue() -> Iterator[str]:
    """Which check gives which measure."""
    yield "## The catalogue's measures\n"
    rows = [[measure.name, str(measure.number), measure.at.check] for measure in MEASURES]
    yield Grid(["measure", "number", "check of full.yml"], rows).markdown()
    differing = [f"- {m.number} `{m.name}`: {m.differs}." for m in MEASURES if m.differs]
    yield (
        "Where our definition differs, the value is held against SQL of ours"
        f" ([differs.sql](../../labs/bench/differs.sql)):\n\n{chr(10).join(differing)}\n"
    )


def settings_told(values: Sequence[str]) -> str:
    """The settings that the numbers depend on, in words."""
    return ", ".join(f"{name} {value}" for name, value in zip(TOLD, values, strict=True))
