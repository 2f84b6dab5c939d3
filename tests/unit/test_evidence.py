"""docs/explanation/evidence.md is what was found, and a shop of it is found again."""

from __future__ import annotations

import numpy as np
import pytest

from labs.evidence import bursts, gaps, joint
from labs.evidence.document import PATH, render
from labs.evidence.found import read
from labs.evidence.joint import reachable
from labs.year.simulator import Sold


def test_the_page_is_what_was_found() -> None:
    assert PATH.read_text(encoding="utf-8") == render(read()), "run `make evidence`"


def test_a_shop_has_the_gaps_and_bursts_that_were_kept() -> None:
    assert gaps.counted(gaps.SHOPS[0]) == read().gaps[0]
    assert bursts.counted(bursts.SHOPS[0]) == read().bursts[0]


def test_what_is_reachable_grows_with_the_tables_up_to_what_they_share() -> None:
    found = [reachable(0.2, tables, 0.005, known=True) for tables in (1, 2, 4, 1e9)]
    assert found == sorted(found)
    assert found[0] == pytest.approx(0.813, abs=0.001), "log(2) is 3.47 deviations of 20 %"
    assert found[-1] == pytest.approx(reachable(0.2 / 2**0.5, 1, 0.005, known=True))


@pytest.mark.parametrize("share", [0.5, 0.7])
def test_a_day_that_is_not_loaded_whole_has_less_of_everything(share: float) -> None:
    draw = np.random.RandomState(1)
    whole = Sold(10_000, 400, 24_000.0)
    part = joint.part_of(whole, share, draw)
    assert part.sessions == pytest.approx(whole.sessions * share, rel=0.05)
    assert part.revenue / part.orders == pytest.approx(60)
