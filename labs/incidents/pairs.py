"""Two incidents at once in one shop: who is paged of what.

Of two unrelated faults there must be two pages, each with its own cause, title, owner and end.
What is unrelated say tables that were written by hand (`unrelated.py`). Of two related faults one
page may be enough, if it names one of them; there is never none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labs.incidents.recording import both, names, recorded
from labs.incidents.replay import EVERY, Scene, Told, replayed
from labs.incidents.unrelated import TOGETHER, expected_pairs, unrelated_pairs

ABREAST = 27
"""Warehouses in one Prometheus: as many as two busy processors evaluate in time."""
ENOUGH = 108
"""Unrelated pairs that a campaign tries, if nobody asks for another number."""
FEW = 12
"""Pairs of which one may be taken for a consequence of the other, and that are tried."""
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Seen:
    """What was seen of incidents together."""

    incidents: tuple[str, ...]
    related: bool
    titles: tuple[str, ...]
    owners: tuple[str, ...]
    complaints: tuple[str, ...]

    def kept(self) -> dict[str, Any]:
        """As JSON."""
        return dict(vars(self))


def scene(*incidents: str) -> Scene:
    """Incidents that do not touch each other: their metrics are put together."""
    shop = recorded()
    return Scene(incidents, [shop.incidents[name] for name in incidents])


def scene_of_one_shop(pair: tuple[str, ...]) -> Scene:
    """Two incidents that were caused in one shop, and recorded together."""
    return Scene(pair, [recorded().together[both(pair)]])


def played(scenes: Sequence[Scene], tell: Tell) -> Sequence[Scene]:
    """Replay all scenes, some at once."""
    for begin in range(0, len(scenes), ABREAST):
        some = scenes[begin : begin + ABREAST]
        tell(f"scenes {begin + 1} to {begin + len(some)} of {len(scenes)}")
        replayed(recorded(), some, EVERY, tell)
    return scenes


def chosen(pairs: Sequence[tuple[str, str]], number: int) -> list[tuple[str, str]]:
    """So many of the pairs, taken evenly."""
    wanted = min(number, len(pairs))
    return [pairs[place * len(pairs) // wanted] for place in range(wanted)]


def wrong_alone(seen: Scene) -> list[str]:
    """What is not as it has to be of one incident: one page that names it, and its end."""
    (name,), begun = seen.incidents, list(seen.begun.values())
    if len(begun) != 1:
        return [f"{len(begun)} pages: {sorted(one.title for one in begun)}"]
    found = [] if begun[0].names(name) else [f"the page names another cause: {begun[0].checks}"]
    return found + unended(seen)


def unended(seen: Scene) -> list[str]:
    """The pages that are not told once and ended once."""
    return [
        f"{incident} was not told once and ended once"
        for incident in seen.begun
        if seen.stories(incident) != [False, True]
    ]


def wrong_apart(seen: Scene, singly: Mapping[str, Told]) -> list[str]:
    """The same of two unrelated ones: the two pages that each has alone."""
    if missing := [name for name in seen.incidents if name not in singly]:
        return [f"{name} is no page by itself" for name in missing]
    begun, found = seen.begun, []
    wanted = {name: singly[name] for name in seen.incidents}
    expected = {one.incident for one in wanted.values()}
    if set(begun) != expected or len(expected) < len(wanted):
        return [f"paged of {sorted(begun)}, not of {sorted(expected)}"]
    for name, page in wanted.items():
        now = begun[page.incident]
        if not now.names(name):
            found.append(f"the page of {name} names another cause: {now.checks}")
        if page.sentence not in seen.sentences(page.incident):
            found.append(f"the page of {name} has another title: {now.title}")
        if now.owners != page.owners:
            found.append(f"the page of {name} has other owners: {now.owners}")
    if len({one.title for one in begun.values()}) != len(begun):
        found.append("two pages have the same title")
    return found + unended(seen)


def wrong_together(seen: Scene) -> list[str]:
    """The same of two related ones: one or two pages, and one that names one of them."""
    begun = list(seen.begun.values())
    found = [] if len(begun) in (1, 2) else [f"{len(begun)} pages"]
    if not any(page.names(name) for page in begun for name in seen.incidents):
        found.append("no page names one of them")
    return found + unended(seen)


def seen_of(one: Scene, related: bool, complaints: Iterable[str]) -> Seen:
    """What is kept of a scene."""
    pages = list(one.begun.values())
    return Seen(
        one.incidents,
        related,
        tuple(page.title for page in pages),
        tuple(page.owners for page in pages),
        tuple(complaints),
    )


def campaign(number: int, tell: Tell) -> list[Seen]:
    """Each incident alone, so many unrelated pairs, and some related ones."""
    singly = [scene(name) for name in names()]
    apart = [scene(*pair) for pair in chosen(unrelated_pairs(), number)]
    together = [scene(*pair) for pair in chosen(expected_pairs(), FEW)]
    together += [scene_of_one_shop(pair) for pair in TOGETHER]
    played([*singly, *apart, *together], tell)
    pages = first_pages(singly)
    found = [
        *(seen_of(one, False, wrong_alone(one)) for one in singly),
        *(seen_of(one, False, wrong_apart(one, pages)) for one in apart),
        *(seen_of(one, True, wrong_together(one)) for one in together),
    ]
    for one in found:
        for line in one.complaints:
            tell(f"NOT AS IT HAS TO BE: {both(one.incidents)}: {line}")
    return found


def first_pages(singly: Iterable[Scene]) -> dict[str, Told]:
    """The page of each incident by itself, where there is one."""
    return {one.incidents[0]: page for one in singly for page in [*one.begun.values()][:1]}
