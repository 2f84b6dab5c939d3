"""A proposed config: plain data as the YAML has it, and for each part why it is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Proposed:
    """A part of the config as plain data: a check, a metric, an anomaly, a query.

    A check is written `{"completeness": {"column": ..., "critical": ...}}`. `why` is a comment for
    the owner. With `unsure`, the reason why it is only a suggestion, it is commented out. A `guess`
    becomes unsure where it would fire on the days that it is tried on.
    """

    written: Mapping[str, Any]
    why: str = ""
    unsure: str = ""
    guess: bool = False


@dataclass(frozen=True)
class ProposedDataset:
    """A dataset: its settings without `checks`, and its checks.

    `beside` has a remark for a setting, by its key; `blanks` are settings that the owner has to
    fill in, each with an example: they are commented out. A check of a dataset that is `unsure` is
    commented out with it.
    """

    name: str
    settings: Mapping[str, Any]
    checks: tuple[Proposed, ...] = ()
    why: str = ""
    unsure: str = ""
    beside: Mapping[str, str] = field(default_factory=dict)
    blanks: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Proposal:
    """A whole config. `head` has the lines of the comment on top, `left_out` those at the end.

    `sections` are further keys of the top level, such as `owners`. A `Verbatim` text in them is
    not escaped: the name of a variable stays one.
    """

    warehouse: Mapping[str, Any]
    datasets: tuple[ProposedDataset, ...]
    metrics: Mapping[str, Proposed] = field(default_factory=dict)
    anomalies: tuple[Proposed, ...] = ()
    queries: tuple[Proposed, ...] = ()
    sections: Mapping[str, Any] = field(default_factory=dict)
    head: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


class Verbatim(str):
    """Text that is written as it is: `${WAREHOUSE_DSN}` stays a variable."""


DSN = Verbatim("${WAREHOUSE_DSN}")
"""The only place where a connection string comes from: it is never written into the file."""
