"""The lines of each dataset, rendered when a pass over it ends, and put together for a scrape.

Most of it does not change between two passes: with thousands of checks, a scrape would otherwise
spend its time on text that was rendered before. The format requires the lines of a family side by
side, so a piece keeps them by family.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from prometheus_client.core import Metric as Family

from warehouse_exporter.config import Check, Config
from warehouse_exporter.publish.metrics import config_families, families, pass_families
from warehouse_exporter.publish.snapshots import Snapshot

END = b"# EOF\n"
"""The last line of OpenMetrics, which must occur once."""
Encode = Callable[["Given"], bytes]


class Given:
    """Families as the encoders of prometheus_client want them: collected from somewhere."""

    def __init__(self, families: Iterable[Family]) -> None:
        self._families = families

    def collect(self) -> Iterable[Family]:
        """The families."""
        return self._families


@dataclass(frozen=True)
class Piece:
    """The lines of a dataset, family by family, and until when they hold."""

    since: datetime
    until: datetime | None
    lines: Mapping[bytes, bytes]

    def holds(self, now: datetime) -> bool:
        """Whether it is still what would be rendered at `now`."""
        return now >= self.since and not (self.until is not None and now > self.until)


class Pieces:
    """The pieces of all datasets, in one format; a pass renders its own as soon as it is over."""

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._kept: dict[tuple[str, int], Piece] = {}
        self._constant: dict[str, tuple[Config, dict[bytes, bytes]]] = {}

    def piece(self, snapshot: Snapshot, dataset: str, now: datetime) -> Piece:
        """The lines of a dataset; callable from any thread."""
        key = dataset, snapshot.versions.get(dataset, 0)
        kept = self._kept.get(key)
        if kept is None or not kept.holds(now):
            kept = self._kept[key] = self._made(snapshot, dataset, now)
        return kept

    def _made(self, snapshot: Snapshot, dataset: str, now: datetime) -> Piece:
        checks = snapshot.config.checks_of(frozenset({dataset}))
        lines = dict(self._constant_lines(snapshot.config, dataset, checks))
        lines.update(self._lines(pass_families(snapshot, dataset)))
        lines.update(self._lines(families(snapshot, checks, now)))
        return Piece(now, snapshot.next_expiry(now, checks), lines)

    def _constant_lines(
        self, config: Config, dataset: str, checks: tuple[Check, ...]
    ) -> dict[bytes, bytes]:
        """The lines that follow from the config: rendered once, and not after every pass."""
        kept = self._constant.get(dataset)
        if kept is None or kept[0] is not config:
            kept = self._constant[dataset] = (
                config,
                self._lines(config_families(config, dataset, checks)),
            )
        return kept[1]

    def _lines(self, families: Iterable[Family]) -> dict[bytes, bytes]:
        """The lines of families by their heads."""
        lines = {}
        for family in families:
            text = self._encode(Given([family])).removesuffix(END)
            told, typed, rest = text.split(b"\n", 2)
            lines[told + b"\n" + typed + b"\n"] = rest
        return lines

    def lines(
        self, snapshot: Snapshot, now: datetime
    ) -> tuple[dict[bytes, list[bytes]], datetime | None]:
        """The lines of all datasets, and the next instant at which some of them are too old."""
        joined: dict[bytes, list[bytes]] = {}
        ends = []
        names = dict.fromkeys(check.id.dataset for check in snapshot.config.checks)
        names |= dict.fromkeys(snapshot.config.watched)
        for name in names:
            piece = self.piece(snapshot, name, now)
            if piece.until is not None:
                ends.append(piece.until)
            for head, lines in piece.lines.items():
                joined.setdefault(head, []).append(lines)
        for name, version in list(self._kept):
            if name not in names or version < snapshot.versions.get(name, 0):
                self._kept.pop((name, version), None)
        for name in self._constant.keys() - names.keys():
            self._constant.pop(name, None)
        return joined, min(ends, default=None)
