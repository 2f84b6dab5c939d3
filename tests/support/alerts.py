"""What Prometheus makes of our rules: series in, alerts out, by `promtool test rules`."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from warehouse_exporter.alerting.rules import render
from warehouse_exporter.config import Config
from warehouse_exporter.core.model import CheckId

from tests.support.rendered import running
from tests.support.rules import all_rules, checks_of, of_check


def series(name: str, check: str, **labels: str) -> str:
    """A series of a check (`dataset.check`); the name is without `warehouse_`."""
    dataset, _, short = check.partition(".")
    pairs = {"warehouse": "warehouse", "dataset": dataset, "check": short, **labels}
    shown = ",".join(f"{key}={json.dumps(text)}" for key, text in pairs.items())
    return f"warehouse_{name}{{{shown}}}"


@dataclass(frozen=True)
class Alert:
    """An alert that fires: what is peculiar to it; the rest is as its rule says."""

    severity: str
    description: str
    labels: Mapping[str, str] = field(default_factory=dict)


def expected(alert: Alert, name: str, check: str, config: Config) -> dict[str, Any]:
    """The alert in full, with what its rule adds."""
    dataset, _, short = check.partition(".")
    address = CheckId(dataset, short)
    (rule,) = (
        of_check(rule, address, alert.labels)
        for rule in all_rules(config)
        if rule.get("alert") == name
        and rule["labels"]["severity"] == alert.severity
        and address in checks_of(rule)
    )
    labels, texts = rule["labels"], rule["annotations"]
    asked = {"series": "".join(f"{key}={text} " for key, text in sorted(alert.labels.items()))}
    if "{{" in labels["explained_by"]:
        asked["explained_by"] = "nothing"
    if not (asked["series"] and labels.pop("series", "")):
        del asked["series"]
    return {
        "exp_labels": {**labels, **asked, **alert.labels},
        "exp_annotations": {
            **texts,
            "description": alert.description,
            "summary": without_a_sentence(texts["summary"], alert.description),
        },
    }


def without_a_sentence(template: str, description: str) -> str:
    """The summary of an alert of which no sentence is known: it has the number as well."""
    text = template.rpartition("{{ else }}")[2].removesuffix("{{ end }}")
    number = re.match(r"value=(.*?) \(limit ", description)
    value = number[1] if number else ""
    return re.sub(r"\{\{ (?:printf|\$value).*\}\}\)?(?= \(limit )", lambda _: value, text)


def promtool_test(
    folder: Path,
    config: Config,
    given: Mapping[str, str],
    check: str,
    fires: Mapping[str, tuple[str, Sequence[Alert]]],
) -> str:
    """What promtool says when, at a time, an alert does not fire as it should; else nothing.

    `given`: series and their values by the minute; `fires`: time -> (alert name, its alerts).
    """
    (folder / "rules.yml").write_text(running(render(config)))
    case = {
        "rule_files": ["rules.yml"],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": s, "values": v} for s, v in given.items()],
                "alert_rule_test": [
                    {
                        "eval_time": time,
                        "alertname": name,
                        "exp_alerts": [expected(alert, name, check, config) for alert in alerts],
                    }
                    for time, (name, alerts) in fires.items()
                ],
            }
        ],
    }
    (folder / "test.yml").write_text(yaml.safe_dump(case))
    command = ["promtool", "test", "rules", "test.yml"]
    asked = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    return "" if asked.returncode == 0 else asked.stdout + asked.stderr
