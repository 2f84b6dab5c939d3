"""On which code something was seen, and when."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = "exporter"
"""The folder of the product: what is measured. The labs only look."""


def git(*arguments: str) -> str:
    """What git answers; nothing outside a repository."""
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True)
    return done.stdout.strip()


def commit() -> str:
    """The last commit that changed the product; it says so if there are other changes."""
    found = git("log", "-1", "--format=%h", "--", PRODUCT) or "unknown"
    return f"{found} with changes" if git("status", "--porcelain", "--", PRODUCT) else found


def stamp() -> dict[str, str]:
    """The commit and the day, as they are kept beside what was seen.

    To be asked before anything is imported late or run: the files may be others at the end.
    """
    return {"commit": commit(), "on": f"{datetime.now(UTC):%Y-%m-%d}"}
