"""Basic authentication: the user and password of a request against bcrypt hashes."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping

import bcrypt

from warehouse_exporter.server.web.turns import Turns

LONGEST = 72
"""Bytes of a password that bcrypt looks at; htpasswd cuts there as well."""
REMEMBERED = 1000
"""How many right passwords are remembered before all are forgotten."""


def credentials(authorization: str) -> tuple[str, str] | None:
    """User and password of an Authorization header; None when it has none."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    user, colon, password = text.partition(":")
    return (user, password) if colon else None


class TooMany(Exception):
    """A password was not looked at: too many came before it."""


class Authenticator:
    """Verifies users, and remembers verified passwords, because bcrypt is slow.

    Only correct passwords are remembered, as a MAC under a key of this process. One bcrypt runs
    at a time, off the event loop, so guesses take at most one core and delay no scrape.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._right: set[bytes] = set()
        self._turns = Turns()

    async def admits(
        self, users: Mapping[str, str], user: str, password: str, address: str = ""
    ) -> bool:
        """Whether the password is this user's; it takes as long when there is no such user.

        Raises TooMany where the address sends more of them than can be looked at.
        """
        known = user in users
        hashed = users[user] if known else next(iter(users.values()))
        seen = self._mac(user, hashed, password)
        if seen in self._right:
            return True
        if not await self._turns.take(address):
            raise TooMany
        try:
            fits = await asyncio.to_thread(matches, password, hashed)
        finally:
            self._turns.give_back()
        if known and fits:
            if len(self._right) >= REMEMBERED:
                self._right.clear()
            self._right.add(seen)
        return known and fits

    def _mac(self, *parts: str) -> bytes:
        """The MAC of a user, hash and password, which does not lead back to them."""
        mac = hmac.new(self._key, digestmod=hashlib.sha256)
        for part in parts:
            data = part.encode()
            mac.update(len(data).to_bytes(8, "big") + data)
        return mac.digest()


def matches(password: str, hashed: str) -> bool:
    """Whether a bcrypt hash was made of this password."""
    try:
        return bcrypt.checkpw(password.encode()[:LONGEST], hashed.encode())
    except ValueError:
        return False
