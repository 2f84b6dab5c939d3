"""Time columns of every type, on real servers: bounds of days, and text that is parsed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from warehouse_exporter.core.calendar import ONE_DAY, day_start
from warehouse_exporter.demo.postgres import INSTALLS, Postgres
from warehouse_exporter.sql import words
from warehouse_exporter.sql.clock_changes import change_near
from warehouse_exporter.sql.clocks import Clock

from tests.conftest import execute

BERLIN = ZoneInfo("Europe/Berlin")

READ = """
2026-03-01 | 2024-02-29 | 2000-02-29 | 2026-04-30 | 2026-12-31 | 0002-01-01 | 9998-12-31
2026-03-01T10:20 | 2026-03-01 10:20 | 2026-03-01T10:20:30 | 2026-03-01 10:20:30
2026-03-01T00:00:00 | 2026-03-01T23:59:59 | 2026-03-01T10:20:30.5 | 2026-03-01 10:20:30.123456
2026-03-01T10:20:30Z | 2026-03-01T10:20Z | 2026-03-01T10:20:30.25Z | 2026-03-01T10:20:30+01:00
2026-03-01T10:20:30-0330 | 2026-03-01T10:20:30+01 | 2026-03-01 10:20:30+00 | 2026-03-01T10:20+05:45
2026-03-01T10:20:30+15:59 | 2026-03-01T10:20:30-15:59 | 2026-07-01T10:20:30 | 2026-03-29T02:30:00
9999-12-31T23:59:59.999999
"""
NOT_READ = """
2026-02-29 | 1900-02-29 | 2026-02-30 | 2026-04-31 | 2026-13-01 | 2026-00-10 | 2026-01-00
2026-01-32 | 0000-01-01 | 0000-02-29 | 12026-03-01 | -2026-03-01 | 26-03-01 | 2026-3-1 | 2026-03
2026-03-01T24:00 | 2026-03-01T24:00:00 | 2026-03-01T25:00 | 2026-03-01T23:60 | 2026-03-01T23:59:60
2026-03-01T1:02 | 2026-03-01T10 | 2026-03-01T | 2026-03-01T10:20:30. | 2026-03-01T10:20:30,5
2026-03-01T10:20:30+16:00 | 2026-03-01T10:20:30+01:60 | 2026-03-01T10:20:30+ | 2026-03-01+01:00
2026-03-01Z | 2026-03-01T10:20:30Z+01:00 | 2026-03-01T10:20:30z | 2026-03-01 10:20:30 UTC
2026-03-01T10:20:30 Europe/Berlin | 2026-03-01 10:20:30 BC | 20260301 | 2026-060 | 2026-W09-7
01.03.2026 | 03/01/2026 | 1772323200 | now | today | infinity | -infinity | epoch | null | -
x | 2026-03-01'; drop table t
"""
OTHER_DIGITS = ["\uff12\uff10\uff12\uff16-03-01", "\u0662\u0660\u0662\u0666-03-01"]
ODD = [
    *OTHER_DIGITS,
    "",
    " ",
    "\t",
    " 2026-03-01",
    "2026-03-01\n",
    "2026-03-01\n2026-03-02",
    "x\n2026-03-01",
]


def texts(block: str) -> list[str]:
    """The texts between the bars."""
    return [text.strip() for line in block.split("\n") for text in line.split("|") if text.strip()]


@pytest.fixture(scope="module", params=sorted(INSTALLS))
def dsn(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of each major version in turn."""
    with Postgres(request.param) as server:
        yield server.create_database("clocks")


def test_text_is_read_as_python_reads_it_or_is_null_and_never_an_error(dsn: str) -> None:
    written = [*texts(READ), *texts(NOT_READ), *ODD]
    execute(dsn, "CREATE TABLE texts (at text, warehouse_exporter_time int)")
    execute(dsn, "INSERT INTO texts SELECT unnest(%s::text[])", [written])
    clock = Clock.over(words.column("at"), "text", BERLIN)
    assert clock is not None
    assert clock.is_parsed
    found = dict(
        execute(dsn, f"SELECT at, {words.render(clock.value)} FROM {clock.source('texts')}")
    )
    expected = {
        text: (at if at.tzinfo else at.replace(tzinfo=BERLIN)).astimezone(UTC)
        for text in texts(READ)
        for at in [datetime.fromisoformat(text)]
    }
    assert {text: at for text, at in found.items() if at is not None} == expected
    assert len(found) == len(written)


KINDS = {"timestamptz": "timestamp with time zone", "timestamp": "timestamp without time zone"}


@pytest.mark.parametrize("day", [date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 25)])
@pytest.mark.parametrize("kind", ["timestamptz", "timestamp", "date", "text"])
def test_the_bounds_of_a_day_hold_its_rows_and_no_other(dsn: str, kind: str, day: date) -> None:
    low, high = day_start(day, BERLIN), day_start(day + ONE_DAY, BERLIN)
    second = timedelta(seconds=1)
    at = [low - second, low, low + timedelta(hours=12), high - second, high]
    spelt: list[object] = list(at)
    if kind == "timestamp":
        spelt = [one.astimezone(BERLIN).replace(tzinfo=None) for one in at]
    elif kind == "date":
        spelt = [one.astimezone(BERLIN).date() for one in at]
    elif kind == "text":
        spelt = [one.isoformat() for one in at]
    execute(dsn, f"DROP TABLE IF EXISTS rows; CREATE TABLE rows (n int, at {kind})")
    for n, value in enumerate(spelt):
        execute(dsn, "INSERT INTO rows VALUES (%s, %s)", [n, value])
    clock = Clock.over(words.column("at"), KINDS.get(kind, kind), BERLIN)
    assert clock is not None
    where = words.render(clock.between(low, high))
    inside = execute(dsn, f"SELECT n FROM {clock.source('rows')} WHERE {where} ORDER BY n")
    assert [n for (n,) in inside] == [1, 2, 3]


