"""Users and headers of the web config on a real exporter; all of it changes while it runs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import bcrypt
import httpx
import pytest
from warehouse_exporter.server.web.turns import MOST_EACH, Turns
from warehouse_exporter.server.web.users import Doorkeeper, TooMany, credentials

from tests.unit.web.secured import Secured, hashed

ROUTES = ("/", "/metrics", "/api/v1/checks", "/-/healthy", "/-/ready", "/nowhere")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """One exporter for all tests of this module, without TLS."""
    with Secured(tmp_path_factory.mktemp("users"), "") as exporter:
        exporter.trusted = None
        yield exporter


@pytest.fixture
def secured(running: Secured) -> Secured:
    """The exporter with one user, and a client that is nobody yet."""
    running.auth = None
    running.write(users(alice="wonderland"))
    assert running.get("/-/healthy").status_code == 401, "it is read with the next request"
    return running


def users(**passwords: str) -> str:
    """A web config with these users."""
    listed = [f"  {name}: {hashed(password)}" for name, password in passwords.items()]
    return "\n".join(["basic_auth_users:", *listed, ""])


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_wants_a_password(secured: Secured, route: str) -> None:
    answer = secured.get(route)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith('Basic realm="')
    assert answer.text == "Unauthorized\n"


@pytest.mark.parametrize("route", ["/-/reload", "/-/collect"])
def test_the_lifecycle_wants_a_password_before_it_says_that_it_is_off(
    secured: Secured, route: str
) -> None:
    url = f"http://{secured.address}{route}"
    assert httpx.post(url).status_code == 401
    assert httpx.post(url, auth=("alice", "wonderland")).status_code == 403


@pytest.mark.parametrize(
    ("user", "password", "status"),
    [
        ("alice", "wonderland", 200),
        ("alice", "wonderlan", 401),
        ("alice", "", 401),
        ("alice", "wonderland\0", 401),
        ("alice", "ü" * 100, 401),
        ("Alice", "wonderland", 401),
        ("", "wonderland", 401),
        ("bob", "wonderland", 401),
    ],
)
def test_only_the_right_password_opens(
    secured: Secured, user: str, password: str, status: int
) -> None:
    secured.auth = (user, password)
    assert secured.get("/-/healthy").status_code == status
    assert secured.get("/-/healthy").status_code == status, "the second time, when remembered"


@pytest.mark.parametrize(
    "header", ["", "Basic", "Basic !!!", "Basic YWxpY2U=", "Bearer YWxpY2U6d29uZGVybGFuZA==", "é"]
)
def test_a_header_that_is_none_is_no_password(secured: Secured, header: str) -> None:
    answer = secured.get("/-/healthy", headers={"Authorization": header.encode()})
    assert answer.status_code == 401


def test_hashes_as_htpasswd_writes_them(secured: Secured) -> None:
    written = hashed("wonderland").replace("$2a$", "$2y$")
    secured.write(f"basic_auth_users: {{alice: {written}}}\n")
    secured.auth = ("alice", "wonderland")
    assert secured.get("/-/healthy").is_success


def test_a_changed_password_holds_with_the_next_request(secured: Secured) -> None:
    secured.auth = ("alice", "wonderland")
    assert secured.get("/metrics").is_success
    secured.write(users(alice="looking-glass", bob="builder"))
    assert secured.get("/metrics").status_code == 401, "what was remembered is of another hash"
    secured.auth = ("alice", "looking-glass")
    assert secured.get("/metrics").is_success
    secured.auth = ("bob", "builder")
    assert secured.get("/metrics").is_success
    secured.write(users(alice="looking-glass"))
    assert secured.get("/metrics").status_code == 401, "bob is gone"


def test_a_broken_change_opens_nothing_and_shuts_nobody_out(secured: Secured) -> None:
    secured.write("basic_auth_users: {alice: looking-glass}\n")
    assert secured.get("/metrics").status_code == 401
    secured.auth = ("alice", "wonderland")
    assert secured.metric("warehouse_web_config_last_reload_successful") == 0
    assert "looking-glass" not in secured.log.read_text()
    secured.web.unlink()
    assert secured.get("/metrics").is_success
    secured.write("")
    secured.auth = None
    assert secured.get("/metrics").is_success, "without users nobody is asked"


def test_headers_go_with_every_answer(secured: Secured) -> None:
    secured.write(
        "http_server_config:\n  http2: true\n  headers:\n    X-Frame-Options: deny\n"
        "    Content-Security-Policy: default-src 'self'\n" + users(alice="wonderland")
    )
    refused = secured.get("/")
    secured.auth = ("alice", "wonderland")
    for answer in (refused, secured.get("/"), secured.get("/nowhere")):
        assert answer.headers["x-frame-options"] == "deny"
        assert answer.headers.get_list("content-security-policy") == ["default-src 'self'"]


def test_scrapes_stay_cheap_behind_an_expensive_hash() -> None:
    slow = {"alice": bcrypt.hashpw(b"wonderland", bcrypt.gensalt(11)).decode()}

    async def timed(keeper: Doorkeeper, user: str, password: str) -> tuple[bool, float]:
        started = time.process_time()  # of all threads, and of nobody else on this machine
        admitted = await keeper.admits(slow, user, password)
        return admitted, time.process_time() - started

    async def ask() -> None:
        keeper = Doorkeeper()
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
        keeper = Doorkeeper()
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
        keeper, over = Doorkeeper(), asyncio.Event()

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
    keeper, known = Doorkeeper(), {"alice": hashed("wonderland")}
    assert asyncio.run(keeper.admits(known, "alice", "wonderland"))
    assert "wonderland" not in repr(vars(keeper))
    assert Doorkeeper()._mac("a") != Doorkeeper()._mac("a"), "a key of each process's own"


def test_of_a_password_72_bytes_count() -> None:
    keeper, known = Doorkeeper(), {"alice": hashed("x" * 72)}
    assert asyncio.run(keeper.admits(known, "alice", "x" * 72 + "y"))
    assert not asyncio.run(keeper.admits(known, "alice", "x" * 71 + "y"))


def test_a_password_may_hold_a_colon() -> None:
    assert credentials("basic YTpiOmM=") == ("a", "b:c")


def test_the_file_may_be_empty(tmp_path: Path) -> None:
    with Secured(tmp_path, "# nothing yet\n---\n") as exporter:
        exporter.trusted = None
        assert exporter.get("/-/healthy").is_success
