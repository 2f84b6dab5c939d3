"""Which of the days that are known have got rows since: those are read again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from warehouse_exporter.config import Config
from warehouse_exporter.core.errors import Unmeasured, Unreachable
from warehouse_exporter.engines.base import Engine
from warehouse_exporter.passes.reader import make_views, relations_of
from warehouse_exporter.plan import late_rows


def late_days(config: Config, engine: Engine, now: datetime, known: Sequence[date]) -> list[date]:
    """The known days of which rows have arrived since the last morning. Raises Unreachable.

    Only a dataset with an index on `loaded` tells; of others nothing is read again.
    """
    found: set[date] = set()
    with engine.snapshot() as session:
        views = make_views(config, session.relations(relations_of(config.checks, config)), now)
        for name, sql in late_rows.questions(config.checks, views).items():
            try:
                found |= set(late_rows.answered(session.rows(sql), views[name]).changed)
            except Unreachable:
                raise
            except Unmeasured:
                continue
    return sorted(found.intersection(known))
