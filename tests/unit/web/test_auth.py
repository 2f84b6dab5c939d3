"""Files of the web config that hang: requests go on with the last good settings, and it is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from warehouse_exporter.core.errors import ConfigError
from warehouse_exporter.core.files import read_bytes, read_text
from warehouse_exporter.server.web import auth
from warehouse_exporter.server.web.auth import WebSettingsFile
from warehouse_exporter.server.web.settings import load_settings

from tests.support.certificates import Authority
from tests.support.secured import hashed
from tests.support.serving import wait_for

TLS = "tls_server_config: {cert_file: server.crt, key_file: server.key}\n"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files have less time than usual."""
    for read in (read_text, read_bytes):
        monkeypatch.setattr(read, "__defaults__", (0.3, *(read.__defaults__ or ())[1:]))
    monkeypatch.setattr(auth, "MOMENT", 0.01)


def a_pipe(file: Path) -> None:
    """Put a pipe in the place of a file, to which nobody writes."""
    file.unlink(missing_ok=True)
    os.mkfifo(file)


def test_settings_that_hang_leave_the_last_good_ones_in_force(tmp_path: Path) -> None:
    file, told = tmp_path / "web.yml", list[bool]()
    file.write_text(f"basic_auth_users: {{alice: {hashed('wonderland')}}}\n")
    guarding = WebSettingsFile(str(file), told.append)
    before = guarding.settings
    a_pipe(file)
    assert guarding.settings is before
    wait_for(lambda: told[-1] is False and guarding.settings is before)
    assert "its end did not come within" in guarding.problem
    file.unlink()
    file.write_text("basic_auth_users: {}\n")
    wait_for(lambda: not guarding.settings.users)
    assert told[-1]


def test_a_hang_without_an_end_is_told_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, told = tmp_path / "web.yml", list[bool]()
    file.write_text("")
    guarding = WebSettingsFile(str(file), told.append)
    monkeypatch.setattr(read_text, "__defaults__", (3600.0, *(read_text.__defaults__ or ())[1:]))
    monkeypatch.setattr(auth, "SECONDS", 0.1)
    a_pipe(file)
    wait_for(lambda: guarding.settings and told[-1] is False)
    assert "it hangs" in guarding.problem
    file.write_text("")  # lets go of the thread that reads


@pytest.mark.parametrize("name", ["server.crt", "server.key"])
def test_a_certificate_is_a_file(tmp_path: Path, name: str) -> None:
    Authority(tmp_path, "ca").sign("server")
    a_pipe(tmp_path / name)
    (tmp_path / "web.yml").write_text(TLS)
    with pytest.raises(ConfigError, match=f"{name} is a pipe or a device"):
        load_settings(tmp_path / "web.yml")
