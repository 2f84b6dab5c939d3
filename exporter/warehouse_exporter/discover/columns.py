"""Checks of single columns: completeness, days without a value, renamed columns, few values."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

from warehouse_exporter.core.wording import listed, per_cent
from warehouse_exporter.discover.known import Known
from warehouse_exporter.discover.limits import Level, above, graded, level_of
from warehouse_exporter.discover.limits import per_cent as written
from warehouse_exporter.discover.looks import in_words, named, snake
from warehouse_exporter.discover.model import Proposed
from warehouse_exporter.discover.sampling import Profile, Sample
from warehouse_exporter.sql import words
from warehouse_exporter.sql.words import render

COUNTED = 60
"""Columns of a table whose days are looked at."""
PLAIN, NEVER_EMPTY = 4, "> 1%"
"""How many columns are watched that were never empty and have no name that matters, and how."""
MOST = 12
"""Completeness checks of one table; an alarm for each column of a wide one helps nobody."""
GONE = 0.999
SPARSE = 0.5
MEANS = 0.8
"""A limit above it would say next to nothing."""
ALIKE = 0.8
IMPORTANT = (
    "id", "key", "revenue", "amount", "total", "price", "quantity", "status", "email", "source",
    "channel", "utm_source", "referrer", "url", "name", "type", "code", "date", "at", "ts",
)  # fmt: skip


def empty(profile: Profile) -> str:
    """The condition for a row without a value: NULL, NaN, and blank where the sample has that."""
    column = words.column(profile.name)
    if profile.type in ("numeric", "real", "double precision"):
        nan = words.compare(column, "=", words.string("NaN"))
        return render(words.either(words.is_null(column), nan))
    if profile.blanks:
        return render(words.either(words.is_null(column), words.is_blank(column)))
    return render(words.is_null(column))


def conditions(sample: Sample) -> dict[str, str]:
    """What to count on each day: rows without a value, and those without one of either name."""
    counted = dict(list(sample.profiles.items())[:COUNTED])
    found = {name: empty(profile) for name, profile in counted.items()}
    for one, other in renamed_pairs(sample):
        found[neither(one, other)] = f"({empty(one)}) AND ({empty(other)})"
    return found


def neither(one: Profile, other: Profile) -> str:
    """The name of the count of rows with neither of two columns."""
    return f"{one.name}\0{other.name}"


def renamed_pairs(sample: Sample) -> list[tuple[Profile, Profile]]:
    """Columns that are called alike, of which no row has both."""
    found = []
    gaps = [profile for profile in sample.profiles.values() if profile.missing > 0]
    for one, other in combinations(gaps, 2):
        if not one.values or not other.values or not alike(one.name, other.name):
            continue
        rows = sample.pairs((one.name, other.name))
        if not any((a or "").strip() and (b or "").strip() for a, b in rows):
            found.append((one, other))
    return found


def alike(one: str, other: str) -> bool:
    """Whether two names may be spellings of one."""
    a, b = snake(one), snake(other)
    return a == b or difflib.SequenceMatcher(a=a, b=b).ratio() >= ALIKE


def checks(known: Known) -> Iterator[Proposed]:
    """All checks of columns, those of renamed ones first."""
    pairs = renamed_pairs(known.sample)
    both = {profile.name for pair in pairs for profile in pair}
    for one, other in pairs:
        yield from renamed(known, one, other)
    single = [p for p in known.profiles.values() if p.name not in both]
    ranked = sorted(single, key=lambda profile: not important(known, profile))
    made = [found for profile in ranked for found in of_column(known, profile)]
    found = [one for one in made if "FOUND" in one.why]
    rest = [one for one in made if one not in found and not is_plain(one)]
    plain = [one for one in made if is_plain(one)]
    yield from (*found, *rest[: max(MOST - len(found), 0)], *plain[:PLAIN])


def is_plain(one: Proposed) -> bool:
    """Whether it is about a column that was never empty, and nothing else is known of it."""
    return bool(one.written.get("completeness", {}).get("warning") == NEVER_EMPTY)


def important(known: Known, profile: Profile) -> bool:
    """Whether a column without values would break what is built on it."""
    key = known.key.columns if known.key else ()
    return profile.name in (known.time, *key) or named(profile.name, IMPORTANT)


def shares_of(known: Known, name: str, profile: Profile) -> Level | None:
    """What share of rows had no value on past days, or in the sample."""
    if known.past is not None and known.past.days:
        if name not in known.past.days[0].counts:
            return None
        return level_of(known.past.shares(name))
    return Level(profile.missing, profile.rows, 1) if profile.rows else None


def of_column(known: Known, profile: Profile) -> Iterator[Proposed]:
    """What there is to say about missing values of a column."""
    level = shares_of(known, profile.name, profile)
    if level is None or profile.name in known.found.required:
        return
    blank = {"blank_is_missing": True} if profile.blanks else {}
    if level.changed is not None and level.after >= GONE:
        yield gone(known, profile, level, blank)
        if not known.daily:
            return
    if level.most >= GONE:
        return
    if level.most > SPARSE or above(level) > MEANS:
        if level.changed is None and known.daily and (1 - level.most) * level.rows >= 20:
            yield Proposed(
                {"absent_day": {"column": profile.name, **blank, "warning": "> 0"}},
                f"on every day some rows have a value: at least {per_cent(1 - level.most, 1)}",
            )
        return
    if level.most == 0 and level.changed is None and not level.apart:
        if important(known, profile):
            by_day = known.usual if profile.name != known.time else {}
            never = {**by_day, "critical": "> 0"}
            yield completeness(known, profile, blank, never, said(known, level))
        else:
            yield completeness(known, profile, blank, {"warning": NEVER_EMPTY}, said(known, level))
        return
    yield completeness(known, profile, blank, graded(above(level)), said(known, level))


def completeness(
    known: Known, profile: Profile, blank: Mapping[str, Any], limits: Mapping[str, Any], why: str
) -> Proposed:
    """That a column has values."""
    parameters = {"column": profile.name, **blank, **known.window, **limits}
    return Proposed({"completeness": parameters}, why)


def said(known: Known, level: Level) -> str:
    """What the share without a value was, and what stood out."""
    if known.past is None or not known.past.days:
        some = share(level.most) if level.most else "none"
        return f"{some} of {known.sample.rows:,} sampled rows without a value"
    ordinary = "ordinary " if level.apart or level.changed else ""
    on = f"on {level.days} {ordinary}{'day' if level.days == 1 else 'days'}"
    text = f"at most {share(level.most)} without a value {on}"
    if level.most == 0:
        text = f"never empty {on}"
    if level.changed is not None:
        text += (
            f". FOUND: it rose from {share(level.before)} to {share(level.after)} on"
            f" {level.changed}, and stayed there"
        )
    elif level.apart:
        text += f". FOUND: much more on {listed([str(day) for day in level.apart], 5)}"
    return text


def share(value: float) -> str:
    """A share in per cent."""
    return per_cent(value, 2 if value < 0.1 else 1)


def gone(known: Known, profile: Profile, level: Level, blank: Mapping[str, Any]) -> Proposed:
    """A column that has no value any more; of a table that has ended, over all its rows."""
    why = (
        f"FOUND: no row has a value since {level.changed}; before, {share(1 - level.before)} of"
        " rows had one"
    )
    if known.daily:
        parameters = {"column": profile.name, **blank, "critical": "> 0"}
        return Proposed({"absent_day": parameters}, why)
    limit = between(known, profile, level)
    parameters = {"column": profile.name, **blank, "window": "all"}
    return Proposed({"completeness": {**parameters, "critical": f"> {written(limit)}"}}, why)


def between(known: Known, profile: Profile, level: Level) -> float:
    """A limit for all rows: between the share without a value before the change, and now."""
    days = known.past.days if known.past is not None else ()
    before = [day for day in days if level.changed is None or day.day < level.changed]
    now, then = (
        sum(day.counts[profile.name] for day in some) / max(sum(day.rows for day in some), 1)
        for some in (days, before)
    )
    return round((now + then) / 2, 3)


def renamed(known: Known, one: Profile, other: Profile) -> Iterator[Proposed]:
    """Two columns of which one follows the other: both are watched as one."""
    if known.past is None or not known.past.days:
        return
    first, second = one, other
    begins = {p.name: first_day(known, p) for p in (one, other)}
    if (begins[one.name] or "") > (begins[other.name] or ""):
        first, second = other, one
    level = level_of(known.past.shares(neither(one, other)))
    if level is None:
        return
    name = f"no_{snake(second.name)}"[:63]
    blank = first.blanks or second.blanks
    failing = " and ".join(
        f"coalesce(trim({in_words(p.name)}), '') = ''" if blank else f"{in_words(p.name)} is null"
        for p in (first, second)
    )
    yield Proposed(
        {
            "rows": {
                "name": name,
                "title": f"no {snake(second.name).replace('_', ' ')}"[:80],
                "failing": failing,
                **known.window,
                **graded(above(level)),
            }
        },
        f"FOUND: {first.name} seems to have been renamed to {second.name}:"
        f" {second.name} has values since {begins[second.name]}, and no row has both."
        f" Rows with neither: {said(known, level)}",
    )
    ended = shares_of(known, first.name, first)
    if ended is not None and ended.changed is not None and ended.after >= GONE:
        made = gone(known, first, ended, {"blank_is_missing": True} if first.blanks else {})
        advice = f"accept it, or delete this check, once everybody reads {second.name}"
        yield replace(made, why=f"{made.why}: {advice}")


def first_day(known: Known, profile: Profile) -> str | None:
    """The first day on which a column has values."""
    assert known.past is not None
    for day in known.past.days:
        if day.counts.get(profile.name, day.rows) < day.rows:
            return str(day.day)
    return None


def duplicates(known: Known) -> Iterator[Proposed]:
    """That keys are unique, where the database does not see to it."""
    if known.key is not None and not known.key.enforced:
        never = {**known.usual, "critical": "> 0"}
        yield Proposed({"duplicates": never}, f"the key: {known.key.why}")
    for profile in known.profiles.values():
        if known.key is not None and profile.name in known.key.columns:
            continue
        if any({profile.name} == set(unique) for unique in known.relation.unique):
            continue
        few = len(profile.counts) >= 20 and len(profile.counts) > 0.95 * len(profile.values)
        sparse = profile.missing > SPARSE
        if few and sparse and snake(profile.name) in TRANSACTIONS:
            twice = len(profile.values) - len(profile.counts)
            yield Proposed(
                {"duplicates": {"key": profile.name, "name": f"duplicates_{snake(profile.name)}",
                                **known.usual, "critical": "> 0"}},
                f"{len(profile.counts):,} different values in {len(profile.values):,} sampled rows"
                + (f". FOUND: {twice} occur twice" if twice else ""),
            )  # fmt: skip


TRANSACTIONS = tuple(
    f"{thing}_{end}"
    for thing in ("transaction", "order", "purchase", "invoice", "payment")
    for end in ("id", "no", "number", "key", "code")
)
