"""The options of `check` that tell others of its result: a report in files, and an e-mail."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from warehouse_exporter.cli.options import together
from warehouse_exporter.core.errors import UsageError

if TYPE_CHECKING:
    from warehouse_exporter.config import Config
    from warehouse_exporter.config.mail import MailSpec
    from warehouse_exporter.core.model import Pass
    from warehouse_exporter.engines.base import Engine
    from warehouse_exporter.history.model import Past
    from warehouse_exporter.reports.made import Report

log = logging.getLogger(__name__)
SENT = ".monitoring_report.sent.json"
"""The file in `--report-dir` that notes which e-mails were sent."""
KEEP = 14
"""Reports that are kept by default: two weeks of mornings."""


report_options = together(
    click.option(
        "--email", is_flag=True,
        help="Send an e-mail on warnings and critical findings, as `mail` in the config says.",
    ),
    click.option(
        "--report-keep", type=click.IntRange(min=1), default=KEEP, show_default=True,
        metavar="N", help="Reports to keep there, older ones under the time of their writing.",
    ),
    click.option(
        "--report-dir", metavar="DIR",
        help="Also write monitoring_report.md, .json and .html there.",
    ),
)  # fmt: skip
"""`--report-dir`, `--report-keep` and `--email`."""


@dataclass(frozen=True)
class Telling:
    """Who else is told of a result: a report in a folder, an e-mail, both or none."""

    folder: str | None
    keep: int
    email: bool

    def require(self, config: Config) -> None:
        """Raises UsageError where the config does not say what is needed."""
        if not self.email:
            return
        if config.mail is None:
            raise UsageError("--email needs the section `mail:` in the config: the server and `to`")
        if self.sent_file(config) is None:
            raise UsageError(
                "--email keeps a list of what was sent, to send nothing twice: give --report-dir,"
                " or `sent_file` under `mail`"
            )

    def sent_file(self, config: Config) -> Path | None:
        """Where it is noted what was sent."""
        named = config.mail.sent_file if config.mail else None
        if named is not None:
            return Path(config.path).parent / named
        return Path(self.folder) / SENT if self.folder is not None else None

    def past(self, config: Config, done: Pass, engine: Engine) -> Past | None:
        """The past days that a report tells of, if one is wanted."""
        if self.folder is None and not self.email:
            return None
        from warehouse_exporter.history.model import Past
        from warehouse_exporter.reports.past import FAILED, read_past_of

        try:
            return read_past_of(config, done, engine)
        except Exception:  # a fault of ours in what comes after the verdict must not replace it
            log.exception("the past days could not be read")
            return Past(status=FAILED)

    def tell(
        self, config: Config, done: Pass, code: int, past: Past | None, only: Collection[str]
    ) -> bool:
        """Write the report and send the e-mails; False if the report could not be written.

        The verdict stands either way, and an e-mail that cannot be sent is only said.
        """
        if past is None:
            return True
        from warehouse_exporter.reports.made import report_of

        try:
            report = report_of(config, done, code, past, only)
            written = self.folder is None or write(report, Path(self.folder), self.keep)
            file = self.sent_file(config)
            if self.email and config.mail is not None and file is not None:
                send(report, config.mail, file)
        except Exception as error:  # a fault of ours must not look like a verdict
            log.exception("the report could not be made")
            click.echo(f"error: no report was made: {type(error).__name__}", err=True)
            return False
        return written


def write(report: Report, folder: Path, keep: int) -> bool:
    """Write the report into a folder, created if needed; False if that failed."""
    from warehouse_exporter.reports.data import as_json
    from warehouse_exporter.reports.files import write_files
    from warehouse_exporter.reports.markdown import as_markdown
    from warehouse_exporter.reports.page import as_html

    texts = {"md": as_markdown(report), "json": as_json(report), "html": as_html(report)}
    try:
        write_files(folder, texts, keep)
    except OSError as error:
        click.echo(f"error: cannot write the report to {folder}: {error.strerror}", err=True)
        return False
    return True


def send(report: Report, mail: MailSpec, sent_file: Path) -> None:
    """Send the e-mails; what goes wrong is said, and changes nothing."""
    from warehouse_exporter.reports.mail.send import Sender

    sender = Sender(report, mail, sent_file, datetime.now(UTC))
    try:
        sender.run()
    except Exception as error:
        log.exception("the e-mail could not be made")
        sender.problems.append(type(error).__name__)
    for problem in sender.problems:
        click.echo(f"warning: e-mail not sent: {problem}", err=True)
