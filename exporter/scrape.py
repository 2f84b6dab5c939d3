"""The body of a scrape: rendered once per snapshot, all but the ages and the process.

What is published changes with a pass, a reload, or when a value becomes too old. Between those
instants the text is the same, so it is kept, compressed as well; the lag, which grows all the time,
and the numbers of this process are put behind it.
"""

from __future__ import annotations

import struct
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    exposition,
)

from exporter.board import Board, Snapshot
from exporter.metrics import LagCollector, WarehouseCollector

END = b"# EOF\n"
"""The last line of OpenMetrics, which stands once."""
GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


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
        packer = zlib.compressobj(6, wbits=-zlib.MAX_WBITS)
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


class Scrape:
    """Renders the board for scrapers; never touches the warehouse."""

    def __init__(self, board: Board, clock: Callable[[], datetime]) -> None:
        self._board = board
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, Fixed] = {}
        self._fixed = CollectorRegistry(auto_describe=False)
        self._fixed.register(WarehouseCollector(board, clock))
        self._fresh = CollectorRegistry(auto_describe=False)
        self._fresh.register(LagCollector(board, clock))
        ProcessCollector(registry=self._fresh)
        PlatformCollector(registry=self._fresh)
        GCCollector(registry=self._fresh)

    def plain(self, accept: str) -> Body:
        """The body in the format that was asked for."""
        fixed, fresh, content_type = self._parts(accept)
        return Body((fixed.text, fresh), content_type)

    def gzipped(self, accept: str) -> Body:
        """The same as one gzip member: the kept blocks, and then the fresh ones."""
        fixed, fresh, content_type = self._parts(accept)
        packer = zlib.compressobj(1, wbits=-zlib.MAX_WBITS)
        blocks = packer.compress(fresh) + packer.flush()
        length = (len(fixed.text) + len(fresh)) & 0xFFFFFFFF
        tail = struct.pack("<II", zlib.crc32(fresh, fixed.checksum), length)
        return Body((GZIP_HEAD, fixed.deflated, blocks + tail), content_type)

    def _parts(self, accept: str) -> tuple[Fixed, bytes, str]:
        encoder, content_type = exposition.choose_encoder(accept)
        fixed = self._kept.get(content_type)
        if fixed is None or not fixed.holds(self._board.snapshot, self._clock()):
            with self._lock:
                fixed = self._kept.get(content_type)
                if fixed is None or not fixed.holds(self._board.snapshot, self._clock()):
                    fixed = self._rendered(encoder)
                    self._kept[content_type] = fixed
        return fixed, encoder(self._fresh), content_type

    def _rendered(self, encoder: Callable[[CollectorRegistry], bytes]) -> Fixed:
        snapshot, now = self._board.snapshot, self._clock()
        text = encoder(self._fixed).removesuffix(END)
        return Fixed(snapshot, now, snapshot.next_expiry(now), text)
