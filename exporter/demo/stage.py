"""The demo: the sample shop in a Postgres of its own, kept alive, with the exporter on it.

Prometheus and Alertmanager are run too where they are installed. Whatever way it ends, no process
and no temporary directory is left behind.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import psycopg2
import psycopg2.extensions

from exporter import profiles
from exporter.catalog import DEFAULT_PORT
from exporter.config import load
from exporter.demo import live, shop
from exporter.demo.postgres import Postgres, PostgresError
from exporter.demo.programs import Programs, port, wait_for_port
from exporter.errors import UsageError
from exporter.rules import render

CONFIG = profiles.file_of(profiles.DEFAULT)
META_RULES = Path(__file__).parents[2] / "prometheus" / "rules" / "meta.yml"
"""Rules about the exporter itself; they lie beside the package in a checkout."""
ROLE = "warehouse_exporter"
GRANTS = f"""
CREATE ROLE {ROLE} LOGIN;
GRANT USAGE ON SCHEMA analytics TO {ROLE};
GRANT SELECT ON ALL TABLES IN SCHEMA analytics TO {ROLE};
ALTER DEFAULT PRIVILEGES IN SCHEMA analytics GRANT SELECT ON TABLES TO {ROLE};
"""
BEAT = 3.0
"""Seconds between two arrivals of new events."""
Say = Callable[[str], None]


@dataclass(frozen=True)
class Demo:
    """Where the parts of a running demo are found; also written to a file for `demo break`."""

    pid: int
    dsn: str
    config: str
    exporter: str
    prometheus: str | None
    alertmanager: str | None


def note() -> Path:
    """The file that tells other commands of this user about the running demo."""
    return Path(tempfile.gettempdir()) / f"warehouse-exporter-demo-{os.getuid()}.json"


def running() -> Demo:
    """The demo that runs now. Raises UsageError when there is none."""
    try:
        demo = Demo(**json.loads(note().read_text()))
        os.kill(demo.pid, 0)
    except (OSError, ValueError, TypeError):
        raise UsageError("no demo is running: start one with `warehouse-exporter demo`") from None
    return demo


class Ended(Exception):
    """Somebody asked for the end of the demo."""


@contextmanager
def ends_on_signals() -> Iterator[None]:
    """SIGINT, SIGTERM and SIGHUP raise Ended, once: what is then put away is put away whole.

    A program that a shell starts in the background ignores SIGINT; here it is heard all the same.
    """
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def ignore() -> None:
        for each in signals:
            signal.signal(each, signal.SIG_IGN)

    def end(number: int, frame: FrameType | None) -> None:
        ignore()
        raise Ended

    for each in signals:
        signal.signal(each, end)
    try:
        yield
    finally:
        ignore()


def play(say: Say, sessions_per_day: int, listen: int = DEFAULT_PORT) -> None:
    """Run the demo until Ctrl-C or SIGTERM. Raises UsageError when a part of it cannot be run."""
    refuse_a_second()
    try:
        with ExitStack() as undo, ends_on_signals():
            demo, programs = set_up(undo, say, sessions_per_day, listen)
            tell(demo, say)
            keep_alive(demo, programs)
    except Ended:
        say("ended; nothing is left behind")
    except PostgresError as error:
        raise UsageError(str(error)) from None


def refuse_a_second() -> None:
    """One demo at a time, so that `demo break` knows which one it breaks."""
    try:
        demo = running()
    except UsageError:
        return
    raise UsageError(f"a demo is running already, with process id {demo.pid}: {demo.exporter}")


def set_up(undo: ExitStack, say: Say, sessions_per_day: int, listen: int) -> tuple[Demo, Programs]:
    """Start everything; each part is put on `undo` before the next one begins."""
    folder = Path(tempfile.mkdtemp(prefix="warehouse-exporter-demo-"))
    undo.callback(shutil.rmtree, folder, ignore_errors=True)
    say("starting Postgres …")
    postgres = undo.enter_context(Postgres())
    say("filling the sample shop with 60 days …")
    fill(postgres.dsn, sessions_per_day)
    programs = Programs(folder)
    undo.callback(programs.stop)
    say("starting the exporter …")
    dsn = postgres.dsn.replace("postgres@", f"{ROLE}@", 1)
    exporter = start_exporter(programs, dsn, listen)
    alertmanager = start_alertmanager(programs, folder)
    prometheus = start_prometheus(programs, folder, exporter, alertmanager)
    urls = [f"http://127.0.0.1:{n}" if n else None for n in (exporter, prometheus, alertmanager)]
    demo = Demo(os.getpid(), postgres.dsn, str(CONFIG), urls[0] or "", urls[1], urls[2])
    note().write_text(json.dumps(asdict(demo)))
    undo.callback(note().unlink, missing_ok=True)
    return demo, programs


def fill(dsn: str, sessions_per_day: int) -> None:
    """Build the shop, and a role that can only read it."""
    connection = psycopg2.connect(dsn)
    try:
        shop.build(connection, as_of=datetime.now(UTC), sessions_per_day=sessions_per_day)
        with connection, connection.cursor() as cursor:
            cursor.execute(GRANTS)
    finally:
        connection.close()


def start_exporter(programs: Programs, dsn: str, listen: int) -> int:
    """The exporter on the shop; its port."""
    number = port(listen)
    command = [sys.executable, "-m", "exporter", "serve", f"--config.file={CONFIG}"]
    command += [f"--web.listen-address=127.0.0.1:{number}", "--web.enable-lifecycle"]
    programs.start("exporter", command, WAREHOUSE_DSN=dsn)
    wait_for_port(number, programs)
    return number


def start_alertmanager(programs: Programs, folder: Path) -> int | None:
    """Alertmanager, if it is installed; its port."""
    program = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    if program is None:
        return None
    number = port(9093)
    config = folder / "alertmanager.yml"
    config.write_text(ALERTMANAGER)
    command = [program, f"--config.file={config}", f"--storage.path={folder / 'alertmanager'}"]
    command += [f"--web.listen-address=127.0.0.1:{number}", "--cluster.listen-address="]
    programs.start("alertmanager", command)
    wait_for_port(number, programs)
    return number


def start_prometheus(
    programs: Programs, folder: Path, exporter: int, alertmanager: int | None
) -> int | None:
    """Prometheus with the shop's rules, if it is installed; its port."""
    program = shutil.which("prometheus")
    if program is None:
        return None
    number = port(9090)
    rules = folder / "rules.yml"
    rules.write_text(render(load(CONFIG, {"WAREHOUSE_DSN": ""})))
    files = [rules, *([META_RULES] if META_RULES.exists() else [])]
    config = folder / "prometheus.yml"
    config.write_text(prometheus_config(exporter, alertmanager, files))
    command = [program, f"--config.file={config}", f"--storage.tsdb.path={folder / 'prometheus'}"]
    command += [f"--web.listen-address=127.0.0.1:{number}"]
    programs.start("prometheus", command)
    wait_for_port(number, programs)
    return number


