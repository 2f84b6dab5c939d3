"""Log lines, as logfmt and as JSON."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator

import pytest
from warehouse_exporter.core.bounds import LOGGED
from warehouse_exporter.core.logs import event, quoted, set_up

OURS = logging.getLogger("warehouse_exporter.somewhere")


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """What went to standard error so far; logging is afterwards as it was."""
    root, ours = logging.getLogger(), logging.getLogger("warehouse_exporter")
    handlers, levels = list(root.handlers), (root.level, ours.level)
    for handler in handlers:
        root.removeHandler(handler)  # or setting up would close them
    yield lambda: capsys.readouterr().err
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    ours.setLevel(levels[1])


def test_an_event_is_one_line_of_logfmt(lines: Callable[[], str]) -> None:
    set_up("info", "logfmt")
    event(OURS, logging.INFO, "pass ended", datasets=3, seconds=0.0541, up=True, error='a "b"')
    time, rest = lines().split(" ", 1)
    assert re.fullmatch(r"ts=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", time)
    said = 'level=info msg="pass ended" datasets=3 seconds=0.054 up=True error="a \\"b\\""\n'
    assert rest == said


def test_an_event_is_one_object_of_json(lines: Callable[[], str]) -> None:
    set_up("info", "json")
    event(OURS, logging.WARNING, "statement failed", error="größer\nals", seconds=0.5)
    (line,) = lines().splitlines()
    said = json.loads(line)
    assert said.pop("ts").endswith("Z")
    assert said == {
        "level": "warning", "msg": "statement failed", "error": "größer\nals", "seconds": 0.5,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("bare", "bare"),
        ("", '""'),
        ("two words", '"two words"'),
        ("a=b", '"a=b"'),
        ("line\nbreak", '"line\\nbreak"'),
        ("back\\slash", '"back\\\\slash"'),
        ("esc\x1b[2J", '"esc\\u001b[2J"'),
        ("car\rriage", '"car\\rriage"'),
        ("csi\x9b2J", '"csi\\u009b2J"'),
        ("turn\u202eed", '"turn\\u202eed"'),
        ("half\ud800", '"half\\ud800"'),
        (7, "7"),
        (1.23456, "1.235"),
        (None, "None"),
    ],
)
def test_a_value_cannot_break_out_of_its_field(value: object, written: str) -> None:
    assert quoted(value) == written


@pytest.mark.parametrize("style", ["logfmt", "json"])
def test_a_line_is_bounded_and_steers_nothing(lines: Callable[[], str], style: str) -> None:
    set_up("info", style)  # type: ignore[arg-type]
    event(OURS, logging.INFO, "said", error="\x9b2J\u2066" + "x" * 1_000_000)
    try:
        raise ValueError("y" * 1_000_000)
    except ValueError:
        OURS.exception("failed")
    first, second = lines().splitlines()
    assert len(first) < LOGGED + 200
    assert "996,004 more characters" in first
    assert len(second) < LOGGED + 2000
    assert (first + second).isprintable()


def test_the_level_is_ours_and_libraries_speak_from_warnings_on(lines: Callable[[], str]) -> None:
    set_up("debug", "logfmt")
    OURS.debug("fine print")
    logging.getLogger("uvicorn").info("chatter")
    logging.getLogger("uvicorn").warning("trouble")
    set_up("error", "logfmt")
    OURS.warning("nobody asked")
    said = re.findall(r'msg="?([^"\n]+)', lines())
    assert said == ["fine print", "trouble"]


def test_a_fault_of_ours_has_its_traceback_on_the_same_line(lines: Callable[[], str]) -> None:
    set_up("info", "logfmt")
    try:
        raise ZeroDivisionError("a fault")
    except ZeroDivisionError:
        OURS.exception("pass failed")
    (line,) = lines().splitlines()
    assert "ZeroDivisionError: a fault" in line
