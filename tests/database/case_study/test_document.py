"""The document is what the command writes; its numbers are computed, its silence explained."""

import re
from datetime import date

import pytest

from labs.case_study.document import DOCS, FOLDER, PAGES, render
from labs.case_study.findings import findings
from labs.case_study.loader import Mode
from labs.case_study.matrix import NEVER_SILENT, never
from labs.case_study.sightings import OWN, heard
from labs.case_study.story import Story, ranges

pytestmark = pytest.mark.timeout(900)  # both shops live through their weeks before the first test

FILLED = re.compile(r"\{\{.*?}}|\{%.*?%}|<!--.*?-->|`[^`]*`", re.DOTALL)
NOT_OF_THE_DATA = ("06:00 UTC",)


@pytest.mark.campaign
def test_the_pages_are_what_the_command_writes(whole: Story) -> None:
    kept = {name: (DOCS / name).read_text(encoding="utf-8") for name in PAGES}
    assert render(whole) == kept, "run `make case-study` and read what has changed"


def test_the_page_is_read_in_five_minutes() -> None:
    """A person reads some two hundred words a minute; the tables are behind the page."""
    assert len((DOCS / "case-study.md").read_text(encoding="utf-8").split()) < 1200


@pytest.mark.campaign
def test_a_check_that_is_never_silent_has_a_reason(whole: Story) -> None:
    loud = {(mode, check) for mode in Mode for check in never(whole, mode, 0)}
    assert loud == set(NEVER_SILENT), "set wrong, or say in matrix.py why it is right"


@pytest.mark.campaign
@pytest.mark.parametrize("name", ["published", "unpublished"])
def test_every_witness_speaks(whole: Story, name: str) -> None:
    for finding in findings(name):
        for witness in finding.witnesses:
            for mode in witness.modes:
                told = heard(whole, witness, OWN, mode)
                assert told, (finding.title, witness.check, mode)


@pytest.mark.parametrize("name", ["published", "unpublished"])
def test_no_number_of_the_evidence_is_typed(name: str) -> None:
    for finding in findings(name):
        assert not re.search(r"\d", FILLED.sub("", finding.evidence + finding.note))


def test_no_number_of_the_prose_is_typed() -> None:
    templates = (FOLDER / name for name in (*PAGES.values(), "designs.md.j2"))
    prose = "".join(FILLED.sub("", template.read_text(encoding="utf-8")) for template in templates)
    for allowed in NOT_OF_THE_DATA:
        prose = prose.replace(allowed, "")
    assert not re.findall(r"[^\n]*\d[^\n]*", prose)


def test_days_read_as_people_write_them() -> None:
    march = [date(2025, 3, day) for day in (1, 2, 3, 5, 6, 9)]
    assert ranges(march) == "03-01 … 03-03, 03-05, 03-06, 03-09"
    assert ranges([]) == "none"