ALERTMANAGER = """\
route: {receiver: nobody, group_by: [incident], group_wait: 5s, group_interval: 30s}
receivers: [{name: nobody}]
"""


def prometheus_config(exporter: int, alertmanager: int | None, rules: list[Path]) -> str:
    """A prometheus.yml with a quick rhythm; JSON is YAML, too."""
    managers = [{"targets": [f"127.0.0.1:{alertmanager}"]}] if alertmanager else []
    scrape = {"job_name": "warehouse", "static_configs": [{"targets": [f"127.0.0.1:{exporter}"]}]}
    return json.dumps(
        {
            "global": {"scrape_interval": "5s", "evaluation_interval": "5s"},
            "rule_files": [str(path) for path in rules],
            "scrape_configs": [scrape],
            "alerting": {"alertmanagers": [{"static_configs": managers}]},
        },
        indent=2,
    )


def tell(demo: Demo, say: Say) -> None:
    """Print where to look and what to try."""
    command = "warehouse-exporter"
    say("")
    say(f"  status page   {demo.exporter}/")
    say(f"  metrics       {demo.exporter}/metrics")
    if demo.prometheus:
        say(f"  Prometheus    {demo.prometheus}/alerts")
    else:
        say("  Prometheus    not installed: sudo apt-get install prometheus")
    if demo.alertmanager:
        say(f"  Alertmanager  {demo.alertmanager}/")
    else:
        say("  Alertmanager  not installed: sudo apt-get install prometheus-alertmanager")
    say(f"  config        {demo.config}")
    say(f"  database      {demo.dsn}")
    say("")
    say("New events arrive all the time. In another terminal:")
    say(f"  {command} demo break items-mismatch   (all of them: {command} demo break --list)")
    say(f"  {command} demo repair")
    say("Ctrl-C ends everything.")


def keep_alive(demo: Demo, programs: Programs) -> None:
    """Let new events arrive until somebody ends the demo or a part of it fails."""
    connection = psycopg2.connect(demo.dsn)
    pause = threading.Event()
    try:
        while True:
            programs.check()
            live.advance(connection, datetime.now(UTC))
            pause.wait(BEAT)
    finally:
        connection.close()


def with_shop(change: Callable[[psycopg2.extensions.connection, datetime], None]) -> None:
    """Change the shop of the running demo, and let the exporter look at once.

    Raises UsageError when no demo is running.
    """
    demo = running()
    connection = psycopg2.connect(demo.dsn)
    try:
        change(connection, datetime.now(UTC))
    finally:
        connection.close()
    request = urllib.request.Request(f"{demo.exporter}/-/collect", method="POST")
    urllib.request.urlopen(request, timeout=10).close()
