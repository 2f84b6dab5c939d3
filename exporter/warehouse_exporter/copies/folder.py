"""A folder of copies: each is written out of sight, and appears all at once or not at all."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from warehouse_exporter.copies.errors import CopyFailed

LOCK = ".lock"
DRAFT = ".unfinished_"
WAIT = 0.1


class Draft:
    """A copy that is being written into `path`, which nobody sees yet."""

    def __init__(self, path: Path, final: Path) -> None:
        self.path = path
        self.final = final

    def write(self, name: str, text: str) -> None:
        """Write a file that its owner alone can read. Raises OSError."""
        number = os.open(self.path / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(number, "w", encoding="utf-8") as file:
            file.write(text)

    def publish(self) -> None:
        """Let it appear under its name, once all of it is on the disk. Raises OSError."""
        for file in (*self.path.iterdir(), self.path):
            sync(file)
        self.path.rename(self.final)
        sync(self.final.parent)


@contextmanager
def drafting(folder: Path, prefix: str, at: datetime, seconds: float) -> Iterator[Draft]:
    """A new copy `PREFIX_20260310T060000Z`; what is not published in the block is removed.

    Others that write into the same folder are waited for. Raises CopyFailed, or OSError.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with locked(folder, seconds):
        for left in folder.glob(f"{DRAFT}*"):  # of one that was killed: we hold the lock
            shutil.rmtree(left, ignore_errors=True)
        final = free_name(folder, f"{prefix}_{at.astimezone(UTC):%Y%m%dT%H%M%SZ}")
        path = folder / f"{DRAFT}{final.name}"
        path.mkdir(mode=0o700)
        try:
            yield Draft(path, final)
        finally:
            shutil.rmtree(path, ignore_errors=True)


def free_name(folder: Path, name: str) -> Path:
    """A name that no copy has yet: another one of the same second gets the next number.

    It is never a smaller one that has become free, as the order of names is that of age.
    """
    numbered = re.compile(rf"{re.escape(name)}(?:_(\d+))?")
    found = [match for path in entries(folder) if (match := numbered.fullmatch(path.name))]
    last = max((int(match[1] or 1) for match in found), default=0)
    return folder / (f"{name}_{last + 1}" if last else name)


@contextmanager
def locked(folder: Path, seconds: float) -> Iterator[None]:
    """A while in which nobody else writes into a folder. Raises CopyFailed."""
    number = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + seconds
        while not taken(number):
            if time.monotonic() > deadline:
                raise CopyFailed(f"another program has been writing into {folder} all the time")
            time.sleep(WAIT)
        yield
    finally:
        os.close(number)


def taken(number: int) -> bool:
    """Whether the lock could be taken."""
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def copies_in(folder: Path, prefix: str) -> list[Path]:
    """The copies in a folder, oldest first."""
    name = re.compile(rf"{re.escape(prefix)}_(\d{{8}}T\d{{6}}Z)(?:_(\d+))?")
    found = [(match, path) for path in entries(folder) if (match := name.fullmatch(path.name))]
    found.sort(key=lambda one: (one[0][1], int(one[0][2] or 1)))
    return [path for _, path in found]


def entries(folder: Path) -> list[Path]:
    """The folders in a folder; none where it does not exist."""
    return [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []


def prune(
    folder: Path, prefix: str, keep: int, counts: Callable[[Path], bool] = lambda _: True
) -> list[Path]:
    """Remove all but the newest of the copies that count, and return what was removed."""
    old = [path for path in copies_in(folder, prefix) if counts(path)][:-keep]
    for path in old:
        shutil.rmtree(path, ignore_errors=True)
    return old


def sync(path: Path) -> None:
    """Make sure that a file, or the names in a folder, are on the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
