"""The programs of the demo: each gets a port of its own, whoever else wants the same one."""

from __future__ import annotations

import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from warehouse_exporter.config import Config
from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.demo import chain, runner
from warehouse_exporter.demo.ports import listens, port
from warehouse_exporter.demo.programs import TRIES, Command, Programs

from tests.support.programs import PACKAGES, require

NOBODY = "http://127.0.0.1:1"


def config(folder: Path) -> Config:
    """The shop's config, where nobody can be reached."""
    return chain.config(chain.write_config(folder), NOBODY)


def prometheus(folder: Path) -> Command:
    """Prometheus on an exporter that does not answer."""
    program = shutil.which("prometheus") or ""
    return chain.prometheus(program, folder, config(folder), 1, None)


def alertmanager(folder: Path) -> Command:
    """Alertmanager that reaches nobody."""
    program = shutil.which("prometheus-alertmanager") or ""
    return chain.alertmanager(program, folder, config(folder))


COMMANDS: dict[str, Callable[[Path], Command]] = {
    "exporter": lambda folder: runner.serve(chain.CONFIG),
    "prometheus": prometheus,
    "prometheus-alertmanager": alertmanager,
}


@pytest.fixture
def programs() -> Iterator[Programs]:
    with tempfile.TemporaryDirectory() as folder:
        found = Programs(Path(folder))
        try:
            yield found
        finally:
            found.stop()


class Thief:
    """Takes the first ports that were chosen for a program, just before it starts."""

    def __init__(self, command: Command, undo: ExitStack, greed: int = 1) -> None:
        self.command, self.undo, self.greed = command, undo, greed
        self.taken: list[int] = []

    def __call__(self, number: int) -> list[str]:
        if len(self.taken) < self.greed:
            thief = self.undo.enter_context(socket.socket())
            thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            thief.bind(("127.0.0.1", number))
            thief.listen()
            self.taken.append(number)
        return [*self.command(number)]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_port_that_is_taken_before_the_program_starts_is_given_up(
    name: str, programs: Programs
) -> None:
    if name in PACKAGES:
        require(name)
    with ExitStack() as undo:
        thief = Thief(COMMANDS[name](programs.folder), undo)
        found = programs.serve(name, port(0), thief, WAREHOUSE_DSN="dbname=nowhere")
        (program,) = programs.running
        assert [found] != thief.taken
        assert listens(program.process.pid, found)
        programs.check()


def test_a_port_that_is_taken_already_is_not_even_tried(programs: Programs) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        assert (
            programs.serve("exporter", number, runner.serve(chain.CONFIG), WAREHOUSE_DSN="x")
            != number
        )


def test_when_every_port_is_taken_it_says_so(programs: Programs) -> None:
    def late(number: int) -> list[str]:
        return [sys.executable, "-m", "http.server", "--bind=127.0.0.1", str(number)]

    with ExitStack() as undo, pytest.raises(UsageError, match="page found 6 ports taken"):
        programs.serve("page", port(0), Thief(late, undo, greed=1 + TRIES))
    assert programs.running == []


def test_a_program_that_ends_for_another_reason_is_not_tried_again(programs: Programs) -> None:
    def broken(number: int) -> list[str]:
        return [sys.executable, "-c", f"import sys; print('not {number}'); sys.exit(3)"]

    with pytest.raises(UsageError, match=r"broken ended with 3:\nnot \d+$"):
        programs.serve("broken", port(0), broken)


def test_a_port_is_ours_only_if_we_listen_on_it(programs: Programs) -> None:
    number = programs.serve("exporter", port(0), runner.serve(chain.CONFIG), WAREHOUSE_DSN="x")
    other = programs.start("other", [sys.executable, "-c", "import time; time.sleep(60)"])
    assert listens(programs.running[0].process.pid, number)
    assert not listens(other.process.pid, number)


SLOW = """\
import http.server, sys
class Slow(http.server.BaseHTTPRequestHandler):
    asked = 0
    def do_GET(self):
        Slow.asked += 1
        self.send_response(200 if Slow.asked > 3 else 503)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Slow).serve_forever()
"""


def test_a_program_that_listens_before_it_is_ready_is_waited_for(programs: Programs) -> None:
    number = programs.serve("slow", 0, lambda port: [sys.executable, "-c", SLOW, str(port)])
    url = f"http://127.0.0.1:{number}/-/ready"
    programs.wait_until_ready(url)
    assert programs.running[0].log.read_text().count("503") == 3
    programs.running[0].process.kill()
    with pytest.raises(UsageError, match="slow ended with -9"):
        programs.wait_until_ready(url)
