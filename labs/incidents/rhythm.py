"""How fast the chain runs: as it is shipped, the same sped up, or with no patience at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml
from warehouse_exporter.alerting.rules import GROUP
from warehouse_exporter.alerting.rules.findings import seconds
from warehouse_exporter.config.values import parse_duration
from warehouse_exporter.core.names import ALERT_DOWN

WAITS = ("for", "keep_firing_for", "group_wait", "group_interval")
"""The keys of rules and of routes that say how long somebody waits."""


UNMEASURED, KEPT, RETURNS = 330, 30, 600
"""Seconds until it pages that something is not measured, that a page goes on after its last breach,
and in which it is not repeated, as shipped."""


@dataclass(frozen=True)
class Rhythm:
    """The intervals of a chain; `speed` is how many times faster than shipped people are told."""

    name: str
    every: str
    """The interval of passes; 5 minutes as shipped."""
    evaluation: str
    """Between two scrapes, and between two evaluations of the rules."""
    speed: float
    """What every wait is divided by; infinite: nobody waits."""
    settles: float
    """Seconds after the first message until nothing more is to be expected."""
    patience: float
    """Seconds until it is given up that anybody is told, or that it is over."""
    looks: bool = False
    """Whether the exporter is asked to look as soon as something was changed."""
    unmeasured: float | None = None
    """Seconds until it pages that something is not measured; by default as fast as the rest."""

    def config(self, text: str) -> str:
        """A config of the shop at this rhythm."""
        if self.speed == 1:
            return text
        waits = {"returns_within": RETURNS / self.speed}
        if self.patient:
            waits |= {
                "unmeasured_for": self.unmeasured_seconds,
                "keep_firing_for": KEPT / self.speed,
            }
        shown = ", ".join(f"{key}: {round(wait)}s" for key, wait in waits.items())
        wait = f"\nalerts: {{{shown}}}\n"
        return text.replace("every: 5m", f"every: {self.every}") + wait

    @property
    def patient(self) -> bool:
        """Whether anybody waits at all."""
        return self.speed != float("inf")

    def rules(self, text: str) -> str:
        """A file of rules; those made from the config have its rhythm already."""
        if self.speed == 1:
            return text
        data = yaml.safe_load(text)
        for group in data["groups"]:
            for rule in group["rules"]:
                if not self.patient or group["name"] != GROUP:
                    kept = rule.get("keep_firing_for")
                    self.hurry(rule)
                    if kept and self.patient:
                        rule["keep_firing_for"] = self.evaluations(kept)
                    if rule.get("alert") == ALERT_DOWN and self.patient:
                        rule["for"] = self.before_unmeasured()
        return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)

    def before_unmeasured(self) -> str:
        """The wait of the alert about the database: two evaluations less, as shipped, than that of
        the checks that are not measured."""
        ours = parse_duration(self.evaluation)
        return f"{max(round(self.unmeasured_seconds - 2 * ours), 0)}s"

    @property
    def unmeasured_seconds(self) -> float:
        """Seconds until it pages that a check is not measured."""
        return self.unmeasured or UNMEASURED / self.speed

    def evaluations(self, kept: str) -> str:
        """How long as many evaluations take as shipped in this time.

        An alert about the exporter has to outlast those that it inhibits. These are evaluated in
        another group, which is no faster for a rhythm that is.
        """
        shipped, ours = parse_duration(SHIPPED.evaluation), parse_duration(self.evaluation)
        return f"{round(parse_duration(kept) * ours / shipped)}s"

    def hurry(self, entry: dict[str, Any]) -> None:
        """Shorten the waits of a rule, or of a route and of those below it."""
        for key in WAITS:
            if key in entry and self.speed != 1:
                entry[key] = f"{round(seconds(entry[key]) * 1000 / self.speed)}ms"
        if entry.get("keep_firing_for") == "0ms":
            del entry["keep_firing_for"]
        if entry.get("group_interval") == "0ms":  # Alertmanager wants some
            entry["group_interval"] = "1s"
        for below in entry.get("routes", []):
            self.hurry(below)


SHIPPED = Rhythm("as shipped", "5m", "15s", speed=1, settles=660, patience=2400)
QUICK = Rhythm("20 times faster", "15s", "2s", speed=20, settles=18, patience=300, looks=True)
"""A scrape has two seconds: on a busy machine half a second is too short, and a scrape that fails
looks like an exporter that is down."""
PLUMBING = Rhythm("plumbing", "5s", "1s", speed=float("inf"), settles=3, patience=60)
