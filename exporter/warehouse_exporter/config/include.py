"""`include:`, a config in several files: each adds datasets, metrics and checks to the first one.

Every problem is told with the file and the line in which it was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path as FilePath
from typing import Any

from warehouse_exporter.config.document import Document, Path
from warehouse_exporter.core.errors import ConfigError

SECTION = "include"
MAPPINGS = ("datasets", "metrics", "calendar", "owners", "maintenance")
LISTS = ("queries", "anomalies")
"""The sections that an included file may have; all others are in the first file."""
ABOUT = (
    "Other files with datasets, metrics, queries, anomalies, calendar, owners or maintenance: names"
    " and patterns, such as [orders.yml, teams/*.yml], from the folder of this file on."
)
WILD = frozenset("*?[")


def include(document: Document, read_file: Callable[[str], tuple[str, Document]]) -> str:
    """Add the included files to a document; their texts, one after the other.

    `read_file` gives the text and the document of a file, or raises ConfigError.
    """
    texts = []
    seen = {FilePath(document.file).resolve()}
    for place, written in patterns(document):
        for file in files_of(document, place, written):
            if file.resolve() in seen:
                continue
            seen.add(file.resolve())
            try:
                text, other = read_file(str(file))
            except ConfigError as error:
                document.complain(place, f"{file} {error.problems[0].message}")
                continue
            texts.append(text)
            document.problems += other.problems
            document.filled.update(other.filled)
            if isinstance(other.data, dict):
                merge(document, other)
    return "".join(texts)


def patterns(document: Document) -> Iterator[tuple[Path, str]]:
    """What is written under `include`, with its place; what is no text is told by the model."""
    given = document.data.get(SECTION) if isinstance(document.data, dict) else None
    if isinstance(given, str):
        yield (SECTION,), given
    for number, one in enumerate(given if isinstance(given, list) else ()):
        if isinstance(one, str):
            yield (SECTION, number), one


def files_of(document: Document, place: Path, written: str) -> list[FilePath]:
    """The files that a name or a pattern stands for, next to the first one, in their order."""
    base = FilePath(document.file).parent
    if not WILD & set(written):
        return [base / written]
    try:
        found = sorted(path for path in base.glob(written) if path.is_file())
    except (NotImplementedError, ValueError):
        document.complain(place, f"{written!r} is not a pattern: write one such as teams/*.yml")
        return []
    if not found:
        document.complain(place, f"no file matches {written!r}")
    return found


def merge(document: Document, other: Document) -> None:
    """Add the sections of an included file."""
    for key, part in other.data.items():
        if key not in (*MAPPINGS, *LISTS):
            listed = ", ".join(f"`{name}`" for name in (*MAPPINGS, *LISTS))
            complain(document, other, (key,), f"belongs into {document.file}, not into an included"
                     f" file, which may have {listed}")  # fmt: skip
        elif part is not None and not isinstance(part, dict if key in MAPPINGS else list):
            how = "a mapping by name" if key in MAPPINGS else "a list, each item after `- `"
            complain(document, other, (key,), f"must be {how}")
        elif part is not None:
            add(document, other, key, part)


def complain(document: Document, other: Document, path: Path, message: str) -> None:
    """Note a problem of an included file."""
    other.complain(path, message)
    document.problems.append(other.problems[-1])


def add(document: Document, other: Document, key: str, part: Any) -> None:
    """Add the items of one section, unless an item of that name is there already."""
    if document.data.get(key) is None:
        document.data[key] = type(part)()
        take(document, other, (key,), (key,), deep=False)
    mine = document.data[key]
    if isinstance(mine, list) and isinstance(part, list):
        for number, item in enumerate(part):
            take(document, other, (key, number), (key, len(mine)))
            mine.append(item)
    elif isinstance(mine, dict) and isinstance(part, dict):
        for name, item in part.items():
            if name in mine:
                told = f"`{name}` is already in {document.place((key, name))}"
                complain(document, other, (key, name), told)
                continue
            take(document, other, (key, name), (key, name))
            mine[name] = item


def take(document: Document, other: Document, old: Path, new: Path, *, deep: bool = True) -> None:
    """Take over the places of a part of another document, under a path of this one."""
    for path, line in other.lines.items():
        if path == old or (deep and path[: len(old)] == old):
            moved = (*new, *path[len(old) :])
            document.lines[moved], document.files[moved] = line, other.file
            if path in other.written:
                document.written[moved] = other.written[path]
