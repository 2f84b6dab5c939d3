"""docker-compose.yml, the Dockerfile and what they name: valid, careful, and all there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from warehouse_exporter.demo.inbox import URL

from tests.chain.compose.composed import (
    DOCKERFILE,
    FILE,
    OURS,
    ROOT,
    document,
    instruction,
    services,
    settings,
    started,
)
from tests.support.programs import needs

TOOLS = Path(sys.executable).parent
every_service = pytest.mark.parametrize("name", services())


def run(*command: str | Path) -> None:
    """A tool that finds nothing wrong."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def secrets(folder: Path) -> Path:
    """The secrets as the script makes them, in a folder of their own."""
    (folder / "scripts").mkdir()
    script = shutil.copy(ROOT / "scripts" / "make-secrets", folder / "scripts")
    run(script)
    return folder / "secrets"


def files_of_ours() -> Iterator[tuple[str, str]]:
    """The paths beside the file that volumes show: source and target."""
    for service in services().values():
        for volume in service.get("volumes", ()):
            if volume.startswith("."):
                source, target, _ = volume.split(":")
                yield source, target


def test_it_is_valid_by_the_compose_specification() -> None:
    run(TOOLS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", FILE)


def test_a_misspelt_key_is_found(tmp_path: Path) -> None:
    wrong = tmp_path / "compose.yml"
    wrong.write_text(FILE.read_text().replace("shm_size:", "shm-size:"))
    with pytest.raises(AssertionError, match="shm-size"):
        run(TOOLS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", wrong)


def test_the_dockerfile_has_nothing_that_hadolint_knows_better() -> None:
    run(TOOLS / "hadolint", "--failure-threshold=style", DOCKERFILE)


@every_service
def test_a_service_is_careful_and_looked_after(name: str) -> None:
    service = services()[name]
    if service["image"] != f"{OURS}local":  # no version: that of the package is written once
        assert re.fullmatch(r"[a-z/-]+:v?\d+\.\d+(\.\d+)?(-bookworm)?", service["image"])
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["restart"] == "unless-stopped"
    assert set(service["healthcheck"]) == {"test", "interval", "timeout", "retries", "start_period"}
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    user = service.get("user") or instruction("USER")
    assert int(user.split(":")[0]) > 0
    for port in service.get("ports", ()):
        assert port.startswith("127.0.0.1:"), f"{name} listens for everybody"


@every_service
def test_what_a_service_refers_to_is_there(name: str) -> None:
    service, whole = services()[name], document()
    assert set(service.get("secrets", ())) <= set(whole["secrets"])
    assert set(service["networks"]) <= set(whole["networks"])
    assert set(service.get("depends_on", ())) <= set(services())
    for volume in service.get("volumes", ()):
        source = volume.split(":")[0]
        assert source in whole["volumes"] or (ROOT / source).exists(), source


def test_no_secret_is_written_in_the_file() -> None:
    for service in services().values():
        for name, value in service.get("environment", {}).items():
            named = re.search("PASSWORD|SECRET|TOKEN|KEY", name)
            assert not named or value.startswith("/run/secrets/"), name
            assert "password=" not in value


def test_every_secret_is_made_and_only_its_owner_may_look(tmp_path: Path) -> None:
    made = secrets(tmp_path)
    asked = {Path(secret["file"]).name for secret in document()["secrets"].values()}
    assert {file.name for file in made.iterdir()} == asked
    assert made.stat().st_mode & 0o077 == 0
    before = {file.name: file.read_text() for file in made.iterdir()}
    run(tmp_path / "scripts" / "make-secrets")
    assert {file.name: file.read_text() for file in made.iterdir()} == before
    ignored = subprocess.run(["git", "check-ignore", "-q", "secrets/any"], cwd=ROOT, check=False)
    assert ignored.returncode == 0


NOTIFYING = {
    "alertmanager": "alertmanager/alertmanager.yml",
    "grafana-alerting": "grafana/alerting/notifications.yml",
}
"""Service -> the file by which it notifies people."""


@pytest.mark.parametrize("name", NOTIFYING)
def test_who_notifies_is_given_every_secret_that_it_reads(name: str) -> None:
    read = set(re.findall(r"/run/secrets/(\w+)", (ROOT / NOTIFYING[name]).read_text()))
    assert read
    assert read <= set(services()[name]["secrets"])


@pytest.mark.parametrize("name", NOTIFYING)
def test_a_first_start_notifies_the_inbox_and_no_real_service(name: str) -> None:
    folder = (ROOT / NOTIFYING[name]).parent
    text = (folder / "inbox.yml").read_text()
    assert "/run/secrets/" not in text
    assert set(re.findall(r"https?://[^\s'\"]+", text)) <= {
        f"{URL}{path}" for path in ("/pagerduty", "/observability", "/heartbeat")
    }
    inside = "/etc/alertmanager/inbox.yml" if name == "alertmanager" else "/alerting/inbox.yml:"
    service = services()[name]
    assert inside in " ".join([*service.get("command", []), *service["volumes"]])
    mounted = [volume for volume in service["volumes"] if ":/run/inbox:ro" in volume]
    assert mounted == ["./alertmanager/inbox:/run/inbox:ro"]
    for file in re.findall(r"/run/inbox/(\w+)", text):
        assert (ROOT / "alertmanager" / "inbox" / file).exists()


def test_the_files_of_the_inbox_are_those_of_its_command(tmp_path: Path) -> None:
    run(sys.executable, "-m", "warehouse_exporter.demo.inbox", tmp_path)
    made = {file.relative_to(tmp_path) for file in tmp_path.rglob("*") if file.is_file()}
    assert len(made) == 4
    for name in made:
        assert (ROOT / name).read_text() == (tmp_path / name).read_text(), "make assets"


def test_alertmanager_notifies_by_default_and_grafana_only_in_its_place() -> None:
    assert settings()["COMPOSE_PROFILES"] == "alertmanager"
    usual, other = started("alertmanager"), started("grafana-alerting")
    assert {"alertmanager", "grafana", "prometheus", "exporter", "inbox"} <= usual
    assert usual - other == {"alertmanager", "grafana"}
    assert other - usual == {"grafana-alerting"}
    managed = [volume for volume in services()["grafana"]["volumes"] if "alerting" in volume]
    assert managed == []
    data = {name: services()[name]["volumes"][-1] for name in ("grafana", "grafana-alerting")}
    assert len(set(data.values())) == 2, "rules stay in Grafana's data when their file is gone"


def test_real_files_are_used_when_the_owner_says_so() -> None:
    theirs = {
        "ALERTMANAGER_CONFIG": "alertmanager.yml",
        "GRAFANA_NOTIFICATIONS": "notifications.yml",
    }
    assert theirs.keys() <= settings().keys()
    made = document(theirs)["services"]
    assert "--config.file=/etc/alertmanager/alertmanager.yml" in made["alertmanager"]["command"]
    assert any("alerting/notifications.yml:" in v for v in made["grafana-alerting"]["volumes"])


def test_what_is_mounted_can_be_read_whatever_the_umask(tmp_path: Path) -> None:
    for name in ("prometheus", "alertmanager", "grafana"):
        shutil.copytree(ROOT / name, tmp_path / name)
    profiles = "exporter/warehouse_exporter/profiles"
    shutil.copytree(ROOT / profiles, tmp_path / profiles)
    for path in tmp_path.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    secrets(tmp_path)
    for source, _ in files_of_ours():
        top = tmp_path / source
        for path in (top, *top.rglob("*")):
            mode = path.stat().st_mode
            assert mode & 0o044 == 0o044, path
            assert not path.is_dir() or mode & 0o011 == 0o011, path


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("prometheus", "--web.external-url=http://localhost:9090"),
        ("alertmanager", "--web.external-url=http://localhost:9093"),
    ],
)
def test_links_lead_to_where_the_browser_is(name: str, option: str) -> None:
    assert option in services()[name]["command"]
    assert f"127.0.0.1:{option.split(':')[-1]}" in services()[name]["ports"][0]


