"""The section `mail`: the e-mail of the gate, and the addresses it goes to."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from warehouse_exporter.config.values import Span, Spec
from warehouse_exporter.receivers.email import both_or_none, host_and_port

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250})")
"""A plain address, which can carry neither a second header nor a second recipient."""


def addresses(written: Any) -> tuple[str, ...]:
    """`a@example.com`, several with commas, or a list of such. Raises ValueError."""
    items = written if isinstance(written, list | tuple) else str(written).split(",")
    found = tuple(str(one).strip() for one in items)
    for one in found:
        if not ADDRESS.fullmatch(one):
            raise ValueError(f"{one!r} is not an e-mail address, such as data@example.com")
    if not found:
        raise ValueError("an e-mail address is missing")
    return found


def one_address(written: Any) -> str:
    """One address, without a name. Raises ValueError."""
    found = addresses([written])
    return found[0]


class MailSpec(Spec):
    """The e-mail of `check --email`: a short summary, on warnings and critical findings only."""

    smarthost: Annotated[str, AfterValidator(host_and_port)] = Field(
        description="HOST:PORT of the mail server; port 465 is TLS from the start."
    )
    sender: Annotated[str, BeforeValidator(one_address)] = Field(
        alias="from", description="Sender's address."
    )
    to: Annotated[
        tuple[str, ...],
        BeforeValidator(addresses),
        WithJsonSchema(
            {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
        ),
    ] = Field(description="Who gets the findings that have no owner with an `email`.")
    username: str | None = Field(None, description="User name; needs `password_file`.")
    password_file: str | None = Field(
        None, description="File with the password, next to the config; re-read for every e-mail."
    )
    require_tls: bool = Field(True, description="Whether the server must offer STARTTLS.")
    ca_file: str | None = Field(
        None, description="Certificates to trust in place of the system's, next to the config."
    )
    timeout: Span = Field(
        20.0, json_schema_extra={"default": "20s"}, description="Longest time for all e-mails."
    )
    sent_file: str | None = Field(
        None,
        description="Where to note what was sent, next to the config; default: a file in"
        " `--report-dir`.",
    )

    @model_validator(mode="after")
    def logs_in_with_both(self) -> MailSpec:
        """A name goes with a password, and a password with TLS."""
        both_or_none(self.username, self.password_file)
        if self.username is not None and not self.require_tls:
            raise ValueError("a password is never sent without TLS: remove `require_tls: false`")
        return self
