"""Config -> Grafana dashboards as JSON, one file per dashboard.

The queries choose by variables, so that one dashboard serves every dataset; which rows and panels
there are follows from the config: a row for which no check exports anything is left out.
"""

from __future__ import annotations

from warehouse_exporter.config import Config
from warehouse_exporter.core.errors import UsageError

NEEDED = "pip install 'warehouse-exporter[dashboards]'"


def render(config: Config) -> dict[str, str]:
    """The dashboards by the name of their file.

    Raises UsageError where the library that builds them is not installed.
    """
    try:
        from warehouse_exporter.alerting.grafana.dashboards import (
            dataset,
            frame,
            ourselves,
            overview,
            revenue,
        )
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "grafana_foundation_sdk":
            raise
        raise UsageError(
            f"dashboards are built by the library grafana-foundation-sdk: {NEEDED}"
        ) from None
    made = (overview.made(config), dataset.made(config), revenue.made(config), ourselves.made())
    return {f"{one.uid}.json": frame.text_of(one) for one in made if one is not None}
