"""The demo as a person runs it: it shows everything, can be broken, and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.programs import needs
from tests.support.serving import wait_for

COMMAND = [sys.executable, "-m", "warehouse_exporter", "demo"]
SMALL = ["--sessions-per-day=60"]
READY = "Ctrl-C ends everything."


class Stage:
    """A demo in a temporary directory of its own, where anything left behind shows."""

    def __init__(self, folder: Path, log: Path) -> None:
        self.folder = folder
        self.environment = {**os.environ, "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"}
        self.log = log

    @contextmanager
    def running(self, *options: str) -> Iterator[subprocess.Popen[bytes]]:
        """The demo as a process."""
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                [*COMMAND, *SMALL, *options],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()

    def says(self) -> str:
        """What it has printed so far."""
        return self.log.read_text()

    def wait_until(self, text: str, process: subprocess.Popen[bytes]) -> None:
        """Wait until it has printed a text."""
        wait_for(lambda: text in self.says() or process.poll() is not None, 240)
        assert text in self.says()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command of the demo, to its end."""
        return subprocess.run(
            [*COMMAND, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def left_behind(self) -> list[str]:
        """Files in its temporary directory, and processes that know of it."""
        files = [path.name for path in self.folder.iterdir()]
        return files + [line for line in processes() if str(self.folder) in line]


def processes() -> list[str]:
    """The command line and the environment of every process that we may look at."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and process.name != str(os.getpid()):
            try:
                texts = [(process / name).read_bytes() for name in ("cmdline", "environ")]
            except OSError:
                continue
            found.append(b" ".join(texts).replace(b"\0", b" ").decode(errors="replace"))
    return found


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A demo whose temporary directory another user may enter: Postgres does not run as root."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Stage(Path(folder), tmp_path / "log")


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all_of_it_and_nothing_is_left(stage: Stage, end: signal.Signals) -> None:
    with stage.running() as process:
        stage.wait_until(READY, process)
        assert stage.left_behind()
        process.send_signal(end)
        assert process.wait(60) == 0
    assert "ended; nothing is left behind" in stage.says()
    assert stage.left_behind() == []


def test_a_signal_while_it_starts_leaves_nothing_either(stage: Stage) -> None:
    with stage.running() as process:
        stage.wait_until("filling the sample shop", process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert stage.left_behind() == []


def test_a_part_that_fails_ends_it_with_a_message_and_nothing_is_left(
    stage: Stage, tmp_path: Path
) -> None:
    program = tmp_path / "prometheus"
    program.write_text("#!/bin/sh\necho this prometheus is broken\nexit 3\n")
    program.chmod(0o755)
    stage.environment["PATH"] = f"{tmp_path}:{stage.environment['PATH']}"
    with stage.running() as process:
        assert process.wait(120) == 2
    assert "prometheus ended with 3:\nthis prometheus is broken" in stage.says()
    assert "Traceback" not in stage.says()
    assert stage.left_behind() == []


def test_it_can_be_broken_and_repaired_and_a_second_one_is_refused(stage: Stage) -> None:
    with stage.running() as process:
        stage.wait_until(READY, process)
        url = next(line.split()[-1] for line in stage.says().splitlines() if "status page" in line)
        assert "a demo is running already" in stage.run().stderr
        wait_for(lambda: httpx.get(f"{url}-/ready").is_success)
        before = failing(url)
        assert "orders.duplicates" not in before
        assert stage.run("break", "duplicate-orders").returncode == 0
        wait_for(lambda: "orders.duplicates" in failing(url))
        wrong = stage.run("break", "duplicate-order")
        assert (wrong.returncode, "did you mean duplicate-orders?" in wrong.stderr) == (2, True)
        assert stage.run("repair").returncode == 0
        wait_for(lambda: failing(url) == before)
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    none = stage.run("repair")
    assert (none.returncode, "no demo is running" in none.stderr) == (2, True)


@pytest.mark.timeout(1800)  # it waits for six things, each on a machine that may be busy
@needs("prometheus")
@needs("prometheus-alertmanager")
def test_what_breaks_is_one_page_in_its_terminal_and_what_is_repaired_is_over(stage: Stage) -> None:
    with stage.running("--sessions-per-day=1500") as process:  # at this size all is well
        stage.wait_until(READY, process)
        assert "Nothing is really sent" in stage.says()
        stage.wait_until("the whole chain is alive", process)
        broken = stage.run("break", "checkout-tag")
        assert "the notifications are printed where the demo runs" in broken.stdout
        stage.wait_until("PAGE to PagerDuty", process)
        stage.wait_until("#data-alerts (Slack): CRITICAL", process)
        assert "WarehouseRulesOutOfDate" not in httpx.get(alerts_of(stage.says())).text
        assert stage.run("repair").returncode == 0
        stage.wait_until("RESOLVED at PagerDuty", process)
        stage.wait_until("#data-alerts (Slack): RESOLVED", process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(240) == 0
    said = stage.says()
    assert "CRITICAL orders: 0 orders on " in said.partition("PAGE to PagerDuty")[2]
    assert said.count("PAGE to PagerDuty") == said.count("RESOLVED at PagerDuty") == 1, said
    assert said.count("the whole chain is alive") == 1
    assert "\x1b[" not in said
    assert stage.left_behind() == []


def test_without_alertmanager_it_says_what_to_install(stage: Stage) -> None:
    programs = stage.folder / "bin"
    programs.mkdir()
    (programs / "test").symlink_to(shutil.which("test") or "")
    stage.environment["PATH"] = str(programs)
    with stage.running() as process:
        stage.wait_until(READY, process)
        assert "Alertmanager  not installed: sudo apt-get install prometheus-alert" in stage.says()
        assert "Nobody is told" not in stage.says()
        assert "who is told" not in stage.run("break", "checkout-tag").stdout


def alerts_of(said: str) -> str:
    """Where Prometheus lists what fires, and what is about to."""
    url = next(line.split()[-1] for line in said.splitlines() if "  Prometheus " in line)
    return url.replace("/alerts", "/api/v1/alerts")


def failing(url: str) -> set[str]:
    """The checks that are not fine."""
    checks = httpx.get(f"{url}api/v1/checks").json()["checks"]
    bad = ("critical", "warning", "unmeasured")
    return {f"{c['dataset']}.{c['check']}" for c in checks if c["outcome"] in bad}


def test_the_list_of_faults_needs_no_demo(stage: Stage) -> None:
    listed = stage.run("break", "--list")
    assert listed.returncode == 0
    assert "items-mismatch" in listed.stdout
