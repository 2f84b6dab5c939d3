"""Write docs/explanation/incidents.md: python -m labs.incidents makes incidents happen.

With names: play these alone, quickly, and print what is seen.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from labs.incidents import document
from labs.incidents.catalogue import INCIDENTS
from labs.incidents.course import Course, complaints
from labs.incidents.rhythm import PLUMBING, QUICK, SHIPPED
from labs.incidents.run import played, quiet_shop
from labs.incidents.shops import Shop

SEEDS = 5
"""Shops on which every incident is played with no patience at all; on the first, as shipped."""
ABREAST = 4
"""Chains at once where seconds are measured: as many as two processors bear."""


def tell(line: str) -> None:
    """Progress."""
    print(line, file=sys.stderr, flush=True)


def show(course: Course) -> None:
    """All that was seen of one."""
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


def some(names: list[str]) -> int:
    """Play a few; 1 if one was not as it has to be, 2 for an unknown name."""
    unknown = sorted(set(names) - set(INCIDENTS))
    if unknown:
        tell(f"no such incident: {', '.join(unknown)}; known: {', '.join(INCIDENTS)}")
        return 2
    with quiet_shop(0, tell) as shop:
        courses = played([INCIDENTS[name] for name in names], shop, QUICK, ABREAST, tell)
    for course in courses:
        print(course.incident)
        show(course)
    wrong = any(complaints(course.summary(), INCIDENTS[course.incident]) for course in courses)
    return int(wrong or len(courses) < len(names))


def everything() -> int:
    """All incidents as shipped on one shop, meanwhile on several; then the document."""
    every = list(INCIDENTS.values())
    with ExitStack() as undo, ThreadPoolExecutor(1) as beside:
        shops: list[Shop] = []
        for _ in range(SEEDS):
            after = shops[-1].seed if shops else 0
            shops.append(undo.enter_context(quiet_shop(after, tell)))
        tell(f"{len(every)} incidents as shipped, all at once: three quarters of an hour")
        shipped = beside.submit(played, every, shops[0], SHIPPED, len(every), tell)
        found = [c for shop in shops for c in played(every, shop, PLUMBING, ABREAST, tell)]
        found += shipped.result()
    missing = len(every) * (SEEDS + 1) - len(found)
    document.write(found)
    tell(f"{document.PATH} written; {missing} were not told, or did not end")
    return int(missing > 0)


def main(names: list[str]) -> int:
    """Some incidents, or all of them and the document."""
    return some(names) if names else everything()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
