"""Which password is verified next, because bcrypt is slow on purpose.

One is verified at a time, so guesses use at most one core. The address that has used the least of
it lately comes first, and of one address the newest request: a queue of guesses delays nobody else.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass

MOST_EACH = 8
"""Passwords of one address that may wait; for one more, the oldest is turned away."""
MOST = 64
"""Passwords of all addresses together that may wait."""
LOOKED_AT = 1000
"""Passwords after which half of what each address has used is forgotten."""


@dataclass(eq=False)
class Waiting:
    """A password that waits for its turn."""

    address: str
    turn: asyncio.Future[bool]


class Turns:
    """Hands out turns, one after the other; used within one event loop."""

    def __init__(self) -> None:
        self._waiting: list[Waiting] = []
        self._taken = False
        self._used: Counter[str] = Counter()

    async def take(self, address: str) -> bool:
        """Wait for a turn; false if too many are waiting. A turn must be given back."""
        if not self._taken:
            self._begin(address)
            return True
        one = Waiting(address, asyncio.get_running_loop().create_future())
        self._waiting.append(one)
        self._turn_away(address)
        try:
            return await one.turn
        except asyncio.CancelledError:
            if one in self._waiting:
                self._waiting.remove(one)
            elif one.turn.done() and not one.turn.cancelled() and one.turn.result():
                self.give_back()
            raise

    def give_back(self) -> None:
        """End a turn: the next one begins."""
        self._taken = False
        if not self._waiting:
            return
        newest_first = reversed(self._waiting)
        one = min(newest_first, key=lambda waiting: self._used[waiting.address])
        self._waiting.remove(one)
        self._begin(one.address)
        one.turn.set_result(True)

    def _begin(self, address: str) -> None:
        self._taken = True
        self._used[address] += 1
        if self._used.total() > LOOKED_AT:
            self._used = Counter({one: n // 2 for one, n in self._used.items() if n > 1})

    def _turn_away(self, address: str) -> None:
        """Turn away the oldest request of the address with the most, if there are too many."""
        counts = Counter(one.address for one in self._waiting)
        if counts[address] <= MOST_EACH:
            if len(self._waiting) <= MOST:
                return
            address = max(counts, key=lambda one: (counts[one], self._used[one]))
        oldest = next(one for one in self._waiting if one.address == address)
        self._waiting.remove(oldest)
        oldest.turn.set_result(False)
