"""A proposal as YAML: what is read back is what was proposed."""

from __future__ import annotations

import pytest
from warehouse_exporter.config.document import read
from warehouse_exporter.config.load import parse
from warehouse_exporter.discover.model import DSN, Proposal, Proposed, ProposedDataset
from warehouse_exporter.discover.writing import flow, text_of

HOME = {"WAREHOUSE_DSN": "dbname=nowhere"}
FEW = Proposed({"completeness": {"column": "client_id", "critical": "> 5%"}}, "few are empty")


def proposal(*checks: Proposed, unsure: str = "") -> Proposal:
    orders = ProposedDataset(
        "orders", {"relation": "shop.orders", "time": "ts"}, checks, "5 rows", unsure
    )
    return Proposal({"dsn": DSN}, (orders,), head=("Proposed.",), left_out=("nothing",))


@pytest.mark.parametrize(
    "value",
    ["no", "12", "1e5", "~", "", " a", "a: b", "# x", "${HOME}", '"a b".c', "o'clock", "a\tb",
     "\u2028\u0007\u0085", 'both\' and "', "caf\u00e9", "\U0001f600", "[x]", "back\\slash",
     "null", "2026-03-01", "- x", "a\nb", "a\n  b\n", "a \nb", "\n", " \nx", 7, 0.5, True, None,
     ["a", 1], {"k": "v w"}],
)  # fmt: skip
def test_every_value_is_read_back_as_it_was(value: object) -> None:
    found = read(text_of(Proposal({"x": value, "y": [value]}, ())), "x.yml", {})
    assert found.data["warehouse"] == {"x": value, "y": [value]}
    assert not found.problems
    assert read(f"x: {flow([value])}", "x.yml", {}).data == {"x": [value]}


def test_a_proposal_is_a_config() -> None:
    config = parse(text_of(proposal(FEW)), "x.yml", HOME)
    assert [str(check.id) for check in config.checks] == ["orders.completeness_client_id"]
    assert config.warehouse.dsn == "dbname=nowhere"


def test_what_is_unsure_is_commented_out_and_can_be_taken_back_in() -> None:
    duplicates = Proposed({"duplicates": {"key": "id", "critical": "> 0"}}, unsure="one key twice")
    text = text_of(proposal(FEW, duplicates))
    assert len(parse(text, "x.yml", HOME).checks) == 1
    assert "    # Uncertain: one key twice\n" in text
    text = text.replace("# - duplicates", "- duplicates")
    assert len(parse(text, "x.yml", HOME).checks) == 2


def test_a_dataset_without_a_sure_check_has_none() -> None:
    text = text_of(
        proposal(Proposed({"duplicates": {"key": "id", "critical": "> 0"}}, "", "maybe"))
    )
    assert parse(text, "x.yml", HOME).checks == ()


def test_a_comment_ends_with_its_line_whatever_a_name_holds() -> None:
    odd = Proposed(FEW.written, "the column a\nb: {c\u2028d")
    assert len(parse(text_of(proposal(odd)), "x.yml", HOME).checks) == 1


def test_an_unsure_dataset_is_commented_out_as_a_whole() -> None:
    text = text_of(proposal(FEW, unsure="it has no time"))
    assert set(read(text, "x.yml", HOME).data) == {"warehouse", "datasets"}
    assert read(text, "x.yml", HOME).data["datasets"] is None
