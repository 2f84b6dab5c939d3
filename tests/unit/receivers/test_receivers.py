"""What holds for every receiver, and how several of them share the audiences."""

from __future__ import annotations

import re

import pytest
import yaml
from warehouse_exporter.alerting import assets
from warehouse_exporter.alerting.routes import render
from warehouse_exporter.receivers import all_receivers
from warehouse_exporter.receivers.base import Receiver

from tests.support.made import config

USED = re.compile(r'template "(warehouse\.[\w.]+)"')
DEFINED = re.compile(r'define "(warehouse\.[\w.]+)"')
SLACK = "  slack: {api_url_file: /s}\n"
MAIL = "  email: {smarthost: 'smtp:25', from: a@shop.example, to: all@shop.example}\n"


def sent(routing: str) -> dict[str, dict[str, int]]:
    """How many configs of each integration are in each receiver that is written."""
    written = yaml.safe_load(render(config("volume: {critical: '< 5'}", more=routing)))
    return {
        one["name"]: {key: len(items) for key, items in one.items() if key != "name"}
        for one in written["receivers"]
    }


def test_every_template_that_is_used_is_shipped() -> None:
    shipped = "".join(assets.templates().values())
    written = render(
        config(
            "volume: {critical: '< 5'}",
            more=f"routing:\n{SLACK}{MAIL}  pagerduty: {{routing_key_file: /p}}\n"
            "owners: {m: {email: m@shop.example}}\n",
        )
    )
    defined = DEFINED.findall(shipped)
    assert set(USED.findall(written)) | set(USED.findall(shipped)) <= set(defined)
    assert len(defined) == len(set(defined))


@pytest.mark.parametrize("name", all_receivers())
def test_it_says_what_it_is(name: str) -> None:
    receiver = all_receivers()[name]
    assert re.fullmatch(r"[a-z_]+", name)
    assert receiver.about.endswith(".")
    assert (receiver.owner is not Receiver.owner) == bool(receiver.owner_address)


def test_mail_is_a_fallback() -> None:
    assert sent(f"routing:\n{MAIL}")["warning"] == {"email_configs": 1}
    assert sent(f"routing:\n{MAIL}{SLACK}")["warning"] == {"slack_configs": 1}
    owners = (
        "owners:\n  both: {slack: '#b', email: b@shop.example}\n  mail: {email: m@shop.example}\n"
    )
    found = sent(f"routing:\n{MAIL}{SLACK}{owners}")
    assert found["owner both"] == {"slack_configs": 1}
    assert found["owner mail"] == {"email_configs": 1}
