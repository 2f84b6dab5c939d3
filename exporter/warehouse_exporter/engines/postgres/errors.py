"""What a server's error means, in words of our own: those of the server carry values of rows.

An error is known by its SQLSTATE, so the words are the same in whatever language the server speaks,
and a RAISE of somebody's function adds none. What is named in them stands in our own statement, or
was looked up by the server before it refused it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from warehouse_exporter.core.errors import Lost, Reason, Unmeasured


class Said(NamedTuple):
    """What the server said of a failed statement; None for what it left out."""

    code: str | None
    severity: str | None = None
    function: str | None = None
    message: str = ""
    statement: str = ""
    place: str | None = None
    condition: str = ""

    @property
    def lost(self) -> bool:
        """Whether the server ends the connection with it; of class 08 are foreign servers', too."""
        return self.severity in ("FATAL", "PANIC")

    @property
    def name(self) -> str:
        """The name in our own statement at which the server points; '' where there is none."""
        if not (self.place or "").isdigit():
            return ""
        found = TOKEN.match(self.statement, int(self.place or 1) - 1)
        return found.group().replace('"', "") if found else ""


TOKEN = re.compile(r"""(?:"[^"]*"|\w+)(?:\.(?:"[^"]*"|\w+))*|[-+*/<>=~!@#%^&|`?]+""")
"""A name with its schema, or an operator, at the place of an error."""
REASONS = {
    "42501": Reason.PERMISSION,
    "42P01": Reason.MISSING_RELATION,
    "3F000": Reason.MISSING_RELATION,
    "42703": Reason.MISSING_COLUMN,
    "42804": Reason.COLUMN_TYPE,
    "42883": Reason.COLUMN_TYPE,
    "22P02": Reason.COLUMN_TYPE,
    "22007": Reason.COLUMN_TYPE,
    "22008": Reason.COLUMN_TYPE,
    "55P03": Reason.LOCK,
    "40001": Reason.CANCELED,
    "40P01": Reason.LOCK,
}
FOREIGN = "a foreign server that the statement reads from does not answer"
WORDS = {
    "22P02": "a value cannot be read as the type that the statement expects",
    "22007": "a value is not a date or time of the expected form",
    "22008": "a date or time is out of range, or leaves the order of day and month open",
    "22003": "a number is out of range for its type",
    "22012": "division by zero",
    "22021": "a text is not in the encoding of the database",
    "22P05": "a text has a character that UTF-8, or the database, cannot represent",
    "22023": "a function was given a value that it does not accept",
    "25006": "it would write in a read-only transaction",
    "40001": "canceled because of a conflict with recovery",
    "40P01": "a deadlock",
    "42601": "syntax error",
    "42P11": "it cannot be opened as cursor: only a single statement that returns rows can",
    "53100": "the server's disk is full",
    "53200": "the server is out of memory",
    "53300": "too many connections",
    "53400": "a limit of the server's settings is reached",
    "54000": "a limit of the server is reached",
    "54001": "the statement is too complex for the server: its stack is full",
    "55P03": "a lock was not free within lock_timeout",
    "57P01": "terminating connection due to administrator command",
    "57P02": "terminating connection because another server process crashed",
    "57P03": "the server is starting up or shutting down",
    "57P05": "the server ended the session: it was idle for longer than idle_session_timeout",
    "25P03": "the server ended the transaction: idle for longer than"
    " idle_in_transaction_session_timeout",
    "25P04": "the server ended the transaction: longer than transaction_timeout",
    "58030": "the server cannot read a file",
    "P0001": "a function raised an error",
    "XX001": "the server found corrupted data",
    "XX002": "the server found a corrupted index",
}
"""SQLSTATE -> what it means."""
CLASSES = {
    "08": FOREIGN,
    "22": "a value cannot be used as the statement expects",
    "23": "a value breaks a rule of its type",
    "38": "a function outside the database failed",
    "39": "a function outside the database returned an invalid result",
    "53": "the server lacks a resource",
    "58": "the server's machine failed",
    "HV": FOREIGN,
    "P0": "a function failed with an error",
    "XX": "the server has an internal error: see its log",
}
"""Class of SQLSTATEs -> what its members mean that are not in `WORDS`."""
NAMED = {
    "42P01": "relation {} does not exist",
    "42703": "column {} does not exist",
    "42601": "syntax error at {}",
    "42704": "{} does not exist",
}
"""SQLSTATE -> what it means where the server points at a name in our statement."""
RESOLVING = ("op_error", "ParseFuncOrColumn")
"""Functions of the server whose words are what our statement says, and names of types."""
UNTYPED = {True: "function {} does not exist for these types",
           False: "operator does not exist for these types: {}"}  # fmt: skip
