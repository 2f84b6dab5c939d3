"""Incidents of what carries the data: rights, locks, the database, the exporter itself."""

from __future__ import annotations

from contextlib import AbstractContextManager

import psycopg2
from psycopg2.extensions import connection as Connection
from warehouse_exporter.core.model import Severity
from warehouse_exporter.demo.runner import ROLE

from labs.incidents.chain import Chain
from labs.incidents.incident import Incident
from tests.conftest import execute

ORDERS = "analytics.fct_orders"


class Lock:
    """Somebody's transaction that holds a table, and is not ended."""

    def __init__(self) -> None:
        self.held: dict[str, Connection] = {}

    def take(self, chain: Chain) -> None:
        """Lock the orders."""
        connection = psycopg2.connect(chain.dsn)
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {ORDERS} IN ACCESS EXCLUSIVE MODE")
        self.held[chain.dsn] = connection

    def give_back(self, chain: Chain) -> None:
        """End the transaction."""
        self.held.pop(chain.dsn).close()


class Outage:
    """A server that is stopped at once, and started again."""

    def __init__(self) -> None:
        self.lasting: dict[str, AbstractContextManager[None]] = {}

    def begin(self, chain: Chain) -> None:
        """Stop the server under a chain."""
        outage = chain.server.outage("immediate")
        outage.__enter__()
        self.lasting[chain.dsn] = outage

    def end(self, chain: Chain) -> None:
        """Start it again."""
        self.lasting.pop(chain.dsn).__exit__(None, None, None)


def revoke(chain: Chain) -> None:
    """Take a right away."""
    execute(chain.dsn, f"REVOKE SELECT ON {ORDERS} FROM {ROLE}")


def grant(chain: Chain) -> None:
    """Give it back."""
    execute(chain.dsn, f"GRANT SELECT ON {ORDERS} TO {ROLE}")


LOCK, OUTAGE = Lock(), Outage()
INFRASTRUCTURE = (
    Incident(
        "grants-revoked",
        "the exporter's role may not read fct_orders any more",
        Severity.CRITICAL,
        r"orders\.\w+: (orders: not measured|the check cannot be measured)",
        revoke,
        grant,
    ),
    Incident(
        "lock-held",
        "somebody's open transaction has locked fct_orders",
        Severity.CRITICAL,
        r"orders\.\w+: (orders: not measured|the check cannot be measured)",
        LOCK.take,
        LOCK.give_back,
    ),
    Incident(
        "database-down",
        "Postgres is stopped at once",
        Severity.CRITICAL,
        "the exporter cannot reach the warehouse",
        OUTAGE.begin,
        OUTAGE.end,
        alone=True,
    ),
    Incident(
        "exporter-killed",
        "the exporter is killed (kill -9)",
        Severity.CRITICAL,
        "the exporter cannot be scraped",
        Chain.kill,
        Chain.start,
        slow=True,
    ),
)
