"""The base class of all receivers: what a way to notify people is asked for.

A receiver is one file with one class: what is written about it under `routing:` (fields), what
Alertmanager must know to use it (`everybody`, `owner`, `shared`), and its name. The texts it sends
are templates in `alerting/assets/templates/<name>.tmpl`; a receiver of another package brings them
as `template`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict

Configs = dict[str, list[Mapping[str, Any]]]
"""Part of a receiver in alertmanager.yml, such as `{"slack_configs": [...]}`."""


class Audience(StrEnum):
    """Whom everybody's alerts reach: the names of the receivers in alertmanager.yml."""

    UNROUTED = "unrouted"
    """Alerts that no route takes, such as one without a severity."""
    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"
    HEARTBEAT = "dead-mans-switch"
    """The alert that always fires: when it stops, the chain of notifications is broken."""


class Receiver(BaseModel):
    """A way to notify people; the fields are what the config says of it."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: ClassVar[str]
    """Its key under `routing:`."""
    about: ClassVar[str]
    """What it is for, in a few words: the description of its key."""
    owner_address: ClassVar[str] = ""
    """What an owner's address is; empty for a receiver that reaches no single owner."""
    fallback: ClassVar[bool] = False
    """Whether it only notifies those whom no other receiver reaches."""
    how_to_reach_all: ClassVar[str] = ""
    """What to add under `routing:` so that alerts without an owner reach somebody by it."""
    template: ClassVar[str] = ""
    """Its templates for Alertmanager, for a receiver of another package: ours are files."""

    def everybody(self) -> Mapping[Audience, Configs]:
        """What reaches everybody, by audience; others are not notified by it."""
        return {}

    def owner(self, address: str) -> Configs:
        """What reaches one owner. Needed where there is an `owner_address`."""
        raise NotImplementedError

    def shared(self) -> Mapping[str, Any]:
        """What all its uses have in common: keys of `global` in alertmanager.yml."""
        return {}


def template(name: str) -> str:
    """The text that the template `warehouse.NAME` makes."""
    return f'{{{{ template "warehouse.{name}" . }}}}'


def open_url(written: str) -> str:
    """A URL without a password: who may read this file may read that."""
    if not re.match(r"^https?://[^\s/@]+(/\S*)?$", written):
        raise ValueError(
            "this must be an http(s) URL without a password: put secrets in files, with url_file"
        )
    return written


Url = Annotated[str, AfterValidator(open_url)]
