"""The shop after its two weeks, in both modes of the loader, as it is and as a copy."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from warehouse_exporter.demo.postgres import Postgres

from labs.case_study.fortnight import Morning, live
from labs.case_study.loader import Mode
from labs.case_study.names import COPY, ORIGINAL, Names
from labs.case_study.story import Shops, Story, story
from tests.conftest import execute


@dataclass(frozen=True)
class Shop:
    """A shop whose mornings are all over, and where its tables are."""

    dsn: str
    names: Names
    mornings: list[Morning]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The answer of this shop to a question asked in the names of the original."""
        return execute(self.dsn, self.names.sql(sql))


@pytest.fixture(scope="session")
def shop(postgres: Postgres, web_events: Path) -> Iterator[Callable[[Mode, Names], Shop]]:
    """A shop in a database of its own; asked for again, it is the same one."""
    open_shops: dict[tuple[Mode, int], Shop] = {}
    databases: list[str] = []

    def find(mode: Mode, names: Names) -> Shop:
        key = (mode, names.shift_days)
        if key not in open_shops:
            dsn = postgres.create_database(f"case_study_{len(databases)}")
            databases.append(dsn)
            open_shops[key] = Shop(dsn, names, list(live(dsn, web_events, mode, names)))
        return open_shops[key]

    yield find
    for number in range(len(databases)):
        execute(postgres.dsn, f"DROP DATABASE case_study_{number} WITH (FORCE)")


@pytest.fixture(scope="session")
def whole(shop: Callable[[Mode, Names], Shop]) -> Story:
    """All that there is to tell, of the shop and of its copy."""

    def shops(names: Names) -> Shops:
        opened = {mode: shop(mode, names) for mode in Mode}
        lived = {mode: one.mornings for mode, one in opened.items()}
        return Shops(names, lived, {mode: one.dsn for mode, one in opened.items()})

    return story(shops(ORIGINAL), shops(COPY))
