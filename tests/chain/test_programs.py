"""Who runs the tests without a program that they need is told so, by the name of each test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_run_ends_with_the_tests_that_a_missing_program_silenced(tmp_path: Path) -> None:
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            "tests/chain/e2e/test_servers.py",
        ],
        cwd=ROOT,
        env=os.environ | {"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    _, summary = run.stdout.split("NOT TESTED for want of a program")
    assert (
        "tests/chain/e2e/test_servers.py::test_the_alertmanager_routes_what_it_is_told:"
        " prometheus-alertmanager is not installed: sudo apt-get install prometheus-alertmanager"
    ) in summary.splitlines()
