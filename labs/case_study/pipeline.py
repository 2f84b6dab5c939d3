"""The shop's mornings: load a day at 05:00, rebuild the models, be ready at 06:00 UTC.

Which client id the staging model reads decides what there is to see afterwards, so there are
two stagings, each the realistic one for a mode of the loader.

A loader that adds columns breaks nothing when `client_id` becomes `clientId`: the staging model
goes on reading `client_id`, every build is green, and from that day on no row has a client, so
users and sessions end and every order is an orphan. That is the silent failure which monitoring
has to catch, and the default for that mode.

A loader that renames columns makes the model fail on the first morning; somebody repairs it, and
the repaired model reads both spellings. That is the default for that mode: the schema drift is to
be seen in the raw table alone, and everything behind it shows what is really wrong with the data.

The quarantine belongs to the loader, which knows both spellings in either mode.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from pathlib import Path

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extensions import quote_ident

from labs.case_study.loader import Mode, load_day, raw_columns
from labs.case_study.names import Names
from labs.case_study.render import execute

REBUILT = (
    "dim_users",
    "fct_sessions",
    "fct_orders",
    "fct_order_items",
    "fct_order_attribution",
    "daily_metrics",
)
"""Models built anew every morning, in this order; stg_events only takes what arrived since."""

NAMED_BY_DESIGNS = (
    "raw_events",
    "dim_users",
    "fct_sessions",
    "fct_orders",
    "fct_order_items",
    "fct_order_attribution",
    "daily_metrics",
    "pipeline_logs",
)
"""The same rows again, in the tables and columns that the ready-made configs are written for."""
NOT_AS_LOADED = ("timestamp", "event_data", "user_agent")
"""File columns that are typed there, and the one that no ready-made config names."""


class Staging(Enum):
    """Which spellings of the client id the staging model reads."""

    AS_WRITTEN = "as written"
    """The first one only."""
    REPAIRED = "repaired"
    """Both."""


STAGING = {Mode.ADDED: Staging.AS_WRITTEN, Mode.RENAMED: Staging.REPAIRED}
"""The staging that goes with a mode; the reason is at the top of this module."""


def build_models(
    connection: Connection, names: Names, as_of: datetime, staging: Staging = Staging.REPAIRED
) -> None:
    """Bring every model up to what had arrived at `as_of`, in one transaction."""
    with connection, connection.cursor() as cursor:
        values = {"as_of": as_of}
        execute(cursor, "stg_events", names, values, _raw_fragments(cursor, names, staging))
        for model in REBUILT:
            execute(cursor, model, names, values)
        for model in NAMED_BY_DESIGNS:
            execute(cursor, f"analytics/{model}", names, values, _as_loaded(cursor, names))


def mornings(
    connection: Connection,
    directory: Path,
    mode: Mode,
    names: Names,
    staging: Staging | None = None,
) -> Iterator[tuple[date, datetime]]:
    """Load and model day after day, and stop at 06:00 UTC of the morning after each.

    Yields the day loaded and that morning. `staging` is the one of the mode if not given.
    """
    for file in sorted(directory.glob("events_*.csv.gz")):
        day = load_day(connection, file, mode, names).day
        as_of = datetime.combine(day + timedelta(days=1), time(6), UTC)
        build_models(connection, names, as_of, staging or STAGING[mode])
        yield day, as_of


def _raw_fragments(cursor: Cursor, names: Names, staging: Staging) -> dict[str, str]:
    """How the staging model reads the columns that come and go; one that is gone reads as NULL."""
    present = raw_columns(cursor, names)

    def read(column: str) -> str:
        name = names.of(column)
        return quote_ident(name, cursor) if name in present else "null::text"

    spellings = ["client_id", "clientId"] if staging is Staging.REPAIRED else ["client_id"]
    client = f"coalesce({', '.join(read(column) for column in spellings)})"
    return {"client_id": client, "referrer": read("referrer")}


def _as_loaded(cursor: Cursor, names: Names) -> dict[str, str]:
    """The columns of the raw table that are there now, as they are called now."""
    typed = {names.of(column) for column in NOT_AS_LOADED}
    listed = [c for c in raw_columns(cursor, names) if c not in typed]
    return {"as_loaded": ", ".join(quote_ident(column, cursor) for column in listed)}
