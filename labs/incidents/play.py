"""One incident from beginning to end: broken, told, repaired, over."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import httpx

from labs.incidents.chain import Chain
from labs.incidents.course import Course, is_over
from labs.incidents.incident import Incident
from tests.support.serving import wait_for

BETWEEN = 0.25
"""Seconds between two looks at what was told: messages say themselves when they were here."""


def play(incident: Incident, chain: Chain, seed: int) -> Course:
    """Break, wait for the first message and for what else there is, repair, wait for the end.

    AssertionError where nobody is told, or where it does not end.
    """
    rhythm = chain.rhythm
    wait_for(lambda: not chain.firing() and is_over(chain.told()), rhythm.patience, BETWEEN)
    begun = len(chain.told())
    incident.break_(chain)
    broken = time.time()
    look(chain)
    wait_for(lambda: len(chain.told()) > begun, rhythm.patience, BETWEEN)
    time.sleep(rhythm.settles)
    held = chain.firing()
    told = chain.told()[begun:]
    incident.repair(chain)
    repaired = time.time()
    look(chain)
    wait_for(lambda: not chain.firing() and is_over(chain.told()[begun:]), rhythm.patience, BETWEEN)
    time.sleep(rhythm.settles / 2)
    everything = chain.told()[begun:]
    return Course(
        incident=incident.name,
        seed=seed,
        rhythm=rhythm.name,
        told=everything,
        told_until_repair=len(told),
        first=told[0].at - broken,
        over=everything[-1].at - repaired,
        spoken=sorted({address(alert) for alert in held if not silent(alert)}),
        silent=sorted({address(alert) for alert in held if silent(alert)}),
    )


def look(chain: Chain) -> None:
    """Let the exporter look at once, where time is not what is measured."""
    if chain.rhythm.looks:
        with suppress(httpx.HTTPError):
            chain.collect()


def silent(alert: dict[str, Any]) -> bool:
    """Whether it is inhibited."""
    return bool(alert["status"]["inhibitedBy"])


def address(alert: dict[str, Any]) -> str:
    """`critical WarehouseVolumeOutOfBounds orders.volume`."""
    labels = alert["labels"]
    check = [f"{labels['dataset']}.{labels.get('check', '')}"] if "dataset" in labels else []
    return " ".join([labels["severity"], labels["alertname"], *check])
