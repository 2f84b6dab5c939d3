"""The process between an owner and its Postgres, so that the server never outlives the owner.

It is run by path with the standard library alone. It makes the temporary directory, starts the
server in it, and takes both away again as soon as the owner says so or is gone: its end of the
pipe is then closed, whichever way the owner ended, `kill -9` included. The owner writes one JSON
object (`Order`), then commands, one per line: `down MODE` and `up`. Each line is answered by a
JSON object with either `error` or the state of the server. The end of input ends everything.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import pwd
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypedDict

MODES = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}
PORTS_TRIED = 3  # somebody else may take a free port between our choice and our start
STARTUP_TIMEOUT = 60.0  # seconds for the server to come up, or to go down before it is killed


class Order(TypedDict):
    """What the owner wants: its own process id, a Postgres tree, server settings, pg_hba lines."""

    owner: int
    install: str
    settings: dict[str, str]
    hba: list[str]


class Failure(Exception):
    """The server could not be made or started; the text is for the owner."""


def unprivileged() -> dict[str, Any]:
    """Arguments for subprocess under which Postgres agrees to run: it refuses to be root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise Failure("Postgres does not run as root, and there is no user postgres or nobody to use")


def die_with_parent() -> None:
    """Ask Linux to end this process when its parent ends: for a keeper that is itself killed."""
    pr_set_pdeathsig = 1
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, MODES["immediate"])


class Server:
    """One data directory inside one temporary directory, or a given one, and its postmaster."""

    def __init__(self, order: Order, directory: Path | None = None) -> None:
        """Make the directory unless it is given; nothing runs yet."""
        self.order = order
        self.account = unprivileged()
        self.directory = directory or Path(tempfile.mkdtemp(prefix="warehouse-exporter-"))
        self.data = self.directory / "data"
        self.log = self.directory / "log"
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        """Run initdb and start, as a user that may, from binaries that this user may read."""
        if self.account:
            os.chown(self.directory, self.account["user"], self.account["group"])
        self.install = self._readable(Path(self.order["install"]))
        locale = "C.UTF-8" if sys.platform == "linux" else "C"
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", f"--locale={locale}"]
        options += ["--no-sync", f"--pgdata={self.data}"]
        self._run("initdb", options)
        if self.process is None or self.process.wait(STARTUP_TIMEOUT) != 0:
            raise Failure(f"initdb failed: {self._last_words()}")
        (self.data / "pg_hba.conf").write_text("\n".join(self.order["hba"]) + "\n")
        self._first_up()

    def start_again(self) -> None:
        """Start on the data that an earlier server has left in the directory."""
        self.install = self._readable(Path(self.order["install"]))
        self._first_up()

    def _readable(self, install: Path) -> Path:
        """The Postgres tree, or a copy of it where the account cannot enter (a venv in /root)."""
        reachable = subprocess.run(
            ["test", "-x", install / "bin" / "postgres"], **self.account, check=False
        )
        if reachable.returncode == 0:
            return install
        packages, copy = install.parents[1], self.directory / "wheel"
        libraries = packages.glob(f"{install.parent.name}.libs")
        shutil.rmtree(copy, ignore_errors=True)  # of an earlier server in this directory
        for tree in (install, *libraries):  # the programs find their libraries by relative path
            shutil.copytree(tree, copy / tree.relative_to(packages), symlinks=True)
        for path in (copy, *copy.rglob("*")):
            os.chown(path, self.account["user"], self.account["group"], follow_symlinks=False)
        return copy / install.relative_to(packages)

    def _run(self, program: str, options: list[str]) -> None:
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [self.install / "bin" / program, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.directory,
                env={"PATH": os.defpath, "TZ": "UTC", "LC_ALL": "C"},
                start_new_session=True,
                preexec_fn=die_with_parent,
                **self.account,
            )

    def _first_up(self) -> None:
        """Start on a free port of the loopback address; from then on the port stays."""
        for tried in range(1, PORTS_TRIED + 1):
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
            try:
                return self.up()
            except Failure:
                if tried == PORTS_TRIED:
                    raise

    def up(self) -> None:
        """Start the server and wait until it accepts connections."""
        settings = {**self.order["settings"], "port": str(self.port)}
        options = [f"--{name}={value}" for name, value in settings.items()]
        self._run("postgres", ["-D", str(self.data), *options])
        deadline = time.monotonic() + STARTUP_TIMEOUT
        while not self._accepts():
            if self.process is None or self.process.poll() is not None:
                raise Failure(f"Postgres did not start: {self._last_words()}")
            if time.monotonic() > deadline:
                self.down("immediate")
                raise Failure(f"Postgres was not ready after {STARTUP_TIMEOUT:.0f} s")
            time.sleep(0.02)

    def _accepts(self) -> bool:
        """Its first and last line in postmaster.pid say so: what pg_ctl looks at, too."""
        try:
            lines = (self.data / "postmaster.pid").read_text().split("\n")
        except FileNotFoundError:
            return False
        mine = self.process is not None and lines[0] == str(self.process.pid)
        return mine and [line.strip() for line in lines[7:8]] == ["ready"]

    def down(self, mode: str) -> None:
        """Stop the server in a mode of `MODES`; whoever does not listen is killed."""
        if self.process is None:
            return
        for sign in (MODES[mode], MODES["immediate"], signal.SIGKILL):
            if self.process.poll() is None:
                self.process.send_signal(sign)
                try:
                    self.process.wait(STARTUP_TIMEOUT / 6)
                except subprocess.TimeoutExpired:
                    continue
            self.process = None
            return

    def remove(self) -> None:
        """Take the server and its directory away."""
        self.down("immediate")
        shutil.rmtree(self.directory, ignore_errors=True)

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return " | ".join(lines[-5:]) or "it said nothing"


def answer(**state: Any) -> None:
    """One line for the owner; an owner who is gone needs none."""
    with contextlib.suppress(BrokenPipeError):
        os.write(sys.stdout.fileno(), json.dumps(state).encode() + b"\n")


def obey(server: Server, verb: str, *arguments: str) -> None:
    """Do what the owner says, and answer."""
    verbs: dict[str, Callable[..., None]]
    verbs = {"create": server.create, "up": server.up, "down": server.down}
    try:
        verbs[verb](*arguments)
    except (Failure, OSError, subprocess.TimeoutExpired) as error:
        answer(error=str(error))
    else:
        pid = server.process.pid if server.process else None
        answer(port=server.port, pid=pid, directory=str(server.directory))


def next_line(owner: int) -> str:
    """The next command, or nothing once the owner is gone.

    A child that the owner forked may hold the pipe open for longer than the owner lives, so
    the parent's id is looked at, too.
    """
    while os.getppid() == owner:
        if select.select([sys.stdin], [], [], 0.5)[0]:
            return sys.stdin.readline()
    return ""


def main() -> None:
    """Keep one server until the owner ends it, or ends."""
    order: Order = json.loads(sys.stdin.readline())
    try:
        server = Server(order)
    except (Failure, OSError) as error:
        return answer(error=str(error))
    try:
        for sign in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, lambda *_: sys.exit(0))
        obey(server, "create")
        while line := next_line(order["owner"]):
            obey(server, *line.split())
    finally:
        for sign in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, signal.SIG_IGN)
        server.remove()


if __name__ == "__main__":
    main()
