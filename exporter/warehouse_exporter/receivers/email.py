"""E-mail, for those who have no channel."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, model_validator

from warehouse_exporter.receivers.base import Audience, Configs, Receiver, template

HOST_AND_PORT = re.compile(r"^[^\s:/]+:[0-9]{1,5}$")


def host_and_port(written: str) -> str:
    """`smtp.example.com:587`."""
    if not HOST_AND_PORT.match(written):
        raise ValueError(f"{written!r} is not HOST:PORT, such as smtp.example.com:587")
    return written


def both_or_none(username: str | None, password_file: str | None) -> None:
    """A name goes with a password. Raises ValueError."""
    if (username is None) != (password_file is None):
        raise ValueError("`username` and `password_file` go together")


class Email(Receiver):
    """The relay for mail."""

    name: ClassVar[str] = "email"
    about: ClassVar[str] = "E-mail, for alerts without a channel."
    owner_address: ClassVar[str] = "E-mail address, for warnings without a channel."
    fallback: ClassVar[bool] = True
    how_to_reach_all: ClassVar[str] = "`to` under `email`"

    smarthost: Annotated[str, AfterValidator(host_and_port)] = Field(description="HOST:PORT.")
    sender: str = Field(alias="from", description="Sender's address.")
    username: str | None = Field(None, description="User name; needs `password_file`.")
    password_file: str | None = Field(None, description="File with the password.")
    require_tls: bool = Field(True, description="Whether the relay must offer STARTTLS.")
    to: str | None = Field(
        None, description="Shared address: gets everything that has no Slack channel."
    )

    @model_validator(mode="after")
    def logs_in_with_both(self) -> Email:
        """A name goes with a password."""
        both_or_none(self.username, self.password_file)
        return self

    def everybody(self) -> Mapping[Audience, Configs]:
        if self.to is None:
            return {}
        found = self.owner(self.to)
        return {Audience.UNROUTED: found, Audience.CRITICAL: found, Audience.WARNING: found}

    def owner(self, address: str) -> Configs:
        """A mail, and another one when the alert resolves."""
        found = {
            "send_resolved": True,
            "to": address,
            "headers": {"Subject": template("title")},
            "html": template("email.html"),
            "text": template("email.text"),
        }
        return {"email_configs": [found]}

    def shared(self) -> Mapping[str, Any]:
        """The relay."""
        found: dict[str, Any] = {"smtp_smarthost": self.smarthost, "smtp_from": self.sender}
        if self.username:
            found["smtp_auth_username"] = self.username
            found["smtp_auth_password_file"] = self.password_file
        return {**found, "smtp_require_tls": self.require_tls}
