"""The files of a report: written whole or not at all, and the last ones kept.

`monitoring_report.md`, `.json` and `.html` are always those of the newest report. Older ones have
the time in their names at which they were written, such as
`monitoring_report-20260310T060412.345Z.md`.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

NAME = "monitoring_report"
ENDS = ("md", "json", "html")
OLDER = re.compile(rf"{NAME}-(\d{{8}}T\d{{6}}\.\d{{3}}Z)\.({'|'.join(ENDS)})")


def write_files(folder: Path, texts: Mapping[str, str], keep: int) -> None:
    """Replace the newest report, given by the ends of its names; keep so many reports in all.

    Everything is written beside the old files first: an error leaves them as they were, and no
    part of the new ones. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with alone_in(folder):
        for end in texts:
            refuse_others(folder / f"{NAME}.{end}")
        drafts = {end: folder / f".{NAME}.{end}.new" for end in texts}
        try:
            for end, text in texts.items():
                write_through(drafts[end], text)
            put_aside(folder, keep)
            for end, draft in drafts.items():
                draft.replace(folder / f"{NAME}.{end}")
        finally:
            for draft in drafts.values():
                draft.unlink(missing_ok=True)
        forget(folder, keep)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Let no other gate write its report there at the same time."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):  # some network file systems have no locks for folders
            fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)


def refuse_others(file: Path) -> None:
    """A folder, a pipe or a device is no report of ours. Raises OSError."""
    if file.exists() and not file.is_file():
        raise OSError(errno.EEXIST, f"{file.name} is there and is no file")


def write_through(file: Path, text: str) -> None:
    """Write a new file, onto the disk, so that a machine that stops leaves no empty one."""
    with file.open("w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())


def put_aside(folder: Path, keep: int) -> None:
    """Give the newest report of before a second name, with the time at which it was written."""
    newest = [folder / f"{NAME}.{end}" for end in ENDS]
    times = [file.stat().st_mtime for file in newest if file.exists()]
    if keep < 2 or not times:
        return
    at = datetime.fromtimestamp(max(times), UTC)
    stamp = f"{at:%Y%m%dT%H%M%S}.{at.microsecond // 1000:03d}Z"
    for file in newest:
        older = folder / f"{NAME}-{stamp}{file.suffix}"
        if file.exists():
            older.unlink(missing_ok=True)
            second_name(file, older)


def second_name(file: Path, other: Path) -> None:
    """A file under another name as well; as a copy where the file system has no such links."""
    try:
        os.link(file, other)
    except OSError:
        shutil.copy2(file, other)


def forget(folder: Path, keep: int) -> None:
    """Remove the oldest reports, but nothing that is not named as ours."""
    found: dict[str, list[Path]] = {}
    for file in folder.iterdir():
        match = OLDER.fullmatch(file.name)
        if match and file.is_file():
            found.setdefault(match[1], []).append(file)
    for stamp in sorted(found)[: max(0, len(found) - (keep - 1))]:
        for file in found[stamp]:
            file.unlink(missing_ok=True)
