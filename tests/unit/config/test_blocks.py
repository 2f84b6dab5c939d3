"""`relations:`, one block for many datasets."""

from __future__ import annotations

from pathlib import Path

import pytest
from warehouse_exporter.config import Config, load
from warehouse_exporter.config.changes import changed
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.errors import ConfigError

from tests.unit.test_cli import ask

HEAD = "warehouse: {dsn: '${WAREHOUSE_DSN}'}\n"
BLOCK = """datasets:
  users: {relation: shop.users}
  facts:
    relations: [shop.orders, 'shop."web.sessions"', fct_items]
    time: ts
    depends_on: users
    checks:
      - volume: {critical: "< 1"}
      - completeness: {column: client_id, warning: "> 1%"}
  events: {relation: shop.events}
metrics:
  orders: {dataset: orders, count: "*"}
"""
LIST = "[shop.orders, 'shop.\"web.sessions\"', fct_items]"
DSN = {"WAREHOUSE_DSN": "dbname=nowhere"}
NAMED = BLOCK.replace("""'shop."web.sessions"'""", "shop.sessions")


def config(text: str) -> Config:
    """The config, which is right."""
    return parse(HEAD + text, "w.yml", DSN)


def complaints(text: str) -> list[str]:
    """What is wrong with it."""
    with pytest.raises(ConfigError) as caught:
        config(text)
    return str(caught.value).splitlines()


def test_each_relation_is_a_dataset_called_like_its_table_with_the_same_description() -> None:
    made = config(NAMED)
    assert list(made.datasets) == ["users", "orders", "sessions", "fct_items", "events"]
    assert [made.datasets[name].relation for name in ("orders", "sessions", "fct_items")] == [
        ("shop", "orders"), ("shop", "sessions"), ("fct_items",),
    ]  # fmt: skip
    assert {str(check.id) for check in made.checks} == {"orders.metric_orders"} | {
        f"{name}.{check}"
        for name in ("orders", "sessions", "fct_items")
        for check in ("volume", "completeness_client_id")
    }
    assert {made.datasets[name].time for name in ("orders", "sessions", "fct_items")} == {"ts"}
    assert made.datasets["sessions"].depends_on == ("users",)


def test_a_block_may_name_its_datasets() -> None:
    named = "{orders: shop.orders_v2, web: 'shop.\"web.sessions\"'}"
    made = config(BLOCK.replace(LIST, named))
    assert made.datasets["web"].relation == ("shop", "web.sessions")
    assert made.datasets["orders"].relation == ("shop", "orders_v2")


def test_another_limit_of_one_dataset_is_not_that_of_the_others(tmp_path: Path) -> None:
    (tmp_path / "w.yml").write_text(HEAD + NAMED)
    made = load(tmp_path / "w.yml", DSN)
    found = changed(made, ["orders.volume.critical='< 5'"], made.checks, DSN)
    assert [str(check) for check in found] == ["orders.volume"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("'shop.\"web.sessions\"'", "shop.users", "w.yml:5: datasets.facts.relations[1]: a dataset"
         " `users` is already in w.yml:3: name it yourself, such as `relations: {old_orders:"),
        ("'shop.\"web.sessions\"'", "old.orders", "w.yml:5: datasets.facts.relations[1]: a dataset"
         " `orders` is already in w.yml:5"),
        ("'shop.\"web.sessions\"'", "'shop.fct_*'", "w.yml:5: datasets.facts.relations[1]:"
         " 'shop.fct_*' is a pattern: the config is read without the database, so list the"),
        (LIST, "'shop.*'", "is a pattern"),
        (LIST, "[]", "datasets.facts.relations:"
         " write a list such as [shop.orders, shop.items], or names"),
        (LIST, "7", "write a list such as"),
        (LIST, "[shop.orders, [a]]", "write a list"),
        ("    time: ts\n", "    time: ts\n    relation: shop.x\n", "write either `relation` or"),
        ("", "", "relations[1]: 'web.sessions' is not a name of a dataset: name it yourself"),
        ("depends_on: users", "depends_on: facts", "there is no dataset `facts`: it is a block of"
         " `relations`, which describes orders, sessions, fct_items"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_block_is_told_at_its_line(old: str, new: str, told: str) -> None:
    text = BLOCK.replace(old, new)
    text = (
        text
        if new in ("", "'shop.*'")
        else text.replace("'shop.\"web.sessions\"'", "shop.sessions")
    )
    assert any(told in line for line in complaints(text)), complaints(text)


def test_what_is_wrong_in_all_its_datasets_is_told_once_at_the_block() -> None:
    wrong = NAMED.replace('"> 1%"', '"> 1"').replace("column: client_id", "colum: client_id")
    assert complaints(wrong.replace("time: ts", "tme: ts")) == [
        "w.yml:6: datasets.facts.tme: unknown key `tme`; did you mean `time`?",
        "w.yml:10: datasets.facts.checks[1].completeness: `column` is required",
        "w.yml:10: datasets.facts.checks[1].completeness.colum: unknown key `colum`; did you mean"
        " `column`?",
        "w.yml:10: datasets.facts.checks[1].completeness.warning: '> 1' lacks a unit: write a"
        " share such as '> 5%' or a count such as '> 5 rows'",
    ]


def test_a_block_in_an_included_file_shares_the_defaults_and_is_told_there(tmp_path: Path) -> None:
    (tmp_path / "w.yml").write_text(
        HEAD + "include: facts.yml\ndefaults: {owner: data, every: 10m}\nowners: {data: {}}\n"
        "datasets: {users: {relation: shop.users}}\n"
    )
    facts = tmp_path / "facts.yml"
    facts.write_text(NAMED.replace("  users: {relation: shop.users}\n", ""))
    made = load(tmp_path / "w.yml", DSN)
    assert {made.datasets[name].every for name in made.datasets} == {600.0}
    facts.write_text(facts.read_text().replace("depends_on: users", "depends_on: user"))
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "w.yml", DSN)
    assert str(caught.value) == (
        f"{facts}:5: datasets.facts.depends_on: there is no dataset `user`; did you mean `users`?"
    )


def test_validate_says_which_datasets_a_block_describes(tmp_path: Path) -> None:
    (tmp_path / "w.yml").write_text(HEAD + NAMED)
    told = ask("validate", f"--config.file={tmp_path / 'w.yml'}", dsn="dbname=nowhere")
    assert "facts describes 3 datasets: orders, sessions, fct_items\n" in told.stdout
    assert "5 datasets, 7 checks, no problems" in told.stdout
