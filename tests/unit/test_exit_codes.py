"""Exit codes: what stops the DAG, and what does not."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from warehouse_exporter.cli.exit_codes import Exit, exit_code
from warehouse_exporter.core.model import Outcome, Severity

from tests.support.made import Said, config, found, pass_of, passed, skipped, unmeasured

GATE = config(
    "volume: {name: page, critical: '< 5'}\n"
    "volume: {name: both, warning: '< 9', critical: '< 5'}\n"
    "volume: {name: ticket, warning: '< 9'}\n"
    "volume: {name: quiet, info: '< 9'}",
    more="metrics: {shown: {dataset: orders, count: '*'}}",
)
FAIL = found(Outcome.CRITICAL)
WARN = found(Outcome.WARNING)
INFO = found(Outcome.WARNING, severity=Severity.INFO)
CASES: list[tuple[Mapping[str, Said], Exit, Exit, Exit]] = [
    ({"page": passed(), "quiet": skipped()}, Exit.OK, Exit.OK, Exit.OK),
    ({"page": skipped()}, Exit.OK, Exit.OK, Exit.OK),
    ({"page": FAIL}, Exit.CRITICAL, Exit.CRITICAL, Exit.CRITICAL),
    ({"page": (passed(), FAIL, passed())}, Exit.CRITICAL, Exit.CRITICAL, Exit.CRITICAL),
    ({"both": WARN}, Exit.OK, Exit.CRITICAL, Exit.OK),
    ({"ticket": WARN, "page": passed()}, Exit.OK, Exit.CRITICAL, Exit.OK),
    ({"quiet": INFO}, Exit.OK, Exit.OK, Exit.OK),
    ({"page": unmeasured()}, Exit.UNMEASURED, Exit.UNMEASURED, Exit.OK),
    ({"both": unmeasured()}, Exit.UNMEASURED, Exit.UNMEASURED, Exit.OK),
    ({"ticket": unmeasured(), "page": passed()}, Exit.OK, Exit.UNMEASURED, Exit.OK),
    ({"quiet": unmeasured(), "page": passed()}, Exit.OK, Exit.OK, Exit.OK),
    ({"page": unmeasured(), "both": FAIL}, Exit.CRITICAL, Exit.CRITICAL, Exit.CRITICAL),
    ({"page": unmeasured(), "both": WARN}, Exit.UNMEASURED, Exit.CRITICAL, Exit.OK),
    ({"page": unmeasured(), "quiet": INFO}, Exit.UNMEASURED, Exit.UNMEASURED, Exit.OK),
]
NOTHING_JUDGED: list[tuple[Mapping[str, Said], Exit]] = [
    ({"ticket": unmeasured()}, Exit.OK),
    ({"ticket": unmeasured(), "page": skipped()}, Exit.OK),
    ({"quiet": unmeasured()}, Exit.OK),
    ({}, Exit.UNMEASURED),
    ({"shown": skipped()}, Exit.UNMEASURED),
]
"""What is said of every check, and the code where unmeasured checks are allowed."""


@pytest.mark.parametrize(("said", "code", "strict", "allowing"), CASES)
def test_the_exit_code(said: Mapping[str, Said], code: Exit, strict: Exit, allowing: Exit) -> None:
    done = pass_of({f"orders.{name}": verdicts for name, verdicts in said.items()})
    assert exit_code(done, GATE) == code
    assert exit_code(done, GATE, strict=True) == strict
    assert exit_code(done, GATE, allow_unmeasured=True) == allowing


@pytest.mark.parametrize(("said", "allowing"), NOTHING_JUDGED)
def test_a_gate_that_judged_nothing_stops_the_dag(said: Mapping[str, Said], allowing: Exit) -> None:
    named = {"shown": "metric_shown"}
    done = pass_of({f"orders.{named.get(name, name)}": found for name, found in said.items()})
    assert exit_code(done, GATE) == Exit.UNMEASURED
    assert exit_code(done, GATE, strict=True) == Exit.UNMEASURED
    assert exit_code(done, GATE, allow_unmeasured=True) == allowing


def test_the_numbers_are_those_that_are_documented() -> None:
    assert {code.name: int(code) for code in Exit} == {
        "OK": 0, "CRITICAL": 1, "USAGE": 2, "UNMEASURED": 3, "OUTPUT": 4,
    }  # fmt: skip