@pytest.mark.parametrize(
    ("kind", "value", "instant"),
    [
        ("timestamptz", "2026-03-01 10:00+00", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("timestamp", "2026-03-01 10:00", datetime(2026, 3, 1, 9, tzinfo=UTC)),
        ("timestamp", "2026-07-01 10:00", datetime(2026, 7, 1, 8, tzinfo=UTC)),
        ("date", "2026-07-01", datetime(2026, 6, 30, 22, tzinfo=UTC)),
        ("text", "2026-07-01 10:00", datetime(2026, 7, 1, 8, tzinfo=UTC)),
    ],
)
def test_the_newest_value_is_an_instant(dsn: str, kind: str, value: str, instant: datetime) -> None:
    execute(dsn, f"DROP TABLE IF EXISTS newest; CREATE TABLE newest (at {kind})")
    execute(dsn, "INSERT INTO newest VALUES (%s)", [value])
    clock = Clock.over(words.column("at"), KINDS.get(kind, kind), BERLIN)
    assert clock is not None
    newest = words.render(words.epoch(clock.instant(words.newest_of(clock.value))))
    [(epoch,)] = execute(dsn, f"SELECT {newest} FROM {clock.source('newest')}")
    assert float(epoch) == instant.timestamp()


def test_a_column_of_another_type_is_no_clock() -> None:
    assert Clock.over(words.column("at"), "integer", BERLIN) is None


BEFORE = datetime(2026, 10, 25, 0, 20, tzinfo=UTC)
NO_SUCH_HOUR = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "value", "instant"),
    [
        ("timestamp", "2026-10-25 02:20", BEFORE),
        ("timestamp", "2026-10-25 03:00", datetime(2026, 10, 25, 2, tzinfo=UTC)),
        ("timestamp", "2026-10-25 01:59", datetime(2026, 10, 24, 23, 59, tzinfo=UTC)),
        ("text", "2026-10-25T02:20:00", BEFORE),
        ("text", "2026-10-25 02:20+01:00", BEFORE + timedelta(hours=1)),
        ("text", "2026-10-25T01:20:00Z", BEFORE + timedelta(hours=1)),
        ("timestamptz", "2026-10-25 01:20Z", BEFORE + timedelta(hours=1)),
        ("timestamp", "2026-03-29 02:30", NO_SUCH_HOUR),
        ("text", "2026-03-29 02:30:00", NO_SUCH_HOUR),
        ("text", "2026-03-29 03:30", NO_SUCH_HOUR + timedelta(hours=1)),
    ],
)
def test_an_hour_that_clocks_repeat_or_skip_is_read_as_the_earlier_instant(
    dsn: str, kind: str, value: str, instant: datetime
) -> None:
    execute(dsn, f"DROP TABLE IF EXISTS newest; CREATE TABLE newest (at {kind})")
    execute(dsn, "INSERT INTO newest VALUES (%s)", [value])
    change = change_near(instant + timedelta(minutes=50), BERLIN)
    clock = Clock.over(words.column("at"), KINDS.get(kind, kind), BERLIN, change)
    assert clock is not None
    [(epoch,)] = execute(dsn, f"SELECT {words.render(clock.newest)} FROM {clock.source('newest')}")
    assert float(epoch) == instant.timestamp()


@pytest.mark.parametrize(
    ("zone", "now", "at", "low", "minutes", "repeats"),
    [
        ("Europe/Berlin", "2026-10-25 00:30", "2026-10-25 01:00", "2026-10-25 02:00", 60, True),
        ("Europe/Berlin", "2026-10-25 12:00", "2026-10-25 01:00", "2026-10-25 02:00", 60, True),
        ("Europe/Berlin", "2026-03-29 03:00", "2026-03-29 01:00", "2026-03-29 02:00", 60, False),
        ("America/New_York", "2026-11-01 06:10", "2026-11-01 06:00", "2026-11-01 01:00", 60, True),
        ("Australia/Lord_Howe", "2026-04-04 15:10", "2026-04-04 15:00", "2026-04-05 01:30", 30,
         True),
    ],
)  # fmt: skip
def test_a_clock_change_near_by_is_found(
    zone: str, now: str, at: str, low: str, minutes: int, repeats: bool
) -> None:
    change = change_near(datetime.fromisoformat(f"{now}+00:00"), ZoneInfo(zone))
    assert change is not None
    assert change.at == datetime.fromisoformat(f"{at}+00:00")
    assert change.low == datetime.fromisoformat(low)
    assert (change.shift, change.repeats) == (timedelta(minutes=minutes), repeats)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kolkata"])
def test_on_an_ordinary_day_no_clock_changes(zone: str) -> None:
    assert change_near(datetime(2026, 6, 10, 1, 30, tzinfo=UTC), ZoneInfo(zone)) is None
