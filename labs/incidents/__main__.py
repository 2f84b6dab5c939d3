"""Make incidents happen in the sample shop, with real servers, and see who is notified of what."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from labs.incidents import document, paired, pairs, recording
from labs.incidents.catalogue import GROUPS, INCIDENTS
from labs.incidents.course import Course, complaints
from labs.incidents.incident import Incident
from labs.incidents.provenance import stamp
from labs.incidents.rhythm import PLUMBING, QUICK, SHIPPED, Rhythm
from labs.incidents.run import played, quiet_shop

RHYTHMS = {"quick": QUICK, "plumbing": PLUMBING, "shipped": SHIPPED}
EXAMPLES = """\
examples:
  python -m labs.incidents --list                  the names of all incidents
  python -m labs.incidents feed-stops new-column   play two, and print who is notified (2 minutes)
  python -m labs.incidents --all --write           play all, and write docs/explanation/incidents.md
  python -m labs.incidents feed-stops --write      play one again, and write its lines there anew
  python -m labs.incidents --record                record their metrics, which --pairs replays
  python -m labs.incidents --pairs                 replay two at once, and write incident-pairs.md

It needs prometheus and prometheus-alertmanager. Progress is on stderr. The exit code is 0 if
everything was as it has to be, 1 if not, 2 if the command was wrong.
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    found = argparse.ArgumentParser(
        "python -m labs.incidents",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    found.add_argument("names", nargs="*", metavar="NAME", help="incidents to play, by name")
    found.add_argument("--all", action="store_true", help="play all incidents")
    found.add_argument("--list", action="store_true", help="print the names of all incidents")
    found.add_argument(
        "--write", action="store_true", help="keep what is seen, and write the document with it"
    )
    found.add_argument(
        "--rhythm",
        choices=RHYTHMS,
        default="quick",
        help="quick: 20 times as fast as shipped; plumbing: nobody waits; shipped: an hour for all",
    )
    found.add_argument("--shops", type=int, default=1, metavar="N", help="on so many shops")
    found.add_argument(
        "--abreast", type=int, default=document.ABREAST, metavar="N", help="so many chains at once"
    )
    found.add_argument("--record", action="store_true", help="record the metrics of incidents")
    found.add_argument(
        "--pairs",
        type=int,
        nargs="?",
        const=pairs.ENOUGH,
        metavar="N",
        help=f"replay N unrelated pairs, default {pairs.ENOUGH}, and write their document",
    )
    return found


def tell(line: str) -> None:
    """Progress."""
    print(line, file=sys.stderr, flush=True)


def show(course: Course) -> None:
    """All that was seen of one."""
    print(course.incident)
    for place, notice in enumerate(course.told):
        if place == course.told_until_repair:
            print("  repaired")
        word = "resolved" if notice.resolved else "told"
        print(f"  {word:8} {notice.to:28} {notice.title}")
    for line in course.spoken:
        print(f"  fires    {line}")
    for line in course.silent:
        print(f"  silent   {line}")
    for line in complaints(course.summary(), INCIDENTS[course.incident]):
        print(f"  NOT AS IT HAS TO BE: {line}")


def listed() -> int:
    """Print the names of all incidents."""
    for title, incidents in GROUPS.items():
        print(title)
        for one in incidents:
            print(f"  {one.name:22} {one.meaning}")
    return 0


def singly(some: Sequence[Incident], rhythm: Rhythm, shops: int, abreast: int, keep: bool) -> int:
    """Play incidents one by one, on one shop or several; 1 if one was not as it has to be."""
    courses: list[Course] = []
    seed, when = 0, stamp()
    for place in range(1, shops + 1):
        with quiet_shop(seed, tell) as shop:
            seed = shop.seed
            tell(f"shop {place} of {shops}: {len(some)} incidents, {rhythm.name}")
            courses += played(some, shop, rhythm, abreast, tell)
    for course in courses:
        show(course)
    if keep:
        document.write(courses, when)
        tell(f"{document.PATH} written")
    wrong = sum(bool(complaints(one.summary(), INCIDENTS[one.incident])) for one in courses)
    missing = len(some) * shops - len(courses)
    tell(f"{len(courses)} played; {wrong} not as they have to be, {missing} without an end")
    return int(wrong > 0 or missing > 0)


def in_pairs(number: int) -> int:
    """Two incidents at once; 1 if one pair was not as it has to be."""
    when = stamp()
    found = pairs.campaign(number, tell)
    paired.write(found, when)
    wrong = sum(bool(one.complaints) for one in found)
    tell(f"{paired.PATH} written; {len(found)} scenes, {wrong} not as they have to be")
    return int(wrong > 0)


def main(arguments: Sequence[str]) -> int:
    """What was asked for."""
    asks = parser()
    asked = asks.parse_args(arguments)
    unknown = sorted(set(asked.names) - set(INCIDENTS))
    if unknown:
        asks.error(f"no such incident: {', '.join(unknown)}; --list prints all names")
    for option in ("shops", "abreast", "pairs"):
        if getattr(asked, option) is not None and getattr(asked, option) < 1:
            asks.error(f"--{option} must be 1 or more")
    if asked.list:
        return listed()
    if asked.record:
        recording.record(tell)
        return 0
    if asked.pairs:
        return in_pairs(asked.pairs)
    chosen = INCIDENTS.values() if asked.all else [INCIDENTS[name] for name in asked.names]
    if not chosen:
        asks.error("which incidents? Give names, or --all; --list prints all names")
    rhythm = RHYTHMS[asked.rhythm]
    return singly(list(chosen), rhythm, asked.shops, asked.abreast, asked.write)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
