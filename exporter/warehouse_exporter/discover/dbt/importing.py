"""A manifest as datasets with checks, and what of it has no counterpart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from warehouse_exporter.core.model import Dataset
from warehouse_exporter.dbt.artifacts import mapping, text
from warehouse_exporter.dbt.manifest import Manifest, Node, Test
from warehouse_exporter.discover.dbt import datasets as relations
from warehouse_exporter.discover.dbt import expectations, generic
from warehouse_exporter.discover.dbt.calls import Call, Drawn, Parameters, expression
from warehouse_exporter.discover.dbt.checks import Written, add, declared, one_or_all, written_as
from warehouse_exporter.discover.dbt.severities import limits_of
from warehouse_exporter.discover.dbt.statements import query_of, renamed
from warehouse_exporter.discover.dbt.untranslated import LeftOut, NoCounterpart
from warehouse_exporter.discover.looks import relation_text
from warehouse_exporter.discover.model import Proposed, ProposedDataset

TESTS = {**generic.TESTS, **expectations.TESTS}
"""Every test that has a counterpart, by the name that dbt gives it."""
RECENCY = {
    "dbt_utils.recency": "field",
    "dbt_expectations.expect_row_values_to_have_recent_data": "column_name",
}
"""Tests that say which column is new in a new row."""
PERIODS = {"minute": "m", "hour": "h", "day": "d"}


class Importer:
    """The import of one manifest; it notes what is left out on its way."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        found = relations.relations(manifest)
        self.home = relations.home(found)
        self.nodes = [node for node in found if node.database == self.home]
        self.names = relations.named(self.nodes)
        self.left_out = [
            LeftOut("", node.name, f"it is in the database {node.database}, and a config reads one")
            for node in found
            if node.database != self.home
        ]
        self.tests: dict[str, list[Test]] = {}
        for test in manifest.tests:
            self.tests.setdefault(test.on, []).append(test)
        self.queries: dict[str, Proposed] = {}
        self.owners: dict[str, dict[str, str]] = {}
        self.known: dict[str, Dataset] = {}

    def run(self) -> tuple[ProposedDataset, ...]:
        """The datasets with their checks, in the order of what is read first."""
        drawn = {node.id: list(self.drawn(node)) for node in self.nodes}
        for node in self.nodes:
            self.known[self.names[node.id]] = self.dataset(node, drawn[node.id])
        for on, tests in self.tests.items():
            if on not in self.names:
                for test in tests:
                    self.homeless(test)
        return tuple(self.proposed(node, drawn[node.id]) for node in self.nodes)

    def homeless(self, test: Test) -> None:
        """A test that is on no dataset: a statement of its own is a query."""
        node = self.manifest.nodes.get(test.on)
        if node is not None:
            why = "it is on no relation of this database"
            self.left_out.append(LeftOut(node.name, test.shown, why))
        elif test.test:
            why = f"{test.name} is on nothing that is a dataset"
            self.left_out.append(LeftOut("", test.shown, why))
        else:
            try:
                self.ask(query_of(test, self.names))
            except NoCounterpart as reason:
                self.left_out.append(LeftOut("", f"the test {test.shown}", str(reason)))

    def ask(self, query: Proposed) -> None:
        """Add a query under a name of its own."""
        query = renamed(query, self.queries)
        self.queries[query.written["name"]] = query

    def drawn(self, node: Node) -> Iterator[tuple[Test | None, Drawn]]:
        """The checks of a node, before what they need is known of the others."""
        time, loaded = self.columns(node)
        for test in self.tests.get(node.id, ()):
            call = Call(test, self.manifest, self.names, time, loaded)
            try:
                draw = TESTS.get(test.shown)
                if draw is None:
                    raise NoCounterpart("there is no kind of check for it")
                found = draw(call)
                for one in (found, *found.beside):
                    limits = limits_of(one, test.config, alone=not found.beside)
                    yield test, replace(one, parameters={**one.parameters, **limits})
            except NoCounterpart as reason:
                self.leave_out(node, test, str(reason))
        if freshness := self.freshness(node, loaded):
            yield None, freshness

    def leave_out(self, node: Node, test: Test | None, why: str) -> None:
        """Note what has no counterpart."""
        column = str((test.arguments if test else {}).get("column_name") or "")
        what = test.shown if test else "freshness"
        where = self.names[node.id] + (f".{column}" if column else "")
        self.left_out.append(LeftOut(where, what, why))
        if test is not None and test.statement:
            with suppress(NoCounterpart):
                self.ask(query_of(test, self.names, unsure=why))

    def columns(self, node: Node) -> tuple[str | None, str | None]:
        """The columns of the event time and of the arrival."""
        time = relations.time_of(node, self.manifest)
        loaded = relations.loaded_of(node, self.manifest)
        for test in self.tests.get(node.id, ()) if loaded is None else ():
            written = test.arguments.get(RECENCY.get(test.shown, ""))
            name = self.manifest.exact(written) if isinstance(written, str) else None
            if name is not None and name != time:
                return time, name
        return time, loaded

    def freshness(self, node: Node, loaded: str | None) -> Drawn | None:
        """The freshness of a source."""
        limits: Parameters = {}
        for key, severity in (("warn_after", "warning"), ("error_after", "critical")):
            count, period = (mapping(node.freshness, key).get(one) for one in ("count", "period"))
            if type(count) is int and period in PERIODS:
                limits[severity] = f"> {count}{PERIODS[period]}"
        if not limits or node.sort != "source":
            return None
        try:
            if loaded is None:
                what = " ".join((node.loaded_at or node.unloadable).split())[:60]
                raise NoCounterpart(
                    f"`{what}` says when rows arrive, and is no column"
                    if what
                    else "no column says when rows arrive (`loaded_at_field`)"
                )
            filtered = text(node.freshness, "filter").strip()
            where = {"where": expression(filtered)} if filtered else {}
        except NoCounterpart as reason:
            self.leave_out(node, None, str(reason))
            return None
        return Drawn("freshness", {"by": "loaded", **where, **limits})

    def key(self, node: Node) -> tuple[str, ...]:
        """The columns that identify a row: dbt says it, or a test does."""
        given = [self.manifest.exact(one) for one in node.primary_key]
        if given and all(given):
            return tuple(one for one in given if one)
        for test in self.tests.get(node.id, ()):
            if test.shown == "unique" and not text(test.config, "where"):
                column = self.manifest.exact(str(test.arguments.get("column_name", "")))
                if column is not None:
                    return (column,)
        return ()

    def dataset(self, node: Node, drawn: list[tuple[Test | None, Drawn]]) -> Dataset:
        """The dataset without its checks."""
        time, loaded = self.columns(node)
        columns: dict[str, str | None] = {}
        for _, one in drawn:
            for name, kind in one.declares.items():
                columns[name] = kind or columns.get(name)
        owner = relations.owner_of(node, self.manifest)
        if owner is not None:
            address = {"email": owner.email} if owner.email else {}
            self.owners[owner.name] = self.owners.get(owner.name) or address
        return Dataset(
            name=self.names[node.id],
            relation=node.relation,
            time=time,
            key=self.key(node),
            loaded=loaded,
            columns=columns,
            owner=None if owner is None else owner.name,
            depends_on=tuple(relations.parents(node, self.manifest, self.names)),
        )

    def proposed(self, node: Node, drawn: list[tuple[Test | None, Drawn]]) -> ProposedDataset:
        """The dataset as it is written."""
        dataset = self.known[self.names[node.id]]
        settings: dict[str, Any] = {"relation": relation_text(dataset.relation)}
        for key, value in (
            ("time", dataset.time),
            ("loaded", dataset.loaded),
            ("key", one_or_all(dataset.key)),
            ("columns", declared(dataset.columns)),
            ("owner", dataset.owner),
            ("depends_on", list(dataset.depends_on)),
        ):
            if value:
                settings[key] = value
        checks: dict[str, Written] = {}
        for test, one in drawn:
            try:
                written = written_as(one, test, dataset, self.known)
            except NoCounterpart as reason:
                self.leave_out(node, test, str(reason))
                continue
            add(checks, written, test)
        what = f"dbt {node.sort} {node.name}"
        return ProposedDataset(
            dataset.name, settings, tuple(one.proposed for one in checks.values()), why=what
        )
