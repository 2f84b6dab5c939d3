"""The document is what the command writes, and says where a promise is not kept."""

from __future__ import annotations

from functools import cache

import pytest
from warehouse_exporter.core.model import Severity

from labs.year.counting import Counted, band, counted, promised
from labs.year.document import PATH, render
from labs.year.found import Found, read
from labs.year.reasons import ABOVE, Where, where
from labs.year.simulator import FIRST, LAST, NOISES

SEASONAL = "seasonal"
found = cache(read)


def series(of: Found) -> list[tuple[float, str]]:
    """Every noise and number that `seasonal` judged."""
    return [
        (noise, name.split()[1])
        for noise, counted in of.shops.items()
        for name in counted.series
        if name.split()[0] == SEASONAL
    ]


def test_the_document_is_what_the_command_writes() -> None:
    assert PATH.read_text(encoding="utf-8") == render(found()), "run `make year`"


def test_the_promise_is_what_the_documentation_says_of_the_limits_built_in() -> None:
    share = promised(SEASONAL)
    assert share is not None
    assert share.warning == pytest.approx(1 / 200 + 1 / 800)
    assert share.critical == pytest.approx(1 / 2000 + 1 / 10000)
    assert promised("zscore") is None


@pytest.mark.parametrize("severity", [Severity.WARNING, Severity.CRITICAL])
def test_findings_are_no_more_than_promised_or_it_is_said_why(severity: Severity) -> None:
    share = promised(SEASONAL)
    assert share is not None
    above = set()
    for noise, metric in series(found()):
        one = found().shops[noise].series[f"{SEASONAL} {metric}"]
        critical = severity is Severity.CRITICAL
        count = one.fail if critical else one.found
        if where(count, band(one.days, getattr(share, severity))) is Where.ABOVE:
            above.add((noise, metric))
    assert above == ABOVE[severity], "find out why, and say it in reasons.py"


CHEAP, ALL = ("zscore", "mad"), (SEASONAL, "zscore", "mad")
TRIED = [
    (NOISES[0], CHEAP),
    *(pytest.param(noise, ALL, marks=pytest.mark.campaign) for noise in NOISES),
]


@pytest.mark.parametrize(("noise", "methods"), TRIED)
def test_a_shop_of_each_noise_is_found_to_be_what_was_kept(
    noise: float, methods: tuple[str, ...]
) -> None:
    """Another shop's year, or another judge, would give other counts."""
    again: Counted = counted(0, noise, methods)
    kept = found().first_shop[noise]
    assert again.series == {name: kept.series[name] for name in again.series}
    assert again.episodes == {method: kept.episodes[method] for method in again.episodes}


def test_the_small_shop_was_lived_through_on_every_day() -> None:
    days = [morning.day for morning in found().ordinary]
    assert (days[0], days[-1], len(days)) == (FIRST, LAST, (LAST - FIRST).days + 1)
    assert all(morning.exact for morning in found().ordinary)


def test_no_exact_check_says_a_word() -> None:
    spoke = {morning.day: morning.exact_findings for morning in found().ordinary}
    assert {day: said for day, said in spoke.items() if said} == {}
