"""The runbooks as pages: the Markdown that is shipped, with links that open here."""

from __future__ import annotations

import re
from functools import cache

from warehouse_exporter.alerting.assets import INDEX, runbooks
from warehouse_exporter.server.web.page.templating import template

LINK = re.compile(r"\]\((\w+)\.md(#[\w-]*)?\)")


@cache
def runbook_page(alert: str) -> str | None:
    """The page of an alert's runbook, or None where no alert has that name.

    The library comes with the first visitor: many an exporter is only ever scraped.
    """
    from markdown_it import MarkdownIt

    text = runbooks().get(alert)
    if text is None:
        return None
    if alert == INDEX:
        listed = "\n".join(f"- [{name}]({name}.md)" for name in runbooks() if name != INDEX)
        text += f"\n## Every alert\n\n{listed}\n"
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(local(text))
    title = "Runbooks" if alert == INDEX else alert
    return template("runbook.html").render(title=title, index=INDEX, body=body)


def local(text: str) -> str:
    """The Markdown with links to other runbooks as they are here: without `.md`."""
    return LINK.sub(r"](./\1\2)", text)
