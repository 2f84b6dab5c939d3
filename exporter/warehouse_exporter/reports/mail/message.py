"""A letter as an e-mail: a subject, a short plain text, and the same as HTML.

No header holds a text from rows: the subject has words of ours and names of the config, and
whatever could end a line is taken out of it first.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from warehouse_exporter.config.mail import MailSpec
from warehouse_exporter.core.bounds import plain
from warehouse_exporter.core.wording import counted, listed
from warehouse_exporter.history.model import State
from warehouse_exporter.reports.advice import advice
from warehouse_exporter.reports.made import Report
from warehouse_exporter.reports.mail.letters import Letter
from warehouse_exporter.server.web.lines import Line, runbook_of
from warehouse_exporter.server.web.page.causes import Cause
from warehouse_exporter.server.web.page.frame import since
from warehouse_exporter.server.web.page.templating import template
from warehouse_exporter.server.web.page.times import day_name

SUBJECT = 150
"""Characters of a subject."""
MOST = 20
"""Causes that a letter tells of; the report has them all."""


def message_of(letter: Letter, report: Report, mail: MailSpec, now: datetime) -> EmailMessage:
    """The e-mail; its Message-ID is the same for the same findings to the same people."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject(letter, report)
    message["From"] = mail.sender
    message["To"] = ", ".join(letter.to)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{letter.id}@{mail.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(as_text(letter, report))
    message.add_alternative(as_html(letter, report), subtype="html")
    return message


def subject(letter: Letter, report: Report) -> str:
    """`[FAIL] shop, Mon 9 Mar: orders and sessions (1 FAIL, 2 WARN)`."""
    sets = listed(list(dict.fromkeys(line.id.dataset for line in letter.lines)))
    name, day = report.config.warehouse.name, day_name(report.view.day)
    return plain(f"[{letter.state.word}] {name}, {day}: {sets} ({counts(letter)})", SUBJECT)


def counts(letter: Letter) -> str:
    """`1 FAIL, 2 WARN`."""
    states = [line.state for line in letter.lines]
    return ", ".join(f"{states.count(s)} {s.word}" for s in State if s in states)


def as_text(letter: Letter, report: Report) -> str:
    """The plain text."""
    return "\n".join(plain(line, len(line)) for line in text_lines(letter, report)) + "\n"


def text_lines(letter: Letter, report: Report) -> Iterator[str]:
    """Its lines: the answer, the findings, and where it comes from."""
    yield from (report.answer.text, "")
    for cause in letter.causes[:MOST]:
        yield from cause_lines(cause, report)
        yield ""
    yield from notes(letter)
    yield "-- "
    yield from foot(report)


def notes(letter: Letter) -> Iterator[str]:
    """What the letter leaves out."""
    if len(letter.causes) > MOST:
        yield f"And {len(letter.causes) - MOST} more."
    if letter.before:
        yield f"You were told of {counted(letter.before, 'more finding')} of this day before."


def cause_lines(cause: Cause, report: Report) -> Iterator[str]:
    """One cause."""
    line = cause.line
    assert line is not None
    yield f"{line.state.word} {line.id}"
    yield f"  {line.sentence}"
    yield from (f"  also: {one.sentence or one.text}" for one in line.others)
    if cause.title:
        yield f"  {cause.title}"
    yield from (f"  {fact}" for fact in facts(line, report))
    todo = advice(cause)
    if todo:
        yield f"  What to do: {todo}"
    runbook = runbook_of(line, report.config, None)
    if runbook:
        yield f"  Runbook: {runbook}"
    yield from (f"  with it: {one.state.word} {one.id}: {one.sentence}" for one in cause.symptoms)


def facts(line: Line, report: Report) -> Iterator[str]:
    """Since when, and whose it is."""
    first = since(report.view)(line)
    if first:
        yield first
    yield f"owner: {line.owner or 'nobody is named'}"


def foot(report: Report) -> Iterator[str]:
    """Of when it is, and where there is more."""
    at = report.view.now.astimezone(report.config.warehouse.timezone)
    yield f"{report.config.warehouse.name}, as of {at:%Y-%m-%d %H:%M %Z}."
    yield f"The gate ended with exit code {report.exit_code}."
    url = report.config.alerts.external_url
    if url:
        yield f"Status page: {url}"


def as_html(letter: Letter, report: Report) -> str:
    """The same as HTML; everything that is filled in is escaped."""
    return template("mail.html").render(
        answer=report.answer.text,
        causes=letter.causes[:MOST],
        notes=list(notes(letter)),
        foot=list(foot(report)),
        facts=lambda line: list(facts(line, report)),
        advice=advice,
        runbook=lambda line: runbook_of(line, report.config, None),
        plain=lambda text: plain(text, len(text)),
        colours={State.CRITICAL: "#b3261e", State.WARNING: "#8a5200"},
    )
