"""Programs that run for as long as the demo does: started in order, ended in reverse."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.demo.ports import listens, port

STOP_TIMEOUT = 10.0
"""Seconds that a program gets to end before it is killed."""
TAKEN = "address already in use"
"""What every program says that finds its port taken."""
TRIES = 5
Command = Callable[[int], Sequence[str]]
"""Port -> the command of a program that is to listen there."""


@dataclass
class Program:
    """A running program and where it writes what it has to say."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def found_taken(self) -> bool:
        """Whether it has ended because its port was taken."""
        ended = self.process.poll() is not None
        return ended and TAKEN in self.log.read_text(errors="replace").lower()

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

    def serve(self, name: str, wanted: int, command: Command, **environment: str) -> int:
        """Start a program that listens on 127.0.0.1; its port.

        It is another one than the wanted one where that is taken, also where somebody takes it
        after we have looked and before the program is there.
        """
        for candidate in (wanted, *[0] * TRIES):
            number = port(candidate)
            program = self.start(name, command(number), **environment)
            if self.comes_up(program, number):
                return number
            self.running.remove(program)
        raise UsageError(f"{name} found {1 + TRIES} ports taken, one after the other")

    def comes_up(self, program: Program, number: int, seconds: float = 60.0) -> bool:
        """Wait until it listens; False when it has ended because its port was taken.

        Raises UsageError when any program ends for another reason, or time runs out.
        """
        deadline = time.monotonic() + seconds
        while not listens(program.process.pid, number):
            if program.found_taken():
                return False
            self.check()
            if time.monotonic() > deadline:
                raise UsageError(
                    f"{program.name} does not listen on port {number} after {seconds:g} s:\n"
                    f"{program.last_words()}"
                )
            time.sleep(0.05)
        return True

    def wait_until_ready(self, url: str) -> None:
        """Wait until a URL of one of them answers without an error, however long that takes.

        Raises UsageError when any program ends.
        """
        while True:
            self.check()
            try:
                urllib.request.urlopen(url, timeout=10).close()
            except OSError:
                time.sleep(0.1)
            else:
                return

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
                    program.process.wait(STOP_TIMEOUT)
                except subprocess.TimeoutExpired:
                    program.process.kill()
                    program.process.wait()
        self.running.clear()


def with_environment(more: Mapping[str, str]) -> dict[str, str]:
    """Our environment and some variables more."""
    return {**os.environ, **more}
