"""Which datasets are read together, and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.model import CheckId, Pass
from warehouse_exporter.server.lanes import TOGETHER, Lane, Quick, lanes, trips

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
A, B, C = (Lane(frozenset({name}), 300.0) for name in "abc")


def made(number: int, every: str = "5m") -> Config:
    """A config of so many datasets that have nothing to do with each other."""
    datasets = "\n".join(
        f"  set_{n}: {{relation: set_{n}, every: {every}, checks: [volume: {{critical: '< 1'}}]}}"
        for n in range(number)
    )
    return parse(f"warehouse: {{dsn: x}}\ndatasets:\n{datasets}", "test.yml", {})


def done(costs: Mapping[str, float], failures: tuple[Reason, ...] = (), up: bool = True) -> Pass:
    """A pass in which the check of each dataset took so many seconds."""
    each = {CheckId(name, "volume"): cost for name, cost in costs.items()}
    counted = dict.fromkeys(failures, 1)
    return Pass(NOW, {}, frozenset(costs), up, 1.0, failures=counted, costs=each)


def test_trips_have_every_lane_once_and_are_spread_over_the_interval() -> None:
    config = made(3 * TOGETHER + 1)
    found = trips(config)
    assert [len(trip.lanes) for trip in found] == [TOGETHER] * 3 + [1]
    assert [lane for trip in found for lane in trip.lanes] == lanes(config)
    assert [trip.share for trip in found] == [0.25, 0.5, 0.75, 1.0]


def test_a_small_config_is_one_trip_at_the_end_of_its_interval() -> None:
    (trip,) = trips(made(3))
    assert (trip.share, trip.every) == (1.0, 300.0)


def test_lanes_share_a_pass_only_after_they_were_quick() -> None:
    quick = Quick()
    assert quick.groups([A, B, C]) == [[A], [B], [C]]
    quick.learn([A], done({"a": 0.01}))
    quick.learn([B], done({"b": 9.0}))
    quick.learn([C], done({"c": 0.02}))
    assert quick.groups([A, B, C]) == [[A, C], [B]]


def test_whoever_was_in_a_pass_with_trouble_is_alone_in_the_next() -> None:
    quick = Quick()
    for lane in (A, B):
        quick.learn([lane], done(dict.fromkeys(lane.datasets, 0.01)))
    assert quick.groups([A, B]) == [[A, B]]
    both = {"a": 0.01, "b": 0.01}
    for trouble in (done(both, (Reason.LOCK,)), done(both, up=False), done({"a": 0.01, "b": 5.0})):
        quick.learn([A, B], done(both))
        quick.learn([A, B], trouble)
        assert [B] in quick.groups([A, B])
    quick.learn([A, B], done(both, (Reason.MISSING_COLUMN,)))
    assert quick.groups([A, B]) == [[A, B]]
