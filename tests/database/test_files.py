"""A file that hangs costs its deadline, and says so; what never ends is not read to the end."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from warehouse_exporter.config import load
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.errors import ConfigError, UsageError
from warehouse_exporter.core.files import read_bytes, read_text

SOON = 0.2


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A pipe to which nobody writes."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def test_a_file_is_read_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("drôle\n" * 100_000)
    assert read_text(file) == "drôle\n" * 100_000
    with pytest.raises(IsADirectoryError):
        read_text(tmp_path)
    file.write_bytes(b"\xff")
    with pytest.raises(UnicodeDecodeError):
        read_text(file)


def test_a_pipe_is_read_when_somebody_writes_to_it(pipe: Path) -> None:
    writer = threading.Thread(target=pipe.write_text, args=("hello",))
    writer.start()
    assert read_text(pipe) == "hello"
    writer.join()


def test_the_end_of_an_inherited_pipe_is_its_end() -> None:
    reading, writing = os.pipe()
    os.close(writing)
    try:
        assert read_text(f"/dev/fd/{reading}") == ""
    finally:
        os.close(reading)


def test_a_pipe_to_which_nobody_writes_costs_its_deadline(pipe: Path) -> None:
    with pytest.raises(TimeoutError, match=r"its end did not come within 0\.2 s"):
        read_text(pipe, SOON)


def test_a_pipe_that_is_never_closed_costs_its_deadline(pipe: Path) -> None:
    held = os.open(pipe, os.O_RDWR)
    try:
        os.write(held, b"warehouse:")
        with pytest.raises(TimeoutError):
            read_text(pipe, SOON)
    finally:
        os.close(held)


def test_a_stop_ends_every_wait(pipe: Path) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(OSError, match="shutting down"):
        read_text(pipe, stop=stop)


def test_what_never_ends_is_too_large() -> None:
    with pytest.raises(OSError, match="larger than 1 MiB"):
        read_bytes("/dev/zero", most=1 << 20)


def test_a_config_and_a_dsn_file_that_hang_say_so(
    pipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_text, "__defaults__", (SOON, None))
    with pytest.raises(ConfigError, match=r"pipe:1: cannot be read: its end did not come"):
        load(pipe)
    text = f"warehouse: {{dsn_file: {pipe}, connect_timeout: 1s}}\ndatasets: {{a: {{relation: a}}}}"
    made = parse(text, "config.yml", {})
    with pytest.raises(UsageError, match=r"dsn_file .*pipe: its end did not come within 1 s"):
        made.warehouse.connection_string()
