"""A DSN that does not work is told without any part of it that may be its password."""

from __future__ import annotations

import socket
import threading

import pytest

from exporter.errors import Reason, Unreachable
from exporter.wire import Wire
from tests.test_warehouse import session_on

SECRET = "hunter2"


@pytest.mark.parametrize(
    "dsn",
    [
        f"postgresql://me:{SECRET}@127.0.0.1:1/w",
        f"postgresql://me:{SECRET}@nowhere.invalid/w",
        f"host=127.0.0.1 port=1 password={SECRET}",
        f"host=127.0.0.1 port=1 pasword={SECRET}",
        f"postgresql://me:{SECRET}@127.0.0.1:99999/w",
        f"postgresql://me:{SECRET}@127.0.0.1:port/w",
        f"{SECRET}",
        f"host='127.0.0.1 password={SECRET}",
        f"postgresql://me:{SECRET}@[::1/w",
        f"postgresql://me:%zz{SECRET}@127.0.0.1:1/w",
        f"host=127.0.0.1 password={SECRET}\0",
        f"postgresql://shop:abc@{SECRET}@warehouse.internal:5432/shop",
        f"postgresql://localhost:{SECRET}/more@localhost/shop",
        f"postgresql://localhost:a@{SECRET}/b@localhost/shop",
        f"postgresql://localhost:a/{SECRET}@b@localhost/shop",
        f"postgresql://shop:a@localhost?{SECRET}=1@localhost/shop",
        f"postgresql://localhost:{SECRET}",
        f"postgresql://localhost:{SECRET}/shop",
        f"host=127.0.0.1 port={SECRET}",
        f"host=127.0.0.1 port=1 sslmode={SECRET}",
        f"host=127.0.0.1 port=1 channel_binding={SECRET}",
        f"host=127.0.0.1 port=1 connect_timeout={SECRET}",
        f"host=127.0.0.1 port=1 sslmode=verify-full sslrootcert={SECRET}",
        f"host=127.0.0.1 service={SECRET}",
        f"host={SECRET}!x port=1",
    ],
)
def test_a_warehouse_out_of_reach_is_told_without_its_password(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[object] = []

    def nobody(*asked: object, **options: object) -> list[object]:
        looked_up.append(asked)
        raise OSError("no such host")

    if "127.0.0.1" not in dsn:
        monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with pytest.raises(Unreachable) as failed, session_on(dsn):
        pass
    assert failed.value.reason == Reason.CONNECTION
    assert SECRET not in f"{failed.value} {looked_up}"
    assert len(str(failed.value)) < 250


def test_an_ambiguous_dsn_is_told_what_to_do() -> None:
    for dsn, said in (
        ("postgresql://shop:abc@tail@warehouse/shop", "the DSN has more than one @"),
        ("postgresql://shop:abc/tail@warehouse/shop", "the DSN has a / before its @"),
    ):
        with pytest.raises(Unreachable, match=f"{said}: percent-encode the password"):
            Wire(dsn, 1, threading.Event())


def test_a_refused_connection_names_what_the_owner_has_named(database: str) -> None:
    nowhere = database.rpartition("/")[0]
    for dsn, said in (
        (f"{nowhere}/nothing", 'database "nothing" does not exist'),
        (database.replace("postgres@", "nobody_here@"), 'role "nobody_here" does not exist'),
        (f"{nowhere}/{'x' * 70}", "database does not exist"),
    ):
        with pytest.raises(Unreachable) as failed:
            Wire(dsn, 5, threading.Event())
        assert failed.value.detail == said
