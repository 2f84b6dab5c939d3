"""A copy of the project, what is added to it, and what is then run in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
PARTS = Path(__file__).with_name("parts")
IGNORED = shutil.ignore_patterns(
    "__pycache__", "*.egg-info", ".*", "build", "dist", "node_modules", "parts"
)
PYTHON = "exporter/warehouse_exporter"


def files_in(folder: Path) -> dict[str, bytes]:
    """The content of every file below a folder, by its path there."""
    found = [file for file in folder.rglob("*") if file.is_file()]
    kept = [file for file in found if "__pycache__" not in file.parts]
    return {str(file.relative_to(folder)): file.read_bytes() for file in kept}


@dataclass(frozen=True)
class Copy:
    """The project in another folder, and what was added to it by hand: paths by part."""

    folder: Path
    added: dict[str, list[str]]

    @classmethod
    def make(cls, folder: Path, *parts: str) -> Copy:
        """Copy the project, and add parts to it. An addition never replaces a file."""
        shutil.copytree(ROOT, folder, ignore=IGNORED)
        added = {}
        for part in parts:
            added[part] = sorted(files_in(PARTS / part))
            for path in added[part]:
                assert not (folder / path).exists()
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(PARTS / part / path, folder / path)
        return cls(folder, added)

    def run(self, *command: str, dsn: str = "") -> subprocess.CompletedProcess[str]:
        """A command of Python in the copy: its own package is imported, and not ours."""
        return run(self.folder, self.folder / "exporter", *command, dsn=dsn)

    def unlike(self, other: Path) -> set[str]:
        """The files that are not the same in another folder, or not in both."""
        here, there = files_in(self.folder), files_in(other)
        return {path for path in here.keys() | there.keys() if here.get(path) != there.get(path)}


def run(folder: Path, path: Path, *command: str, dsn: str = "") -> subprocess.CompletedProcess[str]:
    """A command of Python in a folder, with a path to import from before all others."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(path), "WAREHOUSE_DSN": dsn or "dbname=nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
