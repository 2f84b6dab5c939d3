"""A gate that is stopped also stops what it has begun in the warehouse."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.chain.test_process import BACKENDS, SLOW, TABLES, queries, write
from tests.conftest import execute
from tests.support.serving import SOON, wait_for
from tests.unit.test_cli import ask


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_gate_leaves_no_statement_behind(
    database: str, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    execute(database, TABLES)
    config = write(tmp_path, database, queries(SLOW, SLOW, SLOW))
    command = [sys.executable, "-m", "warehouse_exporter", "check", f"--config.file={config}"]
    gate = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        wait_for(lambda: "generate_series" in str(execute(database, BACKENDS)))
        started = time.monotonic()
        gate.send_signal(number)
        said, _ = gate.communicate(timeout=60)
    finally:
        gate.kill()
        gate.wait()
    assert (gate.returncode, execute(database, BACKENDS)) == (code, [])
    assert time.monotonic() - started < SOON
    assert said == f"interrupted by {number.name}: nothing was judged\n"


def test_signals_are_afterwards_as_they_were(database: str, tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    execute(database, TABLES)
    assert ask("check", f"--config.file={write(tmp_path, database)}").exit_code == 0
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
