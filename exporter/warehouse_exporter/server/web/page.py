"""The status page: every check with its verdict and the reason in numbers, worst first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse_exporter import __version__
from warehouse_exporter.core.model import Outcome
from warehouse_exporter.core.wording import duration
from warehouse_exporter.publish.report import lines, word
from warehouse_exporter.publish.snapshots import Snapshot

if TYPE_CHECKING:
    import jinja2


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    outcome: str
    word: str
    dataset: str
    check: str
    text: str
    owner: str
    ids: str
    limits: str


@cache
def template(name: str) -> jinja2.Template:
    """The template of a page; everything filled in is escaped.

    The library comes with the first visitor: many an exporter is only ever scraped.
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def rows(snapshot: Snapshot, now: datetime) -> list[Row]:
    """The table, worst first."""
    found = []
    for check, verdict in lines(snapshot.current(now)):
        configured = snapshot.config.check(check)
        kind = configured.kind
        limits = "; ".join(f"{s.value} {c.text}" for s, c in kind.conditions().items())
        owner = configured.owner or ""
        said = (verdict.outcome.value, word(verdict), check.dataset, check.name, verdict.text)
        found.append(Row(*said, owner, ", ".join(kind.ids), limits))
    return found


def render_page(snapshot: Snapshot, now: datetime) -> str:
    """The page as it is at `now`."""
    table = rows(snapshot, now)
    counts = Counter(row.outcome for row in table)
    last = snapshot.last
    return template("status.html").render(
        version=__version__,
        rows=table,
        counts=[(o.value, o.shown, counts[o.value]) for o in Outcome],
        last=last,
        age=duration((now - last.as_of).total_seconds()) if last else None,
        reload_ok=snapshot.reload_ok,
        web_ok=snapshot.web_ok,
        config=snapshot.config,
        now=now,
    )
