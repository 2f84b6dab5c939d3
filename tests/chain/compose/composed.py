"""docker-compose.yml as tests read it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
FILE = ROOT / "docker-compose.yml"
DOCKERFILE = ROOT / "exporter" / "Dockerfile"
OURS = "warehouse-exporter:"
"""How the name of the image begins that is built here."""


VARIABLE = re.compile(r"(?<!\$)\$\{(\w+):-([^}]*)\}")


def settings() -> dict[str, str]:
    """What .env sets."""
    lines = (ROOT / ".env").read_text().splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def document(environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The file, with its anchors filled in, and with the variables of .env or of others."""
    given = settings() if environment is None else environment
    text = VARIABLE.sub(lambda found: given.get(found[1], found[2]), FILE.read_text())
    made: dict[str, Any] = yaml.safe_load(text)
    return made


def services() -> dict[str, dict[str, Any]]:
    """Name -> service, of every profile."""
    found: dict[str, dict[str, Any]] = document()["services"]
    return found


def started(profile: str) -> set[str]:
    """The services that `docker compose up` starts with a profile."""
    return {
        name
        for name, service in services().items()
        if profile in service.get("profiles", [profile])
    }


def instruction(name: str) -> str:
    """What the last instruction of a name in the Dockerfile says, in one line."""
    lines = DOCKERFILE.read_text().replace("\\\n", " ").splitlines()
    return [line.split(maxsplit=1)[1] for line in lines if line.startswith(f"{name} ")][-1]
