"""docker-compose.yml as tests read it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
FILE = ROOT / "docker-compose.yml"
DOCKERFILE = ROOT / "exporter" / "Dockerfile"
OURS = "warehouse-exporter:"
"""How the name of the image begins that is built here."""


def document() -> dict[str, Any]:
    """The file, with its anchors filled in."""
    found: dict[str, Any] = yaml.safe_load(FILE.read_text())
    return found


def services() -> dict[str, dict[str, Any]]:
    """Name -> service."""
    found: dict[str, dict[str, Any]] = document()["services"]
    return found


def instruction(name: str) -> str:
    """What the last instruction of a name in the Dockerfile says, in one line."""
    lines = DOCKERFILE.read_text().replace("\\\n", " ").splitlines()
    return [line.split(maxsplit=1)[1] for line in lines if line.startswith(f"{name} ")][-1]
