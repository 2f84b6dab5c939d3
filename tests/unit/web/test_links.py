"""Every link to the exporter in every message of the demo opens, under the right heading."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from warehouse_exporter.config import load
from warehouse_exporter.demo import chain
from warehouse_exporter.server.scheduler import Exporter

from tests.support.rules import Rule, every_alert, expanded
from tests.unit.web.test_app import Client

PORT = 9999
BASE = f"http://127.0.0.1:{PORT}"
HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)


@pytest.fixture(scope="module")
def config_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The config of the demo."""
    return chain.write_config(tmp_path_factory.mktemp("demo"), PORT)


@pytest.fixture(scope="module")
def client(config_file: Path) -> Client:
    """A client of an exporter on it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WAREHOUSE_DSN", "dbname=nowhere")
        return Client(Exporter(str(config_file)), lifecycle=False)


def alerts(config_file: Path) -> list[Rule]:
    """Every alert that the demo can send."""
    config = load(config_file, {"WAREHOUSE_DSN": "dbname=nowhere"})
    fell = {"dataset": next(iter(config.datasets))}  # of falls, only the alert knows the dataset
    return [
        {
            **rule,
            "annotations": {k: expanded(text, fell) for k, text in rule["annotations"].items()},
        }
        for rule in every_alert(config)
    ]


def opened(client: Client, url: str) -> str:
    """The heading of the page that a link leads to."""
    assert url.startswith(BASE), url
    answer = client.get(url.removeprefix(BASE))
    assert answer.status_code == 200, url
    found = HEADING.search(answer.text)
    assert found is not None, url
    return re.sub(r"<[^>]+>", "", found[1])


def test_every_alert_leads_to_its_runbook_and_to_its_status(
    client: Client, config_file: Path
) -> None:
    found = alerts(config_file)
    assert len(found) > 100
    for rule in found:
        links = rule["annotations"]
        assert opened(client, links["runbook_url"]) == str(rule["alert"])
        heading = opened(client, links["status_url"])
        check = rule["labels"].get("check")
        assert check is None or heading.split()[-1] == check


def test_a_runbook_of_a_check_has_no_variable_left(client: Client, config_file: Path) -> None:
    for rule in alerts(config_file):
        page = client.get(rule["annotations"]["runbook_url"].removeprefix(BASE)).text
        assert not rule["labels"].get("check") or ":relation" not in page, rule["alert"]
