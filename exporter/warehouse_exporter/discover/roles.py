"""Which column of a table is its time, its arrival time and its key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from warehouse_exporter.core.relation import Relation
from warehouse_exporter.discover.looks import bare, named, singular, snake
from warehouse_exporter.discover.sampling import TIMES, Profile, Sample
from warehouse_exporter.engines.base import Surveyed

ARRIVAL = (
    "loaded_at", "load_ts", "load_time", "load_date", "loaded", "ingested_at", "ingestion_time",
    "inserted_at", "synced_at", "_synced", "extracted_at", "etl_at", "etl_time", "received_at",
    "imported_at", "dw_created_at", "batch_time", "_loaded_at", "fivetran_synced",
    "airbyte_extracted_at", "airbyte_emitted_at", "sdc_batched_at", "sdc_received_at",
)  # fmt: skip
EVENT = (
    "event_ts", "event_time", "event_timestamp", "occurred_at", "happened_at", "order_ts",
    "ordered_at", "order_date", "order_time", "placed_at", "purchased_at", "session_start",
    "started_at", "start_time", "timestamp", "ts", "event_date", "payment_date", "paid_at",
    "rental_date", "transaction_date", "invoice_date", "created_at", "create_date", "created",
    "creation_date", "createdat", "date", "day", "datetime", "time", "run_timestamp", "sent_at",
    "logged_at", "shipped_date", "shipped_at", "registered_at", "signup_date", "sale_date",
)  # fmt: skip
"""Names of the time at which something happened, the best first."""
NEVER = (
    "birth", "birthday", "dob", "due", "valid", "expires", "expiry", "deleted", "until", "to",
    "required", "end", "ended", "hire", "hired", "return", "returned", "release", "next",
)  # fmt: skip
"""Words of times that are of a person, lie ahead, or come later."""
CHANGED = ("updated", "modified", "update", "changed", "last")
"""Words of the time of the last change: a row moves from day to day."""


@dataclass(frozen=True)
class Key:
    """The columns that identify a row, and why; `sure` where a constraint or all rows say so.

    `enforced`: the database lets no row be twice.
    """

    columns: tuple[str, ...]
    why: str
    enforced: bool = False


def time_of(sample: Sample, name: str) -> tuple[str | None, str]:
    """The column with the time at which things happened, and why; None where there is none."""
    found = [p for p in sample.profiles.values() if p.is_time and not is_arrival(p.name)]
    usable = [p for p in found if not set(snake(p.name).split("_")) & set(NEVER)]
    ranked = sorted(usable, key=lambda p: (rank(p, bare(name)), p.missing))
    if ranked and ranked[0].missing < 0.5:
        best = ranked[0]
        others = [p.name for p in found if p is not best]
        why = f"other times: {', '.join(others[:6])}" if others else ""
        if best.is_text:
            why = f"text with times; {why}".rstrip("; ")
        return best.name, why
    arrivals = [p for p in sample.profiles.values() if p.is_time and is_arrival(p.name)]
    if arrivals:
        return arrivals[0].name, "the time of arrival: there is no other"
    return None, ""


def rank(profile: Profile, table: str) -> tuple[float, int]:
    """How well a column fits as the time of a table: the less, the better."""
    name = snake(profile.name)
    words = set(name.split("_"))
    if words & set(CHANGED):
        place = 500.0
    elif name in EVENT:
        place = float(EVENT.index(name))
    elif singular(table).split("_")[-1] in words:
        place = 5.5
    else:
        place = 100.0
    return place + 30 * (profile.type == "date") + 20 * (profile.type not in TIMES), 0


def is_arrival(name: str) -> bool:
    """Whether a column says when a row was loaded."""
    return snake(name) in {snake(one) for one in ARRIVAL}


def loaded_of(sample: Sample, time: str | None) -> str | None:
    """The column with the time of arrival, if it is another one than the time."""
    for profile in sample.profiles.values():
        if is_arrival(profile.name) and profile.type in TIMES[:2] and profile.name != time:
            return profile.name if profile.missing < 0.5 else None
    return None


def key_of(found: Surveyed, relation: Relation, sample: Sample) -> Key | None:
    """The key: what the database enforces, else what names and the sample say."""
    readable = {c.name for c in relation.columns.values() if c.readable}
    if found.primary and set(found.primary) <= readable:
        return Key(found.primary, "the primary key", enforced=True)
    for unique in sorted(relation.unique, key=lambda one: (len(one), sorted(one))):
        if unique <= found.required & readable:
            ordered = tuple(name for name in relation.columns if name in unique)
            return Key(ordered, "a unique index", enforced=True)
    if sample.rows < 2:
        return None
    named_like_it = [p for p in sample.profiles.values() if is_key_name(p.name, found.name[-1])]
    for profile in named_like_it:
        if is_nearly_unique(profile):
            twice = "no value is twice" if profile.distinct else "some values are twice"
            return Key((profile.name,), f"by its name; {twice} in {sample.rows:,} rows")
    return composite(sample, relation.columns)


def is_key_name(name: str, table: str) -> bool:
    """Whether a column is called like the key of its table: `id`, or `order_id` of orders."""
    own, column = bare(table), snake(name)
    words = {own, singular(own), singular(own).split("_")[-1]}
    return column in ("id", "uuid", "guid") or any(
        column == f"{word}_{end}" for word in words for end in ("id", "key", "uuid", "no", "number")
    )


def is_nearly_unique(profile: Profile) -> bool:
    """Whether a column looks unique but for a few mistakes."""
    given = len(profile.values)
    return given > 0.98 * profile.rows and len(profile.counts) > 0.98 * given


def composite(sample: Sample, columns: Iterable[str]) -> Key | None:
    """Two columns that identify a row together, in a sample that is large enough."""
    parts = [name for name in columns if name in sample.profiles and is_part(name)]
    singly = [name for name in parts if sample.profiles[name].distinct]
    if singly or sample.rows < 50:
        return None
    for pair in combinations(parts[:6], 2):
        if sample.unique(pair) and repeats(sample, pair):
            return Key(pair, f"no pair is twice in {sample.rows:,} rows")
    return None


def is_part(name: str) -> bool:
    """Whether a column may be a part of a key."""
    return named(name, ("id", "key", "no", "number", "line", "position", "date", "day", "month"))


def repeats(sample: Sample, pair: Sequence[str]) -> bool:
    """Whether each of the columns repeats often enough for the pair to mean something."""
    return all(len(sample.profiles[name].counts) < 0.8 * sample.rows for name in pair)
