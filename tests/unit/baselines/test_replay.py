"""Which days teach, with flags made by hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warehouse_exporter.baselines.shared.replay import Lesson, Method, Run, Seen, replay

WINDOW, DAYS = 14, 30
Dated = tuple[int, float]
"""The number of a day, and its value."""
FALL, RISE, NOTHING = Seen(-0.5, -5.0), Seen(1.0, 5.0), Seen(0.0, 0.0)
SAID = {-1: FALL, 0: NOTHING, 1: RISE}


def level(days: Sequence[Dated]) -> float:
    """The mean of some days."""
    return sum(value for _, value in days) / len(days)


def lesson(
    said: Mapping[int, int | Seen],
    missing: Collection[int] = (),
    absent: Collection[int] = (),
    high: Collection[int] = (),
) -> Lesson[Dated]:
    """What remains of thirty days of 1, or 2, if some are flagged, and some cannot teach."""

    def seen(training: tuple[Dated, ...], day: Dated) -> Seen:
        found = said.get(day[0], 0)
        return found if isinstance(found, Seen) else SAID[found]

    method = Method(seen, level, lambda day, factor: (day[0], day[1] * factor))
    gone = {*missing, *absent}
    days = [None if n in gone else (n, 2.0 if n in high else 1.0) for n in range(DAYS)]
    return replay(days, absent, WINDOW, method)


def taught(found: Lesson[Dated]) -> list[int]:
    """The numbers of the days that teach."""
    return [day for day, _ in found.training]


def test_a_day_that_rose_leaves_the_training() -> None:
    found = lesson({25: 1, 27: 1})
    assert taught(found) == [*range(16, 25), 26, 28, 29]
    assert found.run == Run()


def test_a_day_that_fell_leaves_its_place_to_an_earlier_one() -> None:
    assert taught(lesson({25: -1, 27: -1})) == [*range(14, 25), 26, 28, 29]
    found = lesson(dict.fromkeys(range(16, 30), -1))
    assert taught(found) == list(range(2, 16))
    assert found.fallen == set(range(16, 30))


def test_an_open_day_without_a_row_does_so_too() -> None:
    assert taught(lesson({}, absent=range(15, 30))) == list(range(1, 15))
    assert taught(lesson({}, missing=range(25, 30))) == list(range(16, 25))


def test_the_first_days_are_not_judged() -> None:
    asked: list[tuple[int, int]] = []

    def seen(training: tuple[Dated, ...], day: Dated) -> Seen:
        asked.append((day[0], len(training)))
        return NOTHING

    method = Method(seen, level, lambda day, factor: day)
    replay([(n, 1.0) for n in range(17)], (), WINDOW, method)
    assert asked == [*((n, n) for n in range(7, 15)), (15, 14), (16, 14)]


def test_after_five_rises_the_days_before_them_are_taken_at_the_new_level() -> None:
    four = lesson(dict.fromkeys(range(25, 29), 1))
    assert taught(four) == [*range(16, 25), 29]
    five = lesson(dict.fromkeys(range(24, 29), 1))
    assert five.training == (
        *((n, 2.0) for n in range(16, 24)), *((n, 1.0) for n in range(24, 30))
    )  # fmt: skip


def test_falls_move_no_level_however_many_there_are() -> None:
    found = lesson(dict.fromkeys(range(20, 30), -1))
    assert (len(found.run.days), found.run.side, found.moved_with(FALL)) == (10, -1, None)
    small = Seen(-0.24, -4.0)
    five = lesson(dict.fromkeys(range(24, 29), small))
    assert five.training[:4] == tuple((n, 0.76) for n in range(16, 20))


def test_a_fall_to_what_was_normal_for_a_window_moves_the_level() -> None:
    falls = dict.fromkeys(range(22, 27), -1)
    back = lesson(dict.fromkeys(range(14, 19), 1) | falls, high=range(14, 22))
    assert back.fallen == frozenset()
    assert dict(back.training)[21] == dict(back.training)[22] == 1
    assert lesson(falls, high=range(22)).fallen == set(falls)


def test_the_run_that_goes_on_today_is_told() -> None:
    found = lesson(dict.fromkeys(range(26, 30), 1))
    assert found.run.days == (26, 27, 28, 29)
    moved = found.moved_with(RISE)
    assert moved is not None
    assert moved.factor == 2
    assert found.moved_with(FALL) is found.moved_with(NOTHING) is None
    assert lesson(dict.fromkeys(range(27, 30), 1)).moved_with(RISE) is None


def test_the_other_side_or_an_ordinary_day_ends_a_run() -> None:
    assert lesson({24: 1, 25: 1, 26: 1, 27: 1, 28: -1, 29: 1}).run.days == (29,)
    assert lesson({23: 1, 24: 1, 25: 1, 27: 1, 28: 1, 29: 1}).run.days == (27, 28, 29)


def test_a_day_that_teaches_nothing_neither_counts_nor_ends_a_run() -> None:
    """Weekends without a row do not hide that every open day has been high."""
    found = lesson({n: 1 for n in (22, 23, 24, 27, 28)}, missing=(25, 26))
    assert taught(found)[-4:] == [24, 27, 28, 29]


def test_with_no_history_there_is_nothing_to_learn() -> None:
    method = Method(lambda training, day: NOTHING, level, lambda day, factor: day)
    assert replay([], (), WINDOW, method).training == ()


@pytest.mark.parametrize(("z", "flagged"), [(-1.0, False), (-1.5, True), (-0.7, False)])
def test_a_day_after_falls_is_judged_together_with_them(z: float, flagged: bool) -> None:
    """Alone, none of these would be flagged; after one of -3.5, half of that is."""
    run = Run((1,), (Seen(-0.5, -3.5),), -1)
    assert (run.side_with(Seen(-0.3, z)) == -1) is flagged
    assert run.side_with(Seen(-0.1, z)) == 0
    assert Run().side_with(Seen(-0.3, z)) == 0


def test_one_ordinary_day_does_not_end_an_outage_and_two_do() -> None:
    assert lesson(dict.fromkeys(range(20, 28), -1)).run == Run()
    held = lesson(dict.fromkeys((*range(20, 28), 29), -1)).run
    assert held.days == (*range(20, 28), 29)
    assert lesson(dict.fromkeys((20, 21, 23), -1)).run == Run()
    assert lesson(dict.fromkeys((25, 26, 28, 29), -1)).run.days == (28, 29)


@given(st.lists(st.floats(-12, -2.6), min_size=1, max_size=30), st.floats(-12, 3))
def test_the_z_that_a_day_needs_is_where_its_score_reaches_the_limit(
    before: list[float], z: float
) -> None:
    run = Run(tuple(range(len(before))), tuple(Seen(-0.5, one) for one in before), -1)
    needed, alone = run.needed(2.6), -2.6
    score = run.score(Seen(-0.5, z))
    if min(abs(z - needed), abs(z - alone)) > 1e-6 and z > -8:
        assert (score < -2.6) is (z < max(needed, alone))


@given(
    st.dictionaries(st.integers(0, DAYS - 1), st.sampled_from([-1, 1])),
    st.sets(st.integers(0, DAYS - 1)),
)
def test_whatever_is_flagged_only_days_that_can_teach_do_and_no_fall(
    said: dict[int, int], missing: set[int]
) -> None:
    found = lesson(said, missing)
    assert set(taught(found)) <= set(range(DAYS)) - missing - found.fallen
    assert len(found.training) <= WINDOW
