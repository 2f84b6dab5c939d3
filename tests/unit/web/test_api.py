"""The answers for programs: valid by their schema, narrowed by filters, compressed."""

from __future__ import annotations

import json
import math
from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.core.model import CheckId, Outcome
from warehouse_exporter.history.model import Change, Judged, Past, State
from warehouse_exporter.publish.snapshots import SnapshotStore
from warehouse_exporter.server.web import api
from warehouse_exporter.server.web.filters import Filter
from warehouse_exporter.server.web.lines import View
from warehouse_exporter.server.web.uses import May, Use, days_of, used_for

from tests.support.made import Said, config, found, pass_of, passed
from tests.support.warehouses import NOON
from tests.unit.web.test_page import FINE, YESTERDAY, past, store, view

ANSWERS = {"checks": api.checks, "datasets": api.datasets, "days": api.days}
MORE = (
    "volume: {critical: '< 5'}\n"
    "completeness: {column: client_id, critical: '> 5%'}\n"
    "negative_revenue: {critical: '> 0'}\n"
    "tracking_coverage: {any_of: [utm], warning: '< 10%'}"
)


def answer(name: str, on: View, wanted: Filter | None = None) -> dict[str, Any]:
    """An answer as a client reads it, after the schema was held to it."""
    text = api.as_text(ANSWERS[name], on, wanted or Filter())
    data: dict[str, Any] = json.loads(text)
    schema = json.loads(api.schema())
    named = {"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]}
    checker = jsonschema.Draft202012Validator(named, format_checker=jsonschema.FormatChecker())
    checker.validate(data)
    return data


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_is_as_its_schema_says(name: str) -> None:
    empty = SnapshotStore(store().snapshot.config, NOON)
    known = Past(
        (YESTERDAY,), {YESTERDAY: {CheckId("orders", "volume"): Judged(State.CRITICAL, "3 rows")}},
        {CheckId("orders", "duplicates"): "It asks the same."}, NOON,
        changes=(Change("sales", CheckId("orders", "metric_sales"), YESTERDAY, None, 3.0),),
        unversioned=("orders",),
    )  # fmt: skip
    for shown in (view(store()), view(empty), view(store(), past=known)):
        answer(name, shown)
    infinite: dict[str, Said] = {
        **FINE, "orders.volume": found(Outcome.CRITICAL, "", {"rows": math.inf})
    }  # fmt: skip
    answer(name, view(store(infinite)))


def test_the_schema_refuses_what_it_does_not_know() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(api.schema()))
    data = api.checks(view(store()), Filter()) | {"more": 1}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, json.loads(api.schema()))


def test_a_filter_narrows_the_answer() -> None:
    every = answer("checks", view(store()))
    assert len(every["checks"]) == sum(every["counts"].values()) == 6
    assert [one["check"] for one in every["numbers"]] == ["metric_sales"]
    told = answer("checks", view(store()), Filter(verdict="problem"))
    assert [one["state"] for one in told["checks"]] == ["critical", "unmeasured", "warning"]
    assert not answer("datasets", view(store()), Filter(dataset="users"))["datasets"]
    (days,) = answer("days", view(store()), Filter(kind="volume"))["checks"]
    assert days["check"] == "volume"


def test_a_filter_that_there_is_not_is_told() -> None:
    with pytest.raises(UsageError, match="no filter 'verdit': write verdict, dataset, owner"):
        api.wanted_of({"verdit": "critical"})


def test_a_check_says_since_when_of_what_and_where_to_look() -> None:
    low = store({**FINE, "orders.volume": found(Outcome.CRITICAL, "3 rows")})
    (one,) = answer("checks", view(low, past=past(State.WARNING, 2)), Filter("critical"))["checks"]
    assert one["since"] == "2026-03-07"
    assert (one["day"], one["relation"], one["unit"]) == ("2026-03-09", "orders", "number")
    assert (one["runbook"], one["page"]) == (
        "runbooks/WarehouseVolumeOutOfBounds?dataset=orders&check=volume", "checks/orders/volume",
    )  # fmt: skip


def test_a_finding_that_was_seen_to_begin_has_its_time() -> None:
    seen = store(FINE)
    for minutes, outcome in enumerate((Outcome.CRITICAL, Outcome.WARNING), 1):
        at = NOON + timedelta(minutes=minutes)
        seen.publish(pass_of({**FINE, "orders.volume": found(outcome, "3 rows")}, at))
    (one,) = answer("checks", view(seen), Filter("problem"))["checks"]
    assert one["since"] == "2026-03-10T12:01:00+00:00"
    seen.publish(pass_of(FINE, NOON + timedelta(minutes=3)))
    assert seen.snapshot.opened == {}


def test_which_findings_count_against_what() -> None:
    made = config(MORE, orders="{relation: orders, time: ts, key: id}")
    uses = {check.id.name: used_for(check, made) for check in made.checks}
    assert uses == {
        "volume": set(Use),
        "completeness_client_id": {Use.ATTRIBUTION},
        "negative_revenue": {Use.REVENUE},
        "tracking_coverage": {Use.ATTRIBUTION},
    }


def test_which_days_may_be_used() -> None:
    made = SnapshotStore(config(MORE), NOON)
    said: dict[str, Said] = {
        "orders.volume": passed(rows=9),
        "orders.completeness_client_id": found(Outcome.CRITICAL, "6 of 9"),
        "orders.negative_revenue": passed(rows=0),
        "orders.tracking_coverage": passed(rows=0),
    }
    made.publish(pass_of(said))
    before = YESTERDAY - timedelta(days=1)
    judged = {CheckId("orders", "volume"): Judged(State.WARNING, "few")}
    newest, older = days_of(View(made.snapshot, Past((before,), {before: judged}), NOON))
    assert [newest.answers[use].may for use in Use] == [May.YES, May.NO]
    assert [older.answers[use].may for use in Use] == [May.CARE, May.CARE]
