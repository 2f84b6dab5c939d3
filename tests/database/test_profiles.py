"""The ready-made configs: whole, quiet on a good shop, and `init`, which writes them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from warehouse_exporter import profiles
from warehouse_exporter.config import Config, load
from warehouse_exporter.core.model import Outcome
from warehouse_exporter.demo import shop
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.kinds import all_kinds
from warehouse_exporter.measures.requests import Probe
from warehouse_exporter.passes.explain import steady_plan
from warehouse_exporter.passes.reader import make_views
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.plan.fusion import Statement
from warehouse_exporter.plan.planner import Plan, make_plan

from tests.chain.demo.shops import FRIDAY, connected
from tests.conftest import execute
from tests.database.turns.whole import overlays
from tests.unit.test_cli import ask, run

NAMES = profiles.names()
LOUD_OF_A_GOOD_SHOP = {"layered-tests": {"events.completeness_client_id"}}
"""What a practice finds where we find nothing; its comment says so."""
DAYS = {
    "pipeline": 1,
    "events": 6,
    "sessions": 5,
    "orders": 10,
    "order_items": 1,
    "daily_metrics": 6,
    "attribution": 1,
}
"""Per dataset the windows that `complete` asks of: stretches of days of which the same is asked."""
LOOKED_UP = (
    "attribution", "daily_metrics", "events", "order_items", "orders", "pipeline", "sessions",
)  # fmt: skip
"""A dataset that is judged by day is asked for rows without a time, which an index finds."""
WHOLE = ("daily_metrics", "events", "order_items", "orders")
PROBES = {"events": 6, "users": 1, "sessions": 4, "orders": 11, "order_items": 3, "attribution": 2}
"""What asks itself about closed days and about open rows is two."""
STEADY = {"events": 4, "users": 1, "sessions": 2, "orders": 8, "order_items": 2, "attribution": 1}
"""The open rows alone, and the share of channels before the expected day is known."""


AT_THREE = FRIDAY.replace(hour=3, minute=0)
"""When the build of the night ends; the clock says that yesterday is not due before six."""
LOST = """
DELETE FROM analytics.raw_events WHERE event_ts >= '2026-03-19' AND event_ts < '2026-03-20';
DELETE FROM analytics.fct_sessions WHERE session_start >= '2026-03-19'
  AND session_start < '2026-03-20';
DELETE FROM analytics.fct_orders WHERE order_ts >= '2026-03-19' AND order_ts < '2026-03-20';
DELETE FROM analytics.fct_order_items WHERE order_ts >= '2026-03-19' AND order_ts < '2026-03-20';
DELETE FROM analytics.fct_order_attribution
  WHERE order_ts >= '2026-03-19' AND order_ts < '2026-03-20';
