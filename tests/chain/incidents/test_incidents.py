"""An incident is one page, or one ticket, which names its cause and ends after the repair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from labs.incidents import document
from labs.incidents.__main__ import main
from labs.incidents.catalogue import INCIDENTS
from labs.incidents.course import Course, complaints, too_soon
from labs.incidents.notices import PAGE
from labs.incidents.rhythm import QUICK
from labs.incidents.run import played, quiet_shop
from tests.support.programs import require
from tests.support.sample import sampled

ABREAST = 4
"""Chains at once, as many as for the page: they mostly wait, but other tests run beside them."""
ALWAYS = {
    "feed-stops", "truncate-orders", "no-pipeline-run", "timezone-shift", "rename-column",
    "new-column", "text-revenue", "revenue-in-cents", "click-ids-gone", "referrer-jump",
    "grants-revoked", "exporter-killed",
}  # fmt: skip
"""One of each way to be told and to be silent: pages, tickets and notes, causes of many others,
what cannot be measured. The campaign plays the others."""


@dataclass(frozen=True)
class Played:
    """The incidents that were told and ended, and what was said while they were played."""

    courses: Mapping[str, Course]
    said: list[str]


@pytest.fixture(scope="module")
def seen(request: pytest.FixtureRequest) -> Played:
    """Every incident of this run, from its damage to the last message that it is over."""
    for program in ("prometheus", "prometheus-alertmanager"):
        require(program)
    test = test_an_incident_is_told_once_by_its_cause_and_is_over_after_the_repair.__name__
    asked = {item.name for item in request.session.items}
    chosen = [one for name, one in INCIDENTS.items() if f"{test}[{name}]" in asked]
    said: list[str] = []
    with quiet_shop(0, said.append) as shop:
        found = played(chosen, shop, QUICK, ABREAST, said.append)
    return Played({course.incident: course for course in found}, said)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", sampled(INCIDENTS, ALWAYS))
def test_an_incident_is_told_once_by_its_cause_and_is_over_after_the_repair(
    name: str, seen: Played
) -> None:
    assert name in seen.courses, [line for line in seen.said if name in line]
    course = seen.courses[name]
    assert complaints(course.summary(), INCIDENTS[name]) == [], course
    assert too_soon(course) == [], course


def test_the_page_is_of_all_incidents_and_says_what_was_seen() -> None:
    kept = document.kept()
    assert document.PATH.read_text(encoding="utf-8") == document.render(kept), document.COMMAND
    assert all(one["commit"] and one["on"] for one in kept)
    played = {one["incident"] for one in kept}
    left = document.left_out(kept)
    assert played | set(left) == set(INCIDENTS)
    assert set(left) <= ALWAYS, "what the page leaves out is played by `make test`"


def test_the_page_says_what_was_wrong_and_what_was_not_played() -> None:
    (one,) = document.of(document.kept(), "null-column", QUICK.name)
    twice = {**one, "stories": {PAGE: 2}, "anew": [PAGE]}
    assert document.wrong("null-column", [twice]) == [
        "2 pages for an incident that is critical",
        "told anew after the end: PagerDuty",
    ]
    assert document.wrong("null-column", []) == ["not played"]
    page = document.render([twice])
    assert "| **no**: 2 pages for an incident" in page
    assert "**1 of 40 were played for this page, and 0 of these were" in page
    assert page.count("| not played |") == len(INCIDENTS) - 1


def test_an_unknown_incident_is_a_wrong_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["feed-stop"])
    assert ended.value.code == 2
    assert "no such incident: feed-stop; --list prints all names" in capsys.readouterr().err
    assert main(["--list"]) == 0
    shown = capsys.readouterr().out
    assert [name for name in INCIDENTS if name not in shown] == []
