"""When our alerts fire, stay silent, hold and resolve, as Prometheus itself judges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml
from warehouse_exporter.config import Config
from warehouse_exporter.core.names import ALERT_UNMEASURED

from tests.support.alerts import Alert, promtool_test, series
from tests.support.made import config
from tests.support.programs import needs
from tests.unit.test_rules import small

pytestmark = needs("promtool")
CLIENT = "events.completeness_client_id"
REFERRER = "events.completeness_referrer"
RATIO = "column_null_ratio"
COLUMN = {"column": "client_id"}


def share(check: str, values: str, measured: str, column: str = "client_id") -> dict[str, str]:
    """A ratio, 2,908 of 49,963 rows, and whether it is measured, minute by minute."""
    return {
        series(RATIO, check, column=column): values,
        series("rows_failed", check, column=column): "2908x400",
        series("rows_checked", check, column=column): "49963x400",
        series("check_measured", check): measured,
    }


def incomplete(severity: str, value: str, limit: str, counts: str = "2908 of 49963 rows") -> Alert:
    """The alert of a share."""
    counted = f", {counts}" if counts else ""
    return Alert(severity, f"value={value} (limit {limit}){counted}.", COLUMN)


def ours(alert: Alert) -> Alert:
    """The same, of one of two warehouses."""
    return replace(alert, labels={**alert.labels, "job": "ours"})


WARN = incomplete("warning", "0.0582 (5.82%)", "> 1%")
PAGE = incomplete("critical", "0.0582 (5.82%)", "> 5%")
UNSEEN = Alert(
    "critical",
    "Not measured, so nobody knows whether it is fine. The reason is on the status page and in "
    "warehouse_check_unmeasured_reason.",
)


@dataclass(frozen=True)
class Case:
    """Series by the minute, and who is told when."""

    check: str
    given: Mapping[str, str]
    name: str
    fires: Mapping[str, Sequence[Alert]]


COMPLETE = "WarehouseColumnIncomplete"
CASES = {
    "a share fires by severity, and is silent on its limit": Case(
        CLIENT,
        share(CLIENT, "0.05 0.0582 0.01", "1x9"),
        COMPLETE,
        {
            "0m": [incomplete("warning", "0.0500 (5%)", "> 1%")],
            "1m": [PAGE, WARN],
            "2m": [],
        },
    ),
    "a finding holds while its check is not measured, and resolves once it is and is fine": Case(
        CLIENT,
        share(CLIENT, "0.0582 0.0582 _x100 0", "1 1 0x100 1"),
        COMPLETE,
        {"1m": [PAGE, WARN], "60m": [
            incomplete("critical", "0.0582 (5.82%)", "> 5%"),
            incomplete("warning", "0.0582 (5.82%)", "> 1%"),
        ], "103m": []},
    ),
    "a finding holds while the whole exporter is away": Case(
        CLIENT,
        {key: "0.0582 stale" if RATIO in key else "1 stale" for key in share(CLIENT, "", "")},
        COMPLETE,
        {"60m": [
            incomplete("critical", "0.0582 (5.82%)", "> 5%", ""),
            incomplete("warning", "0.0582 (5.82%)", "> 1%", ""),
        ], "7h": []},
    ),
    "a finding resolves when its check is skipped": Case(
        CLIENT, share(CLIENT, "0.0582 stale", "1 1 1"), COMPLETE, {"0m": [PAGE, WARN], "1m": []}
    ),
    "what was fine when it was last measured does not fire later": Case(
        CLIENT, share(CLIENT, "0.0582 0 stale", "1 1 0x100"), COMPLETE, {"1m": [], "30m": []}
    ),
    "a finding of a check that was skipped since does not come back": Case(
        CLIENT,
        share(CLIENT, "0.0582x3 stale", "1x9 0x20"),
        COMPLETE,
        {"3m": [PAGE, WARN], "4m": [], "10m": [], "20m": []},
    ),
    "a finding of a row that is gone does not come back": Case(
        "queries.stuck_refunds",
        {
            series("query_value", "queries.stuck_refunds", shop="a"): "5x3 stale",
            series("check_measured", "queries.stuck_refunds"): "1x9 stale",
        },
        "WarehouseQueryOutOfBounds",
        {"3m": [Alert("info", "value=5 (limit > 0).", {"shop": "a"})], "4m": [], "20m": []},
    ),
    "another warehouse that measures a check of that name neither ends a finding nor counts": Case(
        CLIENT,
        {
            series(RATIO, CLIENT, job="ours", **COLUMN): "0.0582x5 stale",
            series("rows_failed", CLIENT, job="ours", **COLUMN): "2908x5 stale",
            series("rows_checked", CLIENT, job="ours", **COLUMN): "49963x5 stale",
            series("check_measured", CLIENT, job="ours"): "1x5 stale",
            series(RATIO, CLIENT, job="another", **COLUMN): "0x60",
            series("rows_failed", CLIENT, job="another", **COLUMN): "0x60",
            series("rows_checked", CLIENT, job="another", **COLUMN): "7x60",
            series("check_measured", CLIENT, job="another"): "1x60",
        },
        COMPLETE,
        {"5m": [ours(PAGE), ours(WARN)], "30m": [
            ours(incomplete("critical", "0.0582 (5.82%)", "> 5%", "")),
            ours(incomplete("warning", "0.0582 (5.82%)", "> 1%", "")),
        ]},
    ),
    "a check that is not measured is told after ten minutes": Case(
        CLIENT,
        {series("check_measured", CLIENT): "0x20 1"},
        ALERT_UNMEASURED,
        {"9m": [], "10m": [UNSEEN], "20m": [UNSEEN], "21m": []},
    ),
    "hold keeps an alert back until the breach has lasted": Case(
        REFERRER,
        share(REFERRER, "0.01x40", "1x40", "referrer"),
        COMPLETE,
        {"14m": [], "15m": [
            Alert(
                "critical",
                "value=2908 (limit > 5% or > 100 rows), 2908 of 49963 rows.",
                {"column": "referrer"},
            )
        ]},
    ),
    "freshness counts from the newest row, by Prometheus' clock": Case(
        "events.freshness",
        {
            series("newest_row_timestamp_seconds", "events.freshness"): "0x900 54060",
            series("check_measured", "events.freshness"): "1x1000",
        },
        "WarehouseDataStale",
        {
            "720m": [],
            "721m": [Alert("warning", "value=12h 1m 0s (limit > 12h).")],
            "901m": [],
        },
    ),
    "freshness goes on ageing while nobody can measure it": Case(
        "events.freshness",
        {
            series("newest_row_timestamp_seconds", "events.freshness"): "0x600 stale",
            series("check_measured", "events.freshness"): "1x600 0x400",
        },
        "WarehouseDataStale",
        {"601m": [], "780m": [Alert("warning", "value=13h 0m 0s (limit > 12h).")]},
    ),
    "a volume below its floor fires, the floor itself does not": Case(
        "orders.volume",
        {
            series("rows", "orders.volume"): "100 99 0",
            series("check_measured", "orders.volume"): "1x9",
        },
        "WarehouseVolumeOutOfBounds",
        {
            "0m": [],
            "1m": [Alert("critical", "value=99 (limit < 100).")],
            "2m": [Alert("critical", "value=0 (limit < 100).")],
        },
    ),
    "an anomaly needs both its score and its change, of either sign": Case(
        "orders.zscore_revenue",
        {
            series("metric_score", "orders.zscore_revenue", metric="revenue"): "3 -3 -3 2.9",
            series("metric_change_ratio", "orders.zscore_revenue", metric="revenue"):
                "0.29 0.3 -0.5 0.5",
            series("metric_expected", "orders.zscore_revenue", metric="revenue"):
                "_ _ 54321.12345 1",
            series("check_measured", "orders.zscore_revenue"): "1x9",
        },
        "WarehouseMetricAnomaly",
        {
            "0m": [],
            "1m": [Alert("warning", "value=3 (limit |z| >= 3 and change >= 30 %), score=-3,"
                         " fraction=1.3.", {"metric": "revenue"})],
            "2m": [Alert("warning", "value=3 (limit |z| >= 3 and change >= 30 %),"
                         " observed=27160.5617, expected=54321.1235, score=-3, fraction=0.5.",
                         {"metric": "revenue"})],
            "3m": [],
        },
    ),
    "an anomaly that nobody measures keeps its value, and tells nothing older beside it": Case(
        "orders.zscore_revenue",
        {
            series(f"metric_{name}", "orders.zscore_revenue", metric="revenue"): f"{value} stale"
            for name, value in (("score", -3), ("change_ratio", -0.5), ("expected", 840))
        } | {series("check_measured", "orders.zscore_revenue"): "1 0x20"},
        "WarehouseMetricAnomaly",
        {"10m": [Alert("warning", "value=3 (limit |z| >= 3 and change >= 30 %).",
                       {"metric": "revenue"})]},
    ),
    "each row of a query is an alert of its own": Case(
        "queries.stuck_refunds",
        {
            series("query_value", "queries.stuck_refunds", shop="a"): "49963",
            series("query_value", "queries.stuck_refunds", shop="b"): "0",
            series("query_value", "queries.stuck_refunds", shop="c"): "1",
        },
        "WarehouseQueryOutOfBounds",
        {"0m": [
            Alert("info", "value=49963 (limit > 0).", {"shop": "a"}),
            Alert("info", "value=1 (limit > 0).", {"shop": "c"}),
        ]},
    ),
}  # fmt: skip


def at_once() -> Config:
    """The small config, where a finding ends with the first value that is fine."""
    found = small()
    return replace(found, alerts=replace(found.alerts, keep_firing_for="0s", returns_within="0s"))


def judged(case: Case, made: Config, folder: Path) -> str:
    """What promtool says where a case is not as it should be; else nothing."""
    fires = {time: (case.name, alerts) for time, alerts in case.fires.items()}
    return promtool_test(folder, made, case.given, case.check, fires)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_prometheus_tells_people(case: Case, tmp_path: Path) -> None:
    assert judged(case, at_once(), tmp_path) == ""


TARGET = {"job": "shop", "instance": "shop:9843"}


def scraped(given: Mapping[str, str]) -> dict[str, str]:
    """Series of one target, which is up."""
    labels = "".join(f',{name}="{text}"' for name, text in TARGET.items())
    up = f"up{{{labels[1:]}}}"
    return {up: "1x400", **{key[:-1] + labels + "}": values for key, values in given.items()}}


def of_target(alert: Alert) -> Alert:
    """The alert of that target."""
    return replace(alert, labels={**alert.labels, **TARGET})


BREACH, FINE = "0.0582x4", "0.005x4"
"""Five minutes of each."""
BACK = {**COLUMN, "explained_by": "again"}
PAGE_BACK = replace(PAGE, labels=BACK)
KEPT = {
    "a finding that comes back within ten minutes waits, and is told of no second time": Case(
        CLIENT,
        share(CLIENT, " ".join([BREACH, FINE, BREACH, FINE, FINE, FINE, BREACH]), "1x80"),
        COMPLETE,
        {
            **{f"{minute}m": [PAGE, WARN] for minute in range(6)},
            "6m": [],
            "9m": [],
            **{f"{minute}m": [PAGE_BACK, WARN] for minute in range(10, 16)},
            "17m": [],
            "30m": [PAGE, WARN],
        },
    ),
    "a finding that comes back and stays is told of once the ten minutes are over": Case(
        CLIENT,
        share(CLIENT, " ".join([BREACH, FINE, *[BREACH] * 6]), "1x80"),
        COMPLETE,
        {"10m": [PAGE_BACK, WARN], "14m": [PAGE_BACK, WARN], "18m": [PAGE, WARN],
         "35m": [PAGE, WARN]},
    ),
    "a ticket that ended keeps no page back": Case(
        CLIENT,
        share(CLIENT, "0.02x4 0.005x2 0.0582x9", "1x80"),
        COMPLETE,
        {"7m": [], "8m": [PAGE, WARN]},
    ),
    "what is not measured ends at once, so that it ends before what silences it": Case(
        CLIENT,
        {series("check_measured", CLIENT): "0x20 1"},
        ALERT_UNMEASURED,
        {"20m": [UNSEEN], "21m": []},
    ),
    "a finding of a check that was skipped since is kept, and does not come back": Case(
        CLIENT,
        share(CLIENT, "0.0582x3 stale", "1x9 0x40"),
        COMPLETE,
        {"4m": [PAGE, WARN], "5m": [], "15m": [], "40m": []},
    ),
    "a finding that is repaired unseen ends soon after the first look": Case(
        CLIENT,
        share(CLIENT, "0.0582 0.0582 _x100 0x20", "1 1 0x100 1x20"),
        COMPLETE,
        {"102m": [
            incomplete("critical", "0.0582 (5.82%)", "> 5%"),
            incomplete("warning", "0.0582 (5.82%)", "> 1%"),
        ], "104m": []},
    ),
    "a finding that is repaired while the warehouse is down ends after that alert": Case(
        CLIENT,
        scraped({
            **share(CLIENT, "0.0582x14 0x40", "1x4 0x9 1x40"),
            'warehouse_up{warehouse="warehouse"}': "1x4 0x9 1x40",
        }),
        COMPLETE,
        {"13m": [of_target(PAGE), of_target(WARN)], "16m": [of_target(PAGE), of_target(WARN)],
         "19m": []},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", KEPT.values(), ids=KEPT.keys())
def test_prometheus_keeps_findings(case: Case, tmp_path: Path) -> None:
    assert judged(case, small(), tmp_path) == ""


def test_a_column_with_an_odd_name_breaks_neither_rule_nor_text(tmp_path: Path) -> None:
    odd = 'it\'s "odd" `\\ {{ $value }} |'
    column = yaml.safe_dump(odd, width=999, default_style='"').strip()
    loaded = config(f"completeness: {{column: {column}, critical: '> 5%'}}")
    check = f"orders.completeness_{odd}"
    alert = Alert(
        "critical", "value=0.5000 (50%) (limit > 5%), 2908 of 49963 rows.", {"column": odd}
    )
    given = share(check, "0.5", "1", odd)
    assert promtool_test(tmp_path, loaded, given, check, {"0m": (COMPLETE, [alert])}) == ""


def test_each_step_of_a_funnel_is_told_with_its_own_counts(tmp_path: Path) -> None:
    steps = "funnel: shop, steps: [cart, start, buy], by: client_id, critical: '> 0'"
    loaded = config(f"impossible_sequence: {{{steps}}}")
    check = "orders.impossible_sequence_shop"
    given = {
        series(name, check, funnel="shop", step=step): value
        for step, values in {"start": "5 8 40", "buy": "1 2 4", "other": "0 0 9"}.items()
        for name, value in zip(
            ("impossible_sequence_ratio", "rows_failed", "rows_checked"),
            values.split(),
            strict=True,
        )
    }
    fires = [
        Alert("critical", f"value={failed} (limit > 0), {failed} of {total} events.",
              {"funnel": "shop", "step": step})
        for step, failed, total in (("start", 8, 40), ("buy", 2, 4))
    ]  # fmt: skip
    told = {"0m": ("WarehouseImpossibleSequence", fires)}
    assert promtool_test(tmp_path, loaded, given, check, told) == ""


def test_a_channel_that_moves_by_chance_is_not_told(tmp_path: Path) -> None:
    """The same limits as in the gate: points, or vanished, and standard errors with either."""
    loaded = config("channel_mix: {sum: revenue, beyond_chance: 3, warning: '>= 15%'}")
    check = "orders.channel_mix"
    channels = {
        "direct": "-0.2 0 -3", "email": "-0.2 1 -2.9", "few": "-0.1 1 -3.1", "other": "0.1 0 4",
    }  # fmt: skip
    names = ("share_change_ratio", "vanished", "share_score")
    given = {
        series(f"channel_{name}", check, channel=channel, model="last_click"): value
        for channel, values in channels.items()
        for name, value in zip(names, values.split(), strict=True)
    }
    limit = ">= 15% and >= 3 standard errors or vanished and >= 3 standard errors"
    fires = [
        Alert("warning", f"value={value} (limit {limit}).",
              {"channel": channel, "model": "last_click"})
        for channel, value in (("direct", "0.2"), ("few", "1"))
    ]  # fmt: skip
    told = {"0m": ("WarehouseChannelMixShift", fires)}
    assert promtool_test(tmp_path, loaded, given, check, told) == ""


def test_a_channel_that_moved_or_vanished_is_told(tmp_path: Path) -> None:
    loaded = config("channel_mix: {sum: revenue, critical: '>= 30%', warning: '>= 15%'}")
    check = "orders.channel_mix"
    given = {
        series(f"channel_{name}", check, channel=channel, model="last_click"): value
        for channel, values in {"direct": "0.2 0", "email": "-0.04 1", "other": "0.1 0"}.items()
        for name, value in zip(("share_change_ratio", "vanished"), values.split(), strict=True)
    }
    fires = [
        Alert("warning", f"value={value} (limit >= 15% or vanished).",
              {"channel": channel, "model": "last_click"})
        for channel, value in (("direct", "0.2"), ("email", "1"))
    ]  # fmt: skip
    told = {"0m": ("WarehouseChannelMixShift", fires)}
    assert promtool_test(tmp_path, loaded, given, check, told) == ""


def test_what_is_usual_is_not_told_and_what_is_left_as_it_was_is_a_ticket(tmp_path: Path) -> None:
    """The same terms as in the gate: the limit, and more than usual, of which of the days."""
    loaded = config("completeness: {column: client_id, beyond_usual: true, critical: '> 5%'}")
    check = "orders.completeness_client_id"
    given = {
        **share(check, "0.0482 0.0582x3", "1x9"),
        series("rows_beyond_usual", check, column="client_id"): "9 0 0 9",
        series("rows_left_unrepaired", check, column="client_id"): "9 0 9 0",
    }
    text = "value=0.0582 (5.82%) (limit > 5% and more than usual), 2908 of 49963 rows."
    page, ticket = (Alert(severity, text, COLUMN) for severity in ("critical", "warning"))
    kept = [page, ticket]
    for minute, fires in {"0m": [], "1m": [], "2m": [ticket], "3m": kept}.items():
        told = {minute: (COMPLETE, fires)}
        assert promtool_test(tmp_path, loaded, given, check, told) == "", minute
