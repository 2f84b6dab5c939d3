"""A real mail server on this machine, with STARTTLS and logins, that keeps what it gets."""

from __future__ import annotations

import email
import email.policy
import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from tests.support.certificates import Authority
from tests.support.serving import free_port

logging.getLogger("mail.log").setLevel(logging.ERROR)  # it warns of its own future
USER, PASSWORD = "exporter", "s3cret"


class Mailbox:
    """What the server has taken; `refused` are recipients that it does not know."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.refused: set[str] = set()
        self.secure: list[bool] = []
        self.port = 0
        self.authority: Path | None = None

    async def handle_RCPT(
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or not."""
        if address in self.refused:
            return f"550 5.1.1 <{address}> unknown"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        """Keep a message."""
        raw = cast(bytes, envelope.content)
        self.messages.append(email.message_from_bytes(raw, policy=email.policy.default))
        self.envelopes.append(envelope)
        self.secure.append(session.ssl is not None)
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """The messages to somebody, oldest first."""
        return [one for one in self.messages if one["To"] == address]


@contextmanager
def mail_server(folder: Path, *, tls: bool = True) -> Iterator[Mailbox]:
    """The server, with a certificate for localhost; without TLS it takes whatever comes."""
    box = Mailbox()
    options: dict[str, Any] = {}
    if tls:
        authority = Authority(folder, "mail-authority")
        certificate, key = authority.sign("localhost")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        box.authority = authority.file
        options = {
            "tls_context": context, "require_starttls": True, "auth_required": True,
            "authenticator": knows,
        }  # fmt: skip
    controller = Controller(box, hostname="localhost", port=free_port(), **options)
    controller.start()
    box.port = controller.port
    try:
        yield box
    finally:
        controller.stop()


def knows(server: Any, session: Session, envelope: Envelope, way: str, data: Any) -> AuthResult:
    """Whether a login is right."""
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (
        USER.encode(), PASSWORD.encode(),
    )  # fmt: skip
    return AuthResult(success=right, handled=right)
