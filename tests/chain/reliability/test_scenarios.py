"""Every scenario holds its bound, and docs/explanation/reliability.md says what is seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from warehouse_exporter.demo.postgres import Postgres

from labs.reliability import document
from labs.reliability.scenario import Scenario, scenarios
from labs.reliability.stage import Stage

AGAIN = f"run `{document.COMMAND}` and read what has changed"


def parameter(one: Scenario) -> Any:
    """A scenario as a parameter; those that are long are left to the campaign."""
    return pytest.param(one, id=one.id, marks=pytest.mark.campaign if one.long else ())


@pytest.mark.parametrize("one", [parameter(one) for one in scenarios()])
def test_the_bound_holds_and_the_document_says_what_was_seen(
    one: Scenario, postgres: Postgres, database: str, tmp_path: Path
) -> None:
    seen = document.cell(one.run(Stage(postgres, database, tmp_path)))
    assert seen == document.kept().get(one.id), AGAIN


def test_the_document_has_a_row_for_each_scenario_and_no_other() -> None:
    assert list(document.kept()) == [one.id for one in scenarios()]
    assert document.PATH.read_text(encoding="utf-8") == document.render(document.kept()), AGAIN
