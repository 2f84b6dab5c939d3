"""How far apart two amounts may be, as it is written in the config."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from warehouse_exporter.core.grammar import Tolerance

Allowed = Annotated[
    Tolerance,
    BeforeValidator(Tolerance.parse),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0},
                {"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)? ?%$"},
            ]
        }
    ),
]
"""An amount such as 0.01, or per cent such as 1%."""
