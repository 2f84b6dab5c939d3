"""Two unrelated faults at once are two pages, each with its own cause, title, owner and end."""

from __future__ import annotations

import pytest

from labs.incidents import paired, pairs
from labs.incidents.catalogue import INCIDENTS
from labs.incidents.recording import both, names, recorded
from labs.incidents.unrelated import (
    EXPECTED,
    REACH,
    TOGETHER,
    expected,
    meet,
    touch,
    unrelated_pairs,
)
from tests.support.programs import require

SAMPLE = (
    ("double-load", "orphan-sessions"),
    ("null-column", "items-mismatch"),
    ("null-referrers", "grants-revoked"),
    ("quarantine-rate", "daily-metrics-off"),
)
"""Pairs that `make test` replays: of two datasets and of one, of one owner and of two, a finding
and what cannot be measured. The campaign replays the others."""


def quiet(line: str) -> None:
    """Nobody reads the progress of a test."""


def test_each_incident_that_pages_is_in_the_table_and_recorded() -> None:
    assert list(REACH) == names()
    assert list(recorded().incidents) == names()
    assert list(recorded().together) == [both(pair) for pair in TOGETHER]
    assert all(INCIDENTS[name].meaning and REACH[name].because for name in names())


def test_incidents_touch_if_one_changes_what_the_check_of_the_other_reads() -> None:
    assert meet("orders.*", "users.id orders.revenue")
    assert meet("orders.revenue", "orders.*")
    assert not meet("orders.revenue", "orders.client_id events.revenue")
    assert not meet("orders.revenue", "orders.TYPES")
    assert not meet("orders.*", "orders.NAMES"), "data come and go, the columns stay"
    assert not touch("null-column", "items-mismatch")
    assert all(touch(*pair) for pair in TOGETHER), "the others can be put together"


def test_what_is_expected_is_a_pair_of_incidents_that_do_not_touch() -> None:
    for cause, (_, *others) in EXPECTED.items():
        for other in others:
            assert not touch(cause, other), (cause, other)
            assert expected(cause, other)
            assert expected(other, cause)
    assert len(unrelated_pairs()) > 190
    assert set(SAMPLE) <= set(unrelated_pairs())


def test_sampled_pairs_of_unrelated_faults_are_two_pages() -> None:
    for program in ("prometheus", "prometheus-alertmanager"):
        require(program)
    single = sorted({name for pair in SAMPLE for name in pair})
    scenes = [pairs.scene(name) for name in single] + [pairs.scene(*pair) for pair in SAMPLE]
    pairs.played(scenes, quiet)
    alone, apart = scenes[: len(single)], scenes[len(single) :]
    assert {one.incidents: pairs.wrong_alone(one) for one in alone if pairs.wrong_alone(one)} == {}
    pages = pairs.first_pages(alone)
    assert [pairs.wrong_apart(one, pages) for one in apart] == [[]] * len(apart)


@pytest.mark.campaign
@pytest.mark.timeout(5400)
def test_of_two_unrelated_faults_each_is_paged() -> None:
    for program in ("prometheus", "prometheus-alertmanager"):
        require(program)
    found = pairs.campaign(pairs.ENOUGH, quiet)
    assert {one.incidents: one.complaints for one in found if one.complaints} == {}


def test_the_page_is_of_a_whole_campaign_and_says_what_was_seen() -> None:
    kept = paired.kept()
    assert paired.PATH.read_text(encoding="utf-8") == paired.render(kept), paired.COMMAND
    assert len(paired.of(kept, 1, related=False)) == len(names())
    apart = paired.of(kept, 2, related=False)
    assert len(apart) >= 100
    assert {tuple(one["incidents"]) for one in apart} <= set(unrelated_pairs())
    related = {tuple(one["incidents"]) for one in paired.of(kept, 2, related=True)}
    assert related > set(TOGETHER)
