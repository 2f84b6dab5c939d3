"""Programs that run for as long as the demo does: started in order, ended in reverse."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from exporter.errors import UsageError

PATIENCE = 10.0
"""Seconds that a program gets to end before it is killed."""


@dataclass
class Program:
    """A running program and where it writes what it has to say."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def last_words(self) -> str:
        """The end of its log, for the message when it has ended by itself."""
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return "\n".join(lines[-5:]) or "it said nothing"


def die_with_parent() -> None:
    """Ask Linux to end a program when the demo is killed; no other system can do that."""
    pr_set_pdeathsig = 1
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


class Programs:
    """The programs of one demo, with their logs in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[Program] = []

    def start(self, name: str, command: Sequence[str], **environment: str) -> Program:
        """Start a program in a session of its own: Ctrl-C is for the demo, which then ends it."""
        log = self.folder / f"{name}.log"
        with log.open("wb") as sink:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                cwd=self.folder,
                env=with_environment(environment),
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        program = Program(name, process, log)
        self.running.append(program)
        return program

    def check(self) -> None:
        """Raise UsageError when a program has ended by itself."""
        for program in self.running:
            code = program.process.poll()
            if code is not None:
                raise UsageError(f"{program.name} ended with {code}:\n{program.last_words()}")

    def stop(self) -> None:
        """End them all, the last one first, and wait for it."""
        for program in reversed(self.running):
            if program.process.poll() is None:
                program.process.terminate()
                try:
                    program.process.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    program.process.kill()
                    program.process.wait()
        self.running.clear()


def with_environment(more: Mapping[str, str]) -> dict[str, str]:
    """Our environment and some variables more."""
    return {**os.environ, **more}


def port(wanted: int) -> int:
    """The wanted port of the loopback address, or a free one when it is taken."""
    for candidate in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    raise UsageError("there is no free port on 127.0.0.1")


def wait_for_port(number: int, programs: Programs, seconds: float = 30.0) -> None:
    """Wait until something listens; UsageError when a program ends or time runs out."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        programs.check()
        try:
            with socket.create_connection(("127.0.0.1", number), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise UsageError(f"nothing listens on port {number} after {seconds:g} s")
