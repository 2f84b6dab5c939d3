"""Alerts as people read them: the shipped rules and templates, by promtool and amtool."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from warehouse_exporter.alerting.assets import TEMPLATES
from warehouse_exporter.alerting.rules.memory import UNWRITTEN

NEVER: dict[str, Any] = {"exp_labels": {"never": "there"}}
"""An alert that nothing fires: of it, promtool says what it got instead."""
GOT = re.compile(r"got:\[(.*?)(?=\n    alertname:|\Z)", re.DOTALL)
LABELS = re.compile(r"Labels:\{(.*)\}\n")
ANNOTATIONS = re.compile(r"Annotations:\{(.*)\}")
PAIR = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
Alert = dict[str, dict[str, str]]


def pairs(text: str) -> dict[str, str]:
    """Names and values as promtool writes them."""
    return {name: json.loads(f'"{value}"') for name, value in PAIR.findall(text)}


def running(rules: str) -> str:
    """Rules as in a Prometheus that has been running: they judge in their first evaluation, too."""
    return rules.replace("or on() vector(1)", f"or on() vector({UNWRITTEN + 1})")


def alerts_of(folder: Path, rules: str, alerts: Iterable[str], inputs: Mapping[str, str],
              at: str = "0m") -> list[Alert]:  # fmt: skip
    """The alerts of some names that fire on some series, with labels and annotations."""
    (folder / "rules.yml").write_text(running(rules))
    asked = [
        {"eval_time": at, "alertname": alert, "exp_alerts": [NEVER]} for alert in sorted(alerts)
    ]
    test = {
        "interval": "1m",
        "input_series": [{"series": s, "values": v} for s, v in inputs.items()],
        "alert_rule_test": asked,
    }
    whole = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": [test]}
    (folder / "test.yml").write_text(yaml.safe_dump(whole))
    done = subprocess.run(
        ["promtool", "test", "rules", "test.yml"],
        capture_output=True, text=True, check=False, cwd=folder,
    )  # fmt: skip
    got = "".join(GOT.findall(done.stdout + done.stderr))
    labels, annotations = LABELS.findall(got), ANNOTATIONS.findall(got)
    assert len(labels) == len(annotations), done.stdout + done.stderr
    return [
        {"labels": pairs(one), "annotations": pairs(other)}
        for one, other in zip(labels, annotations, strict=True)
    ]


def message(folder: Path, template: str, alerts: list[Alert], **more: Any) -> str:
    """A template of ours over some alerts, as Alertmanager renders it."""
    status = more.pop("status", "firing")
    common = [
        dict(set.intersection(*(set(alert[key].items()) for alert in alerts)))
        for key in ("labels", "annotations")
    ]
    data = {
        "receiver": "page",
        "status": status,
        "alerts": [
            {
                "status": status,
                "startsAt": "2026-03-10T11:00:00Z",
                "endsAt": "0001-01-01T00:00:00Z" if status == "firing" else "2026-03-10T12:20:00Z",
                **alert,
            }
            for alert in alerts
        ],
        "groupLabels": {},
        "commonLabels": common[0],
        "commonAnnotations": common[1],
        "externalURL": "http://alertmanager.example",
        **more,
    }
    (folder / "data.json").write_text(json.dumps(data))
    done = subprocess.run(
        ["amtool", "template", "render", f"--template.glob={TEMPLATES}/*.tmpl",
         "--template.data=data.json", f'--template.text={{{{ template "{template}" . }}}}'],
        capture_output=True, text=True, check=False, cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout
