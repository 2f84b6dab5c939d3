"""The commands that generate files for Prometheus and Alertmanager."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from warehouse_exporter.alerting import assets as shipped
from warehouse_exporter.cli.options import config_option, load_offline, output_option
from warehouse_exporter.cli.output import handling_errors, write, write_all

if TYPE_CHECKING:
    from warehouse_exporter.config import Config

JOB = click.option(
    "--job", metavar="NAME",
    help="The exporter's job in Prometheus: alert only if that job is down;"
    " default: any job that has ever been seen as an exporter.",
)  # fmt: skip
EXPORTER, ALERTMANAGER = "127.0.0.1:9843", "127.0.0.1:9093"


@click.command()
@config_option
@output_option
@JOB
def rules(config_file: str, output: str | None, job: str | None) -> None:
    """Generate Prometheus alert rules from the config, with its limits as literals.

    They include rules about the exporter itself: that it is down, that it cannot reach the
    warehouse, and a heartbeat for a dead man's switch.
    """
    from warehouse_exporter.alerting.rules import render

    with handling_errors():
        text = render(load_offline(config_file), job)
    write(text, output)


@click.command()
@config_option
@output_option
def alertmanager(config_file: str, output: str | None) -> None:
    """Generate Alertmanager's routes from the config: by severity and owner, grouped by incident.

    Without `routing:` in the config, the file has one receiver to fill in.

    With --output, the message templates are written to `templates/` next to the file. A file
    printed to standard output needs them too: `assets` writes everything.
    """
    from warehouse_exporter.alerting.routes import render

    with handling_errors():
        config = load_offline(config_file)
        text = render(config)
    write(text, output)
    warn_unrouted(config)
    if output is not None and not is_device(output):
        write_all(
            Path(output).parent, {f"templates/{n}": t for n, t in shipped.templates().items()}
        )


@click.command()
@config_option
@click.option(
    "--output", required=True, metavar="DIR", type=click.Path(file_okay=False),
    help="The folder to write to; existing files are replaced.",
)  # fmt: skip
@JOB
@click.option(
    "--exporter-address", default=EXPORTER, show_default=True, metavar="HOST:PORT",
    help="The exporter's address for Prometheus.",
)  # fmt: skip
@click.option(
    "--alertmanager-address", default=ALERTMANAGER, show_default=True, metavar="HOST:PORT",
    help="Alertmanager's address for Prometheus.",
)  # fmt: skip
def assets(
    config_file: str, output: str, job: str | None, exporter_address: str,
    alertmanager_address: str,
) -> None:  # fmt: skip
    """Write everything that Prometheus and Alertmanager need into one folder.

    That is prometheus/prometheus.yml, prometheus/rules/warehouse.yml, alertmanager/alertmanager.yml
    with its templates, and a runbook for every alert in runbooks/.
    """
    from warehouse_exporter.alerting import routes
    from warehouse_exporter.alerting.rules import prometheus_config, render

    with handling_errors():
        config = load_offline(config_file)
        warn_unrouted(config)
        made = {
            "prometheus/prometheus.yml": prometheus_config(
                config, job or "warehouse", exporter_address, alertmanager_address
            ),
            "prometheus/rules/warehouse.yml": render(config, job),
            "alertmanager/alertmanager.yml": routes.render(config),
        }
    made |= {f"alertmanager/templates/{name}": text for name, text in shipped.templates().items()}
    made |= {f"runbooks/{name}.md": text for name, text in shipped.runbooks().items()}
    write_all(Path(output), made)
    click.echo(f"{len(made)} files written to {output}; start with\n{NEXT}", err=True)


NEXT = """\
  prometheus --config.file=prometheus/prometheus.yml
  alertmanager --config.file=alertmanager/alertmanager.yml"""


def warn_unrouted(config: Config) -> None:
    """Say on standard error that nobody is notified, where the config does not say whom."""
    if config.routing is None:
        from warehouse_exporter.alerting.routes.unrouted import FILL_IN

        click.echo(
            f"warning: {config.path} has no `routing:`, so nobody is notified: write one, "
            f"or fill in the receiver `{FILL_IN}` of the file",
            err=True,
        )


def is_device(output: str) -> bool:
    """Whether a file is a pipe or a device, which has no folder for other files."""
    return Path(output).exists() and not Path(output).is_file()
