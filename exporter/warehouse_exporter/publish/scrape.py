"""The body of a scrape: rendered once per snapshot, except for ages and the process's own numbers.

The content changes with a pass, a reload, or when a value becomes too old. Between those instants
the text is the same, so it is cached, compressed as well. The lag, which grows all the time, and
the numbers of this process are appended. Several scrapers at the same moment share those, too.
"""

from __future__ import annotations

import struct
import threading
import zlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    exposition,
)

from warehouse_exporter.core.objective import Budget
from warehouse_exporter.publish.dbt import DbtCollector
from warehouse_exporter.publish.metrics import LagCollector, SelfCollector
from warehouse_exporter.publish.objectives import ObjectiveCollector
from warehouse_exporter.publish.pieces import END, Pieces
from warehouse_exporter.publish.snapshots import Snapshot, SnapshotStore

GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
QUICK = 2
"""The level at which text is compressed: the usual one takes three times as long for a seventh."""
USUAL = "application/openmetrics-text; version=1.0.0"
"""What Prometheus asks for: rendered before the first scrape."""
MOMENT = timedelta(milliseconds=100)
"""How long an age may be reused: far less than anybody could notice."""


@dataclass(frozen=True)
class Fixed:
    """The part of a body that stays, and how long."""

    snapshot: Snapshot
    since: datetime
    until: datetime | None
    text: bytes

    def holds(self, snapshot: Snapshot, now: datetime) -> bool:
        """Whether it is still what would be rendered at `now`."""
        late = self.until is not None and now > self.until
        return snapshot is self.snapshot and now >= self.since and not late

    @cached_property
    def deflated(self) -> bytes:
        """The text as compressed blocks that others may follow."""
        packer = zlib.compressobj(QUICK, wbits=-zlib.MAX_WBITS)
        return packer.compress(self.text) + packer.flush(zlib.Z_FULL_FLUSH)

    @cached_property
    def checksum(self) -> int:
        """The CRC of the text, which is carried on over what follows."""
        return zlib.crc32(self.text)


@dataclass(frozen=True)
class Body:
    """What a scraper gets; the parts follow each other, and the first is shared by all."""

    parts: tuple[bytes, ...]
    content_type: str

    @property
    def content(self) -> bytes:
        """The whole of it."""
        return b"".join(self.parts)


@dataclass(frozen=True)
class CachedBody:
    """A body, and the moment for which it is true."""

    body: Body
    fixed: Fixed
    at: datetime

    def holds(self, snapshot: Snapshot, now: datetime) -> bool:
        """Whether it may still be served at `now`."""
        return self.fixed.holds(snapshot, now) and timedelta() <= now - self.at < MOMENT


class Scrape:
    """Renders the store for scrapers; never touches the warehouse."""

    def __init__(
        self,
        store: SnapshotStore,
        clock: Callable[[], datetime],
        budgets: Callable[[], Iterable[Budget]] = tuple,
    ) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        encoder, content_type = exposition.choose_encoder(USUAL)
        self._pieces: dict[str, Pieces] = {content_type: Pieces(encoder)}
        self._rendered: dict[str, Fixed] = {}
        self._kept: dict[tuple[str, bool], CachedBody] = {}
        self._fixed = CollectorRegistry(auto_describe=False)
        self._fixed.register(SelfCollector(store, clock))
        self._fresh = CollectorRegistry(auto_describe=False)
        self._fresh.register(LagCollector(store, clock))
        self._fresh.register(DbtCollector(store, clock))
        self._fresh.register(ObjectiveCollector(store, clock, budgets))
        ProcessCollector(registry=self._fresh)
        PlatformCollector(registry=self._fresh)
        GCCollector(registry=self._fresh)
        store.tell(self._prepare)

    def kept(self, accept: str, *, zipped: bool) -> Body | None:
        """The body if it is at hand; None where it takes work, which a thread should do."""
        _, content_type = exposition.choose_encoder(accept)
        kept = self._kept.get((content_type, zipped))
        held = kept is not None and kept.holds(self._store.snapshot, self._clock())
        return kept.body if kept is not None and held else None

    def body(self, accept: str, *, zipped: bool) -> Body:
        """The body in the requested format, plain or as one gzip member."""
        with self._lock:
            return self.kept(accept, zipped=zipped) or self._made(accept, zipped)

    def _prepare(self, datasets: Collection[str], snapshot: Snapshot) -> None:
        """Render what is new before the next scrape, in the formats used so far."""
        now = self._clock()
        for pieces in list(self._pieces.values()):
            for name in datasets:
                pieces.piece(snapshot, name, now)

    def _made(self, accept: str, zipped: bool) -> Body:
        encoder, content_type = exposition.choose_encoder(accept)
        snapshot, now = self._store.snapshot, self._clock()
        fixed = self._rendered.get(content_type)
        if fixed is None or not fixed.holds(snapshot, now):
            if not self._rendered and content_type not in self._pieces:
                self._pieces.clear()  # what was expected is not what is asked for
            pieces = self._pieces.setdefault(content_type, Pieces(encoder))
            text, until = pieces.text(snapshot, now)
            fixed = Fixed(snapshot, now, until, text + encoder(self._fixed).removesuffix(END))
            self._rendered[content_type] = fixed
        fresh = encoder(self._fresh)
        body = Body(joined(fixed, fresh) if zipped else (fixed.text, fresh), content_type)
        self._kept[content_type, zipped] = CachedBody(body, fixed, now)
        return body


def joined(fixed: Fixed, fresh: bytes) -> tuple[bytes, ...]:
    """One gzip member: the kept blocks, and then the fresh ones."""
    packer = zlib.compressobj(1, wbits=-zlib.MAX_WBITS)
    blocks = packer.compress(fresh) + packer.flush()
    length = (len(fixed.text) + len(fresh)) & 0xFFFFFFFF
    tail = struct.pack("<II", zlib.crc32(fresh, fixed.checksum), length)
    return (GZIP_HEAD, fixed.deflated, blocks + tail)
