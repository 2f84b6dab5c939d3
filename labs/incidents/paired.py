"""docs/explanation/incident-pairs.md: who is paged when two incidents happen at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from labs.incidents.pairs import ABREAST, Seen
from labs.incidents.provenance import ROOT
from labs.incidents.replay import EVERY
from labs.incidents.unrelated import EXPECTED, REACH, TOGETHER, expected_pairs, unrelated_pairs

PATH = ROOT / "docs" / "explanation" / "incident-pairs.md"
SEEN = Path(__file__).with_name("paired.json")
COMMAND = "make incident-pairs"
DISAGREED = 35
"""Pairs that do not touch, and of which the rules believed that one may follow from the other, when
`EXPECTED` was written."""
Kept = Mapping[str, Any]


def write(found: Sequence[Seen], when: Mapping[str, str]) -> None:
    """Keep what was seen, and on which code, and write the page."""
    lines = ",\n".join(json.dumps(one.kept(), ensure_ascii=False) for one in found)
    head = json.dumps(when)[1:-1]
    SEEN.write_text(f'{{{head}, "seen": [\n{lines}\n]}}\n', encoding="utf-8")
    PATH.write_text(render(kept()), encoding="utf-8")


def kept() -> Kept:
    """What was seen when the page was last written."""
    found: Kept = json.loads(SEEN.read_text(encoding="utf-8"))
    return found


def of(found: Kept, size: int, *, related: bool) -> list[Kept]:
    """What was seen of one incident alone, or of two."""
    return [
        one for one in found["seen"] if len(one["incidents"]) == size and one["related"] == related
    ]


def right(some: Sequence[Kept]) -> int:
    """How many were as they have to be."""
    return sum(not one["complaints"] for one in some)


def render(found: Kept) -> str:
    """The page."""
    singly = of(found, 1, related=False)
    apart, together = (of(found, 2, related=related) for related in (False, True))
    text = HEAD.format(
        command=COMMAND, commit=found["commit"], on=found["on"], every=EVERY, abreast=ABREAST,
        singly=len(singly), singly_right=right(singly), apart=len(apart),
        apart_right=right(apart), possible=len(unrelated_pairs()),
        together=len(together), together_right=right(together),
    )  # fmt: skip
    rows = "".join(
        f"| `{name}` | {reach.changes} | {reach.reads} | {reach.because} |\n"
        for name, reach in REACH.items()
    )
    expected = "".join(
        f"| `{name}` | {cell(others, '`')} | {reason} |\n"
        for name, (reason, *others) in EXPECTED.items()
    )
    taken, unrelated = len(expected_pairs()), len(unrelated_pairs())
    expect = EXPECT.format(disagreed=DISAGREED, taken=taken, apart=taken + unrelated)
    parts = [
        text,
        wrong_ones(found["seen"], found.get("notes", ())),
        TABLE,
        rows,
        expect,
        expected,
        RELATED,
    ]
    parts += [related_row(one) for one in together]
    parts.append(APART)
    parts += [f"| {cell(one['incidents'], '`')} | {cell(one['titles'])} |\n" for one in apart]
    return "".join(parts)


def cell(some: Sequence[str], mark: str = "") -> str:
    """Some texts in a cell of a table, a line each."""
    return "<br>".join(f"{mark}{one.replace('|', '/')}{mark}" for one in some)


def wrong_ones(seen: Sequence[Kept], kept_notes: Sequence[str]) -> str:
    """What was not as it has to be; notes were written by hand after the run."""
    found = [
        f"- {cell(one['incidents'], '`').replace('<br>', ' + ')}: {'; '.join(one['complaints'])}\n"
        for one in seen
        if one["complaints"]
    ]
    notes = "".join(f"\n{note}\n" for note in kept_notes)
    return "\n## What was wrong\n\n" + ("".join(found) or "Nothing.\n") + notes


def related_row(one: Kept) -> str:
    """One related pair."""
    return f"| {cell(one['incidents'], '`')} | {why(*one['incidents'])} | {cell(one['titles'])} |\n"


def why(one: str, other: str) -> str:
    """Why two incidents are related."""
    if (one, other) in TOGETHER:
        return TOGETHER[(one, other)]
    cause = one if other in EXPECTED.get(one, ()) else other
    return EXPECTED[cause][0]


HEAD = """\
# Two incidents at once: who is paged

<!-- Written by `{command}`. Do not edit. -->

Two unrelated faults must be two pages, each with its own cause, title, owner and resolve. This page
says on which pairs of [incidents](incidents.md) that was tried, and what happened.

The `/metrics` of a healthy sample shop, and of {singly} incidents in it, were recorded once. Each
pair is a warehouse of its own, with its own `warehouse` label. {abreast} warehouses at once were
replayed into one Prometheus with the generated rules, and one Alertmanager with the generated
routes and templates: healthy, then both incidents from one scrape on, then repaired. Passes,
scrapes and evaluations were {every} s apart. It ran on {on}, on the code of commit `{commit}`.

| what | tried | right |
|---|---|---|
| one incident: one page that names it, and its resolve | {singly} | {singly_right} |
| two unrelated ones: the same two pages, same titles, same owners | {apart} | {apart_right} |
| two related ones: one or two pages, one names one of them | {together} | {together_right} |

All of the {possible} unrelated pairs are known from the table below; the pairs that were tried are
taken evenly from them. `python -m labs.incidents --pairs 1000` tries all.
"""
TABLE = """
## What each incident changes

This table was written by hand from what each incident does to the shop. The rules play no part in
it: it is what they are held against. Two incidents touch if one changes a column that the check
reads which names the other. `*` is all columns of a table, because rows come or go, or cannot be
read. `NAMES` and `TYPES` are those of the columns in the catalogue.

| incident | changes | its check reads | because |
|---|---|---|---|
"""
EXPECT = """
Some incidents do not touch, and yet somebody who knows the shop would take one for a consequence of
the other: where both begin at once, nobody could tell. All other pairs are unrelated.

This second table is a judgement, and it is not independent of the rules: it was written with the
{disagreed} pairs at hand on which the rules disagree with the first table. It takes {taken} of
them, and no others, out of the {apart} pairs that do not touch: of these {taken}, two pages are not
asked. With the first table alone they would be, and most of those that were tried would be wrong.

| after this | somebody expects | because |
|---|---|---|
"""
RELATED = """
## Related incidents

Those that touch were caused in one shop, the first before the second, and recorded together: the
metrics of both cannot be put together from those of each.

| incidents | why they are related | pages |
|---|---|---|
"""
APART = """
## Unrelated incidents

| incidents | pages |
|---|---|
"""
