"""The exporter knows nothing of this data: no date, count, file or name of it is in its code."""

import csv
import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import warehouse_exporter

from labs.case_study.loader import day_of

PACKAGE = Path(warehouse_exporter.__file__).parent
PUBLISHED = (
    "49,963",
    "49963",
    "2,908",
    "2908",
    "5.82 %",
    "0.0582",
    "77 of 294",
    "294 transactions",
)
TEXTS = (".py", ".sql", ".yml", ".html", ".j2", ".json")
DEMO = PACKAGE / "demo"
"""The sample shop has tables of its own, which are called as anybody would call them."""
SAMPLE = (
    DEMO, PACKAGE / "profiles", PACKAGE / "server/web/runbooks.py",
    PACKAGE / "publish/reference/examples.yml",
)  # fmt: skip
"""The sample shop, the ready-made configs and examples, which are written for its tables, and what
puts others in their place."""
STANDARD = PACKAGE / "discover/business.py"
"""Names the standard events of several trackers; the tracker of this data is one of them."""
EXAMPLE = re.compile(r'example: ClassVar\[str\] = """.*?"""', re.DOTALL)
"""What the page of a kind shows: a config for the sample shop, which judges nothing."""


def sources(without: tuple[Path, ...] = ()) -> Iterator[tuple[str, str]]:
    """Every text of the package, with its path."""
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix in TEXTS and not set(without) & {path, *path.parents}:
            yield str(path.relative_to(PACKAGE)), EXAMPLE.sub("", path.read_text(encoding="utf-8"))


def holding(token: str, without: tuple[Path, ...] = ()) -> list[str]:
    """The files in which a token stands."""
    return [path for path, text in sources(without) if token in text]


def test_the_package_is_read() -> None:
    assert len(list(sources())) > 50


@pytest.mark.parametrize("token", PUBLISHED)
def test_no_published_number(token: str) -> None:
    assert not holding(token)


def test_no_date(web_events: Path) -> None:
    for file in web_events.glob("events_*.csv.gz"):
        day = day_of(file)
        assert not holding(f"{day:%Y-%m-%d}")
        assert not holding(f"{day:%Y%m%d}")


def test_no_value_and_no_spelling(web_events: Path) -> None:
    file = max(web_events.glob("events_*.csv.gz"))
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        first = next(rows)
        names = {first["event_name"], *(row["event_name"] for row in rows)}
    host = first["page_url"].split("/")[2].split(".")[-2]
    for token in names:
        assert not holding(token, without=(*SAMPLE, STANDARD)), token
    for token in (host, "clientId"):
        assert not holding(token, without=(DEMO,)), token


@pytest.mark.parametrize("table", ["raw_events", "stg_events", "fct_", "dim_users", "file_day"])
def test_no_table(table: str) -> None:
    assert not holding(table, without=SAMPLE)
