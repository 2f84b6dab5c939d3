"""Write docs/explanation/ordinary-year.md from a simulated year: python -m labs.year [PART]..."""

import sys

from labs.year.document import PATH, render
from labs.year.found import PARTS, find


def main(parts: list[str]) -> int:
    """Live through the year, or some parts of it, a line per step on stderr."""
    if unknown := [part for part in parts if part not in PARTS]:
        print(f"no part {', '.join(unknown)}: there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    found = find(parts or [*PARTS], lambda line: print(line, file=sys.stderr, flush=True))
    PATH.write_text(render(found), encoding="utf-8")
    print(f"{PATH} written", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
