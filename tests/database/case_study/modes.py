"""`make test` lets one shop live through its weeks; the campaign has the other three as well."""

from __future__ import annotations

import pytest

from labs.case_study.loader import Mode

campaign = pytest.mark.campaign
"""For tests of the copy, of both modes at once, or of the mode that `make test` leaves out."""
MODES = [
    pytest.param(mode, id=mode.value, marks=() if mode is Mode.ADDED else campaign) for mode in Mode
]
each_mode = pytest.mark.parametrize("mode", MODES)
