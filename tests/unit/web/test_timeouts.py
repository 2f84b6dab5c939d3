"""Who makes room when there are too many clients: never a scraper that is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from warehouse_exporter.server.web.timeouts import MOST_CLIENTS, ClientTimeouts


@dataclass
class Transport:
    """A transport with so many bytes that nobody has read yet."""

    unread: int = 0
    ended: bool = False

    def get_write_buffer_size(self) -> int:
        """The bytes."""
        return self.unread

    def get_extra_info(self, name: str) -> None:
        """There is no socket."""

    def abort(self) -> None:
        """Note it."""
        self.ended = True


@dataclass(eq=False)
class Connection:
    """A connection that waits for its client."""

    client: tuple[str, int]
    transport: Transport = field(default_factory=Transport)
    cycle: Any = None
    timeout_keep_alive_task: object = None


@dataclass
class Cycle:
    """An answer that is being made."""

    response_complete: bool = False


def crowd(host: str, count: int) -> list[Connection]:
    """Clients of one address that said nothing."""
    return [Connection((host, port)) for port in range(count)]


def crowds(count: int) -> list[Connection]:
    """Clients, each of an address of its own, that said nothing."""
    return [Connection((f"host-{number}", 1)) for number in range(count)]


def left(timeouts: ClientTimeouts, connections: list[Connection]) -> list[Connection]:
    """Those that are still there after somebody looked after them."""
    timeouts.look_after(connections)
    return [one for one in connections if not one.transport.ended]


def test_nobody_makes_room_as_long_as_there_is_room() -> None:
    everybody = crowd("stranger", MOST_CLIENTS)
    assert left(ClientTimeouts(), everybody) == everybody


def test_strangers_make_room_for_a_scraper_that_is_known() -> None:
    timeouts = ClientTimeouts()
    scraper, again = Connection(("prometheus", 1)), Connection(("prometheus", 2))
    timeouts.recognize(scraper.client)
    remaining = left(timeouts, [scraper, *crowds(MOST_CLIENTS + 75), again])
    assert len(remaining) == MOST_CLIENTS
    assert {scraper, again} <= set(remaining)


def test_the_oldest_of_the_largest_crowd_go_first() -> None:
    timeouts, few = ClientTimeouts(), crowd("few", 3)
    many = crowd("many", MOST_CLIENTS)
    timeouts.look_after(many[:10])
    assert left(timeouts, [*few, *many]) == [*few, *many[3:]]


def test_a_known_address_keeps_no_more_than_its_share() -> None:
    timeouts, one = ClientTimeouts(), Connection(("stranger", 1))
    crowded = crowd("known", MOST_CLIENTS)
    timeouts.recognize(crowded[0].client)
    remaining = left(timeouts, [*crowded, one])
    assert one in remaining
    assert crowded[0] in remaining, "the connection on which it was recognized"


def test_who_is_being_answered_is_left_alone_and_who_does_not_read_goes_last() -> None:
    timeouts = ClientTimeouts()
    answered = [Connection((f"a{n}", 1), cycle=Cycle()) for n in range(MOST_CLIENTS - 1)]
    silent, slow = Connection(("s", 1)), Connection(("r", 1), Transport(unread=9))
    everybody = [slow, silent, *answered]
    assert left(timeouts, everybody) == [slow, *answered]
