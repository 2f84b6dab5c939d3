"""What each ready-made config says on the mornings, and that nothing it says is unaccounted for."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from warehouse_exporter.core.model import Outcome

from labs.case_study.designs import DESIGNS, KEPT, design, not_applicable, renamed, shipped
from labs.case_study.findings import Witness, findings, labelled, witness
from labs.case_study.loader import Mode
from labs.case_study.names import COPY, ORIGINAL, Names
from labs.case_study.sightings import heard, mornings_of, unexplained
from labs.case_study.story import Story
from tests.database.case_study.conftest import Shop
from tests.database.case_study.test_fortnight import moved_back

Open = Callable[[Mode, Names], Shop]

pytestmark = pytest.mark.timeout(900)  # both shops live through their weeks before the first test

FIRST = {
    ("p2", Mode.ADDED): dict.fromkeys(DESIGNS, "02-28"),
    ("p2", Mode.RENAMED): {
        "complete": "02-28", "daily-checks": "02-28", "layered-tests": "02-28",
        "utc-partitions": "02-28",
    },
    ("p3", Mode.ADDED): {"complete": "03-05", "layered-tests": "03-05"},
    ("p3", Mode.RENAMED): {"complete": "03-05", "layered-tests": "03-05"},
    ("p4", Mode.ADDED): {
        "complete": "02-27", "daily-aggregate": "02-27", "layered-tests": "02-27",
        "utc-partitions": "02-27",
    },
    ("p5", Mode.RENAMED): {
        "complete": "02-24", "daily-checks": "02-24", "layered-tests": "02-24",
    },
}  # fmt: skip
"""Finding and mode -> who sees it, and on which morning first; nobody else ever does."""


@pytest.mark.campaign
@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("asked", DESIGNS)
def test_all_that_a_design_says_is_a_finding(whole: Story, asked: str, mode: Mode) -> None:
    assert unexplained(whole, asked, mode) == []


@pytest.mark.campaign
@pytest.mark.parametrize(("label", "mode"), FIRST)
def test_who_sees_what_was_published_and_when(whole: Story, label: str, mode: Mode) -> None:
    finding = dict(labelled())[label]
    seen = {asked: mornings_of(whole, finding, asked, mode) for asked in DESIGNS}
    first = {a: f"{m[0].day + timedelta(days=1):%m-%d}" for a, m in seen.items() if m}
    assert first == FIRST[label, mode]


@pytest.mark.campaign
@pytest.mark.parametrize("name", ["published", "unpublished"])
def test_every_witness_of_the_designs_speaks(whole: Story, name: str) -> None:
    for finding in findings(name):
        for one in finding.designs:
            for mode in one.modes:
                assert any(heard(whole, one, asked, mode) for asked in DESIGNS), (one, mode)


@pytest.mark.campaign
@pytest.mark.parametrize("mode", Mode)
def test_only_what_the_files_lost_cannot_be_measured(shop: Open, mode: Mode) -> None:
    """A column that is gone, one of which no row has a value, orders without one price, and what
    is divided by sessions that are not there."""
    gone = {"client_id", "referrer"}
    for morning in shop(mode, ORIGINAL).mornings:
        for asked, told in morning.designs.items():
            for check, said in told.said.items():
                if said.outcome is not Outcome.UNMEASURED:
                    continue
                if said.text.endswith("(no_values)"):
                    lost = said.text.endswith(("client_id (no_values)", "missing (no_values)"))
                    assert lost or said.text.startswith("sessions has no row"), (check, said.text)
                    continue
                assert said.text.endswith("(missing_column)"), (asked, check, said.text)
                assert said.text.split()[1] in gone, (asked, check, said.text)


@pytest.mark.campaign
@pytest.mark.parametrize("mode", Mode)
def test_a_copy_hears_the_same_from_every_design(shop: Open, mode: Mode) -> None:
    original, copy = shop(mode, ORIGINAL).mornings, shop(mode, COPY).mornings
    for morning, moved in zip(original, copy, strict=True):
        for asked, told in morning.designs.items():
            again = moved.designs[asked]
            assert again.exit == told.exit
            assert moved_back(again.said, COPY.shift_days) == moved_back(told.said, 0)


@pytest.mark.parametrize("name", DESIGNS)
def test_a_design_is_asked_as_it_is_shipped_but_for_what_does_not_apply(name: str) -> None:
    out = not_applicable(name)
    as_shipped = [c for c in shipped(name).checks if str(c.id) not in out]
    asked = design(name, "dbname=none", ORIGINAL).checks
    assert [check.id for check in asked] == [check.id for check in as_shipped]
    for here, there in zip(asked, as_shipped, strict=True):
        assert here.kind.conditions() == there.kind.conditions()
        assert here.kind.model_copy(update={"name": there.kind.name}) == there.kind


@pytest.mark.parametrize("name", DESIGNS)
def test_a_design_of_the_copy_names_no_column_of_the_original(name: str) -> None:
    original, copy = (design(name, "dbname=none", names) for names in (ORIGINAL, COPY))
    for here, there in zip(copy.datasets.values(), original.datasets.values(), strict=True):
        assert here.relation != there.relation
        assert here.time is None or here.time != there.time
    assert [check.id for check in copy.checks] == [check.id for check in original.checks]


def test_names_of_the_config_are_no_columns() -> None:
    written = {"dataset": "orders", "sum": "orders", "columns": {"orders": "bigint"}}
    assert renamed(written, COPY) == {
        "dataset": "orders",
        "sum": "sale_count",
        "columns": {"sale_count": "bigint"},
    }
    assert "dataset" in KEPT


def test_a_witness_reads_as_it_is_written() -> None:
    assert witness("a.b", "f") == Witness("a.b", tuple(Mode), "f", 0.0, False)
    assert witness("a.b renamed on g > 100", "f") == Witness(
        "a.b", (Mode.RENAMED,), "g", 100.0, False
    )
    assert witness("a.b since", "f") == Witness("a.b", tuple(Mode), "f", 0.0, True)
    assert witness("a.b added since g", "f") == Witness("a.b", (Mode.ADDED,), "g", 0.0, True)
    with pytest.raises(ValueError, match="no witness"):
        witness("a.b sometimes", "f")
