"""The reference of this installation as Markdown pages, written from the code itself."""

from __future__ import annotations

from collections.abc import Mapping

from warehouse_exporter.publish.reference import config, expressions, kinds, metrics


def pages() -> Mapping[str, str]:
    """Every page by its file name, relative to the folder of the reference."""
    of_kinds = {f"kinds/{name}": text for name, text in kinds.pages().items()}
    return {
        **of_kinds,
        "config.md": config.page(),
        "expressions.md": expressions.page(),
        "metrics.md": metrics.page(),
    }
