"""Every incident is one page, or one ticket, which names its cause and ends after the repair."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

import pytest

from exporter.config.values import parse_duration
from tests.incidents import document
from tests.incidents.catalogue import INCIDENTS
from tests.incidents.course import Course, complaints, too_soon
from tests.incidents.rhythm import PLUMBING, QUICK, SHIPPED
from tests.incidents.run import played, quiet_shop
from tests.programs import require

ABREAST = 4
"""Chains at once: they mostly wait."""


@pytest.fixture(scope="module")
def courses() -> Mapping[str, Course]:
    """Every incident, from its damage to the last message that it is over."""
    for program in ("prometheus", "prometheus-alertmanager"):
        require(program)
    with quiet_shop(0, print) as shop:
        found = played(list(INCIDENTS.values()), shop, QUICK, ABREAST, print)
    return {course.incident: course for course in found}


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", INCIDENTS)
def test_an_incident_is_told_once_by_its_cause_and_is_over_after_the_repair(
    name: str, courses: Mapping[str, Course]
) -> None:
    assert name in courses, "nobody was told, or it did not end: see the captured output"
    course = courses[name]
    assert complaints(course.summary(), INCIDENTS[name]) == [], course
    assert too_soon(course) == [], course


def test_the_page_is_of_all_incidents_and_says_what_was_seen() -> None:
    seen = document.kept()
    assert document.PATH.read_text(encoding="utf-8") == document.render(seen), document.COMMAND
    shops = {one["seed"] for one in seen}
    assert len(shops) > 2, "several seeds"
    for name in INCIDENTS:
        assert len(document.of(seen, name, SHIPPED.name)) == 1
        assert {one["seed"] for one in document.of(seen, name, PLUMBING.name)} == shops, name


@pytest.mark.parametrize("name", INCIDENTS)
def test_as_shipped_it_was_one_page_or_one_ticket(name: str) -> None:
    (one,) = document.of(document.kept(), name, SHIPPED.name)
    assert complaints(one, INCIDENTS[name]) == []


def test_the_first_message_was_there_soon() -> None:
    """The bound of the parts themselves: the interval of passes, and three seconds."""
    plumbing = [one["first"] for one in document.kept() if one["rhythm"] == PLUMBING.name]
    assert median(plumbing) <= parse_duration(PLUMBING.every) + 3
