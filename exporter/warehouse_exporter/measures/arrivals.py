"""Rows that arrived after their day was due, by the arrival time of a dataset (`loaded`)."""

from __future__ import annotations

from datetime import datetime

from warehouse_exporter.core.calendar import MIDNIGHT, ONE_DAY, day_start, next_time
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.sql import words
from warehouse_exporter.sql.words import Node


def judged_since(view: DatasetView) -> datetime:
    """When the day before the expected one was due: rows that arrived later may be unjudged."""
    calendar, dataset = view.calendar, view.dataset
    by = MIDNIGHT if calendar.built else dataset.expect_by
    day = calendar.expected - ONE_DAY * (dataset.expect_day == "today")
    return next_time(by, day_start(day, calendar.zone), calendar.zone)


def late_rows(view: DatasetView) -> Node:
    """The predicate for rows of closed days, or of no day, that arrived since these were judged.

    Of a dataset without `loaded` nobody knows when rows arrived: it is that for rows of no day.
    """
    clock = view.clock().parsed_in_place()
    if view.dataset.loaded is None:
        return clock.timeless
    arrival = view.clock(view.dataset.loaded).parsed_in_place()
    closed = clock.before(view.bounds(view.calendar.expected)[0])
    return words.all_of(words.either(closed, clock.timeless), arrival.since(judged_since(view)))
