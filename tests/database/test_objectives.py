"""`objectives` on a warehouse: the budget of the last days, on the first day that anybody asks."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from warehouse_exporter.cli.main import main
from warehouse_exporter.config.load import parse

from tests.conftest import execute
from tests.database.test_history import Kept, kept, shop
from tests.support.serving import wait_for
from tests.support.warehouses import config_of

__all__ = ["kept", "shop"]
ORDERS = "{relation: orders, time: ts, key: id, owner: sales, objective: {days: 6, of: 7}}"
CHECKS = "volume: {critical: '< 3'}\ncompleteness: {column: revenue, critical: '> 40%'}\n"


def run(dsn: str, folder: Path, *options: str, orders: str = ORDERS, more: str = "") -> Any:
    """The command on a config over the shop, on the morning of 10 March."""
    file = folder / "shop.yml"
    file.write_text(config_of(CHECKS, orders=orders, more=more).replace("${WAREHOUSE_DSN}", dsn))
    words = ["objectives", f"--config.file={file}", "--as-of=2026-03-10T12:00", *options]
    return CliRunner().invoke(main, words, catch_exceptions=False)


def days(answer: Any) -> dict[int, str]:
    """What each day of March was."""
    assert answer.exit_code == 0, answer.output
    (orders,) = json.loads(answer.stdout)["datasets"]
    return {int(one["day"][-2:]): one["was"] for one in orders["days"]}


def test_the_last_days_are_judged_without_a_memory(shop: str, tmp_path: Path) -> None:
    found = days(run(shop, tmp_path, "--format=json"))
    assert found == dict.fromkeys(range(3, 10), "right") | {5: "bad", 6: "bad"}
    text = run(shop, tmp_path).output
    assert "orders has missed its objective: 2 days were bad, and 1 may be." in text
    assert "orders.volume" in text
    assert "orders.completeness_revenue" in text
    assert "orders: 2 orders on Thu 5 Mar (at least 3)" in text


def test_a_month_has_its_days_so_far_and_its_share_of_the_budget(shop: str, tmp_path: Path) -> None:
    output = tmp_path / "march.md"
    answer = run(shop, tmp_path, "--month=2026-03", "--format=markdown", f"--output={output}")
    assert (answer.exit_code, answer.output) == (0, "")
    text = output.read_text()
    assert text.startswith("# Data objectives, March 2026 until 2026-03-09\n")
    assert "| orders | 6 of 7 days | 6 | 2 | 1 | - | 4.4 | 2.4 | sales |" in text
    assert "orders is not judged on 1 day: no whole day of rows by then." in text


def test_an_empty_table_and_a_closed_day_are_neither_right_nor_bad(
    shop: str, tmp_path: Path
) -> None:
    closed = "calendar: {closed: {days: 2026-03-05, falls: silent}}"
    assert days(run(shop, tmp_path, "--format=json", more=closed))[5] == "excluded"
    execute(shop, "DELETE FROM orders")
    assert set(days(run(shop, tmp_path, "--format=json")).values()) == {"not judged"}


def test_what_cannot_be_read_now_is_not_taken_for_right(shop: str, tmp_path: Path) -> None:
    execute(shop, "ALTER TABLE orders RENAME revenue TO amount")
    found = days(run(shop, tmp_path, "--format=json"))
    assert found == dict.fromkeys(range(3, 10), "not judged") | {5: "bad"}
    text = run(shop, tmp_path).output
    assert "orders is not judged on 6 days: completeness_revenue cannot be asked today." in text


@pytest.mark.parametrize(
    ("option", "orders", "said", "code"),
    [
        ("--month=2026-13", ORDERS, "is not a month: write it like 2026-11", 2),
        ("--month=2026-04", ORDERS, "no day of 2026-04 can be judged yet", 2),
        ("--format=json", "{relation: orders, time: ts}", "has an objective: write", 2),
    ],
)
def test_wrong_usage_is_told(
    shop: str, tmp_path: Path, option: str, orders: str, said: str, code: int
) -> None:
    answer = run(shop, tmp_path, option, orders=orders)
    assert answer.exit_code == code
    assert said in answer.output


def test_a_database_that_is_down_is_told(tmp_path: Path) -> None:
    answer = run("postgresql://nobody@127.0.0.1:1/none", tmp_path)
    assert answer.exit_code == 3
    assert "error: connection" in answer.output


def test_the_exporter_has_the_budgets_of_windows_that_it_has_read(kept: Kept, shop: str) -> None:
    text = config_of(CHECKS, orders=ORDERS, more="history: {days: 7}")
    kept.config = parse(text, "shop.yml", {"WAREHOUSE_DSN": shop})
    assert not kept.keeper.budgets
    kept.keeper.start()
    (budget,) = wait_for(lambda: kept.keeper.budgets)
    assert (budget.dataset, budget.right, budget.bad, budget.unjudged) == ("orders", 5, 2, 0)
    kept.busy = True
    kept.now += timedelta(days=1)
    assert kept.keeper.budgets == (budget,), "the newest day has still to be read"
    kept.now += timedelta(days=1)
    assert not kept.keeper.budgets, "nobody knows what it is today"
