"""What a page or an answer is narrowed to, as its address says it: `?verdict=critical&owner=bi`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from urllib.parse import urlencode

from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.core.model import SHOWN
from warehouse_exporter.history.model import PROBLEMS, State
from warehouse_exporter.server.web.lines import Line

PROBLEM = "problem"
"""The verdict of whatever somebody has to look at."""
VERDICTS = (PROBLEM, *(state.value for state in State))
WORDS = {word.lower(): outcome.value for outcome, word in SHOWN.items()}
"""The words of the tables, which people may write as well."""


@dataclass(frozen=True)
class Filter:
    """Which checks are wanted; '' wants all. `text` is looked for in names and sentences."""

    verdict: str = ""
    dataset: str = ""
    owner: str = ""
    kind: str = ""
    text: str = ""

    def __bool__(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self))

    def wants(self, line: Line) -> bool:
        """Whether a check is wanted."""
        if self.verdict == PROBLEM and line.state not in PROBLEMS:
            return False
        if self.verdict not in ("", PROBLEM, line.state.value):
            return False
        named = (
            (self.dataset, line.id.dataset),
            (self.owner, line.owner),
            (self.kind, line.check.kind.kind),
        )
        if any(wanted and wanted != found for wanted, found in named):
            return False
        text = self.text.lower()
        return not text or text in f"{line.id} {line.sentence} {line.owner}".lower()

    def of(self, lines: Iterable[Line]) -> list[Line]:
        """Those that are wanted, in the same order."""
        return [line for line in lines if self.wants(line)]

    def with_verdict(self, verdict: str) -> str:
        """The query string of the same filter with another verdict."""
        given = {one.name: getattr(self, one.name) for one in fields(self)} | {"verdict": verdict}
        return urlencode({name: text for name, text in given.items() if text})


NAMES = tuple(one.name for one in fields(Filter))


def read_filter(query: Mapping[str, str]) -> Filter:
    """The filter of a query string. Raises UsageError for a verdict that there is not."""
    given = {name: query.get(name, "").strip() for name in NAMES}
    verdict = given["verdict"].lower()
    given["verdict"] = WORDS.get(verdict, verdict)
    if given["verdict"] not in ("", *VERDICTS):
        raise UsageError(f"there is no verdict {verdict!r}: write one of {', '.join(VERDICTS)}")
    return Filter(**given)
