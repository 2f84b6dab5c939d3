"""Run long tests and write down how they ended: python -m labs.campaign [PART or option]..."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from labs.campaign import page, record
from labs.campaign.record import PATH, Result

OURS = ("labs/campaign/results.csv", "docs/explanation/campaign.md")
WORKERS = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")


class Recorder:
    """A pytest plug-in that writes each result down at once: a run may be stopped."""

    def __init__(self, commit: str) -> None:
        self.commit = commit
        self.reports: dict[str, list[pytest.TestReport]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Set-up, test or tear-down has ended: the last one ends the test."""
        self.reports.setdefault(report.nodeid, []).append(report)
        if report.when != "teardown":
            return
        phases = self.reports.pop(report.nodeid)
        outcomes = {phase.outcome for phase in phases}
        worst = next(one for one in ("failed", "skipped", "passed") if one in outcomes)
        seconds = round(sum(phase.duration for phase in phases), 1)
        today = f"{datetime.now(UTC):%Y-%m-%d}"
        result = Result(report.nodeid, worst, seconds, self.commit, today)
        record.change(lambda kept: {**kept, result.test: result}, PATH)


def commit() -> str:
    """The commit that is tested. Exits where files differ from it: then it is none."""
    changed = said("git", "status", "--porcelain", "--", ".", *(f":!{path}" for path in OURS))
    if changed:
        sys.exit(f"commit first, so that the results belong to a commit:\n{changed}")
    return said("git", "rev-parse", "--short=7", "HEAD").rstrip()


def tests() -> list[str]:
    """The tests of the campaign."""
    command = [sys.executable, "-m", "pytest", "-m", "campaign", "--collect-only", "-q"]
    return [line for line in said(*command).splitlines() if "::" in line]


def said(*command: str) -> str:
    """What a program says."""
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def main() -> int:
    """Run the tests, then write the page; the exit code is pytest's."""
    recorder = Recorder(commit())
    campaign = ["-m", "campaign", "--timeout", "1800"]
    code = pytest.main([*WORKERS, *campaign, *sys.argv[1:]], plugins=[recorder])
    there = tests()
    results = record.change(lambda kept: record.of_today(kept, there), PATH)
    page.PATH.write_text(page.render(results), encoding="utf-8")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
