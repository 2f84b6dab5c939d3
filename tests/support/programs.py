"""Programs that tests need and pip cannot install: without one, its tests are skipped by name."""

from __future__ import annotations

import shutil

import pytest

PACKAGES = {
    "prometheus": "prometheus",
    "promtool": "prometheus",
    "prometheus-alertmanager": "prometheus-alertmanager",
    "amtool": "prometheus-alertmanager",
    "prometheus-pushgateway": "prometheus-pushgateway",
    "pgbouncer": "pgbouncer",
    "faketime": "faketime",
    "psql": "postgresql-client",
    "chromium": "chromium",
    "systemd-analyze": "systemd",
    "kubectl": "kubernetes-client",
}
"""Program -> the Debian package it comes in."""

MISSING = "is not installed: sudo apt-get install"
"""Part of the reason of every skip for want of a program; the summary of a run looks for it."""


def needs(program: str) -> pytest.MarkDecorator:
    """Mark a test, class or module (`pytestmark`) as one that runs `program`."""
    return pytest.mark.skipif(shutil.which(program) is None, reason=without(program))


def require(program: str) -> None:
    """Skip the test from here on if `program` is missing."""
    if shutil.which(program) is None:
        pytest.skip(without(program))


def without(program: str) -> str:
    """Why a test is skipped, and what to type."""
    return f"{program} {MISSING} {PACKAGES[program]}"
