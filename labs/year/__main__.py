"""Write docs/explanation/ordinary-year.md from a simulated year: python -m labs.year."""

import sys

from labs.year.document import PATH, render
from labs.year.found import find, write


def main() -> None:
    """Live through the year, a line per step on stderr."""
    found = find(lambda line: print(line, file=sys.stderr, flush=True))
    write(found)
    PATH.write_text(render(found), encoding="utf-8")
    print(f"{PATH} written", file=sys.stderr)


if __name__ == "__main__":
    main()
