"""Ready-made configs: the practice of five teams, and our recommended default.

Each is a YAML with comments, written for the tables of the sample shop. Its first line is
`# name: summary`.
"""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from warehouse_exporter.core.errors import UsageError

FOLDER = Path(__file__).parent
DEFAULT = "complete"
"""The recommended one."""


def names() -> tuple[str, ...]:
    """The profiles there are, the recommended one first."""
    found = sorted(file.stem for file in FOLDER.glob("*.yml"))
    return (DEFAULT, *(name for name in found if name != DEFAULT))


def file_of(name: str) -> Path:
    """The file of a profile; UsageError says which profiles there are."""
    known = names()
    if name in known:
        return FOLDER / f"{name}.yml"
    guess = get_close_matches(name, known, 1)
    hint = f"did you mean {guess[0]}?" if guess else f"there are {', '.join(known)}"
    raise UsageError(f"there is no profile {name}: {hint}")


def text_of(name: str) -> str:
    """A profile with its comments. Raises UsageError for a name that is none."""
    return file_of(name).read_text(encoding="utf-8")


def summary(name: str) -> str:
    """What a profile is for, in one line."""
    return text_of(name).partition("\n")[0].removeprefix(f"# {name}: ")
