"""The services of docker-compose.yml without an engine.

`python -m tests.chain.compose.outside FOLDER` starts them.

It is run as root in namespaces of its own (network, processes, mounts), so that the commands, the
ports, the paths and the users are those of the file. Each service gets a root directory made of
this machine's programs, with the volumes, secrets and tmpfs that the file gives it, and nothing
else that it could write. Services without a program here are left out. Their limits are not tried,
and neither are the images. What they answer is printed as JSON.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from warehouse_exporter.demo.postgres import installed

from tests.chain.compose.composed import (
    OURS,
    ROOT,
    document,
    instruction,
    services,
    settings,
    started,
)

BINARIES = installed(16) / "bin"
ENTRYPOINTS = {"prom/prometheus": "prometheus", "prom/alertmanager": "prometheus-alertmanager"}
"""Image -> the program it starts, by its name in Debian."""
TIMEOUT = 600.0
"""Seconds until a service is healthy or says what is waited for, on a busy machine too."""
PGDATA = "/var/lib/postgresql/data"
CHECKS = "http://127.0.0.1:9843/api/v1/checks"
QUERY = "http://127.0.0.1:9090/api/v1/query?query="
ALERTS = "http://127.0.0.1:9093/api/v2/alerts"


def run(*command: str | Path) -> None:
    """A command that must work."""
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def loopback_up() -> None:
    """A new network has a loopback device that is down."""
    siocsifflags, up_and_running = 0x8914, 0x41
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, siocsifflags, struct.pack("16sh", b"lo", up_and_running))


class Container:
    """A service with its root directory."""

    def __init__(self, name: str, folder: Path) -> None:
        """Mount everything that the file says."""
        self.name, self.folder, self.service = name, folder, services()[name]
        self.root = folder / name
        self.user = self.service.get("user") or instruction("USER")
        self.root.mkdir()
        run("mount", "-t", "tmpfs", "-o", "mode=755", "none", self.root)
        self.machine()
        for given in self.service.get("tmpfs", ()):
            path, _, options = given.partition(":")
            run("mount", "-t", "tmpfs", "-o", options or "mode=1777", "none", self.at(path))
        for path in (Path(sys.base_prefix), Path(sys.prefix), ROOT):
            self.bind(path, str(path))
        for volume in self.service.get("volumes", ()):
            self.volume(volume)
        for secret in self.service.get("secrets", ()):
            self.bind(self.folder / document()["secrets"][secret]["file"], f"/run/secrets/{secret}")
        if self.service["read_only"]:
            run("mount", "-o", "remount,ro", self.root)

    def at(self, path: str) -> Path:
        """A directory inside, made if need be."""
        found = self.root / path.lstrip("/")
        found.mkdir(parents=True, exist_ok=True)
        return found

    def bind(self, source: Path, target: str, *options: str) -> None:
        """Show a file or directory of ours inside, to be read only unless said otherwise."""
        inside = self.root / target.lstrip("/")
        if source.is_dir():
            inside.mkdir(parents=True, exist_ok=True)
        else:
            inside.parent.mkdir(parents=True, exist_ok=True)
            inside.touch()
        run("mount", "--bind", source, inside)
        run("mount", "-o", ",".join(("remount", "bind", *(options or ("ro",)))), inside)

    def machine(self) -> None:
        """What a program needs: libraries, devices, processes, and the names of the others."""
        self.bind(Path("/usr"), "/usr")
        for name in ("bin", "sbin", "lib", "lib64"):
            if Path("/", name).is_symlink():
                (self.root / name).symlink_to(os.readlink(f"/{name}"))
        self.bind(Path("/dev"), "/dev", "rw")
        run("mount", "-t", "tmpfs", "-o", "mode=1777", "none", self.root / "dev" / "shm")
        run("mount", "-t", "proc", "none", self.at("/proc"))
        hosts = f"127.0.0.1 localhost {' '.join(services())}\n"
        (self.at("/etc") / "hosts").write_text(hosts)
        uid = self.user.split(":")[0]
        (self.root / "etc" / "passwd").write_text(f"{self.name}:x:{uid}:{uid}::/:/bin/false\n")

    def volume(self, given: str | dict[str, Any]) -> None:
        """A volume, in either spelling; one with a name belongs to the user of the service."""
        assert isinstance(given, str)
        source, target, *mode = given.split(":")
        if source.startswith("."):
            assert mode == ["ro"], f"{given} could be written"
            return self.bind(ROOT / source, target)
        kept = self.folder / "volumes" / source
        kept.mkdir(parents=True)
        kept.chmod(0o700)
        os.chown(kept, *map(int, self.user.split(":")))
        self.bind(kept, target, "rw")

    def process(self, command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        """A program inside, as the user of the service, which can gain no rights."""
        path = f"{sys.prefix}/bin:{BINARIES}:/usr/bin:/bin"
        environment = {"PATH": path, "PGDATA": PGDATA, **self.service.get("environment", {})}
        chroot = shutil.which("chroot", path="/usr/sbin:/usr/bin") or "chroot"
        inside = [chroot, f"--userspec={self.user}", "--groups=", str(self.root)]
        options = {"stdin": subprocess.DEVNULL, **options}
        return subprocess.Popen(
            [*inside, "setpriv", "--no-new-privs", *command], env=environment, **options
        )

    def command(self) -> list[str]:
        """What the container runs: the entry point, and the command of the file or the image."""
        image, given = self.service["image"], self.service.get("command")
        if image.startswith(OURS):
            entry = self.service.get("entrypoint") or json.loads(instruction("ENTRYPOINT"))
            return [*entry, *(json.loads(instruction("CMD")) if given is None else given)]
        entries = [ENTRYPOINTS[name] for name in ENTRYPOINTS if image.startswith(name)]
        return [*entries, *(given or ())]

    def start(self) -> None:
        """Run it, and wait until its own health check says that it is well."""
        if self.name == "postgres":
            self.initialise()
        with (self.folder / f"{self.name}.log").open("wb") as log:
            running = self.process(self.command(), stdout=log, stderr=log)
        deadline = time.monotonic() + TIMEOUT
        while not self.healthy():
            log_text = (self.folder / f"{self.name}.log").read_text(errors="replace")[-2000:]
            assert running.poll() is None, f"{self.name} ended: {log_text}"
            assert time.monotonic() < deadline, f"{self.name} is not healthy: {log_text}"
            time.sleep(0.3)

    def healthy(self) -> bool:
        """What its health check says now."""
        how, *test = self.service["healthcheck"]["test"]
        command = ["sh", "-c", test[0].replace("$$", "$")] if how == "CMD-SHELL" else test
        asked = self.process(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return asked.wait() == 0

    def initialise(self) -> None:
        """What the entry point of the image of Postgres does with an empty directory."""
        given = self.service["environment"]
        secret = given["POSTGRES_PASSWORD_FILE"]
        script = (
            f"initdb --username=postgres --pwfile={secret} --auth=scram-sha-256 --no-sync &&"
            f" echo 'host all all all scram-sha-256' >> {PGDATA}/pg_hba.conf &&"
            f" echo 'CREATE DATABASE {given['POSTGRES_DB']};' | postgres --single postgres"
        )
        assert self.process(["sh", "-c", script], stdout=subprocess.DEVNULL).wait() == 0

    def can_write(self) -> list[str]:
        """The directories of its root that its user could write to, but for those it is given."""
        script = "for d in / /etc /usr /run /opt /var; do test -w $d && echo $d; done; true"
        asked = self.process(["sh", "-c", script], stdout=subprocess.PIPE)
        return asked.communicate()[0].decode().split()


def order() -> list[str]:
    """The services of a first start that can be run here, each after those it depends on."""
    found: list[str] = []
    wanted = started(settings()["COMPOSE_PROFILES"])
    while left := [name for name in services() if name in wanted and name not in found]:
        ready = [n for n in left if set(services()[n].get("depends_on", ())) <= set(found)]
        found += ready
    return [name for name in found if runnable(services()[name])]


def runnable(service: dict[str, Any]) -> bool:
    """Whether there is a program for its image."""
    image = service["image"]
    if image.startswith((OURS, "postgres:")):
        return True
    return any(image.startswith(name) and shutil.which(ENTRYPOINTS[name]) for name in ENTRYPOINTS)


def ask(url: str) -> Any:
    """The JSON at a URL."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


