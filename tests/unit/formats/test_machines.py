"""JUnit XML and the workflow commands of GitHub: what stops the DAG, and nothing that it is not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from warehouse_exporter.cli.exit_codes import Exit, exit_code, stopping
from warehouse_exporter.core.accepted import Accepted
from warehouse_exporter.core.model import CheckId, Outcome, Result, Verdict
from warehouse_exporter.publish import machines

from tests.support.made import Said, found, pass_of, passed, skipped, unmeasured
from tests.support.warehouses import NOON
from tests.unit.test_exit_codes import CASES, GATE, NOTHING_JUDGED

NASTY = "50% of <b>&\"'\r\n::error::no\x1b[31m\x00 \ud800, a]]>b: ::set-output x"
"""Text that a channel or an event may be called."""


def made(said: Mapping[str, Said], style: str, **options: bool) -> str:
    """A pass in one of the forms."""
    done = pass_of({f"orders.{name}": verdicts for name, verdicts in said.items()})
    stops = stopping(done, GATE, **options)
    text: str = getattr(machines, style)(done.results, NOON, GATE, stops)
    return text


@pytest.mark.parametrize("options", [{}, {"strict": True}, {"allow_unmeasured": True}])
@pytest.mark.parametrize("said", [said for said, *_ in (*CASES, *NOTHING_JUDGED[:3])])
def test_a_ci_server_fails_whenever_the_gate_does(
    said: Mapping[str, Said], options: dict[str, bool]
) -> None:
    done = pass_of({f"orders.{name}": verdicts for name, verdicts in said.items()})
    stopped = exit_code(done, GATE, **options) is not Exit.OK
    root = ElementTree.fromstring(made(said, "junit", **options))
    assert stopped == ((root.get("failures"), root.get("errors")) != ("0", "0"))
    assert stopped == bool([*root.iter("failure"), *root.iter("error")])
    assert stopped == ("::error " in made(said, "github", **options))


def test_a_suite_counts_what_it_has() -> None:
    said = {"page": found(Outcome.CRITICAL, "0"), "both": unmeasured(), "ticket": skipped()}
    root = ElementTree.fromstring(made({**said, "quiet": passed()}, "junit"))
    (suite,) = root
    counts = {"tests": "4", "failures": "1", "errors": "1", "skipped": "1"}
    for element in (root, suite):
        assert {name: element.get(name) for name in counts} == counts
    assert suite.get("name") == "orders"
    assert [case.get("name") for case in suite] == ["page", "both", "ticket", "quiet"]
    assert [case.get("classname") for case in suite] == ["orders"] * 4
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert failure.get("type") == "critical"
    assert failure.get("message") == "0"


def test_a_warning_lets_the_build_pass_and_is_shown() -> None:
    text = made({"ticket": found(Outcome.WARNING), "page": passed()}, "junit")
    (told,) = ElementTree.fromstring(text).iter("system-out")
    assert (told.text or "").startswith("WARN: ")
    assert made({"ticket": found(Outcome.WARNING)}, "github").startswith("::warning title=WARN ")


def test_a_number_that_is_only_shown_is_no_case() -> None:
    done = pass_of({"orders.metric_shown": passed(), "orders.page": passed()})
    text = machines.junit(done.results, NOON, GATE, stopping(done, GATE))
    assert ElementTree.fromstring(text).get("tests") == "1"


def nasty() -> dict[CheckId, Result]:
    """A finding and something unmeasured, in words from the data."""
    check, blind = CheckId("orders", "page"), CheckId("orders", "both")
    fail = found(Outcome.CRITICAL).severity
    return {
        check: Result(check, (Verdict(Outcome.CRITICAL, NASTY, severity=fail),) * 2, NOON),
        blind: Result(blind, (Verdict(Outcome.UNMEASURED, NASTY),), NOON),
    }


def test_words_from_the_data_do_not_break_the_xml() -> None:
    text = machines.junit(nasty(), NOON, GATE, lambda check, verdict: True)
    root = ElementTree.fromstring(text.encode())
    (failure,) = root.iter("failure")
    assert (failure.get("message") or "").startswith("50% of <b>&\"'  ::error::no [31m")
    assert len((failure.text or "").splitlines()) == 2


def test_words_from_the_data_are_no_commands_of_github() -> None:
    text = machines.github(nasty(), NOON, GATE, lambda check, verdict: True)
    *commands, summary = text.splitlines()
    assert len(commands) == 3
    for line in commands:
        assert re.match(r"::error title=(FAIL|UNKNOWN) orders\.(page|both)::50%25 of <b>", line)
        assert line.isprintable()
    assert re.match(r"[0-9]+ FAIL, ", summary)


def test_an_accepted_finding_is_shown_and_fails_nothing() -> None:
    known = Accepted(NOON.date(), "it is being repaired", NOON + timedelta(days=1))
    said = {"page": replace(found(Outcome.CRITICAL, "0"), accepted=known), "both": passed()}
    text = made(said, "junit")
    assert 'failures="0" errors="0"' in text
    assert "FAIL (accepted): 0" in text
    assert made(said, "github").startswith("::notice title=FAIL (accepted) orders.page::")
