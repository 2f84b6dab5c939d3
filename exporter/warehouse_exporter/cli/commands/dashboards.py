"""`dashboards`: what Grafana shows of a config, and how it finds that."""

from __future__ import annotations

from pathlib import Path

import click

from warehouse_exporter.cli.options import (
    config_option,
    folder_option,
    load_offline,
    prometheus_option,
)
from warehouse_exporter.cli.output import handling_errors, write_all


@click.command()
@config_option
@folder_option
@prometheus_option
@click.option(
    "--alertmanager-url", default="http://localhost:9093", show_default=True, metavar="URL",
    help="Alertmanager, as Grafana reaches it.",
)  # fmt: skip
def dashboards(config_file: str, output: str, prometheus_url: str, alertmanager_url: str) -> None:
    """Generate Grafana dashboards with the limits drawn in.

    They are written to dashboards/, and the files by which Grafana finds them and its data sources
    to provisioning/: mount the one at /etc/grafana/dashboards, the other at
    /etc/grafana/provisioning. Needs `pip install 'warehouse-exporter[dashboards]'`.
    """
    from warehouse_exporter.alerting.grafana import provisioning
    from warehouse_exporter.alerting.grafana.dashboards import render

    with handling_errors():
        made = {
            f"dashboards/{name}": text for name, text in render(load_offline(config_file)).items()
        }
    found = provisioning.files(prometheus_url, alertmanager_url)
    made |= {f"provisioning/{name}": text for name, text in found.items()}
    write_all(Path(output), made)
    click.echo(f"{len(made)} files written to {output}", err=True)
