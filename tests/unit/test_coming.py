"""What `validate` says of the calendar."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from warehouse_exporter.cli.coming import meaning
from warehouse_exporter.cli.main import main
from warehouse_exporter.config.holidays import Holidays
from warehouse_exporter.core.calendar import LAST, Event

from tests.support.warehouses import config_of

TODAY = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (
            Event("holidays", (), silences_falls=True, named=Holidays("DE", "BY")),
            "holidays: nothing is expected on Fri 2026-12-25 (Christmas Day), Sat 2026-12-26"
            " (Second Day of Christmas), Fri 2027-01-01 (New Year's Day), Wed 2027-01-06"
            " (Epiphany), Fri 2027-03-26 (Good Friday)",
        ),
        (
            Event("closed", (), ("orders", "items"), silences_falls=True, weekdays=(5, 6)),
            "closed: nothing is expected of orders and items on Saturdays and Sundays",
        ),
        (
            Event("closing", (), silences_falls=True, month_days=(1, LAST)),
            "closing: nothing is expected on the 1st and last day of every month",
        ),
        (
            Event("pay", (), month_days=(11, 22, 23, 31)),
            "pay: rises are not judged on the 11th, 22nd, 23rd and 31st of every month",
        ),
        (
            Event("sale", ((date(2026, 11, 27), date(2026, 12, 2)),), (), ("revenue",)),
            "sale: rises of revenue are not judged on Tue 2026-12-01, Wed 2026-12-02",
        ),
        (
            Event("old", ((date(2025, 12, 24), date(2025, 12, 26)),), silences_falls=True),
            "old: no day in the next 400 days",
        ),
    ],
)
def test_an_event_is_told_by_its_next_days(event: Event, says: str) -> None:
    assert meaning(event, TODAY) == says


def test_validate_shows_the_calendar(tmp_path: Path) -> None:
    file = tmp_path / "test.yml"
    file.write_text(config_of("volume: {critical: '< 5'}", more="calendar: {holidays: DE}"))
    said = CliRunner().invoke(main, ["validate", "--config.file", str(file)])
    assert said.exit_code == 0
    assert "calendar: holidays: nothing is expected on " in said.output
    assert "(Christmas Day)" in said.output or "(Good Friday)" in said.output
