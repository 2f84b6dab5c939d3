"""What these documents once claimed, and was not so: what showed it, and what makes it so now."""

from __future__ import annotations

from dataclasses import dataclass

from labs.reliability.scenario import scenarios


@dataclass(frozen=True)
class Corrected:
    """A claim that was tried and did not hold, and the faults that try it now."""

    claim: str
    seen: str
    repair: str
    faults: tuple[str, ...]


CORRECTED = (
    Corrected(
        "It never writes.",
        "A query with statements inside a literal left the read-only transaction, when it was"
        " rendered anew, and deleted rows.",
        "A query is sent as it is written, and opened as a cursor: the server takes one statement.",
        ("crafted-literal", "query-that-writes"),
    ),
    Corrected(
        "Each statement has a time-out on the server.",
        "A crafted query switched it off.",
        "Settings cannot be named in a query; what is left of the time goes with every statement.",
        ("functions-that-act", "query-that-writes", "endless-query"),
    ),
    Corrected(
        "Conditions and queries mean what is written.",
        "`interval '1 day 12:00'` became one day: 1,353 rows in the place of 2,071.",
        "Nothing is rendered anew: a lexer that follows PostgreSQL's rules looks, and the text is"
        " sent.",
        ("written-is-run",),
    ),
    Corrected(
        "Functions that act in spite of a read-only transaction are refused.",
        "`query_to_xml` and `ts_stat` ran SQL that was given to them as text.",
        "They are refused by kind, as the server's catalogue lists them, in every spelling.",
        ("functions-that-act",),
    ),
    Corrected(
        "No password is ever shown.",
        "An unescaped `@` in a DSN made half of the password a host: shown, logged, and looked up.",
        "A DSN that can be read in two ways is refused before anybody is asked.",
        ("secret-in-a-dsn",),
    ),
    Corrected(
        "Values of rows are left out of the database's error messages.",
        "They were there in German, and wherever a function raised them.",
        "No word of the server is repeated; an error has words of our own, by its SQLSTATE.",
        ("personal-values",),
    ),
    Corrected(
        "What may not be read is not measured.",
        "Row-level security showed 500 of 1,000 rows: PASS.",
        "`row_security` is off in every transaction, and the server refuses what it would hide.",
        ("row-security",),
    ),
    Corrected(
        "Behind a pooler, the settings are ours.",
        "`search_path` was that of another client: PASS, of staging.",
        "Every setting that can change an answer is set in the transaction.",
        ("search-path-left-behind", "settings-of-the-role", "shadowed-functions"),
    ),
    Corrected(
        "A failed statement costs itself.",
        "A foreign server that was down passed for a warehouse that was lost: everything UNKNOWN,"
        " and WarehouseDown.",
        "Lost is what has lost its connection; anything else is a failed statement.",
        ("one-relation-fails", "terminated"),
    ),
    Corrected(
        "No PASS comes from a table without rows.",
        "Orders that had lost their items were left out of both sums (PASS), and keys that were all"
        " NULL were nothing to judge (SKIP).",
        "What is on one side only is a difference; rows without a value are UNKNOWN.",
        ("items-gone", "keys-all-null", "times-unparsable"),
    ),
    Corrected(
        "A broken config changes nothing.",
        "One on a pipe that hung stopped all passes for good; one of 5,000 checks stopped them for"
        " 25 s; one that was cut off was taken.",
        "It is loaded beside the schedule, with a deadline; one without checks is refused.",
        ("config-hangs", "many-checks", "config-loses-checks", "config-cut"),
    ),
    Corrected(
        "A schedule does not go by the wall clock.",
        "Where the clocks went back, no pass ran for an hour, and every check paged.",
        "Every timer goes by the monotonic clock.",
        ("clocks-go-back", "clock-jumps"),
    ),
    Corrected(
        "Clients that do not read or write cost nobody else anything.",
        "With 275 half-open connections 30 of 30 scrapes got a 503; guesses of a password delayed"
        " the first right one by 18.8 s.",
        "Who is known has a share of his own, and who guesses waits for himself.",
        ("half-open", "guesses"),
    ),
    Corrected(
        "The gate stops bad data.",
        "A gate without a single check, and one that could not write its table, ended like a pass"
        " or like a finding.",
        "Nothing judged is 3, and a result that could not be written is 4.",
        ("nothing-to-judge", "warnings-unmeasured", "reader-gone", "disk-full"),
    ),
)


def table() -> str:
    """They as a table; every fault is one of this page."""
    known = {one.id for one in scenarios()}
    rows = []
    for one in CORRECTED:
        assert set(one.faults) <= known, one
        faults = ", ".join(f"`{fault}`" for fault in one.faults)
        rows.append(f"| {one.claim} | {one.seen} | {one.repair} | {faults} |\n")
    return "".join(rows)
