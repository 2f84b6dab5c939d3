"""Break, repair and break again: an exporter, Prometheus and Alertmanager as shipped, in real time.

Several settings of `alerts:` are compared side by side: each has a Prometheus and an Alertmanager
of its own, and all look at one exporter. A third of the faults is repaired for good, a third comes
back after five minutes for two, and a third comes back to stay for twelve.

`python -m labs.resolve` prints a table after 37 minutes; it waits most of the time.
"""

from __future__ import annotations

import math
import random
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
from warehouse_exporter.alerting import routes
from warehouse_exporter.alerting.rules import INTERVAL, render
from warehouse_exporter.config.load import parse
from warehouse_exporter.demo.postgres import Postgres

from tests.chain.alertmanager import shipped
from tests.chain.alertmanager.recorder import Recorder
from tests.chain.e2e.servers import AlertmanagerServer, PrometheusServer
from tests.support.serving import Serving

EACH, MINUTE = 5, 60.0
"""Datasets of a sort."""
SORTS = {"repaired": [], "back": [(5 * MINUTE, 7 * MINUTE)], "stays": [(5 * MINUTE, 17 * MINUTE)]}
"""What happens after the repair: from and until when the fault is there again."""
SETTINGS = {
    "as shipped": "{}",
    "returns_within: 0s": "{returns_within: 0s}",
    "keep_firing_for: 15m": "{keep_firing_for: 15m}",
}
ROUTING = """
routing:
  pagerduty: {routing_key_file: key}
  slack: {api_url_file: slack, critical: "#data-alerts", warning: "#data-warnings"}
"""
HEAD = """\
| `alerts:` | page | RESOLVED | pages, back for 2 min | pages, back to stay | page of what stays |
|---|---|---|---|---|---|"""
"""Times are after the break, after the repair, and after the fault has come back."""


@dataclass
class Fault:
    """A dataset whose fault comes and goes; times are those of the clock."""

    name: str
    sort: str
    broken: list[float] = field(default_factory=list)
    repaired: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Told:
    """The beginning or the end of a page."""

    name: str
    over: bool
    at: float


def text_of(dsn: str, names: Iterable[str], alerts: str) -> str:
    """The config: a table of orders for each fault, in which no key may occur twice."""
    datasets = "".join(
        f"  {name}: {{relation: {name}, key: id, checks: [duplicates: {{critical: '> 0'}}]}}\n"
        for name in names
    )
    return f"warehouse: {{dsn: '{dsn}'}}\nhistory: off\nalerts: {alerts}\ndatasets:\n{datasets}"


@contextmanager
def chain(place: Path, text: str, target: str, sent: Recorder) -> Iterator[None]:
    """A Prometheus with the rules of a config, and an Alertmanager with its routes."""
    config = parse(text + ROUTING, "warehouse.yml", {})
    (place / "rules.yml").write_text(render(config))
    file = shipped.served(routes.render(config), place, sent, lambda route: None)
    rules = [place / "rules.yml"]
    with (
        AlertmanagerServer(file) as manager,
        PrometheusServer([target], rules, manager.url, INTERVAL),
    ):
        yield


def told(sent: Recorder) -> list[Told]:
    """The pages that began and ended, in order; updates of an open one are left out."""
    found: list[Told] = []
    open_now: dict[str, str] = {}
    for request in list(sent.requests):
        if request.path != "/pagerduty":
            continue
        key, over = request.body["dedup_key"], request.body["event_action"] == "resolve"
        if over and key in open_now:
            found.append(Told(open_now.pop(key), True, request.at))
        elif not over and key not in open_now:
            open_now[key] = request.body["payload"]["summary"].split(":")[0].split()[-1]
            found.append(Told(open_now[key], False, request.at))
    return found


def play(dsn: str, faults: Sequence[Fault]) -> None:
    """Let every fault happen, begun and repaired at times that have nothing to do with passes."""
    plan: list[tuple[float, Fault, bool]] = []
    chance, now = random.Random(7), time.time()
    for fault in faults:
        begins = now + chance.uniform(0, 5 * MINUTE)
        repaired = begins + 7 * MINUTE + chance.uniform(0, MINUTE)
        plan += [(begins, fault, True), (repaired, fault, False)]
        for back, gone in SORTS[fault.sort]:
            plan += [(repaired + back, fault, True), (repaired + gone, fault, False)]
    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        for at, fault, breaks in sorted(plan, key=lambda one: one[0]):
            time.sleep(max(0.0, at - time.time()))
            cursor.execute(
                f"INSERT INTO {fault.name} VALUES (1)" if breaks
                else f"DELETE FROM {fault.name} WHERE ctid <> (SELECT min(ctid) FROM {fault.name})"
            )  # fmt: skip
            connection.commit()
            (fault.broken if breaks else fault.repaired).append(time.time())


def row(setting: str, pages: Sequence[Told], faults: Sequence[Fault]) -> str:
    """What was seen at one setting."""
    first, over, again = list[float](), list[float](), list[float]()
    counts: dict[str, list[int]] = {sort: [] for sort in SORTS}
    for fault in faults:
        begun = [one.at for one in pages if one.name == fault.name and not one.over]
        ends = [one.at for one in pages if one.name == fault.name and one.over]
        counts[fault.sort].append(len(begun))
        first.append(begun[0] - fault.broken[0])
        until = fault.broken[1] if fault.broken[1:] else math.inf
        over += [at - fault.repaired[0] for at in ends if fault.repaired[0] < at < until][:1]
        if fault.sort == "stays":
            again += [at - fault.broken[1] for at in begun[1:2]]
    shown = [shown_seconds(first), shown_seconds(over), str(sum(counts["back"]) / EACH),
             str(sum(counts["stays"]) / EACH), shown_seconds(again)]  # fmt: skip
    return f"| `{setting}` | {' | '.join(shown)} |"


def shown_seconds(found: Sequence[float]) -> str:
    """`94 s (61 to 140)`: the median, the least and the most."""
    if not found:
        return "-"
    return f"{statistics.median(found):.0f} s ({min(found):.0f} to {max(found):.0f})"


def main() -> None:
    """Play it and print the table."""
    faults = [Fault(f"{sort}_{n}", sort) for sort in SORTS for n in range(EACH)]
    names = [fault.name for fault in faults]
    with ExitStack() as undo:
        folder = Path(undo.enter_context(tempfile.TemporaryDirectory()))
        dsn = undo.enter_context(Postgres()).dsn
        with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
            for name in names:
                cursor.execute(f"CREATE TABLE {name} (id int); INSERT INTO {name} VALUES (1)")
        file = folder / "warehouse.yml"
        file.write_text(text_of(dsn, names, "{}"))
        exporter = undo.enter_context(Serving(file))
        recorders = {}
        for number, (setting, alerts) in enumerate(SETTINGS.items()):
            (place := folder / str(number)).mkdir()
            sent = recorders[setting] = undo.enter_context(Recorder())
            text = text_of(dsn, names, alerts)
            undo.enter_context(chain(place, text, exporter.address, sent))
        exporter.wait_ready()
        time.sleep(2 * MINUTE)  # nothing is judged in the first evaluations
        play(dsn, faults)
        time.sleep(4 * MINUTE)
        work = exporter.metric("warehouse_recheck_work_seconds_total", warehouse="warehouse")
        print(HEAD)
        for setting, sent in recorders.items():
            print(row(setting, told(sent), faults), flush=True)
        print(f"\nwarehouse's work for all looks: {work:.2f} s")


if __name__ == "__main__":
    main()