DELETE FROM analytics.daily_metrics WHERE event_date = '2026-03-19';
"""
"""A build that ended well, and built nothing: yesterday is empty in every table."""
SEEN = {
    "complete": "orders.volume",
    "daily-aggregate": "daily_metrics.volume",
    "daily-checks": "events.change_events",
    "layered-tests": "sessions.volume",
    "pipeline-audit": "events.zscore_events",
    "utc-partitions": "orders.partition_freshness",
}
"""A check of each profile that says FAIL of the empty day."""


@pytest.fixture(scope="module")
def good(postgres: Postgres) -> Iterator[str]:
    """A good shop of the usual size, with enough history for every baseline."""
    dsn = postgres.create_database("profiles")
    with connected(dsn) as connection:
        shop.build(connection, as_of=FRIDAY)
    yield dsn
    execute(postgres.dsn, "DROP DATABASE profiles WITH (FORCE)")


def config_of(name: str, dsn: str = "") -> Config:
    """A profile on a database."""
    return load(profiles.file_of(name), {"WAREHOUSE_DSN": dsn})


def plans(dsn: str) -> tuple[Plan, Plan]:
    """What a full pass of `complete` asks, and what a steady one does."""
    config = config_of("complete", dsn)
    with Connector(config.warehouse).snapshot() as session:
        relations = session.relations([d.relation for d in config.datasets.values()])
    targets = make_views(config, relations, FRIDAY)
    return make_plan(config.checks, targets), steady_plan(config.checks, targets)


def shapes(plan: Plan) -> Counter[tuple[str, str]]:
    """How many statements of each shape there are for each dataset."""
    return Counter((statement.dataset, statement.shape) for statement in plan.statements)


def expected(days: dict[str, int], probes: dict[str, int], whole: str) -> Counter[tuple[str, str]]:
    """The statements of a pass; `whole` is how the rows of no particular day are read."""
    found = Counter({(dataset, "lookup"): 1 for dataset in LOOKED_UP})
    found.update({(dataset, whole): 1 for dataset in WHOLE})
    found.update({(dataset, "days"): count for dataset, count in days.items()})
    found.update({(dataset, "probe"): count for dataset, count in probes.items()})
    return found


def window(statement: Statement) -> tuple[object, ...]:
    """Which rows a statement reads of which dataset; a probe is one of its own."""
    text = statement.sql if statement.shape == "probe" else None
    return statement.dataset, statement.shape, statement.days, text


def test_there_are_five_practices_and_ours() -> None:
    assert NAMES == (
        "complete", "daily-aggregate", "daily-checks", "layered-tests", "pipeline-audit",
        "utc-partitions",
    )  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_says_what_it_is_and_whose_each_table_is(name: str) -> None:
    assert re.match(rf"# {name}: \S.*[^.\n]\.?\n#\n", profiles.text_of(name))
    config = config_of(name)
    assert all(dataset.owner in config.owners for dataset in config.datasets.values())
    assert config.checks


def test_the_recommended_one_has_every_kind() -> None:
    config = config_of(profiles.DEFAULT)
    assert {check.kind.kind for check in config.checks} | set(overlays()) >= set(all_kinds())
    assert config.events
    assert all(
        dataset.depends_on for name, dataset in config.datasets.items() if name != "pipeline"
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_is_quiet_on_a_good_shop(good: str, name: str) -> None:
    config = config_of(name, good)
    done = run_pass(config, Connector(config.warehouse), FRIDAY)
    results = {str(check): result.worst for check, result in done.results.items()}
    quiet = (Outcome.PASS, Outcome.SKIPPED)
    loud = {check for check, worst in results.items() if worst.outcome not in quiet}
    assert loud == LOUD_OF_A_GOOD_SHOP.get(name, set())
    assert not loud or "One check fails on the sample shop" in profiles.text_of(name)
    skipped = {c: w.text for c, w in results.items() if w.outcome is Outcome.SKIPPED}
    assert [c for c, text in skipped.items() if not text.endswith("(shown, no limit)")] == []


@pytest.fixture(scope="module")
def lost(good: str, postgres: Postgres) -> Iterator[str]:
    """The same shop, without any row of yesterday."""
    execute(postgres.dsn, "CREATE DATABASE lost TEMPLATE profiles STRATEGY file_copy")
    dsn = good.replace("/profiles", "/lost")
    execute(dsn, LOST)
    yield dsn
    execute(postgres.dsn, "DROP DATABASE lost WITH (FORCE)")


@pytest.mark.parametrize("name", NAMES)
def test_after_a_build_an_empty_yesterday_fails_whatever_the_hour(lost: str, name: str) -> None:
    file = f"--config.file={profiles.file_of(name)}"
    at = f"--as-of={AT_THREE.isoformat()}"
    by_the_clock = ask("check", file, at, dsn=lost)
    assert f"FAIL     {SEEN[name]} " not in by_the_clock.stdout, "the 18th is judged once more"
    told = ask("check", file, "--after-build", at, "--format=json", dsn=lost)
    failed = {
        f"{found['dataset']}.{found['check']}"
        for found in json.loads(told.stdout)["checks"]
        if found["outcome"] == "critical"
    }
    assert told.exit_code == 1
    assert SEEN[name] in failed
    assert "check --config.file THIS --after-build" in profiles.text_of(name)


def test_the_recommended_one_is_one_statement_per_window_and_one_per_probe(good: str) -> None:
    full, steady = plans(good)
    assert not full.unmeasured
    assert shapes(full) == expected(DAYS, PROBES, "table")
    today = dict.fromkeys(("events", "orders", "daily_metrics"), 2)
    days = {**dict.fromkeys(DAYS, 1), **today}
    assert shapes(steady) == expected(days, STEADY, "open"), "the expected day, and today"


def test_no_check_costs_a_statement_of_its_own_but_a_probe(good: str) -> None:
    for plan in plans(good):
        windows = [window(statement) for statement in plan.statements]
        assert len(set(windows)) == len(windows), "nothing is read twice"
        for statement in plan.statements:
            asked = [slot.asked for slot in statement.slots]
            is_probe = {isinstance(one.need, Probe) for one in asked}
            assert is_probe == {statement.shape == "probe"}
        read = [
            (statement.dataset, day)
            for statement in plan.statements
            for day in statement.days or ()
        ]
        assert len(set(read)) == len(read), "a day of a dataset is read once, for whoever asks"


def test_another_check_of_the_same_window_costs_no_statement(good: str, tmp_path: Path) -> None:
    more = tmp_path / "more.yml"
    one = '      - negative_revenue: {window: all, beyond_usual: true, critical: "> 0"}'
    text = profiles.text_of("complete")
    assert one in text
    more.write_text(text.replace(one, f"{one}\n{one.replace('{', '{name: again, ')}"))
    config = load(more, {"WAREHOUSE_DSN": good})
    plain = config_of("complete", good)
    done, without = (
        run_pass(one, Connector(one.warehouse), FRIDAY).statements for one in (config, plain)
    )
    assert done == without


@pytest.mark.parametrize("name", NAMES)
def test_init_writes_a_profile_with_its_comments(tmp_path: Path, name: str) -> None:
    file = tmp_path / "mine.yml"
    asked = ask("init", f"--profile={name}", f"--output={file}")
    assert asked.exit_code == 0
    assert file.read_text() == profiles.text_of(name)
    for step in (f"validate --config.file {file}", f"check --config.file {file}", "WAREHOUSE_DSN"):
        assert step in asked.output
    checked = ask("validate", f"--config.file={file}")
    assert (checked.exit_code, "no problems" in checked.output) == (0, True)


def test_init_writes_over_nothing_unless_it_is_forced(tmp_path: Path) -> None:
    file = tmp_path / "warehouse.yml"
    file.write_text("mine")
    asked = ask("init", f"--output={file}")
    assert asked.exit_code == 2
    assert asked.output == (
        f"error: {file} already exists: choose another --output, or overwrite it with --force\n"
    )
    assert file.read_text() == "mine"
    assert ask("init", f"--output={file}", "--force").exit_code == 0
    assert file.read_text() == profiles.text_of("complete")


def test_init_lists_the_profiles_and_corrects_a_name(tmp_path: Path) -> None:
    listed = ask("init", "--list").output.splitlines()
    assert [line.split()[0] for line in listed] == list(NAMES)
    assert listed[0].endswith("everything that makes sense on a web shop's warehouse.")
    wrong = ask("init", "--profile=daily-check", f"--output={tmp_path / 'x.yml'}")
    assert wrong.exit_code == 2
    assert wrong.output == ("error: there is no profile daily-check: did you mean daily-checks?\n")
    assert "there are complete, daily-aggregate" in ask("init", "--profile=xyz").output
    assert list(tmp_path.iterdir()) == []


def test_init_keeps_what_it_says_apart_from_what_it_writes() -> None:
    ran = run("init", "--output=/dev/stdout")
    assert (ran.returncode, ran.stdout) == (0, profiles.text_of("complete"))
    assert "Next steps:" in ran.stderr


BROKEN = """
UPDATE analytics.fct_orders SET revenue = -5, client_id = NULL WHERE order_id =
  (SELECT max(order_id) FROM analytics.fct_orders WHERE order_ts::date = '2026-03-14');
