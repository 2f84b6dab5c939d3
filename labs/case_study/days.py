"""Write docs/explanation/fourteen-days.md: python -m labs.case_study.days.

Which of the recorded days may be used for revenue and which for attribution, as the exporter's
page of days answers after the last morning.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import psycopg2
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.engines import connect
from warehouse_exporter.history.read import read_days
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.publish.report import on_one_line
from warehouse_exporter.publish.snapshots import SnapshotStore
from warehouse_exporter.server.web.lines import View
from warehouse_exporter.server.web.page.days import in_a_sentence
from warehouse_exporter.server.web.page.times import day_name
from warehouse_exporter.server.web.uses import Answer, Day, Use, days_of, of_any_day

from labs.case_study.document import DOCS
from labs.case_study.fortnight import config
from labs.case_study.loader import Mode
from labs.case_study.names import Names
from labs.case_study.pipeline import mornings
from tests.conftest import EVENTS

FILE = "fourteen-days.md"
HEAD = """# Fourteen days: which may be used for what

<!-- Written by `python -m labs.case_study.days`. DO NOT EDIT. -->

{answer}

These are the days of the [case study](case-study.md), all loaded, as the page of days (`/days`)
answers on the last morning, with the shop's own limits. A day may be used if no check failed on it
and all could be measured; *with care*, if one warned. A finding about tracking, channels or
visitors counts against attribution, one about money against revenue, any other against both. Each
day is judged by the rows that are there now. A check that asks the same whatever the day says
nothing of a single one; those that fail now are listed at the end.

| day | revenue | attribution |
|---|---|---|
"""


def view_of(folder: Path) -> View:
    """What the page shows on the last morning."""
    with Postgres() as server:
        dsn, names = server.create_database("fortnight"), Names()
        connection = psycopg2.connect(dsn)
        try:
            lived = list(mornings(connection, folder, Mode.RENAMED, names))
        finally:
            connection.close()
        shop, as_of = config(dsn, names), lived[-1][1]
        engine = connect(shop.warehouse)
        store = SnapshotStore(shop, as_of)
        store.publish(run_pass(shop, engine, as_of))
        days: list[date] = [day for day, _ in lived]
        return View(store.snapshot, read_days(shop, engine, days), as_of + timedelta(minutes=1))


def cell(answer: Answer) -> str:
    """An answer with its reasons."""
    texts = [f"{one.check.id}: {on_one_line(one.text)}" for one in answer.told]
    more = [f"and {answer.more} more"] if answer.more else []
    return "<br>".join([f"**{answer.may}**", *texts, *more]).replace("|", "\\|")


def lines(view: View, days: list[Day]) -> Iterator[str]:
    """The document."""
    yield HEAD.format(answer=in_a_sentence(days))
    for day in reversed(days):
        cells = " | ".join(cell(day.answers[use]) for use in Use)
        yield f"| {day_name(day.day)} | {cells} |\n"
    undated = of_any_day(view)
    if undated:
        yield "\n## Findings that may concern any of these days\n\n"
        for one in undated:
            yield f"- {one.state.word} {one.check.id}: {on_one_line(one.text)}\n"


def main() -> int:
    """Write the document; 2 without the events."""
    folder = Path(os.environ.get("WEB_EVENTS_DIR", EVENTS))
    if not any(folder.glob("events_*.csv.gz")):
        print(f"no recorded events in {folder}: set WEB_EVENTS_DIR", file=sys.stderr)
        return 2
    view = view_of(folder)
    (DOCS / FILE).write_text("".join(lines(view, days_of(view))), encoding="utf-8")
    print(f"{DOCS / FILE} written", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