def test_the_health_check_of_the_image_is_that_of_the_service() -> None:
    written = instruction("HEALTHCHECK")
    assert (
        json.loads(written[written.index("[") :])
        == services()["exporter"]["healthcheck"]["test"][1:]
    )


def test_the_image_is_built_from_what_the_context_lets_through() -> None:
    let_through = [
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    ]
    copied = [
        source
        for line in DOCKERFILE.read_text().splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    ]
    assert sorted(copied) == sorted(let_through)


def test_one_service_builds_the_image_and_the_others_wait_for_it() -> None:
    """Two that build one tag race, and one that pulls it finds nothing."""
    ours = {name: s for name, s in services().items() if s["image"].startswith(OURS)}
    built = {name: s["build"] for name, s in ours.items() if "build" in s}
    assert built == {"exporter": {"context": ".", "dockerfile": "exporter/Dockerfile"}}
    assert "profiles" not in ours["exporter"], "it must be built whatever is started"
    for name in ours.keys() - built.keys():
        assert ours[name]["pull_policy"] == "never"


@needs("promtool")
def test_prometheus_takes_its_config_and_all_rules() -> None:
    run("promtool", "check", "config", ROOT / "prometheus" / "prometheus.yml")


def test_prometheus_scrapes_the_services_by_their_names_and_ports() -> None:
    config = yaml.safe_load((ROOT / "prometheus" / "prometheus.yml").read_text())
    targets = {
        target
        for job in (*config["scrape_configs"], *config["alerting"]["alertmanagers"])
        for static in job["static_configs"]
        for target in static["targets"]
    }
    published = {
        f"{name}:{port.split(':')[-1]}"
        for name, service in services().items()
        for port in service.get("ports", ())
    }
    published.add("localhost:9090")  # Prometheus itself, in its own container
    assert targets <= published
    (exporter,) = (job for job in config["scrape_configs"] if job["job_name"] == "warehouse")
    assert exporter["static_configs"] == [{"targets": ["exporter:9843"]}]


def provisioned(kind: str) -> Any:
    """The one file of Grafana's provisioning of a kind."""
    (file,) = (ROOT / "grafana" / "provisioning" / kind).glob("*.yml")
    return yaml.safe_load(file.read_text())


def test_grafana_asks_prometheus_and_looks_where_dashboards_are() -> None:
    sources = provisioned("datasources")["datasources"]
    urls = {source["type"]: source["url"] for source in sources}
    assert urls == {"prometheus": "http://prometheus:9090",
                    "alertmanager": "http://alertmanager:9093"}  # fmt: skip
    (provider,) = provisioned("dashboards")["providers"]
    for name in ("grafana", "grafana-alerting"):
        mounted = dict(volume.split(":")[:2] for volume in services()[name]["volumes"])
        assert mounted["./grafana/dashboards"] == provider["options"]["path"]
        for kind in ("datasources", "dashboards"):
            target = f"/etc/grafana/provisioning/{kind}"
            assert mounted[f"./grafana/provisioning/{kind}"] == target
    assert list((ROOT / "grafana" / "dashboards").glob("*.json"))