UPDATE analytics.fct_order_items SET line_revenue = 0 WHERE order_id =
  (SELECT max(order_id) FROM analytics.fct_orders WHERE order_ts::date = '2026-03-14');
UPDATE analytics.raw_events SET client_id = NULL, page_url = NULL, loaded_at = '2026-03-19 09:00Z'
  WHERE event_ts >= '2026-03-15' AND event_ts < '2026-03-16';
DELETE FROM analytics.raw_events WHERE event_ts >= '2026-03-14' AND event_ts < '2026-03-15'
  AND event_name = 'page_viewed';
UPDATE analytics.raw_events SET loaded_at = '2026-03-19 09:00Z'
  WHERE event_ts >= '2026-03-14' AND event_ts < '2026-03-15';
"""
"""Days of last week, as a re-load of yesterday left them."""
RELOADED = {
    "complete": {
        "events.completeness_client_id",
        "events.completeness_page_url",
        "events.volume",
    },
    "layered-tests": {
        "orders.completeness_client_id",
        "events.completeness_page_url",
    },
}


UNSAID = {"orders.negative_revenue", "order_items.line_revenue"}
"""Rows that were changed and do not say when: a ticket, as an old finding that nobody repaired."""


@pytest.fixture(scope="module")
def reloaded(good: str, postgres: Postgres) -> Iterator[str]:
    """The same shop, in which older days are broken and yesterday is well."""
    execute(postgres.dsn, "CREATE DATABASE reloaded TEMPLATE profiles STRATEGY file_copy")
    dsn = good.replace("/profiles", "/reloaded")
    execute(dsn, BROKEN)
    yield dsn
    execute(postgres.dsn, "DROP DATABASE reloaded WITH (FORCE)")


@pytest.mark.parametrize("name", RELOADED)
def test_a_re_load_that_breaks_a_day_of_last_week_is_found(reloaded: str, name: str) -> None:
    config = config_of(name, reloaded)
    done = run_pass(config, Connector(config.warehouse), FRIDAY)
    failed = {str(c) for c, r in done.results.items() if r.worst.outcome is Outcome.CRITICAL}
    assert RELOADED[name] - failed == set()
    warned = {str(c) for c, r in done.results.items() if r.worst.outcome is Outcome.WARNING}
    assert name != profiles.DEFAULT or UNSAID - warned == set()


SOILED = """
UPDATE analytics.raw_events SET page_url = NULL WHERE event_id % {one} = 0 AND {events};
UPDATE analytics.raw_events SET event_name = 'page_view'
  WHERE event_id % {one} = 1 AND event_name = 'page_viewed' AND {events};
