"""One incident from beginning to end: broken, told, repaired, over."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import httpx

from tests.incidents.chain import Chain
from tests.incidents.incident import Incident
from tests.incidents.notices import Notice
from tests.serving import wait_for


@dataclass(frozen=True)
class Held:
    """An alert that fired, and whether it went without saying."""

    alert: str
    check: str
    """`dataset.check`; empty for one about ourselves."""
    severity: str
    inhibited: bool


@dataclass(frozen=True)
class Course:
    """What was seen of an incident. Seconds are since it was broken or, once it was, repaired."""

    incident: str
    seed: int
    rhythm: str
    told: list[Notice] = field(default_factory=list)
    """While it was broken."""
    after: list[Notice] = field(default_factory=list)
    """Once it was repaired."""
    held: list[Held] = field(default_factory=list)
    """What fired when everything had been told."""

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        return asdict(self)

    @classmethod
    def of_json(cls, found: dict[str, Any]) -> Course:
        """From a file."""
        notices = {name: [Notice(**one) for one in found[name]] for name in ("told", "after")}
        return cls(**{**found, **notices, "held": [Held(**one) for one in found["held"]]})


def play(incident: Incident, chain: Chain, seed: int) -> Course:
    """Break, wait for the first message and for what else there is, repair, wait for the end.

    AssertionError where nobody is told, or where it does not end.
    """
    rhythm = chain.rhythm
    wait_for(lambda: not chain.firing(), rhythm.patience)
    begun = len(chain.told())
    incident.break_(chain)
    broken = time.time()
    look(chain)
    wait_for(lambda: len(chain.told()) > begun, rhythm.patience)
    time.sleep(rhythm.settles)
    held = sorted((of_alert(alert) for alert in chain.firing()), key=str)
    told = chain.told()[begun:]
    incident.repair(chain)
    repaired = time.time()
    look(chain)
    wait_for(lambda: not chain.firing() and over(chain.told()[begun:]), rhythm.patience)
    time.sleep(rhythm.settles / 2)
    after = chain.told()[begun + len(told) :]
    return Course(
        incident.name, seed, rhythm.name, since(told, broken), since(after, repaired), held
    )


def look(chain: Chain) -> None:
    """Let the exporter look at once, where time is not what is measured."""
    if chain.rhythm.looks:
        with suppress(httpx.HTTPError):
            chain.collect()


def of_alert(alert: dict[str, Any]) -> Held:
    """An alert as Alertmanager has it."""
    labels = alert["labels"]
    check = f"{labels['dataset']}.{labels.get('check', '')}" if "dataset" in labels else ""
    inhibited = bool(alert["status"]["inhibitedBy"])
    return Held(labels["alertname"], check, labels["severity"], inhibited)


def over(told: list[Notice]) -> bool:
    """Whether everybody who was told was told that it is over."""
    last = {(notice.to, notice.key): notice.resolved for notice in told}
    return all(last.values())


def since(told: list[Notice], moment: float) -> list[Notice]:
    """The same, in seconds since a moment."""
    return [replace(notice, at=round(notice.at - moment, 1)) for notice in told]
