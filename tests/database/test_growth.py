"""What a round over many small tables costs, counted in operations: ten times as much for ten times
as many, and next to nothing where nothing has changed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlglot import exp
from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.model import CheckId, Outcome
from warehouse_exporter.engines.postgres import connector, session
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes import reader
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.plan import planner, prepared
from warehouse_exporter.plan.closed_days import ClosedDaysCache
from warehouse_exporter.publish import pieces
from warehouse_exporter.publish.scrape import USUAL, Scrape
from warehouse_exporter.publish.snapshots import SnapshotStore
from warehouse_exporter.server import lanes
from warehouse_exporter.server.lanes import Quick, trips

from tests.conftest import execute
from tests.support.warehouses import NOON

FEW, MANY = 6, 60
TABLE = """
CREATE TABLE set_{n} (id bigint PRIMARY KEY, ts timestamptz, client text);
CREATE INDEX ON set_{n} (ts);
INSERT INTO set_{n} SELECT g, '2026-03-10 06:00+00'::timestamptz - g * interval '6 hours', 'c'
FROM generate_series(1, 9) AS g;
"""
DATASET = """
  set_{n}: {{relation: set_{n}, time: ts, key: id, checks: [volume: {{critical: '< 1'}},
    completeness: {{column: client, window: 7d, critical: '> 0'}},
    duplicates: {{critical: '> 0'}}]}}"""
EACH = 3
"""Checks of a dataset."""


class Counted:
    """Operations, by what they are."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.counts: Counter[str] = Counter()
        self._patch = patch
        self.count(exp.Expr, "sql", "rendered")
        self.count(planner, "prospects_of", "planned")
        self.count(prepared, "printed", "compared")
        self.count(reader, "DatasetView", "views")
        self.count(pieces, "families", "texts")
        self.count(session, "found_among", "catalogue rows", lambda rows, *_: len(rows))
        self.count(connector.Connector, "_session", "taken")

    def count(
        self, place: Any, name: str, what: str, much: Callable[..., int] = lambda *_: 1
    ) -> None:
        """Count the calls of a function, or what they bring."""
        real = getattr(place, name)

        def counting(*args: Any, **named: Any) -> Any:
            self.counts[what] += much(*args)
            return real(*args, **named)

        self._patch.setattr(place, name, counting)


class Rounds:
    """An exporter without threads: trip by trip over all that there is."""

    def __init__(self, dsn: str, number: int, counted: Counted) -> None:
        datasets = "".join(DATASET.format(n=n) for n in range(number))
        text = f"warehouse: {{dsn: '{dsn}', connections_per_pass: 1}}\ndatasets:{datasets}"
        self.config: Config = parse(text, "test.yml", {})
        self.counted, self.store = counted, SnapshotStore(self.config, NOON)
        self.scrape, self.quick = Scrape(self.store, lambda: NOON), Quick()
        self.kept, self.engine = ClosedDaysCache(), Connector(self.config.warehouse)

    def once(self) -> Counter[str]:
        """What one round takes, with a scrape at its end."""
        self.counted.counts.clear()
        for trip in trips(self.config):
            for group in self.quick.groups(trip.lanes):
                datasets = frozenset(name for lane in group for name in lane.datasets)
                done = run_pass(self.config, self.engine, NOON, datasets, self.kept)
                self.quick.learn(group, done)
                self.store.publish(done)
                self.counted.counts.update(passes=1, statements=done.statements)
        assert self.scrape.body(USUAL, zipped=True).content
        return Counter(self.counted.counts)

    def outcomes(self) -> set[tuple[CheckId, Outcome]]:
        """What is not fine."""
        results = self.store.snapshot.results.items()
        found = {(check, result.worst.outcome) for check, result in results}
        return {one for one in found if one[1] is not Outcome.PASS}


@pytest.fixture
def rounds(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], Rounds]]:
    """Makes exporters on a database with many small tables."""
    execute(database, "".join(TABLE.format(n=n) for n in range(MANY)))
    made: list[Rounds] = []

    def over(number: int) -> Rounds:
        made.append(Rounds(database, number, counted))
        return made[-1]

    monkeypatch.setattr(lanes, "QUICK", math.inf)  # however busy the machine is
    counted = Counted(monkeypatch)
    yield over
    for one in made:
        one.engine.stop()


def test_a_round_is_linear_in_datasets_and_a_steady_one_renders_nothing(
    rounds: Callable[[int], Rounds], database: str
) -> None:
    few, many = rounds(FEW), rounds(MANY)
    first = few.once(), many.once()
    steady = [(few.once(), many.once()) for _ in range(2)][-1]
    assert many.outcomes() == set()
    for small, large in (first, steady):
        for what, count in large.items():
            assert count <= small[what] * MANY / FEW * 1.1 + 2, (what, small, large)
    alone, together = first[1], steady[1]
    assert alone["passes"] == MANY
    assert together["passes"] == len(trips(many.config)) < MANY / 10
    assert together["catalogue rows"] == MANY * 3
    assert together["texts"] == MANY
    assert together["planned"] == together["rendered"] == 0
    assert together["statements"] <= alone["statements"]

    execute(database, "ALTER TABLE set_7 DROP COLUMN client")
    seen = many.once()
    assert many.outcomes() == {(CheckId("set_7", "completeness_client"), Outcome.UNMEASURED)}
    assert seen["planned"] == EACH
    execute(database, "ALTER TABLE set_7 ADD COLUMN client text DEFAULT 'c'")
    many.once()
    assert many.outcomes() == set()
