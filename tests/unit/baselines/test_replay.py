"""Which days teach, with flags made by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st
from warehouse_exporter.baselines.shared.replay import Lesson, replay

WINDOW = 10


def lesson(said: Mapping[int, int], missing: Sequence[int] = ()) -> Lesson:
    """What remains of twenty days when some are flagged, and some cannot teach."""
    teaches = [n not in missing for n in range(2 * WINDOW)]
    return replay(teaches, WINDOW, lambda _, day: said.get(day, 0))


def test_a_flagged_day_leaves_the_training() -> None:
    found = lesson({15: -1, 17: 1})
    assert found.training == (10, 11, 12, 13, 14, 16, 18, 19)
    assert (found.run, found.side) == (0, 0)


def test_days_before_the_window_are_context_and_are_not_judged() -> None:
    asked: list[tuple[int, int]] = []

    def flag(training: Sequence[int], day: int) -> int:
        asked.append((day, len(training)))
        return 0

    replay([True] * 20, WINDOW, flag)
    assert asked == [(day, WINDOW) for day in range(10, 20)]


def test_after_five_on_one_side_the_series_has_moved_and_begins_with_the_first() -> None:
    four = lesson(dict.fromkeys(range(15, 19), -1))
    assert four.training == (10, 11, 12, 13, 14, 19)
    five = lesson(dict.fromkeys(range(14, 19), -1))
    assert five.training == (14, 15, 16, 17, 18, 19)


def test_the_run_that_goes_on_today_is_told() -> None:
    found = lesson(dict.fromkeys(range(16, 20), 1))
    assert (found.run, found.side, found.since) == (4, 1, 16)
    assert found.moves_with(1)
    assert not found.moves_with(-1)
    assert not found.moves_with(0)
    assert not lesson(dict.fromkeys(range(17, 20), 1)).moves_with(1)


def test_the_other_side_or_an_ordinary_day_ends_a_run() -> None:
    assert lesson({14: 1, 15: 1, 16: 1, 17: 1, 18: -1}).training == (10, 11, 12, 13, 19)
    assert lesson({13: 1, 14: 1, 15: 1, 17: 1, 18: 1}).training == (10, 11, 12, 16, 19)


def test_a_day_that_teaches_nothing_neither_counts_nor_ends_a_run() -> None:
    """Weekends without a row do not hide that every open day has been low."""
    found = lesson({n: -1 for n in (12, 13, 14, 17, 18)}, missing=(15, 16))
    assert found.training == (12, 13, 14, 17, 18, 19)


def test_with_no_history_there_is_nothing_to_learn() -> None:
    assert replay([], WINDOW, lambda _, day: 1).training == ()


@given(
    st.dictionaries(st.integers(0, 19), st.sampled_from([-1, 1])),
    st.sets(st.integers(0, 19)),
)
def test_whatever_is_flagged_only_days_of_the_window_that_can_teach_do(
    said: dict[int, int], missing: set[int]
) -> None:
    found = lesson(said, tuple(missing))
    assert set(found.training) <= set(range(10, 20)) - missing
    assert set(found.training) >= set(range(10, 20)) - missing - set(said) or len(said) >= 5
