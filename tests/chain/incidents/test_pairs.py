"""Two unrelated faults at once are two pages, each with its own cause, title and end."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from labs.incidents import pairs
from labs.incidents.pairs import Told
from labs.incidents.recording import names, recorded
from tests.support.programs import require

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(3600)]
EVERY, ABREAST, ENOUGH = 6, 18, 108
"""Seconds between two passes; warehouses in one Prometheus; unrelated pairs that are played."""


@pytest.fixture(scope="module")
def alone() -> Mapping[str, Told]:
    """The page of each incident by itself: one, that names it."""
    for program in ("prometheus", "prometheus-alertmanager"):
        require(program)
    return pairs.alone(EVERY)


def test_each_recorded_incident_is_one_page(alone: Mapping[str, Told]) -> None:
    assert list(alone) == names()


def test_of_two_unrelated_faults_each_is_paged(alone: Mapping[str, Told]) -> None:
    config, shop = pairs.config_of(pairs.ANY, EVERY), recorded()
    apart = [
        pair
        for pair in pairs.pairs()
        if not pairs.related(alone[pair[0]], alone[pair[1]], config)
        and not any(pairs.hides(shop, name, pair, alone[name], config) for name in pair)
    ]
    chosen = apart[:: max(1, len(apart) // ENOUGH)][:ENOUGH]
    assert len(chosen) >= 100
    found = [
        pair
        for begin in range(0, len(chosen), ABREAST)
        for pair in pairs.all_pairs(chosen[begin : begin + ABREAST], alone, EVERY)
    ]
    assert {one.scene.incidents: one.complaints() for one in found if one.complaints()} == {}
