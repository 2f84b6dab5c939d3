"""`relations:`, one block for many datasets: each relation in it becomes a dataset of its own.

A dataset is called like its table, unless the block names it. What is wrong with the block is told
once, at its own line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from warehouse_exporter.config.document import Document, Path
from warehouse_exporter.config.values import parse_relation

KEY = "relations"
NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]{0,62}")
PATTERN = re.compile(r'"(?:[^"]|"")*"')
WILD = frozenset("*?[")
LISTED = "write a list such as [shop.orders, shop.items], or names such as {orders: shop.orders_v2}"
BY_HAND = "name it yourself, such as `relations: {old_orders: archive.orders}`"
ONE = "write either `relation` or `relations`"
NO_QUERIES = "write either `query` or `relations`"


def expand(document: Document) -> None:
    """Put the datasets of each block in its place."""
    data = document.data
    datasets = data.get("datasets") if isinstance(data, dict) else None
    if not isinstance(datasets, dict):
        return
    blocks = {name for name, one in datasets.items() if isinstance(one, dict) and KEY in one}
    taken = {name: document.place(("datasets", name)) for name in datasets if name not in blocks}
    found: dict[str, Any] = {}
    for block, written in datasets.items():
        if block not in blocks:
            found[block] = written
            continue
        for name, (relation, place) in datasets_of(document, block, taken).items():
            taken[name] = document.place(place)
            found[name] = one_of(document, block, name, relation)
    data["datasets"] = found


def datasets_of(
    document: Document, block: str, taken: Mapping[str, str]
) -> dict[str, tuple[str, Path]]:
    """The relations of a block, with their places, by the names of their datasets.

    What is wrong is complained about.
    """
    path: Path = ("datasets", block, KEY)
    written = document.data["datasets"][block]
    given = [written[KEY]] if isinstance(written[KEY], str) else written[KEY]
    if "relation" in written or "query" in written or not isinstance(given, list | dict):
        wrong = ONE if "relation" in written else NO_QUERIES if "query" in written else LISTED
        document.complain(path, wrong)
        return {}
    found: dict[str, tuple[str, Path]] = {}
    named = given.items() if isinstance(given, dict) else enumerate(given)
    for key, relation in named:
        place = (*path, key)
        try:
            table = table_of(relation)
            name = key if isinstance(key, str) else table
            if not NAME.fullmatch(name):
                raise ValueError(f"{name!r} is not a name of a dataset: {BY_HAND}")
            if name in taken or name in found:
                where = taken.get(name) or document.place(found[name][1])
                raise ValueError(f"a dataset `{name}` is already in {where}: {BY_HAND}")
            found[name] = relation, place
        except ValueError as error:
            document.complain(place, str(error))
    if not given:
        document.complain(path, LISTED)
    return found


def table_of(relation: Any) -> str:
    """The name of the table. Raises ValueError for what is not one relation."""
    if not isinstance(relation, str):
        raise ValueError(LISTED)
    if WILD & set(PATTERN.sub("", relation)):
        raise ValueError(
            f"{relation!r} is a pattern: the config is read without the database, so list the"
            " relations by their names"
        )
    return parse_relation(relation)[-1]


def one_of(document: Document, block: str, name: str, relation: str) -> dict[str, Any]:
    """A dataset of a block; its parts have the places of the block's."""
    old, new = ("datasets", block), ("datasets", name)
    document.blocks[name] = block
    kept: tuple[dict[Path, Any], ...] = (document.lines, document.files, document.written)
    for places in kept:
        places |= {(*new, *path[2:]): at for path, at in places.items() if path[:2] == old}
    written = document.data["datasets"][block]
    return {"relation": relation} | {
        key: deepcopy(value) for key, value in written.items() if key not in (KEY, "relation")
    }
