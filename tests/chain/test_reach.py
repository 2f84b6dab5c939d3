"""What the exporter reaches: files, programs and addresses, as the kernel shows them."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from warehouse_exporter.cli.main import main

from tests.conftest import execute
from tests.support.serving import Serving, wait_for

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
CONFIG = """
warehouse: {{dsn_file: "{dsn}"}}
datasets:
  orders: {{relation: orders, every: 1s, checks: [volume: {{critical: "< 1"}}]}}
queries:
  - {{name: labelled, sql: "select id, 1 as value from orders", critical: "> 5"}}
"""
WRITES = os.O_WRONLY | os.O_RDWR
ESTABLISHED = "01"


def opened(exporter: Serving) -> dict[str, int]:
    """Its open files, with the flags that they were opened with."""
    folder = Path(f"/proc/{exporter.process.pid}")
    found = {}
    for number in os.listdir(folder / "fd"):
        try:
            flags = re.search(r"flags:\s+(\d+)", (folder / "fdinfo" / number).read_text())
            assert flags is not None
            found[os.readlink(folder / "fd" / number)] = int(flags[1], 8)
        except FileNotFoundError:  # closed meanwhile
            continue
    return found


def peers(exporter: Serving) -> Iterator[tuple[int, str, int]]:
    """Own port, address and port of the other side of each connection that it has."""
    inodes = {name[8:-1] for name in opened(exporter) if name.startswith("socket:")}
    for family in ("tcp", "tcp6"):
        table = Path(f"/proc/{exporter.process.pid}/net/{family}")
        for line in table.read_text().splitlines()[1:] if table.exists() else ():
            _, local, remote, state, *_, inode = line.split()[:10]
            if inode in inodes and state == ESTABLISHED:
                host, _, port = remote.partition(":")
                yield int(local.partition(":")[2], 16), host, int(port, 16)


def test_it_writes_no_file_runs_no_program_and_calls_nobody(database: str, tmp_path: Path) -> None:
    execute(database, "CREATE TABLE orders (id int); INSERT INTO orders VALUES (1)")
    dsn, config = tmp_path / "dsn", tmp_path / "config.yml"
    dsn.write_text(database)
    config.write_text(CONFIG.format(dsn=dsn))
    with Serving(config, ["--web.enable-lifecycle", "--log.level=debug"]) as exporter:
        exporter.wait_ready()
        exporter.post("/-/reload").raise_for_status()
        passes = exporter.metric("warehouse_passes_total") or 0
        called: set[int] = set()

        def some_passes_later() -> bool:
            ours = int(exporter.address.partition(":")[2])
            called.update(port for own, _, port in peers(exporter) if own != ours)
            return (exporter.metric("warehouse_passes_total") or 0) > passes + 2

        wait_for(some_passes_later)
        for path in ("/", "/metrics", "/api/v1/checks", "/nowhere"):
            exporter.get(path)
        written = {
            name for name, flags in opened(exporter).items()
            if flags & WRITES and name.startswith("/") and not name.startswith("/dev/")
        }  # fmt: skip
        threads = Path(f"/proc/{exporter.process.pid}/task").glob("*/children")
        children = [child for file in threads for child in file.read_text().split()]
        files = {file.name for file in tmp_path.iterdir()}
    assert written <= {str(exporter.log)}
    assert files == {"dsn", "config.yml", "config.log"}
    assert children == []
    assert called <= {int(database.rpartition(":")[2].partition("/")[0])}, "the warehouse alone"


def test_no_option_takes_a_secret() -> None:
    options = [
        option
        for command in main.commands.values()
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
    ]
    assert options
    named = {name for name in options if re.search("pass(word|phrase)|secret|token|dsn", name)}
    where = {"--secret", "--writer-dsn-env", "--writer-dsn-file"}
    assert named == where, "each says where a secret is: the name of an object, a variable, a file"
