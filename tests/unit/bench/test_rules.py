"""The checks of the bench of rules, and what its numbers mean."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from labs.bench.rules import CALM, Measured, aims, calm, config, page


def test_a_check_of_the_bench_is_fine_until_it_is_broken() -> None:
    made = config(100)
    assert len(made.checks) == 100
    now = datetime.fromtimestamp(time.time(), UTC)
    found = [
        condition.broken_by(calm(check), now)
        for check in made.checks
        for condition in check.kind.conditions().values()
    ]
    assert set(found) == {()}
    assert len(page(made, 50)) > len(page(made, 0))


def test_an_evaluation_that_nobody_disturbs_is_each_rules_shortest_time() -> None:
    got = Measured(0, [[1.0, 250.0], [90.0, 2.0], [4.0, 5.0]], 7.0, [252.0, 93.0, 19.0])
    assert (got.alone, got.median, got.group) == (3.0, 92.0, 19.0)
    (aim,) = aims({CALM: got}, 100)
    assert aim.met
    (missed,) = aims({CALM: got}, 90)
    assert not missed.met
