"""The body of a scrape: rendered once per snapshot, except for ages and the process's own numbers.

The content changes with a pass, a reload, or when a value becomes too old. Between those instants
the text is the same, so it is cached, compressed as well. The lag, which grows all the time, and
the numbers of this process are appended. Several scrapers at the same moment share those, too.
"""

from __future__ import annotations

import struct
import threading
import zlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, partial

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    exposition,
)
from prometheus_client.core import Metric as Family

from warehouse_exporter.core.objective import Budget
from warehouse_exporter.publish.dbt import DbtCollector
from warehouse_exporter.publish.metrics import BoardCollector, LagCollector, SelfCollector
from warehouse_exporter.publish.objectives import ObjectiveCollector
from warehouse_exporter.publish.pieces import END, Encode, Pieces
from warehouse_exporter.publish.snapshots import Snapshot, SnapshotStore

GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
QUICK = 2
"""The level at which text is compressed: the usual one takes three times as long for a seventh."""
USUAL = "application/openmetrics-text; version=1.0.0"
"""What Prometheus asks for: rendered before the first scrape."""
MOMENT = timedelta(milliseconds=100)
"""How long an age may be reused: far less than anybody could notice."""


@dataclass(frozen=True)
class Source:
    """What is published of one warehouse: what its passes found, and its objectives."""

    store: SnapshotStore
    budgets: Callable[[], Iterable[Budget]] = tuple


@dataclass(frozen=True)
class Fixed:
    """The part of a body that stays, and how long."""

    snapshots: tuple[Snapshot, ...]
    since: datetime
    until: datetime | None
    text: bytes

    def holds(self, snapshots: Iterable[Snapshot], now: datetime) -> bool:
        """Whether it is still what would be rendered at `now`."""
        late = self.until is not None and now > self.until
        same = all(one is other for one, other in zip(snapshots, self.snapshots, strict=True))
        return same and now >= self.since and not late

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

    def holds(self, snapshots: Iterable[Snapshot], now: datetime) -> bool:
        """Whether it may still be served at `now`."""
        return self.fixed.holds(snapshots, now) and timedelta() <= now - self.at < MOMENT


class Together:
    """What several collectors give, with the samples of a family side by side."""

    def __init__(self, collectors: Sequence[BoardCollector]) -> None:
        self._collectors = collectors

    def describe(self) -> Iterable[Family]:
        """No names at registration, as of each of them."""
        return []

    def collect(self) -> Iterable[Family]:
        """Each family once."""
        found: dict[str, Family] = {}
        for collector in self._collectors:
            for family in collector.collect():
                found.setdefault(family.name, family)
                if found[family.name] is not family:
                    found[family.name].samples.extend(family.samples)
        return found.values()


class Scrape:
    """Renders the stores for scrapers; never touches a warehouse."""

    def __init__(
        self,
        store: SnapshotStore,
        clock: Callable[[], datetime],
        budgets: Callable[[], Iterable[Budget]] = tuple,
        others: Sequence[Source] = (),
    ) -> None:
        """Of one warehouse, or of `others` in the same process as well."""
        sources = (Source(store, budgets), *others)
        self._stores = tuple(source.store for source in sources)
        self._clock = clock
        self._lock = threading.Lock()
        encoder, content_type = exposition.choose_encoder(USUAL)
        self._pieces: dict[str, tuple[Pieces, ...]] = {content_type: self._new(encoder)}
        self._rendered: dict[str, Fixed] = {}
        self._kept: dict[tuple[str, bool], CachedBody] = {}
        self._fixed = CollectorRegistry(auto_describe=False)
        self._fixed.register(Together([SelfCollector(one, clock) for one in self._stores]))
        self._fresh = CollectorRegistry(auto_describe=False)
        self._fresh.register(Together([LagCollector(one, clock) for one in self._stores]))
        self._fresh.register(Together([DbtCollector(one, clock) for one in self._stores]))
        objectives = [ObjectiveCollector(one.store, clock, one.budgets) for one in sources]
        self._fresh.register(Together(objectives))
        ProcessCollector(registry=self._fresh)
        PlatformCollector(registry=self._fresh)
        GCCollector(registry=self._fresh)
        for place, one in enumerate(self._stores):
            one.tell(partial(self._prepare, place))

    def kept(self, accept: str, *, zipped: bool) -> Body | None:
        """The body if it is at hand; None where it takes work, which a thread should do."""
        _, content_type = exposition.choose_encoder(accept)
        kept = self._kept.get((content_type, zipped))
        held = kept is not None and kept.holds(self._snapshots(), self._clock())
        return kept.body if kept is not None and held else None

    def body(self, accept: str, *, zipped: bool) -> Body:
        """The body in the requested format, plain or as one gzip member."""
        with self._lock:
            return self.kept(accept, zipped=zipped) or self._made(accept, zipped)

    def _new(self, encoder: Encode) -> tuple[Pieces, ...]:
        """Nothing rendered yet, of each warehouse."""
        return tuple(Pieces(encoder) for _ in self._stores)

    def _snapshots(self) -> tuple[Snapshot, ...]:
        """What is published now."""
        return tuple(store.snapshot for store in self._stores)

    def _prepare(self, place: int, datasets: Collection[str], snapshot: Snapshot) -> None:
        """Render what is new before the next scrape, in the formats used so far."""
        now = self._clock()
        for pieces in list(self._pieces.values()):
            for name in datasets:
                pieces[place].piece(snapshot, name, now)

    def _made(self, accept: str, zipped: bool) -> Body:
        encoder, content_type = exposition.choose_encoder(accept)
        snapshots, now = self._snapshots(), self._clock()
        fixed = self._rendered.get(content_type)
        if fixed is None or not fixed.holds(snapshots, now):
            if not self._rendered and content_type not in self._pieces:
                self._pieces.clear()  # what was expected is not what is asked for
            pieces = self._pieces.setdefault(content_type, self._new(encoder))
            text, until = text_of(pieces, snapshots, now)
            fixed = Fixed(snapshots, now, until, text + encoder(self._fixed).removesuffix(END))
            self._rendered[content_type] = fixed
        fresh = encoder(self._fresh)
        body = Body(joined(fixed, fresh) if zipped else (fixed.text, fresh), content_type)
        self._kept[content_type, zipped] = CachedBody(body, fixed, now)
        return body


def text_of(
    pieces: Iterable[Pieces], snapshots: Iterable[Snapshot], now: datetime
) -> tuple[bytes, datetime | None]:
    """The lines of all warehouses, family by family, and until when they hold."""
    together: dict[bytes, list[bytes]] = {}
    ends = []
    for one, snapshot in zip(pieces, snapshots, strict=True):
        lines, until = one.lines(snapshot, now)
        for head, found in lines.items():
            together.setdefault(head, []).extend(found)
        if until is not None:
            ends.append(until)
    text = b"".join(part for head, lines in together.items() for part in (head, *lines))
    return text, min(ends, default=None)


def joined(fixed: Fixed, fresh: bytes) -> tuple[bytes, ...]:
    """One gzip member: the kept blocks, and then the fresh ones."""
    packer = zlib.compressobj(1, wbits=-zlib.MAX_WBITS)
    blocks = packer.compress(fresh) + packer.flush()
    length = (len(fixed.text) + len(fresh)) & 0xFFFFFFFF
    tail = struct.pack("<II", zlib.crc32(fresh, fixed.checksum), length)
    return (GZIP_HEAD, fixed.deflated, blocks + tail)
