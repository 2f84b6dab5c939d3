"""A finished pass of the gate as what a report shows: the view of the status page, and its end."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property

from warehouse_exporter.config import Config
from warehouse_exporter.core.model import Pass
from warehouse_exporter.history.model import NO_PAST, Past
from warehouse_exporter.publish.snapshots import SnapshotStore
from warehouse_exporter.server.web.lines import View
from warehouse_exporter.server.web.page.answer import Answer, answer
from warehouse_exporter.server.web.page.causes import Cause, causes
from warehouse_exporter.server.web.page.frame import times_of


@dataclass(frozen=True)
class Report:
    """A pass, the exit code that the gate ends with, and the datasets it was limited to."""

    done: Pass
    view: View
    exit_code: int
    only: tuple[str, ...] = ()

    @property
    def config(self) -> Config:
        """The config, with the checks that were judged."""
        return self.view.config

    @cached_property
    def answer(self) -> Answer:
        """The first sentence: whether the day can be used."""
        return answer(self.view, times_of(self.view))

    @cached_property
    def causes(self) -> list[Cause]:
        """What is wrong, by cause, worst first."""
        return causes(self.view)


def view_of(config: Config, done: Pass, past: Past = NO_PAST) -> View:
    """What the status page would show of a pass; checks that it left out are not there."""
    judged = tuple(check for check in config.checks if check.id in done.results)
    store = SnapshotStore(replace(config, checks=judged), done.as_of)
    store.publish(done)
    return View(store.snapshot, past, done.as_of)


def report_of(
    config: Config,
    done: Pass,
    exit_code: int,
    past: Past = NO_PAST,
    only: Collection[str] = (),
) -> Report:
    """The report of a pass over `only` some datasets, or over all where none is named."""
    return Report(done, view_of(config, done, past), int(exit_code), tuple(sorted(only)))
