"""The one error of copies: nothing was kept, and why."""

from __future__ import annotations

from warehouse_exporter.core.errors import WarehouseExporterError


class CopyFailed(WarehouseExporterError):
    """A copy could not be made, or put back; nothing of it was kept."""
