"""Claims that trials disproved: what was seen, and what was changed."""

from __future__ import annotations

from dataclasses import dataclass

from labs.reliability.scenario import scenarios


@dataclass(frozen=True)
class Corrected:
    """A disproved claim, and the faults that test it now."""

    claim: str
    seen: str
    repair: str
    faults: tuple[str, ...]


CORRECTED = (
    Corrected(
        "It never writes.",
        "Rendering a query with statements inside a literal turned them into SQL, which left the"
        " read-only transaction and deleted rows.",
        "A query is sent as it is written, and opened as a cursor: the server takes one statement.",
        ("crafted-literal", "query-that-writes"),
    ),
    Corrected(
        "Each statement has a timeout on the server.",
        "A crafted query switched it off.",
        "Queries cannot name settings; every statement gets the remaining time as its timeout.",
        ("functions-that-act", "query-that-writes", "endless-query"),
    ),
    Corrected(
        "Conditions and queries mean what is written.",
        "`interval '1 day 12:00'` became one day: 1,353 rows instead of 2,071.",
        "Nothing is rewritten: a lexer with PostgreSQL's rules checks the text, which is sent as it"
        " is.",
        ("written-is-run",),
    ),
    Corrected(
        "Functions that act even in a read-only transaction are refused.",
        "`query_to_xml` and `ts_stat` ran SQL that they got as text.",
        "All such functions of the server's catalogue are refused, in every spelling.",
        ("functions-that-act",),
    ),
    Corrected(
        "No password is ever shown.",
        "An unescaped `@` in a DSN made half of the password a host name, which was shown, logged"
        " and looked up.",
        "An ambiguous DSN is refused before any lookup.",
        ("secret-in-a-dsn",),
    ),
    Corrected(
        "Values of rows are left out of the database's error messages.",
        "They appeared in German messages, and in errors raised by functions.",
        "The server's messages are not repeated; errors are described by their SQLSTATE.",
        ("personal-values",),
    ),
    Corrected(
        "What the role may not read is unmeasured.",
        "Row-level security showed 500 of 1,000 rows: PASS.",
        "`row_security` is off in every transaction, so the server refuses instead of hiding rows.",
        ("row-security",),
    ),
    Corrected(
        "Behind a pooler, our settings apply.",
        "`search_path` was another client's: PASS, on staging tables.",
        "Every setting that can change an answer is set in the transaction.",
        ("search-path-left-behind", "settings-of-the-role", "shadowed-functions"),
    ),
    Corrected(
        "A failed statement affects only its own checks.",
        "A foreign server that was down looked like a lost warehouse: everything was UNKNOWN, and"
        " WarehouseDown fired.",
        "Only a lost connection counts as lost; everything else is a failed statement.",
        ("one-relation-fails", "terminated"),
    ),
    Corrected(
        "No PASS comes from a table without rows.",
        "Orders without items were left out of both sums (PASS), and with only NULL keys there was"
        " nothing to judge (SKIP).",
        "Rows on one side only are a difference; rows without a value are UNKNOWN.",
        ("items-gone", "keys-all-null", "times-unparsable"),
    ),
    Corrected(
        "A broken config changes nothing.",
        "A config on a pipe that hung stopped all passes for good; one of 5,000 checks stopped them"
        " for 25 s; a truncated one was accepted.",
        "It is loaded outside the schedule, with a deadline; one without checks is rejected.",
        ("config-hangs", "many-checks", "config-loses-checks", "config-cut"),
    ),
    Corrected(
        "The schedule does not depend on the wall clock.",
        "When the clocks went back, no pass ran for an hour, and every check paged.",
        "Every timer uses the monotonic clock.",
        ("clocks-go-back", "clock-jumps"),
    ),
    Corrected(
        "Clients that do not read or write do not affect others.",
        "With 275 half-open connections, 30 of 30 scrapes got a 503; password guesses delayed the"
        " first correct password by 18.8 s.",
        "Known clients have precedence, and guesses wait in a queue of their own.",
        ("half-open", "guesses"),
    ),
    Corrected(
        "The gate stops bad data.",
        "A gate without any check, and one that could not write its table, ended like a pass or a"
        " finding.",
        "If nothing was judged, the exit code is 3; if the result could not be written, it is 4.",
        ("nothing-to-judge", "warnings-unmeasured", "reader-gone", "disk-full"),
    ),
)


def table() -> str:
    """The claims as rows of a table; each of their faults is on the same page."""
    known = {one.id for one in scenarios()}
    rows = []
    for one in CORRECTED:
        assert set(one.faults) <= known, one
        faults = ", ".join(f"`{fault}`" for fault in one.faults)
        rows.append(f"| {one.claim} | {one.seen} | {one.repair} | {faults} |\n")
    return "".join(rows)
