"""A server that is asked twice: for a text, and for what we send instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest
from psycopg2 import extensions
from warehouse_exporter.config.load import parse as load
from warehouse_exporter.core.errors import Unmeasured
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.engines.postgres.session import Session

from tests.database.sql.corpus import TABLE
from tests.support.warehouses import config_of

CODE = re.compile(r"\((\w{5})\)$")


class Both:
    """One server, asked directly and in our way; every column is read as text."""

    def __init__(self, version: int, session: Session, dsn: str) -> None:
        self.version = version
        self.session = session
        self.plain = psycopg2.connect(
            dsn, options="-c timezone=UTC -c datestyle=ISO,YMD -c search_path=pg_catalog,public"
        )
        self.cursor = self.plain.cursor()
        self.cursor.execute("SELECT oid FROM pg_type")
        types = tuple(oid for (oid,) in self.cursor.fetchall())
        as_text = extensions.new_type(types, "as text", lambda value, cursor: value)
        extensions.register_type(as_text, self.plain)
        extensions.register_type(as_text, session._connection._connection)
        self.plain.rollback()
        self.cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def direct(self, text: str) -> Any:
        """The answer to a text as psql would send it, or the code of its error."""
        self.cursor.execute("SAVEPOINT s")
        try:
            self.cursor.execute(text)
            names = [column.name for column in self.cursor.description or ()]
            return [repr(dict(zip(names, row, strict=True))) for row in self.cursor.fetchall()]
        except psycopg2.Error as error:
            return error.pgcode
        finally:
            self.cursor.execute("ROLLBACK TO SAVEPOINT s")

    def sent(self, text: str) -> Any:
        """The answer to what we send for a query, or the code of its error."""
        try:
            return [repr(row) for row in self.session.rows_of(text, "UTC", 100_000)]
        except Unmeasured as error:
            found = CODE.search(error.detail)
            return found[1] if found else error.detail


@pytest.fixture(scope="package", params=[16, 18])
def both(request: pytest.FixtureRequest) -> Iterator[Both]:
    """A server of each version with the table of the corpus."""
    with Postgres(request.param) as server:
        dsn = server.create_database("corpus")
        with psycopg2.connect(dsn) as connection:
            connection.cursor().execute(TABLE)
        connection.close()
        loaded = load(config_of(), "test.yml", {"WAREHOUSE_DSN": dsn})
        with Connector(loaded.warehouse).snapshot() as session:
            session.deadline += 36_000
            found = Both(request.param, session, dsn)
            yield found
            found.plain.close()
