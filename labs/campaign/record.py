"""The last result of each test of the campaign: a line each in results.csv."""

from __future__ import annotations

import csv
import fcntl
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

NEVER = "never run"
PATH = Path(__file__).with_name("results.csv")


@dataclass(frozen=True)
class Result:
    """How a test ended (`passed`, `failed`, `skipped`, or `NEVER`), and its seconds with set-up."""

    test: str
    outcome: str
    seconds: float = 0.0
    commit: str = ""
    day: str = ""

    @property
    def part(self) -> str:
        """The folder of its file."""
        return self.test.partition("::")[0].rpartition("/")[0]


def read(path: Path = PATH) -> dict[str, Result]:
    """The results by test; none where there is no file."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        next(file)
        return {
            test: Result(test, outcome, float(seconds), commit, day)
            for test, outcome, seconds, commit, day in csv.reader(file)
        }


def write(results: Mapping[str, Result], path: Path = PATH) -> None:
    """All results, by test, at once."""
    beside = path.with_suffix(".new")
    with beside.open("w", encoding="utf-8", newline="") as file:
        names = [field.name for field in fields(Result)]
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(results[test]) for test in sorted(results))
    beside.replace(path)


def change(how: Callable[[dict[str, Result]], dict[str, Result]], path: Path) -> dict[str, Result]:
    """Read the results, change them and write them; other runs on this machine wait."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        results = how(read(path))
        write(results, path)
        return results
    finally:
        os.close(folder)


def of_today(results: Mapping[str, Result], tests: Iterable[str]) -> dict[str, Result]:
    """The results of the tests that there are: one that is gone goes, a new one was never run."""
    return {test: results.get(test, Result(test, NEVER)) for test in tests}
