"""A dataset as a check sees it."""

from __future__ import annotations

import subprocess
import sys

import pytest

MISSING = """
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo
from warehouse_exporter.core.calendar import Calendar
from warehouse_exporter.core.errors import Unmeasured
from warehouse_exporter.core.model import Dataset
from warehouse_exporter.measures.dataset_view import DatasetView
calendar = Calendar(datetime(2026, 3, 10, tzinfo=UTC), ZoneInfo("UTC"), date(2026, 3, 9))
try:
    print(DatasetView(Dataset("orders", ("shop", "orders")), None, calendar, {}, {}).table())
except Unmeasured as error:
    print(error)
"""


@pytest.mark.parametrize("options", [[], ["-O"]], ids=["as usual", "without asserts"])
def test_a_relation_that_is_missing_is_in_no_statement(options: list[str]) -> None:
    command = [sys.executable, *options, "-c", MISSING]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout == "missing_relation: relation shop.orders does not exist\n"