HIDDEN = (
    "a row-level security policy hides rows of {} from the exporter's role: give the exporter's"
    " role BYPASSRLS, or a view whose owner is not subject to the policy"
)
TYPES = re.compile(r"operator does not exist: .*|function .*\) does not exist")
DENIED = re.compile(r"permission denied for ([a-z ]+) (\S+)")
QUOTED = re.compile(r'"([^"]*)"')


def of_statement(said: Said) -> Unmeasured:
    """A failed statement as one of our errors; Lost where the connection went with it."""
    code = said.code or "no code"
    text = f"{words(said)} ({code})"
    if said.lost:
        return Lost(lost(said))
    known = REASONS.get(code)
    if known is None:
        foreign = code[:2] in ("08", "HV")
        known = Reason.CONNECTION if foreign else Reason.STATEMENT
    return Unmeasured(known, text)


def lost(said: Said) -> str:
    """Why the server ended the connection."""
    if said.code == "40001":
        return "terminating connection due to conflict with recovery"
    known = WORDS.get(said.code or "")
    return known or f"the server ended the connection ({said.code})"


def words(said: Said) -> str:
    """What happened to a statement."""
    code, name = said.code or "", said.name
    if code == "42501":
        return denied(said)
    if code == "42883" and name:
        if said.function in RESOLVING and TYPES.fullmatch(said.message):
            return said.message
        return UNTYPED[name[0].isalnum() or name[0] == "_"].format(name)
    if name and code in NAMED:
        return NAMED[code].format(name)
    return WORDS.get(code) or CLASSES.get(code[:2]) or said.condition or "the statement failed"


def denied(said: Said) -> str:
    """What the role may not read. Both functions of the server name what it has just looked up."""
    if said.function == "check_enable_rls":
        named = QUOTED.search(said.message)
        return HIDDEN.format(named.group(1) if named else "a table that it reads")
    found = DENIED.fullmatch(said.message) if said.function == "aclcheck_error" else None
    return found.group() if found else "no permission to read what the statement reads"


SEVERITY = re.compile(r"^\w+:\s\s+")
"""What a server puts before its words, and libpq does not."""
REFUSED = re.compile(
    r"(\w+ )?authentication failed for user .*"
    r"|(role|database) \S+ does not exist|role \S+ is not permitted to log in"
    r"|no such (database|user)\b.*|no pg_hba.conf entry for .*|pg_hba.conf rejects .*"
    r"|permission denied for database \S+|User does not have CONNECT privilege.*"
    r"|too many connections for (role|database) \S+|sorry, too many clients already"
    r"|remaining connection slots are reserved .*|the database system is [a-z ]+"
    r"|unrecognized configuration parameter \S+|query_wait_timeout|client_login_timeout.*"
    r"|terminating connection due to [a-z ]+|unsupported frontend protocol .*"
)
"""The words with which servers and poolers mostly refuse a connection, in English."""
REFUSAL = "the server refused the connection: see its log"


def of_connecting(text: str, names: Collection[str], unknown: str = REFUSAL) -> str:
    """Why there is no connection; in quotes are only `names`, which the owner has given.

    There is no SQLSTATE here. The words of libpq are always English, and what it quotes are values
    of the DSN; a server's words are shown where they are known to be harmless.
    """
    line = (text.strip() or "no answer").splitlines()[0]
    line = re.sub(r"^connection to server .*? failed: ", "", line)
    said, servers = SEVERITY.subn("", line)
    if servers and not REFUSED.fullmatch(said):
        return unknown
    shown = QUOTED.sub(lambda found: found.group() if found.group(1) in names else "", said)
    return re.sub(r"\s+", " ", shown).strip(" :")
