"""A program that says what it has loaded."""

from __future__ import annotations

TOLD = """
import json, sys
from warehouse_exporter.cli.main import main
try:
    main()
finally:
    print(json.dumps({"msg": "loaded", "modules": sorted(sys.modules)}))
"""
"""The program, and at its end the names of all modules it has loaded."""