def until(url: str, has: Callable[[str], bool], seconds: float = TIMEOUT) -> Any:
    """The answer of a URL, once its text is as wanted; else the last one."""
    deadline = time.monotonic() + seconds
    while not has(json.dumps(found := ask(url))) and time.monotonic() < deadline:
        time.sleep(0.5)
    return found


def until_written(log: Path, word: str, seconds: float = TIMEOUT) -> str:
    """What a service has written, once a word is in it; else all of it."""
    deadline = time.monotonic() + seconds
    while word not in (found := log.read_text()) and time.monotonic() < deadline:
        time.sleep(0.5)
    return found


def main(folder: Path) -> None:
    """Start them all, ask each what it knows of the others, and print it."""
    loopback_up()
    found: dict[str, Any] = {"can_write": {}, "started": order()}
    for name in order():
        container = Container(name, folder)
        container.start()
        found["can_write"][name] = container.can_write()
    found["checks"] = until(CHECKS, lambda text: '"pending"' not in text)
    if "prometheus" in found["started"]:
        found["up"] = until(f"{QUERY}warehouse_up", lambda text: '"1"' in text)
        found["rules"] = ask("http://127.0.0.1:9090/api/v1/rules")
    if "alertmanager" in found["started"]:
        found["alerts"] = until(ALERTS, lambda text: "WarehouseHeartbeat" in text)
        found["inbox"] = until_written(folder / "inbox.log", "heartbeat")
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
