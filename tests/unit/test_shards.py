"""Several exporters share a config: what each of them watches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.server.lanes import lanes
from warehouse_exporter.server.shards import Shard, groups, part_of, shard_of

TIED = """
warehouse: {dsn: x}
datasets:
  events: {relation: events, time: ts, checks: [volume: {critical: "< 1"}]}
  orders:
    relation: orders
    time: ts
    key: id
    every: 1h
    checks:
      - agreement: {sum: revenue, against: {dataset: daily, sum: revenue}, critical: "> 0"}
  daily: {relation: daily, time: ts, checks: [volume: {critical: "!= 1"}]}
  ads:
    relation: ads
    time: ts
    checks: [volume: {critical: "< 5"}, volume: {name: low, warning: "< 9"}]
  spend:
    relation: spend
    time: ts
    depends_on: [ads]
    objective: {days: 28, of: 30}
    checks: [volume: {critical: "< 5"}]
  empty: {relation: empty}
queries:
  - {name: one, sql: select 1, critical: "> 1"}
"""


def tied() -> Config:
    """Datasets of which some need each other."""
    return parse(TIED, "test.yml", {})


@pytest.mark.parametrize("text", ["", "2", "0/4", "5/4", "1/0", "2/4/6", "a/b", "-1/4", "1/99999"])
def test_what_is_no_shard_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match=r"--shard .*(such as 2/4|the last is 4/4)"):
        shard_of(text)


def test_a_shard_is_written_as_which_of_how_many() -> None:
    assert shard_of(" 2/4 ") == Shard(2, 4)


def test_what_is_compared_or_built_for_an_objective_stays_together() -> None:
    together = {min(group): group for group in groups(tied())}
    assert together["daily"] == {"daily", "orders"}
    assert together["ads"] == {"ads", "spend"}
    assert together["events"] == {"events"}


@given(of=st.integers(1, 9))
def test_every_check_is_watched_by_exactly_one_shard(of: int) -> None:
    config = tied()
    parts = [part_of(config, Shard(number, of)) for number in range(1, of + 1)]
    watched = [check.id for part in parts for check in part.checks]
    assert sorted(watched) == sorted(check.id for check in config.checks)
    assert sorted(name for part in parts for name in part.watched) == sorted(config.datasets)
    assert {part.size for part in parts} == {len(config.checks)}
    read = [name for part in parts for lane in lanes(part) for name in lane.datasets]
    assert sorted(read) == sorted(
        lane_name for lane in lanes(config) for lane_name in lane.datasets
    )


def test_the_checks_are_dealt_out_evenly() -> None:
    text = "warehouse: {dsn: x}\ndatasets:\n" + "\n".join(
        f"  set_{n}: {{relation: set_{n}, checks: [volume: {{critical: '< 1'}}]}}"
        for n in range(10)
    )
    config = parse(text, "test.yml", {})
    sizes = [len(part_of(config, Shard(number, 4)).checks) for number in (1, 2, 3, 4)]
    assert sizes == [3, 3, 2, 2]


def test_one_exporter_watches_everything() -> None:
    config = tied()
    assert part_of(config, None) is config
    assert config.size == len(config.checks)
