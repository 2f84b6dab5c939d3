"""Write the case study and its tables from the recorded events: python -m labs.case_study."""

import os
import sys
from pathlib import Path

from labs.case_study.document import DOCS, render
from labs.case_study.story import tell
from tests.conftest import EVENTS


def main() -> int:
    """Live through both fortnights, a line per morning on stderr; 2 without the events."""
    folder = Path(os.environ.get("WEB_EVENTS_DIR", EVENTS))
    if not any(folder.glob("events_*.csv.gz")):
        print(
            f"no recorded events in {folder}: set WEB_EVENTS_DIR to their folder", file=sys.stderr
        )
        return 2
    told = tell(folder, lambda line: print(line, file=sys.stderr, flush=True))
    for name, text in render(told).items():
        (DOCS / name).write_text(text, encoding="utf-8")
        print(f"{DOCS / name} written", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
