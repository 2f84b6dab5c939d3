"""The calendar of known events and holidays."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from warehouse_exporter.config.holidays import Holidays, holidays_of, of_year
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.calendar import Calendar, Event

from tests.unit.config.test_complaints import DSN, GOOD, METRICS, told

WRITTEN = """calendar:
  black friday:
    days: [2026-11-27, 2026-11-30]
  christmas:
    days: 2026-12-24 to 2026-12-26
    datasets: orders
    metrics: [o]
    falls: silent
"""


def test_events_are_days_and_ranges_with_what_they_concern() -> None:
    friday, monday = date(2026, 11, 27), date(2026, 11, 30)
    eve, second = date(2026, 12, 24), date(2026, 12, 26)
    assert parse(GOOD + METRICS + WRITTEN, "w.yml", DSN).events == (
        Event("black friday", ((friday, friday), (monday, monday))),
        Event("christmas", ((eve, second),), ("orders",), ("o",), silences_falls=True),
    )


def test_weekdays_are_named_alone_in_a_list_or_as_a_range() -> None:
    for written in ("[saturday, sunday]", "saturday to sunday", "[sunday, Saturday]"):
        text = f"calendar: {{weekend: {{weekdays: {written}, falls: silent}}}}\n"
        (event,) = parse(GOOD + text, "w.yml", DSN).events
        assert event == Event("weekend", (), silences_falls=True, weekdays=(5, 6))
        covered = [event.covers(date(2026, 10, day)) for day in range(26, 32)]
        assert covered == [False] * 5 + [True]


@pytest.mark.parametrize(
    ("written", "days"),
    [("last", [28, 31]), ("[1, last]", [1, 28, 31]), ("31", [31]), ('"1"', [1])],
)
def test_days_of_every_month_are_numbers_or_the_last_one(written: str, days: list[int]) -> None:
    """The last day of February 2026 is the 28th, and there is no 31st in it."""
    text = f"calendar: {{closing: {{month_days: {written}, falls: silent}}}}\n"
    (event,) = parse(GOOD + text, "w.yml", DSN).events
    february, march = ([date(2026, month, day) for day in (1, 27, 28)] for month in (2, 3))
    looked_at = [*february, *march, date(2026, 3, 31)]
    covered = [day for day in looked_at if event.covers(day)]
    in_february, in_march = [n for n in days if n < 31], [n for n in days if n != 28]
    assert covered == [date(2026, 2, n) for n in in_february] + [date(2026, 3, n) for n in in_march]
    assert event.excludes("orders")


@pytest.mark.parametrize("wrong", ["0", "32", "first", "[]", "true", "-1", "1 to 3"])
def test_a_day_that_no_month_has_is_refused(wrong: str) -> None:
    said = told(GOOD + f"calendar: {{closing: {{month_days: {wrong}}}}}\n")
    assert "calendar.closing.month_days: " in said
    assert "write a day of the month from 1 to 31, or last" in said


def test_an_event_excludes_days_of_the_datasets_it_names_if_it_is_silent() -> None:
    days = ((date(2026, 12, 24), date(2026, 12, 26)),)
    assert Event("e", days, silences_falls=True).excludes("orders")
    assert not Event("e", days).excludes("orders")
    assert Event("e", days, ("orders",), silences_falls=True).excludes("orders")
    assert not Event("e", days, ("orders",), silences_falls=True).excludes("items")
    assert not Event("e", days, (), ("o",), silences_falls=True).excludes("orders")


def test_an_event_covers_its_days_and_concerns_what_it_names() -> None:
    days = ((date(2026, 12, 24), date(2026, 12, 26)),)
    everything = Event("christmas", days)
    assert [everything.covers(date(2026, 12, day)) for day in (23, 24, 26, 27)] == [
        False, True, True, False,
    ]  # fmt: skip
    assert everything.concerns("o", ["orders"])
    assert Event("e", days, datasets=("orders",)).concerns("o", ["items", "orders"])
    assert not Event("e", days, datasets=("orders",)).concerns("o", ["items"])
    assert not Event("e", days, metrics=("p",)).concerns("o", ["orders"])
    assert Event("e", days, ("items",), ("o",)).concerns("o", ["orders"])


@pytest.mark.parametrize(
    ("good", "bad", "message"),
    [
        ("[2026-11-27, 2026-11-30]", "2026-11-31", "w.yml:13: calendar.black friday.days:"
         " '2026-11-31' is not a day: write a date such as 2026-11-27, or two such as"),
        ("[2026-11-27, 2026-11-30]", "[]", "w.yml:13: calendar.black friday.days: names no day"),
        ("[2026-11-27, 2026-11-30]", "[27]", "27 is not a day"),
        ("[2026-11-27, 2026-11-30]", "{from: x}", "{'from': 'x'} is not a day"),
        ("2026-12-24 to 2026-12-26", "2026-12-26 to 2026-12-24", "w.yml:15: calendar.christmas"
         ".days: '2026-12-26 to 2026-12-24' ends before it begins"),
        ("2026-12-24 to 2026-12-26", "2026-12-24 to", "w.yml:15: calendar.christmas.days"),
        ("2026-12-24 to 2026-12-26", "2026-12-24 until 2026-12-26", "is not a day"),
        ("    days: 2026-12-24 to 2026-12-26\n", "", "calendar.christmas: names no day:"
         " write `days: 2026-11-27`, or `weekdays: saturday to sunday`"),
        ("    datasets: orders\n", "    weekdays: sunday\n", "calendar.christmas: `days` and"
         " `weekdays` are two events"),
        ("    days: 2026-12-24 to 2026-12-26\n", "    weekdays: weekend\n", "w.yml:15: calendar"
         ".christmas.weekdays: 'weekend' is not a weekday: write sunday"),
        ("    days: 2026-12-24 to 2026-12-26\n", "    weekdays: []\n", "calendar.christmas"),
        ("datasets: orders", "datasets: order", "w.yml:16: calendar.christmas.datasets: there is"
         " no dataset `order`; did you mean `orders`?"),
        ("metrics: [o]", "metrics: [p]", "w.yml:17: calendar.christmas.metrics: there is no"
         " metric `p`"),
        ("falls: silent", "falls: ignored", "w.yml:18: calendar.christmas.falls: must be 'judged'"
         " or 'silent'"),
        ("falls:", "fall:", "unknown key `fall`; did you mean `falls`?"),
        ("datasets: orders", "datasets: 3", "w.yml:16: calendar.christmas.datasets: must be a"
         " list"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_line(good: str, bad: str, message: str) -> None:
    assert WRITTEN.count(good) == 1
    assert message in told(GOOD + METRICS + WRITTEN.replace(good, bad))


def test_a_calendar_that_is_no_mapping_is_refused() -> None:
    assert "calendar: must be a mapping of keys and values" in told(GOOD + "calendar: [a]\n")


def test_a_country_is_its_holidays_on_which_nothing_is_expected() -> None:
    germany = Event("holidays", (), silences_falls=True, named=Holidays("DE"))
    for written in ("DE", "de", "{country: DE}"):
        assert parse(f"{GOOD}calendar: {{holidays: {written}}}\n", "w.yml", DSN).events == (
            germany,
        )
    for part in ("BY", "by", "Bayern"):
        text = f"calendar: {{closed: {{country: DE, subdivision: {part}, falls: judged}}}}\n"
        (bavaria,) = parse(GOOD + text, "w.yml", DSN).events
        assert bavaria == Event("closed", (), named=Holidays("DE", "BY"))
    may, corpus_christi = date(2026, 5, 1), date(2026, 6, 4)
    assert germany.covers(may)
    assert germany.on(may) == "Labor Day"
    assert [event.covers(corpus_christi) for event in (germany, bavaria)] == [False, True]
    assert not germany.covers(date(2026, 5, 2))
    assert not germany.covers(date(1066, 5, 1)), "a year that nobody has the holidays of"


def test_a_number_and_no_are_codes() -> None:
    for written, found in (
        ("{country: AT, subdivision: 9}", Holidays("AT", "9")),
        ("{country: FI, subdivision: 01}", Holidays("FI", "01")),
        ("NO", Holidays("NO")),
    ):
        (event,) = parse(f"{GOOD}calendar: {{holidays: {written}}}\n", "w.yml", DSN).events
        assert event.named == found


def test_a_holiday_is_called_by_its_name() -> None:
    holidays = Event("holidays", (), silences_falls=True, named=Holidays("DE"))
    weekend = Event("weekend", (), silences_falls=True, weekdays=(5, 6))
    unity, noon = date(2026, 10, 3), datetime(2026, 10, 4, 12, tzinfo=UTC)
    calendar = Calendar(noon, ZoneInfo("UTC"), unity, excluding=(holidays, weekend))
    assert calendar.why_not(unity) == (
        "2026-10-03 is in the calendar (German Unity Day, weekend): nothing is expected"
    )
    assert calendar.last_due() == date(2026, 10, 2)


def test_holidays_of_a_year_are_looked_up_once() -> None:
    of_year.cache_clear()
    days = [date(2026, month, day) for month in range(1, 13) for day in range(1, 29)]
    assert sum(bool(Holidays("DE", "BY").on(day)) for day in days) == 12
    assert of_year.cache_info().misses == 1


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("Germany", "calendar.holidays: there is no country 'Germany'; did you mean DE (Germany)?"),
        ("Austrai", "there is no country 'Austrai'; did you mean AU (Australia) or AT (Austria)?"),
        ("2026-05-01", "there is no country '2026-05-01': write an ISO code such as DE; days of"
         " your own are `days: 2026-11-27`"),
        ("{country: DE, subdivision: Bayer}", "DE has no subdivision 'Bayer'; did you mean BY?"),
        ("{country: AT, subdivision: 10}", "AT has no subdivision '10'"),
        ("{country: KE, subdivision: X}", "the holidays of KE are the same everywhere"),
        ("{subdivision: BY, days: 2026-05-01}", "`subdivision` needs `country`"),
        ("{country: DE, days: 2026-05-01}", "`days` and `country` are two events"),
        ("{country: [DE, AT]}", "w.yml:9: calendar.holidays.country: takes one, not a list"),
        ("{country: true}", "calendar.holidays.country"),
    ],
)  # fmt: skip
def test_what_is_no_country_is_told_with_the_nearest(written: str, message: str) -> None:
    assert message in told(f"{GOOD}calendar: {{holidays: {written}}}\n")


def test_without_the_package_the_config_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    holidays_of.cache_clear()
    monkeypatch.setitem(sys.modules, "holidays", None)
    assert told(f"{GOOD}calendar: {{holidays: DE}}\n").endswith(
        "calendar.holidays: `country:` needs the package holidays:"
        " pip install 'warehouse-exporter[holidays]'"
    )
