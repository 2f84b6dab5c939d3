"""`accept:` of a check: what may be written, and where an accepted finding is shown."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console
from warehouse_exporter.cli.exit_codes import Exit, exit_code
from warehouse_exporter.cli.main import main
from warehouse_exporter.config import Config
from warehouse_exporter.core.model import Outcome, Result, Sample
from warehouse_exporter.history.model import NO_PAST, State
from warehouse_exporter.history.points import judged_of
from warehouse_exporter.passes.verdicts import judge
from warehouse_exporter.publish import report
from warehouse_exporter.publish.snapshots import SnapshotStore
from warehouse_exporter.publish.table import print_table
from warehouse_exporter.server.web import api
from warehouse_exporter.server.web.filters import Filter
from warehouse_exporter.server.web.lines import View
from warehouse_exporter.server.web.page.causes import causes
from warehouse_exporter.server.web.page.front import render_front
from warehouse_exporter.server.web.uses import May, Use, days_of

from tests.support.made import config, pass_of, passed, unmeasured
from tests.support.warehouses import NOON, complaint, config_of

WHY = "the load is being rewritten"
GIVEN = f"until: 2026-03-10, reason: {WHY}"
FEW = f"volume: {{critical: '< 5', accept: {{{GIVEN}}}}}"
OTHER = "duplicates: {critical: '> 0'}"
NIGHT = datetime(2026, 3, 11, tzinfo=UTC)
"""The first instant after the last day."""

WRONG = {
    "until: 24.12.2026, reason: x": "'24.12.2026' is not a day: write a day such as 2026-12-24",
    "until: 2026-02-30, reason: x": "there is no day 2026-02-30: write a day such as 2026-12-24",
    "until: 2026-12-24 10:00, reason: x": "is not a day",
    "until: 9999-12-31, reason: x": "never comes",
    "until: true, reason: x": "True is not a day",
    "until: 2026-12-24": "`reason` is required",
    "reason: x": "`until` is required",
    "until: 2026-12-24, reason: ' '": "is empty: say why",
    "until: 2026-12-24, reason: 5": "must be text (put it in quotes)",
    "until: 2026-12-24, reason: x, untill: y": "unknown key `untill`; did you mean `until`?",
    "until: 2026-12-24, reason: x, up_to: many": "'many' is not a number",
    "until: 2026-12-24, reason: x, up_to: '< 3'": "'< 3' is not a number",
    "until: 2026-12-24, reason: x, up_to: 3%": "3",
    "until: 2026-12-24, reason: x, up_to: 5": "`up_to: 5` accepts nothing: the limit is '< 5'",
    "until: 2026-12-24, reason: x, up_to: 9": "accepts nothing",
}


@pytest.mark.parametrize("written", WRONG)
def test_what_is_wrong_is_told_with_its_place(written: str) -> None:
    told = complaint(f"volume: {{critical: '< 5', accept: {{{written}}}}}")
    assert WRONG[written] in told
    assert "test.yml:3: datasets.orders.checks[0].volume" in told


def test_up_to_needs_one_direction_and_a_limit() -> None:
    both = f"volume: {{critical: ['< 5', '> 90'], accept: {{{GIVEN}, up_to: 3}}}}"
    assert "`up_to` has no direction with limits in both" in complaint(both)
    assert "needs a limit with > or <" in complaint(both.replace("['< 5', '> 90']", "'!= 1'"))
    shown = f"metrics: {{m: {{dataset: orders, count: '*', accept: {{{GIVEN}}}}}}}"
    assert "has no limit: there is no finding to accept" in complaint(more=shown)
    at_least = f"volume: {{critical: '<= 5', accept: {{{GIVEN}, up_to: 5}}}}"
    assert complaint(at_least) == ""
    change = (
        "metrics: {m: {dataset: orders, count: '*'}}\nanomalies: [{metrics: [m], "
        f"accept: {{{GIVEN}, up_to: 5}}}}]"
    )
    assert "`up_to: 5` is not a change: write per cent above 0, such as 40%" in complaint(
        more=change
    )


@pytest.mark.parametrize("kind", ["accept: later", "accept: []"])
def test_something_else_in_its_place_is_an_error(kind: str) -> None:
    assert "must be a mapping" in complaint(f"volume: {{critical: '< 5', {kind}}}")


def said(loaded: Config, at: datetime, rows: float = 3) -> Result:
    """What is found of the volume."""
    check = next(one for one in loaded.checks if one.kind.kind == "volume")
    sample = Sample({"warehouse_rows": rows}, f"{rows:g} rows")
    return Result(check.id, judge(check, [sample], at), at)


def test_it_is_a_finding_of_its_severity_and_the_gate_goes_on_until_the_day_is_over() -> None:
    loaded = config(FEW)
    for at, code in ((NOON, Exit.OK), (NIGHT - timedelta.resolution, Exit.OK), (NIGHT, 1)):
        found = said(loaded, at)
        assert found.worst.outcome is Outcome.CRITICAL
        done = pass_of({"orders.volume": found.verdicts}, at)
        assert exit_code(done, loaded, strict=True) == code


def test_what_is_not_measured_cannot_be_accepted() -> None:
    loaded = config(FEW)
    done = pass_of({"orders.volume": unmeasured()})
    assert exit_code(done, loaded) is Exit.UNMEASURED


def test_the_last_day_ends_in_the_zone_of_the_warehouse() -> None:
    loaded = config(FEW, zone="America/New_York")
    (check,) = loaded.checks
    assert check.accepted is not None
    assert check.accepted.ends == datetime(2026, 3, 11, 4, tzinfo=UTC)


def test_each_format_shows_it_with_its_day_and_reason_behind_what_is_loud() -> None:
    loaded = config(f"{FEW}\n{OTHER}")
    done = pass_of({"orders.volume": said(loaded, NOON).verdicts, "orders.duplicates": passed()})
    file = io.StringIO()
    print_table(done.results, NOON, Console(file=file, width=60))
    note = f"[accepted until 2026-03-10: {WHY}]"
    for text in (file.getvalue(), report.markdown(done.results, NOON, loaded)):
        assert "FAIL (accepted)" in text
        assert note in text
        assert "1 accepted, 1 PASS" in text
    data = json.loads(report.as_json(done.results, NOON, loaded))
    first = data["checks"][0]
    assert (first["outcome"], first["severity"], data["accepted"]) == ("critical", "critical", 1)
    assert first["accepted"] == {"until": "2026-03-10", "reason": WHY}
    assert data["checks"][1]["accepted"] is None


def view(at: datetime) -> View:
    """The pages some time after a pass at noon."""
    loaded = config(f"{FEW}\n{OTHER}", orders="{relation: orders, time: ts, key: id, every: 1d}")
    store = SnapshotStore(loaded, NOON)
    verdicts = said(loaded, NOON).verdicts
    store.publish(pass_of({"orders.volume": verdicts, "orders.duplicates": passed()}))
    return View(store.snapshot, NO_PAST, at)


def test_the_page_and_the_api_count_it_apart_until_the_day_is_over() -> None:
    noon, night = view(NOON), view(NIGHT)
    assert [line.state for line in noon.lines] == [State.ACCEPTED, State.PASS]
    assert [line.state for line in night.lines] == [State.CRITICAL, State.PASS]
    page = render_front(noon, Filter())
    assert WHY in page
    assert "What is wrong" not in page
    assert "1 of 2 checks has an accepted finding." in page
    assert "What is wrong" in render_front(night, Filter())
    found = api.checks(noon, Filter())
    assert found["counts"]["accepted"] == 1
    assert (found["checks"][0]["state"], found["checks"][0]["outcome"]) == ("accepted", "critical")
    assert days_of(noon)[0].answers[Use.REVENUE].may is May.CARE
    assert days_of(night)[0].answers[Use.REVENUE].may is May.NO


def test_a_past_day_is_shown_as_it_was_found() -> None:
    loaded = config(FEW)
    (check,) = loaded.checks
    assert judged_of(check, said(loaded, NOON), NOON).state is State.CRITICAL


def test_validate_warns_of_what_has_expired(tmp_path: Path) -> None:
    file = tmp_path / "test.yml"
    file.write_text(config_of(FEW.replace("2026", "2020")))
    ended = CliRunner().invoke(main, ["validate", "--config.file", str(file)])
    assert ended.exit_code == 0
    told = f"warning: {file}:3: accept of orders.volume expired on 2020-03-10"
    assert told in ended.output
    file.write_text(config_of(FEW.replace("2026", "2999")))
    ended = CliRunner().invoke(main, ["validate", "--config.file", str(file)])
    assert "warning" not in ended.output


def test_it_explains_no_other_finding_on_the_page() -> None:
    late = f"freshness: {{critical: '> 24h', accept: {{{GIVEN}}}}}"
    for checks, causes_found in ((late, ["volume"]), (late.partition(", accept")[0] + "}", None)):
        loaded = config(f"{checks}\nvolume: {{critical: '< 5'}}")
        fresh = next(one for one in loaded.checks if one.kind.kind == "freshness")
        old = Sample({"warehouse_newest_row_timestamp_seconds": 0.0}, "old")
        store = SnapshotStore(loaded, NOON)
        store.publish(
            pass_of(
                {
                    "orders.freshness": judge(fresh, [old], NOON),
                    "orders.volume": said(loaded, NOON).verdicts,
                }
            )
        )
        found = causes(View(store.snapshot, NO_PAST, NOON))
        names = [one.line.id.name for one in found if one.line]
        assert names == (causes_found or ["freshness"])
        assert [len(one.symptoms) for one in found] == [0 if causes_found else 1]
