"""Pages by Opsgenie."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field
from warehouse_exporter.receivers.base import Audience, Configs, Receiver, template


class Opsgenie(Receiver):
    """Who is paged by Opsgenie."""

    name: ClassVar[str] = "opsgenie"
    about: ClassVar[str] = "Pages for critical, by Opsgenie."

    api_key_file: str = Field(description="File with the key of an API integration.")

    def everybody(self) -> Mapping[Audience, Configs]:
        page = {
            "send_resolved": True,
            "api_key_file": self.api_key_file,
            "message": template("title"),
            "description": template("opsgenie.text"),
        }
        return {Audience.CRITICAL: {"opsgenie_configs": [page]}}
