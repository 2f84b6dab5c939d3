"""Write docs/explanation/evidence.md from simulated shops: python -m labs.evidence."""

import sys

from labs.evidence.document import PATH, render
from labs.evidence.found import find, write


def main() -> None:
    """Judge all of the days, a line per step on stderr."""
    found = find(lambda line: print(line, file=sys.stderr, flush=True))
    write(found)
    PATH.write_text(render(found), encoding="utf-8")
    print(f"{PATH} written", file=sys.stderr)


if __name__ == "__main__":
    main()
