"""The demo: the sample shop in a Postgres of its own, kept alive, with the exporter on it.

Prometheus and Alertmanager are run too where they are installed, and the terminal shows what people
would be told. Whatever way it ends, no process and no temporary directory is left behind.
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
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import psycopg2
import psycopg2.extensions

from warehouse_exporter.config import Config
from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.core.names import DEFAULT_PORT
from warehouse_exporter.demo import chain, live, shop
from warehouse_exporter.demo.chain import CONFIG as CONFIG
from warehouse_exporter.demo.notices import Notice, Reader, refused
from warehouse_exporter.demo.postgres import Postgres, PostgresError
from warehouse_exporter.demo.programs import Command, Programs
from warehouse_exporter.demo.receiver import Hear, Refuse, listening
from warehouse_exporter.demo.running import Demo, note, running
from warehouse_exporter.demo.screen import Screen

ROLE = "warehouse_exporter"
GRANTS = f"""
CREATE ROLE {ROLE} LOGIN;
GRANT USAGE ON SCHEMA analytics TO {ROLE};
GRANT SELECT ON ALL TABLES IN SCHEMA analytics TO {ROLE};
ALTER DEFAULT PRIVILEGES IN SCHEMA analytics GRANT SELECT ON TABLES TO {ROLE};
"""
BEAT = 3.0
"""Seconds between two arrivals of new events."""
NAME = "warehouse-exporter"
PEOPLE = (
    "Nothing is really sent: what PagerDuty, Slack and a webhook would receive",
    "is printed here within seconds; there is no e-mail.",
    "",
)


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


def play(screen: Screen, sessions_per_day: int, listen: int = DEFAULT_PORT) -> None:
    """Run the demo until Ctrl-C or SIGTERM. Raises UsageError when a part of it cannot be run."""
    refuse_a_second()
    try:
        with ExitStack() as undo, ends_on_signals():
            demo, programs = set_up(undo, screen, sessions_per_day, listen)
            tell(demo, screen)
            keep_alive(demo, programs, screen)
    except Ended:
        screen.say("ended; nothing is left behind")
    except PostgresError as error:
        raise UsageError(str(error)) from None


def refuse_a_second() -> None:
    """One demo at a time, so that `demo break` knows which one it breaks."""
    try:
        demo = running()
    except UsageError:
        return
    raise UsageError(f"a demo is running already, with process id {demo.pid}: {demo.exporter}")


def set_up(
    undo: ExitStack, screen: Screen, sessions_per_day: int, listen: int
) -> tuple[Demo, Programs]:
    """Start everything; each part is put on `undo` before the next one begins."""
    folder = Path(tempfile.mkdtemp(prefix="warehouse-exporter-demo-"))
    undo.callback(shutil.rmtree, folder, ignore_errors=True)
    screen.say("starting Postgres …")
    postgres = undo.enter_context(Postgres())
    screen.say("filling the sample shop with 60 days …")
    fill(postgres.dsn, sessions_per_day)
    people = undo.enter_context(listening(*heard_on(screen)))
    programs = Programs(folder)
    undo.callback(programs.stop)
    screen.say("starting the exporter …")
    dsn = postgres.dsn.replace("postgres@", f"{ROLE}@", 1)
    file = chain.write_config(folder)

    def serving(port: int) -> Sequence[str]:
        """The exporter, with its own address in the config: links in messages begin with it."""
        return serve(chain.write_config(folder, port))(port)

    exporter = programs.serve("exporter", listen, serving, WAREHOUSE_DSN=dsn)
    screen.say("measuring all of it for the first time …")
    # Rules that are evaluated sooner would page for what nobody has had the time to measure.
    programs.wait_until_ready(f"http://127.0.0.1:{exporter}/-/ready")
    prometheus, alertmanager = start_chain(programs, chain.config(file, people), exporter)
    urls = [f"http://127.0.0.1:{n}" if n else None for n in (exporter, prometheus, alertmanager)]
    demo = Demo(os.getpid(), postgres.dsn, str(file), urls[0] or "", urls[1], urls[2])
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


def serve(config_file: Path) -> Command:
    """The exporter on the shop."""
    command = [sys.executable, "-m", "warehouse_exporter", "serve", f"--config.file={config_file}"]
    command.append("--web.enable-lifecycle")
    return lambda port: [*command, f"--web.listen-address=127.0.0.1:{port}"]


def start_chain(programs: Programs, config: Config, exporter: int) -> tuple[int | None, int | None]:
    """Prometheus and Alertmanager, as far as they can be run; their ports."""
    alertmanager = prometheus = None
    if program := chain.program("alertmanager"):
        command = chain.alertmanager(program, programs.folder, config)
        alertmanager = programs.serve("alertmanager", 9093, command)
    if program := chain.program("prometheus"):
        command = chain.prometheus(program, programs.folder, config, exporter, alertmanager)
        prometheus = programs.serve("prometheus", 9090, command)
    return prometheus, alertmanager


def heard_on(screen: Screen) -> tuple[Hear, Refuse]:
    """What is sent to people is shown on a screen, one message after the other; so is a refusal."""
    reader, one_by_one = Reader(), threading.Lock()

    def show(notice: Notice | None) -> None:
        if notice:
            screen.show(notice, datetime.now())

    def hear(path: str, body: Any) -> None:
        with one_by_one:
            show(reader.read(path, body))

    def refuse(path: str, why: str) -> None:
        with one_by_one:
            show(refused(path, why))

    return hear, refuse


def tell(demo: Demo, screen: Screen) -> None:
    """Print where to look and what to try."""
    missing, command = chain.missing(), called()
    lines = [
        "",
        f"  status page   {demo.exporter}/",
        f"  metrics       {demo.exporter}/metrics",
        f"  Prometheus    {missing.get('prometheus') or alerts_page(demo.prometheus or '')}",
        f"  Alertmanager  {missing.get('alertmanager') or f'{demo.alertmanager}/'}",
        f"  config        {demo.config}",
        f"  database      {demo.dsn}",
        "",
        *(PEOPLE if demo.tells else ()),
        "New events arrive all the time. In another terminal:",
        f"  {command} demo break checkout-tag",
        f"  {command} demo repair",
        f"  {command} demo break --list",
        "Ctrl-C ends everything.",
    ]
    for line in lines:
        screen.say(line)


def alerts_page(prometheus: str) -> str:
    """Where Prometheus shows its alerts: Debian's has the old pages alone."""
    try:
        urllib.request.urlopen(f"{prometheus}/alerts", timeout=10).close()
    except OSError:
        return f"{prometheus}/classic/alerts"
    return f"{prometheus}/alerts"


def called() -> str:
    """How one calls us from where one has started the demo."""
    given = Path(sys.argv[0])
    if shutil.which(NAME):
        return NAME
    return str(given) if given.name == NAME else f"{sys.executable} -m warehouse_exporter"


def keep_alive(demo: Demo, programs: Programs, screen: Screen) -> None:
    """Let new events arrive until somebody ends the demo or a part of it fails."""
    connection = psycopg2.connect(demo.dsn)
    pause, why = threading.Event(), ""
    try:
        while True:
            programs.check()
            why = let_arrive(connection, screen, why)
            pause.wait(BEAT)
    finally:
        connection.close()


def let_arrive(connection: psycopg2.extensions.connection, screen: Screen, told: str) -> str:
    """Let new events arrive, unless somebody has changed a table so that they cannot.

    Returns what keeps them away, '' for nothing; it is said unless it was `told` before.
    """
    try:
        live.advance(connection, datetime.now(UTC))
    except psycopg2.Error as error:
        if connection.closed:
            raise
        why = str(error).partition("\n")[0]
        if why != told:
            screen.say(f"no new events arrive: {why}")
        return why
    return ""
