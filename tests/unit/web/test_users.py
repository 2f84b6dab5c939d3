"""Who is let in: passwords, what is remembered of them, and whose turn it is to guess."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

import bcrypt
from warehouse_exporter.server.web.turns import MOST_EACH, Turns
from warehouse_exporter.server.web.users import Authenticator, TooMany, credentials

from tests.support.secured import hashed


def test_scrapes_stay_cheap_behind_an_expensive_hash() -> None:
    slow = {"alice": bcrypt.hashpw(b"wonderland", bcrypt.gensalt(11)).decode()}

    async def timed(keeper: Authenticator, user: str, password: str) -> tuple[bool, float]:
        started = time.process_time()  # of all threads, and of nobody else on this machine
        admitted = await keeper.admits(slow, user, password)
        return admitted, time.process_time() - started

    async def ask() -> None:
        keeper = Authenticator()
        right, first = await timed(keeper, "alice", "wonderland")
        again, second = await timed(keeper, "alice", "wonderland")
        assert (right, again) == (True, True)
        assert second < first / 20
        wrong, third = await timed(keeper, "alice", "wrong")
        unknown, fourth = await timed(keeper, "nobody", "wonderland")
        assert (wrong, unknown) == (False, False)
        assert min(third, fourth) > first / 3, "an unknown user is not told by the time it takes"

    asyncio.run(ask())


def test_guesses_delay_nobody_who_is_known() -> None:
    slow = {"alice": bcrypt.hashpw(b"wonderland", bcrypt.gensalt(10)).decode()}

    async def ask() -> None:
        keeper = Authenticator()
        assert await keeper.admits(slow, "alice", "wonderland")
        guesses = [asyncio.create_task(keeper.admits(slow, "alice", f"{n}")) for n in range(5)]
        await asyncio.sleep(0)
        assert await keeper.admits(slow, "alice", "wonderland")
        assert not any(guess.done() for guess in guesses)
        assert await asyncio.gather(*guesses) == [False] * 5

    asyncio.run(ask())


def test_guesses_do_not_delay_the_first_right_password() -> None:
    slow = {"alice": bcrypt.hashpw(b"wonderland", bcrypt.gensalt(8)).decode()}

    async def ask(address: str) -> None:
        keeper, over = Authenticator(), asyncio.Event()

        async def guess(number: int) -> None:
            with suppress(TooMany):
                await keeper.admits(slow, "alice", f"{number}", "guesser")
            over.set()

        guesses = [asyncio.create_task(guess(number)) for number in range(300)]
        await over.wait()
        assert await keeper.admits(slow, "alice", "wonderland", address)
        undecided = [guess for guess in guesses if not guess.done()]
        assert len(undecided) >= MOST_EACH - 2, "it came before those that waited"
        await asyncio.gather(*guesses)

    for address in ("prometheus", "guesser"):
        asyncio.run(ask(address))


def test_of_too_many_guesses_the_oldest_are_not_looked_at() -> None:
    async def ask() -> list[bool]:
        turns = Turns()
        assert await turns.take("guesser")
        waiting = [asyncio.create_task(turns.take("guesser")) for _ in range(MOST_EACH + 5)]
        done, left = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        while len(done) < 5:
            done, left = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for one in left:
            one.cancel()
        return [one in done and not one.result() for one in waiting]

    assert asyncio.run(ask()) == [True] * 5 + [False] * MOST_EACH


def test_a_turn_of_somebody_who_is_gone_goes_to_the_next() -> None:
    async def ask() -> None:
        turns = Turns()
        assert await turns.take("a")
        first, second = (asyncio.create_task(turns.take(one)) for one in ("b", "c"))
        await asyncio.sleep(0)
        turns.give_back()
        second.cancel()
        await asyncio.wait([second])
        assert await first

    asyncio.run(ask())


def test_who_has_used_least_comes_first() -> None:
    async def ask() -> list[str]:
        turns, order = Turns(), []
        for _ in range(3):
            assert await turns.take("busy")
            turns.give_back()
        assert await turns.take("busy")

        async def come(address: str) -> None:
            assert await turns.take(address)
            order.append(address)
            turns.give_back()

        coming = [asyncio.create_task(come(one)) for one in ("busy", "rare", "busy", "other")]
        await asyncio.sleep(0)
        turns.give_back()
        await asyncio.gather(*coming)
        return order

    assert asyncio.run(ask()) == ["other", "rare", "busy", "busy"]


def test_what_is_remembered_leads_back_to_no_password() -> None:
    keeper, known = Authenticator(), {"alice": hashed("wonderland")}
    assert asyncio.run(keeper.admits(known, "alice", "wonderland"))
    assert "wonderland" not in repr(vars(keeper))
    assert Authenticator()._mac("a") != Authenticator()._mac("a"), "a key of each process's own"


def test_of_a_password_72_bytes_count() -> None:
    keeper, known = Authenticator(), {"alice": hashed("x" * 72)}
    assert asyncio.run(keeper.admits(known, "alice", "x" * 72 + "y"))
    assert not asyncio.run(keeper.admits(known, "alice", "x" * 71 + "y"))


def test_a_password_may_hold_a_colon() -> None:
    assert credentials("basic YTpiOmM=") == ("a", "b:c")
