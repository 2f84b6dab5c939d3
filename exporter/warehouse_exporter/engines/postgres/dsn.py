"""A DSN that can be read in one way only; no part of another is shown, logged or looked up.

In a URI, a password with a bare @ or / ends somewhere else than its owner thinks: libpq takes the
rest for the host or the port, asks the name server for it, and names it in its message.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from warehouse_exporter.core.errors import Unreachable

URI = ("postgresql://", "postgres://")
HOST = re.compile(r"[A-Za-z0-9._%-]*|[0-9A-Fa-f:.%\w]*|[/@][^\s@:?#]*")
"""A name, an address, or a folder of sockets."""
IN_QUERY = re.compile(r"[?&]password=")
PLAIN = re.compile(r"[\w.-]{1,63}")
"""A name that may be repeated in a message."""
ENCODE = "percent-encode the password (@ is %40, / is %2F, : is %3A, ? is %3F)"


def refuse_ambiguous(dsn: str) -> None:
    """Raise Unreachable for a URI of which a part of the password may be taken for another part."""
    if not dsn.startswith(URI):
        return
    rest = dsn.partition("://")[2]
    if rest.count("@") > 1:
        raise Unreachable(f"the DSN has more than one @: {ENCODE}")
    before, at, _ = rest.partition("@")
    for sign in "/?":
        if at and sign in before:
            raise Unreachable(f"the DSN has a {sign} before its @: {ENCODE}")


def refuse_strange(parameters: Mapping[str, str]) -> None:
    """Raise Unreachable for a host or port that is none; it may be a part of the password."""
    for port in parameters.get("port", "").split(","):
        if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise Unreachable(f"the port of the DSN is not a number from 1 to 65535: {OR_ELSE}")
    for host in parameters.get("host", "").split(","):
        if not HOST.fullmatch(host):
            raise Unreachable(f"the host of the DSN is neither a name nor an address: {OR_ELSE}")


OR_ELSE = f"if it is not meant so, {ENCODE}"


def speakable(dsn: str, parameters: Mapping[str, str]) -> frozenset[str]:
    """What a message may quote of a DSN: its keys, and plain names of host, user and database.

    With a password in its query part, `dsn` may have any of them from a bare & in the password.
    """
    if dsn.startswith(URI) and IN_QUERY.search(dsn):
        return frozenset(parameters)
    named = {parameters.get(key, "") for key in ("hostaddr", "user", "dbname")}
    named |= set(parameters.get("host", "").split(","))
    return frozenset(parameters) | {name for name in named if PLAIN.fullmatch(name)}
