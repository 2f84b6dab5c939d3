"""python -m labs.pictures: write the pictures of the pages, from the sample shop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from warehouse_exporter.demo.postgres import Postgres

from labs.pictures.shops import STATES, built, seen
from tests.support.browser import SCHEMES, WIDTHS, chromium, page
from tests.support.pages import served

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
HEIGHT = {"phone": 1300, "desk": 700}
"""Pixels of a page that a picture shows, from the top."""
OTHERS = {
    "dataset": "datasets/orders",
    "check": "checks/orders/seasonal_revenue",
    "days": "days",
}
"""Pages of the shop with many faults that have a picture of their own."""


@click.command()
@click.option("--output", type=click.Path(path_type=Path), default=FOLDER, show_default=True)
@click.option(
    "--state", "states", multiple=True, type=click.Choice(list(STATES)), default=list(STATES),
    help="Which shop; repeatable.",
)  # fmt: skip
def main(output: Path, states: tuple[str, ...]) -> None:
    """Write the pictures of the pages, from the sample shop (some minutes)."""
    output.mkdir(parents=True, exist_ok=True)
    with Postgres() as server, chromium() as browser:
        for state in states:
            with served(seen(built(server, state))) as site:
                for width in WIDTHS:
                    take(browser, site, output / f"status-{state}-{width}.png", width, "light")
                if state == "many":
                    take(browser, site, output / "status-many-dark.png", "desk", "dark")
                    for name, path in OTHERS.items():
                        take(browser, site + path, output / f"{name}.png", "desk", SCHEMES[0])


def take(browser: Any, address: str, file: Path, width: str, scheme: Any) -> None:
    """One picture: the upper part of a page."""
    with page(browser, WIDTHS[width], scheme) as tab:
        tab.goto(address)
        high = min(HEIGHT[width], tab.evaluate("document.documentElement.scrollHeight"))
        size: Any = {"x": 0, "y": 0, "width": WIDTHS[width], "height": high}
        tab.screenshot(path=str(file), full_page=True, clip=size)
    click.echo(f"{file.name} written: {file.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
