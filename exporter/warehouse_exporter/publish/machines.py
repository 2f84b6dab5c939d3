"""A pass in the forms that CI servers read: JUnit XML, and the workflow commands of GitHub.

What stops the DAG is a failure or an error there, and nothing else is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from xml.etree import ElementTree

from warehouse_exporter.config import Config
from warehouse_exporter.core.model import CheckId, Outcome, Result, Severity, Verdict
from warehouse_exporter.publish.report import Results, lines, on_one_line, shown, summary, word

Stops = Callable[[CheckId, Verdict], bool]
"""Whether a verdict on a check stops the DAG."""


def junit(results: Results, as_of: datetime, config: Config, stops: Stops) -> str:
    """JUnit XML: a suite for each dataset, a case for each check that has a limit.

    A critical finding is a failure. An unmeasured check is an error where it stops the DAG, else it
    is skipped, with the reason. A warning that lets the DAG go on is a passed case with output.
    """
    root = ElementTree.Element("testsuites", name="warehouse-exporter")
    judged = [one for one in results.values() if config.check(one.check).worst_severity is not None]
    for dataset in dict.fromkeys(one.check.dataset for one in judged):
        mine = [one for one in judged if one.check.dataset == dataset]
        root.append(suite(dataset, mine, as_of, stops))
    for count in ("tests", "failures", "errors", "skipped"):
        root.set(count, str(sum(int(one.get(count, "0")) for one in root)))
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def suite(
    dataset: str, results: Iterable[Result], as_of: datetime, stops: Stops
) -> ElementTree.Element:
    """The checks of one dataset."""
    cases = [case(one, stops) for one in results]
    made = ElementTree.Element(
        "testsuite", name=on_one_line(dataset), timestamp=f"{as_of:%Y-%m-%dT%H:%M:%S}", time="0"
    )
    counts = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    made.set("tests", str(len(cases)))
    for count, tag in counts.items():
        made.set(count, str(sum(one.find(tag) is not None for one in cases)))
    made.extend(cases)
    return made


def case(result: Result, stops: Stops) -> ElementTree.Element:
    """One check, with what was found."""
    made = ElementTree.Element(
        "testcase", classname=on_one_line(result.check.dataset),
        name=on_one_line(result.check.name), time="0",
    )  # fmt: skip
    stopping = [verdict for verdict in result.verdicts if stops(result.check, verdict)]
    failing = [verdict for verdict in stopping if verdict.outcome is not Outcome.UNMEASURED]
    worst = result.worst
    if failing:
        add(made, "failure", failing[0], [shown(one) for one in failing])
    elif stopping:
        add(made, "error", stopping[0], [shown(one) for one in stopping])
    elif worst.outcome in (Outcome.SKIPPED, Outcome.UNMEASURED):
        ElementTree.SubElement(made, "skipped", message=said(worst))
    elif worst.outcome is not Outcome.PASS:
        told = ElementTree.SubElement(made, "system-out")
        told.text = "\n".join(f"{word(one)}: {on_one_line(shown(one))}" for one in result.verdicts)
    return made


def add(case: ElementTree.Element, tag: str, verdict: Verdict, texts: Iterable[str]) -> None:
    """What made a case fail: the sentence, and those of the others it has."""
    kind = verdict.reason or verdict.severity or verdict.outcome
    found = ElementTree.SubElement(case, tag, message=said(verdict), type=kind.value)
    found.text = "\n".join(on_one_line(text) for text in texts)


def said(verdict: Verdict) -> str:
    """The sentence, with a word in front where it is no finding but not measured."""
    unknown = f"{word(verdict)}: " if verdict.outcome is Outcome.UNMEASURED else ""
    return unknown + on_one_line(shown(verdict))


def github(results: Results, as_of: datetime, config: Config, stops: Stops) -> str:
    """Workflow commands of GitHub Actions, worst first, and the summary."""
    return "\n".join([*commands(results, config, stops), summary(results, as_of)]) + "\n"


def commands(results: Results, config: Config, stops: Stops) -> Iterator[str]:
    """An error for what stops the DAG, a warning for other findings, a notice for quiet ones."""
    for check, verdict in lines(results):
        if config.check(check).worst_severity is None:
            continue
        if verdict.outcome in (Outcome.PASS, Outcome.SKIPPED):
            continue
        level = "error" if stops(check, verdict) else "warning"
        quiet = verdict.severity is Severity.INFO or verdict.accepted is not None
        level = "notice" if quiet else level
        title = escaped(f"{word(verdict)} {check}").replace(":", "%3A").replace(",", "%2C")
        yield f"::{level} title={title}::{escaped(shown(verdict))}"


def escaped(text: str) -> str:
    """Text that can neither end a workflow command nor begin another one."""
    return on_one_line(text).replace("%", "%25")