UPDATE analytics.fct_sessions SET user_id = 'lost'
  WHERE abs(hashtext(session_id)) % {one} = 0 AND {sessions};
INSERT INTO analytics.fct_sessions SELECT * FROM analytics.fct_sessions
  WHERE abs(hashtext(session_id)) % {one} = 1 AND {sessions};
INSERT INTO analytics.dim_users SELECT * FROM analytics.dim_users
  WHERE abs(hashtext(user_id)) % {one} = 0 AND {users};
UPDATE analytics.fct_order_items SET line_revenue = line_revenue + 1
  WHERE abs(hashtext(order_id || item_id)) % {one} = 0 AND {orders};
UPDATE analytics.fct_orders SET session_id = 'lost'
  WHERE abs(hashtext(order_id)) % {one} = 1 AND {orders};
"""
CLOCKS = {
    "events": "event_ts", "sessions": "session_start", "users": "created_at", "orders": "order_ts",
}  # fmt: skip
EVER = dict.fromkeys(CLOCKS, "true")
YESTERDAY = {
    name: f"{clock} >= '2026-03-19' AND {clock} < '2026-03-20'" for name, clock in CLOCKS.items()
}
STOCK = {
    "events.completeness_page_url", "events.accepted_values_event_name",
    "sessions.orphans_user_id", "sessions.duplicates", "users.duplicates",
    "order_items.line_revenue", "orders.orphans_session_id",
}  # fmt: skip


def test_old_stock_is_shown_and_a_new_break_on_top_of_it_pages(
    good: str, postgres: Postgres
) -> None:
    execute(postgres.dsn, "CREATE DATABASE soiled TEMPLATE profiles STRATEGY file_copy")
    dsn = good.replace("/profiles", "/soiled")
    config = config_of(profiles.DEFAULT, dsn)
    execute(dsn, SOILED.format(one=300, **EVER))
    done = run_pass(config, Connector(config.warehouse), FRIDAY)
    worst = {str(check): result.worst for check, result in done.results.items()}
    assert [c for c, w in worst.items() if w.outcome not in (Outcome.PASS, Outcome.SKIPPED)] == []
    assert {c for c, w in worst.items() if "no day has more than is usual" in w.text} >= STOCK
    execute(dsn, SOILED.format(one=4, **YESTERDAY))
    done = run_pass(config, Connector(config.warehouse), FRIDAY)
    assert {str(c) for c, r in done.results.items() if r.worst.outcome is Outcome.CRITICAL} >= STOCK
    execute(postgres.dsn, "DROP DATABASE soiled WITH (FORCE)")
