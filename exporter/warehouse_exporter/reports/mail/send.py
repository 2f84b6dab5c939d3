"""Send the letters of a gate, within a time, and say what could not be sent.

A letter is noted before it is sent, and the note is removed if the server refuses it. What broke in
the middle of sending may have arrived; it counts as sent, as nobody is to be told twice.
"""

from __future__ import annotations

import logging
import re
import smtplib
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from warehouse_exporter.config.mail import MailSpec
from warehouse_exporter.core.bounds import plain
from warehouse_exporter.core.files import read_text
from warehouse_exporter.reports.made import Report
from warehouse_exporter.reports.mail.letters import Letter, letters
from warehouse_exporter.reports.mail.memory import Memory
from warehouse_exporter.reports.mail.message import message_of

log = logging.getLogger(__name__)
TLS_PORT = 465
MOST = 200
"""Characters of what a server said that are shown."""
ADDRESS = re.compile(r"\S+@\S+")
REFUSED = (
    smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError,
    smtplib.SMTPNotSupportedError,
)  # fmt: skip
"""The server said no: the letter is not on its way."""


class Sender:
    """Sends what a report has to tell; `problems` says what went wrong, for people."""

    def __init__(self, report: Report, mail: MailSpec, sent_file: Path, now: datetime) -> None:
        self.problems: list[str] = []
        self.sent = 0
        self._report, self._mail, self._now = report, mail, now
        self._memory = Memory(sent_file, now)
        self._step = ""

    def run(self) -> None:
        """Send within the configured time; a server that hangs is left behind."""
        thread = threading.Thread(target=self._try, name="mail", daemon=True)
        thread.start()
        thread.join(self._mail.timeout)
        if thread.is_alive():
            where = f" while {self._step}" if self._step else ""
            self.problems.append(f"no answer within {self._mail.timeout:g} s{where}")

    def _try(self) -> None:
        try:
            with self._memory.locked():
                self._send()
        except smtplib.SMTPException as error:
            self.problems.append(f"{self._step}: {said(error)}")
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            self.problems.append(f"{self._step or 'reading what was sent'}: {why}")
        except Exception as error:  # a thread has nobody above it who would say so
            log.exception("the e-mail could not be made")
            self.problems.append(f"{self._step}: {type(error).__name__}")

    def _send(self) -> None:
        """What is new, to each recipient, over one connection."""
        new = letters(self._report, self._mail, self._memory.known())
        if not new:
            return
        with self._connected() as server:
            for letter in new:
                self._send_one(server, letter)
            self._step = ""

    def _send_one(self, server: smtplib.SMTP, letter: Letter) -> None:
        """Note it, send it, and forget the note if it was refused. Raises OSError."""
        message = message_of(letter, self._report, self._mail, self._now)
        self._step = f"noting the e-mail to {letter.whom} in {self._memory.file}"
        self._memory.add(letter.keys)
        self._step = f"sending to {letter.whom}"
        try:
            refused = server.send_message(message)
        except REFUSED as error:
            self._memory.remove(letter.keys)
            self.problems.append(f"{self._step}: {said(error)}")
            with suppress(smtplib.SMTPException):
                server.rset()
            return
        self.sent += 1
        if refused:
            self.problems.append(f"{self._step}: {len(refused)} of {len(letter.to)} were refused")

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """A connection with TLS and a login, as the config wants it. Raises OSError."""
        mail = self._mail
        host, _, port = mail.smarthost.rpartition(":")
        base = Path(self._report.config.path).parent
        self._step = f"connecting to {mail.smarthost}"
        trust = ssl.create_default_context(
            cafile=str(base / mail.ca_file) if mail.ca_file else None
        )
        with opened(host, int(port), mail.timeout, trust) as server:
            server.ehlo()
            if int(port) != TLS_PORT and (mail.require_tls or server.has_extn("starttls")):
                self._step = f"STARTTLS with {mail.smarthost}"
                server.starttls(context=trust)
                server.ehlo()
            if mail.username is not None and mail.password_file is not None:
                self._step = f"reading {mail.password_file}"
                password = read_text(base / mail.password_file, mail.timeout).strip()
                self._step = f"logging in to {mail.smarthost}"
                server.login(mail.username, password)
            yield server


def opened(host: str, port: int, timeout: float, trust: ssl.SSLContext) -> smtplib.SMTP:
    """A connection, with TLS from the start where the port says so. Raises OSError."""
    if port == TLS_PORT:
        return smtplib.SMTP_SSL(host, port, timeout=timeout, context=trust)
    return smtplib.SMTP(host, port, timeout=timeout)


def said(error: smtplib.SMTPException) -> str:
    """What a server said, on one line and without addresses."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers: list[tuple[int, bytes | str]] = [*error.recipients.values()]
    elif isinstance(error, smtplib.SMTPResponseException):
        answers = [(error.smtp_code, error.smtp_error)]
    else:
        return plain(ADDRESS.sub("…", str(error)), MOST)
    texts = [f"{code} {words_of(answer)}" for code, answer in answers]
    return plain(ADDRESS.sub("…", "; ".join(dict.fromkeys(texts))), MOST)


def words_of(answer: bytes | str) -> str:
    """The text of an answer."""
    return answer.decode(errors="replace") if isinstance(answer, bytes) else answer
