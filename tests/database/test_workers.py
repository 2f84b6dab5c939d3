"""Several connections of one pass: one instant, no more than allowed, and nothing lost with one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from warehouse_exporter.core.errors import Unreachable
from warehouse_exporter.core.states import Cell
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.engines.base import Session
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.engines.postgres.transaction import SHORT
from warehouse_exporter.passes.workers import IDLE, work_off
from warehouse_exporter.plan.fusion import Statement

from labs.reliability.pooler import pooler
from tests.conftest import execute
from tests.database.test_warehouse import warehouse_at
from tests.support.programs import needs
from tests.support.serving import wait_for

COUNT = "SELECT count(*) AS n FROM t"
WHO = "SELECT pg_backend_pid() AS n"
CUT = "SELECT pg_terminate_backend(%s)"
LONG = 20.0
"""Seconds after which a test stops waiting for the other connection."""


@pytest.fixture
def rows_of_one(database: str) -> str:
    """A database with a table of one row."""
    execute(database, "CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
    return database


def statements(count: int, sql: str = COUNT) -> list[Statement]:
    """Some statements, told apart by the dataset they are of."""
    return [Statement(f"d{number}", "probe", sql, ()) for number in range(count)]


@dataclass
class Work:
    """A pass that notes who runs what; `before` is called first, with whether it is a helper."""

    connector: Connector
    before: Callable[[Session, bool], object] = lambda session, helper: None
    answers: list[tuple[str, bool, Cell]] = field(default_factory=list)
    sent: int = 0
    rewritten: list[str] = field(default_factory=list)

    def over(self, todo: list[Statement]) -> Work:
        """Work off some statements."""
        with self.connector.snapshot() as session:

            def run(statement: Statement, one: Session) -> None:
                helper = one is not session
                self.before(one, helper)
                (row,) = one.rows(statement.sql)
                self.answers.append((statement.dataset, helper, row["n"]))

            self.sent = work_off(todo, session, self.connector, run)
            self.rewritten = [found.name for found in session.rewritten()]
        return self

    def by(self, helper: bool) -> list[Cell]:
        """The answers that the first connection got, or the others."""
        return [answer for _, one, answer in self.answers if one is helper]


def side_by_side(dsn: str, write: str, written_at: str = "") -> Work:
    """Two statements that run at once; somebody else writes after one, and before the other."""
    joined = threading.Event()

    def before(session: Session, helper: bool) -> None:
        if helper:
            joined.set()
            return
        session.rows(COUNT)
        execute(written_at or dsn, write)
        assert joined.wait(LONG)

    connector = Connector(warehouse_at(dsn, connections_per_pass=2))
    return Work(connector, before).over(statements(2))


def alone(dsn: str, todo: list[Statement], role: str = "postgres", **settings: int) -> Work:
    """A pass long enough for a helper to join, if it could."""
    warehouse = warehouse_at(dsn.replace("postgres@", f"{role}@"), **settings)
    pause = threading.Event()
    return Work(Connector(warehouse), lambda session, helper: pause.wait(2 * IDLE)).over(todo)


def test_what_is_committed_before_the_second_connection_begins_is_seen_by_none(
    rows_of_one: str,
) -> None:
    work = side_by_side(rows_of_one, "INSERT INTO t VALUES (2)")
    assert (work.by(False), work.by(True)) == ([1], [1])
    assert execute(rows_of_one, COUNT) == [(2,)]
    assert work.sent == 3, "two, and the one before the other wrote"


def test_what_only_the_second_connection_has_read_too_late_is_known_to_the_first(
    rows_of_one: str,
) -> None:
    refreshed = threading.Event()

    def before(session: Session, helper: bool) -> None:
        if helper:
            execute(rows_of_one, "BEGIN; TRUNCATE t; INSERT INTO t VALUES (1); COMMIT")
            refreshed.set()
        else:
            assert refreshed.wait(LONG)

    connector = Connector(warehouse_at(rows_of_one, connections_per_pass=2))
    work = Work(connector, before).over([*statements(1, WHO), *statements(1)])
    assert work.by(True) == [0]
    assert work.rewritten == ["public.t"]


def test_a_pass_that_is_over_in_a_moment_uses_one_connection(rows_of_one: str) -> None:
    connector = Connector(warehouse_at(rows_of_one, connections_per_pass=2))
    work = Work(connector).over(statements(5, WHO))
    assert len(work.by(False)) == 5
    assert len(set(work.by(False))) == 1


@pytest.mark.parametrize(
    ("connections", "per_pass", "used"), [(1, 2, 1), (3, 1, 1), (3, 2, 2), (2, 9, 2), (4, 3, 3)]
)
def test_a_pass_uses_as_many_as_it_may_and_as_there_is_room_for(
    rows_of_one: str, connections: int, per_pass: int, used: int
) -> None:
    todo = statements(6, WHO)
    work = alone(rows_of_one, todo, connections=connections, connections_per_pass=per_pass)
    assert sorted(name for name, _, _ in work.answers) == [s.dataset for s in todo]
    assert len({pid for _, _, pid in work.answers}) == used


def test_a_single_statement_needs_no_second_connection(rows_of_one: str) -> None:
    assert alone(rows_of_one, statements(1, WHO), connections_per_pass=2).by(True) == []


def test_a_connection_that_dies_takes_no_answer_with_it(rows_of_one: str) -> None:
    died = threading.Event()

    def before(session: Session, helper: bool) -> None:
        if helper:
            ((row,),) = [session.rows(WHO)]
            execute(rows_of_one, CUT, [row["n"]])
            died.set()
        else:
            assert died.wait(LONG)

    connector = Connector(warehouse_at(rows_of_one, connections_per_pass=2))
    work = Work(connector, before).over(statements(4))
    assert sorted(name for name, _, _ in work.answers) == ["d0", "d1", "d2", "d3"]
    assert work.by(True) == []
    assert work.by(False) == [1, 1, 1, 1]


def test_what_a_connection_has_read_before_it_dies_is_read_again(rows_of_one: str) -> None:
    """It cannot be asked any more whether that had been rewritten."""
    died = threading.Event()
    read: list[bool] = []

    def before(session: Session, helper: bool) -> None:
        if not helper:
            assert died.wait(LONG)
        elif not read:
            read.append(helper)
        else:
            ((row,),) = [session.rows(WHO)]
            execute(rows_of_one, CUT, [row["n"]])
            died.set()

    connector = Connector(warehouse_at(rows_of_one, connections_per_pass=2))
    work = Work(connector, before).over(statements(4))
    assert work.by(True) == [1]
    assert sorted(name for name, helper, _ in work.answers if not helper) == [
        "d0",
        "d1",
        "d2",
        "d3",
    ]


def test_a_fault_on_one_connection_leaves_its_statement_to_the_other(
    rows_of_one: str, caplog: pytest.LogCaptureFixture
) -> None:
    failed = threading.Event()

    def before(session: Session, helper: bool) -> None:
        if helper:
            failed.set()
            raise ValueError
        assert failed.wait(LONG)

    connector = Connector(warehouse_at(rows_of_one, connections_per_pass=2))
    work = Work(connector, before).over(statements(3))
    assert sorted(name for name, _, _ in work.answers) == ["d0", "d1", "d2"]
    assert "second connection failed" in caplog.text


def test_when_the_first_connection_dies_the_pass_is_given_up(rows_of_one: str) -> None:
    ended = threading.Event()
    ran: list[bool] = []

    def before(session: Session, helper: bool) -> None:
        ran.append(helper)
        if helper:
            assert ended.wait(LONG)
        else:
            wait_for(lambda: True in ran)
            ((row,),) = [session.rows(WHO)]
            execute(rows_of_one, CUT, [row["n"]])
            ended.set()

    connector = Connector(warehouse_at(rows_of_one, connections_per_pass=2))
    work = Work(connector, before)
    with pytest.raises(Unreachable):
        work.over(statements(6))
    assert work.by(False) == []
    assert set(work.by(True)) == {1}
    with connector.snapshot() as session:
        assert session.rows(COUNT) == [{"n": 1}]


def test_where_snapshots_may_not_be_exported_there_is_one_connection(rows_of_one: str) -> None:
    execute(
        rows_of_one,
        "REVOKE EXECUTE ON FUNCTION pg_export_snapshot() FROM PUBLIC;"
        "DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN; GRANT SELECT ON t TO reader",
    )
    try:
        work = alone(rows_of_one, statements(4), "reader", connections_per_pass=2)
        assert (work.by(False), work.by(True)) == ([1, 1, 1, 1], [])
    finally:
        execute(rows_of_one, "DROP OWNED BY reader; DROP ROLE reader")


def test_a_second_connection_is_left_to_a_pass_that_has_none(rows_of_one: str) -> None:
    connector = Connector(warehouse_at(rows_of_one, connections=2, connections_per_pass=2))
    served = threading.Event()

    def another_pass() -> None:
        with connector.snapshot() as session:
            session.rows(COUNT)
            served.set()

    other = threading.Thread(target=another_pass)

    def before(session: Session, helper: bool) -> None:
        if helper:
            if not other.ident:
                other.start()
            wait_for(lambda: connector.wanted)
        else:
            assert served.wait(LONG)

    work = Work(connector, before).over(statements(6))
    other.join()
    assert len(work.by(True)) == 1
    assert len(work.by(False)) == 5


def test_a_second_connection_ends_with_the_deadline_of_its_pass(rows_of_one: str) -> None:
    connector = Connector(warehouse_at(rows_of_one))
    with connector.snapshot() as first:
        name = first.export()
        assert name is not None
        first.deadline -= 7
        with connector.beside(first, name) as other:
            assert other.deadline == first.deadline


@needs("pgbouncer")
def test_behind_a_pooler_all_see_one_instant(postgres: Postgres, rows_of_one: str) -> None:
    with pooled(postgres, rows_of_one, 2) as dsn:
        work = side_by_side(dsn, "INSERT INTO t VALUES (2)", written_at=rows_of_one)
    assert (work.by(False), work.by(True)) == ([1], [1])


@needs("pgbouncer")
def test_a_pooler_that_has_no_second_connection_to_lend_holds_up_no_pass(
    postgres: Postgres, rows_of_one: str
) -> None:
    with pooled(postgres, rows_of_one, 1) as dsn:
        lent, started = execute(dsn, WHO), time.monotonic()
        work = alone(dsn, statements(2), connections_per_pass=2)
        assert time.monotonic() - started < SHORT
        assert execute(dsn, WHO) == lent, "its one connection is still good"
    assert (work.by(False), work.by(True)) == ([1, 1], [])


@contextmanager
def pooled(server: Postgres, dsn: str, size: int) -> Iterator[str]:
    """The DSN of the same database through a pgbouncer with so many connections."""
    database = dsn.rpartition("/")[2]
    with pooler(server, database, size) as port:
        yield f"postgresql://postgres@127.0.0.1:{port}/{database}"
