"""The runbooks as pages: the Markdown that is shipped, with links that open here.

Their statements are for the tables of this config. Those that name the check's own table have
variables, which are filled in where a link says of which check the alert is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from warehouse_exporter.alerting.assets import INDEX, runbooks
from warehouse_exporter.config import Check, Config
from warehouse_exporter.core.calendar import expected_day
from warehouse_exporter.core.model import Dataset
from warehouse_exporter.measures.spelling import spelled
from warehouse_exporter.server.web.page.templating import template

LINK = re.compile(r"\]\((\w+)\.md(#[\w-]*)?\)")
TO_DOCS = re.compile(r"\[([^\]]*)\]\((?:\.\./)+docs/[^)]*\)")
"""A link into the documentation, which the exporter does not serve."""
SQL = re.compile(r"^```sql\n(.*?)^```$", re.MULTILINE | re.DOTALL)
VARIABLE = re.compile(
    r"(?<![:\w]):(?:\"(?P<name>\w+)\"|'(?P<text>\w+)'|(?P<raw>[a-z]\w*))|'(?:[^']|'')*'"
)
"""A variable of psql; or a string, in which there are none."""
OF_SHOP = {
    "pipeline_logs": ("pipeline", "run_timestamp"),
    "raw_events": ("events", "event_ts"),
    "dim_users": ("users", None),
    "fct_sessions": ("sessions", "session_start"),
    "fct_orders": ("orders", "order_ts"),
    "fct_order_items": ("order_items", "order_ts"),
    "fct_order_attribution": ("attribution", "order_ts"),
    "daily_metrics": ("daily_metrics", "event_date"),
}
"""Table of the sample shop -> its dataset and its time column."""
SHOP = re.compile(r"\banalytics\.(\w+)")
ELSEWHERE = "*Here the sample shop looks at {}, for which this config has no table of that name.*"
Place = Mapping[str, str]


@dataclass(frozen=True)
class Asked:
    """Which runbook is asked for, for which config and when, and of which check, if of one."""

    alert: str
    config: Config
    now: datetime
    check: Check | None = None


def runbook_page(asked: Asked) -> str | None:
    """The page of an alert's runbook, or None where no alert has that name."""
    text = runbooks().get(asked.alert)
    if text is None:
        return None
    if asked.alert == INDEX:
        listed = "\n".join(f"- [{name}]({name}.md)" for name in runbooks() if name != INDEX)
        text += f"\n## Every alert\n\n{listed}\n"
    return rendered(asked.alert, with_tables(local(text), asked.config, place(asked)))


@lru_cache(maxsize=100)
def rendered(alert: str, text: str) -> str:
    """The page of some Markdown.

    The library comes with the first visitor: many an exporter is only ever scraped.
    """
    from markdown_it import MarkdownIt

    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    title = "Runbooks" if alert == INDEX else alert
    return template("runbook.html").render(title=title, index=INDEX, body=body)


def local(text: str) -> str:
    """The Markdown with links to other runbooks as they are here, and none that lead nowhere."""
    return LINK.sub(r"](./\1\2)", TO_DOCS.sub(r"\1", text))


def place(asked: Asked) -> Place:
    """The variables of the runbooks, for the check that the alert is of."""
    if asked.check is None:
        return {}
    kind, dataset = asked.check.kind, asked.config.datasets.get(asked.check.id.dataset)
    found = {"failing": getattr(kind, "failing", None)}
    column = getattr(kind, "column", None)
    found["column"] = column if isinstance(column, str) else None
    if dataset is not None:
        relation = None if dataset.query else spelled(dataset.relation)
        found |= {"relation": relation, "time": dataset.time}
        found["day"] = str(day_of(dataset, asked))
    return {name: text for name, text in found.items() if text}


def day_of(dataset: Dataset, asked: Asked) -> object:
    """The expected day of a dataset."""
    zone = asked.config.warehouse.timezone
    return expected_day(asked.now, zone, dataset.expect_by, dataset.expect_day)


def with_tables(text: str, config: Config, variables: Place) -> str:
    """The Markdown with its statements for the tables of a config."""

    def ours(block: re.Match[str]) -> str:
        names = dict.fromkeys(SHOP.findall(block[1]))
        tables = {name for name, own in config.datasets.items() if own.query is None}
        lacking = [n for n in names if n in OF_SHOP and OF_SHOP[n][0] not in tables]
        if lacking:
            return ELSEWHERE.format(" and ".join(f"`{name}`" for name in lacking))
        return f"```sql\n{filled(renamed(block[1], config), variables)}```"

    return SQL.sub(ours, text)


def renamed(statement: str, config: Config) -> str:
    """A statement on the sample shop with the tables and time columns of a config."""
    names = [name for name in dict.fromkeys(SHOP.findall(statement)) if name in OF_SHOP]
    times: dict[str, set[str]] = {}
    for name in names:
        dataset, time = OF_SHOP[name]
        if time is not None:
            times.setdefault(time, set()).add(config.datasets[dataset].time or time)
    for time, found in times.items():
        if len(found) == 1:  # else nobody can tell which table a name belongs to
            statement = re.sub(rf"\b{time}\b", found.pop(), statement)

    def table(found: re.Match[str]) -> str:
        known = OF_SHOP.get(found[1])
        return spelled(config.datasets[known[0]].relation) if known else found[0]

    return SHOP.sub(table, statement)


def filled(statement: str, variables: Place) -> str:
    """A statement with the variables that are known, as psql fills them in."""

    def value(match: re.Match[str]) -> str:
        text = variables.get(match["name"] or match["text"] or match["raw"] or "")
        if text is None:
            return match[0]
        if match["text"]:
            return "'" + text.replace("'", "''") + "'"
        return spelled((text,)) if match["name"] else text

    return VARIABLE.sub(value, statement)
