"""The faults that the sample shop can be given, by name."""

from __future__ import annotations

from difflib import get_close_matches

from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.demo.fault import Fault
from warehouse_exporter.demo.faults_load import LOAD
from warehouse_exporter.demo.faults_money import MONEY
from warehouse_exporter.demo.faults_rows import ROWS

FAULTS = {fault.name: fault for fault in (*LOAD, *ROWS, *MONEY)}
"""Name -> fault."""
LISTED = "`warehouse-exporter demo break --list`"


def find(name: str) -> Fault:
    """The fault of that name; UsageError says which was meant, or where all are listed."""
    if name in FAULTS:
        return FAULTS[name]
    guess = get_close_matches(name, FAULTS, 1)
    hint = f"did you mean {guess[0]}?" if guess else f"{LISTED} lists those there are"
    raise UsageError(f"there is no fault {name}: {hint}")
