"""python -m labs.bench.pages: what the status page costs with many checks, in CPU and in bytes."""

from __future__ import annotations

import time

import click
from warehouse_exporter.config.load import parse
from warehouse_exporter.publish.snapshots import SnapshotStore
from warehouse_exporter.server.web.filters import Filter
from warehouse_exporter.server.web.lines import View
from warehouse_exporter.server.web.page.front import render_front

from tests.support.pages import AT, Shown, pass_over, past_of

CHECKS, DATASETS, ROUNDS = 500, 50, 20
ONE = "{{volume: {{name: volume_of_part_{}, critical: '< 5'}}}}"
MILLISECONDS, BYTES = 50.0, 100_000
"""What a page may cost."""


def shown(checks: int = CHECKS) -> Shown:
    """A store with so many checks over fifty datasets, and thirty days of each."""
    each = checks // DATASETS
    written = "".join(
        f"  set_{n}: {{relation: shop.set_{n}, time: ts, owner: team-{n % 5}, checks: ["
        + ", ".join(
            f"{{volume: {{name: volume_of_part_{k}, critical: '< 5'}}}}" for k in range(each)
        )
        + "]}\n"
        for n in range(DATASETS)
    )
    config = parse(f"warehouse: {{dsn: x}}\ndatasets:\n{written}", "bench.yml", {})
    store = SnapshotStore(config, AT)
    store.publish(pass_over(config, {}))
    return Shown(store, past_of(config, {}))


def page(what: Shown) -> str:
    """The first page."""
    return render_front(View(what.store.snapshot, what.past, AT), Filter())


def cost(what: Shown, rounds: int = ROUNDS) -> float:
    """Milliseconds of CPU to render the first page, the least of some rounds."""
    page(what)
    found = []
    for _ in range(rounds):
        started = time.process_time()
        page(what)
        found.append(time.process_time() - started)
    return min(found) * 1000


def main() -> None:
    """Measure, and print the two numbers."""
    what = shown()
    size, spent = len(page(what).encode()), cost(what)
    click.echo(f"{CHECKS} checks: {spent:.1f} ms of CPU (at most {MILLISECONDS:g}), {size:,} bytes")


if __name__ == "__main__":
    main()
