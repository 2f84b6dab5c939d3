"""The hosts of a DSN are found within a deadline, and all their addresses are tried."""

from __future__ import annotations

import threading
import time

import pytest
from warehouse_exporter.core.errors import Unreachable
from warehouse_exporter.engines.postgres.connection import Connection
from warehouse_exporter.engines.postgres.resolver import addressed, resolve

from tests.support.serving import SOON

BOOK = {"one": ["10.0.0.1"], "two": ["::2", "10.0.0.2"]}


def ask(host: str) -> list[str]:
    """A resolver that knows two hosts."""
    if host not in BOOK:
        raise OSError("unknown")
    return BOOK[host]


def found(**parameters: str) -> dict[str, str]:
    """The parameters that change."""
    return addressed(parameters, 5, threading.Event(), ask)


def test_a_host_stands_there_once_for_each_of_its_addresses() -> None:
    assert found(host="one,two", port="1,2") == {
        "host": "one,two,two",
        "hostaddr": "10.0.0.1,::2,10.0.0.2",
        "port": "1,2,2",
    }
    assert found(host="two", port="5432")["port"] == "5432,5432"
    assert found(host="two")["port"] == ","


def test_a_host_that_is_unknown_leaves_the_others() -> None:
    assert found(host="none,one", port="1")["hostaddr"] == "10.0.0.1"
    with pytest.raises(Unreachable, match='could not translate host name "none"'):
        found(host="none")


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"host": "/var/run/postgresql"},
        {"host": "@abstract"},
        {"host": "one", "hostaddr": "10.0.0.9"},
        {"host": "one,"},
        {"host": "one,two", "port": "1,2,3"},
    ],
)
def test_what_is_no_name_is_left_to_the_driver(parameters: dict[str, str]) -> None:
    assert found(**parameters) == {}


def test_a_resolver_that_hangs_is_given_up() -> None:
    silence = threading.Event()
    started = time.monotonic()
    with pytest.raises(Unreachable, match=r"within 0\.3 s: the resolver hangs"):
        addressed({"host": "one"}, 0.3, threading.Event(), lambda host: [str(silence.wait(90))])
    assert time.monotonic() - started < SOON
    silence.set()


def test_a_stopped_exporter_waits_for_no_resolver() -> None:
    silence, stop = threading.Event(), threading.Event()
    stop.set()
    with pytest.raises(Unreachable, match="shutting down"):
        addressed({"host": "one"}, 30, stop, lambda host: [str(silence.wait(90))])
    silence.set()


def test_localhost_is_found_and_connected_to_by_name(database: str) -> None:
    assert "127.0.0.1" in resolve("localhost")
    connection = Connection(database.replace("127.0.0.1", "localhost"), 5, threading.Event())
    assert connection.execute("SELECT 1 AS one", seconds=5) == (["one"], [(1,)])
    connection.close()
