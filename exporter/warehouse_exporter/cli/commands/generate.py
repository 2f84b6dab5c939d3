"""The commands that generate files for Prometheus, Alertmanager, and a whole stack."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from warehouse_exporter.alerting import assets as shipped
from warehouse_exporter.cli.formats import (
    OPERATOR,
    format_option,
    naming,
    object_options,
    refuse_others,
)
from warehouse_exporter.cli.options import (
    config_option,
    folder_option,
    load_offline,
    output_option,
    prometheus_option,
)
from warehouse_exporter.cli.output import handling_errors, write, write_all
from warehouse_exporter.core.errors import UsageError

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
@format_option("prometheus", "grafana", "prometheusrule")
@object_options
@click.option(
    "--datasource", metavar="UID",
    help="Grafana only: the uid of its Prometheus data source; default: prometheus.",
)  # fmt: skip
def rules(
    config_file: str, output: str | None, job: str | None, style: str, name: str | None,
    labels: tuple[str, ...], datasource: str | None,
) -> None:  # fmt: skip
    """Generate alert rules with the limits as literals.

    They include rules about the exporter itself: that it is down, that it cannot reach the
    warehouse, and a heartbeat for a dead man's switch.

    \b
    Formats:
      prometheus      a file for `rule_files` of Prometheus
      grafana         a file for provisioning/alerting of Grafana 11.6 or later, which then
                      evaluates the rules in place of Prometheus
      prometheusrule  an object for the Prometheus operator, to be applied with kubectl
    """
    from warehouse_exporter.alerting import operator
    from warehouse_exporter.alerting.grafana import managed
    from warehouse_exporter.alerting.rules import render

    with handling_errors():
        kubernetes = {"--name": (name, OPERATOR), "--label": (labels, OPERATOR)}
        refuse_others(style, {**kubernetes, "--datasource": (datasource, ("grafana",))})
        config = load_offline(config_file)
        if style == "prometheusrule":
            text = operator.prometheus_rule(config, naming(config, name, labels), job)
        elif style == "grafana":
            text = managed.rules(config, job, datasource or managed.DATASOURCE)
        else:
            text = render(config, job)
    write(text, output)


@click.command()
@config_option
@output_option
@format_option("alertmanager", "grafana", "alertmanagerconfig")
@object_options
@click.option(
    "--secret", metavar="NAME",
    help="Kubernetes only: the Secret with a key for each secret file of the config, by the"
    " file's name; default: warehouse-alerting.",
)  # fmt: skip
@click.option(
    "--into", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
    help="An alertmanager.yml of yours: write it with our routes added, for our alerts only.",
)  # fmt: skip
def alertmanager(
    config_file: str, output: str | None, style: str, name: str | None, labels: tuple[str, ...],
    secret: str | None, into: Path | None,
) -> None:  # fmt: skip
    """Generate Alertmanager's routes, grouping and inhibition.

    Without `routing:` in the config, the file has one receiver to fill in. With --into, the
    message templates are written to warehouse-templates/ next to --output.

    \b
    Formats:
      alertmanager        the file alertmanager.yml. With --output, the message templates are
                          written to templates/ next to it. A file printed to standard output
                          needs them too: `assets` writes everything.
      grafana             a file for provisioning/alerting of Grafana 11.6 or later, beside that of
                          `rules --format grafana`: contact points, policies, mute timings and
                          templates
      alertmanagerconfig  an object for the Prometheus operator, and a ConfigMap with the message
                          templates; secrets are keys of a Secret, named as the config's files
    """
    from warehouse_exporter.alerting import operator
    from warehouse_exporter.alerting.grafana import managed
    from warehouse_exporter.alerting.routes import render
    from warehouse_exporter.alerting.routes.merging import TEMPLATES, merged

    with handling_errors():
        kubernetes = {"--name": name, "--label": labels, "--secret": secret}
        refuse_others(style, {option: (value, OPERATOR) for option, value in kubernetes.items()})
        refuse_others(style, {"--into": (into, ("alertmanager",))})
        config = load_offline(config_file)
        if style == "alertmanagerconfig":
            text = operator.alertmanager_config(config, naming(config, name, labels, secret))
        elif style == "grafana":
            text = managed.notifications(config)
        else:
            text = merged(config, into) if into else render(config)
    write(text, output)
    warn_unrouted(config)
    if style == "alertmanager" and output is not None and not is_device(output):
        folder = TEMPLATES if into else "templates"
        write_all(Path(output).parent, {f"{folder}/{n}": t for n, t in shipped.templates().items()})


@click.command()
@config_option
@folder_option
@JOB
@click.option(
    "--exporter-address", default=EXPORTER, show_default=True, metavar="HOST:PORT",
    help="The exporter's address for Prometheus.",
)  # fmt: skip
@click.option(
    "--alertmanager-address", default=ALERTMANAGER, show_default=True, metavar="HOST:PORT",
    help="Alertmanager's address for Prometheus.",
)  # fmt: skip
@prometheus_option
def assets(
    config_file: str, output: str, job: str | None, exporter_address: str,
    alertmanager_address: str, prometheus_url: str,
) -> None:  # fmt: skip
    """Write everything for the monitoring stack into one folder.

    That is prometheus/prometheus.yml, prometheus/rules/warehouse.yml, alertmanager/alertmanager.yml
    with its templates, a runbook for every alert in runbooks/, and in grafana/ the dashboards, if
    `pip install 'warehouse-exporter[dashboards]'` was run, with the provisioning. The files of
    Grafana-managed alerting are in grafana/alerting/: mount them only in place of Prometheus' rules
    and Alertmanager.
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
    made |= for_grafana(config, prometheus_url, f"http://{alertmanager_address}")
    made |= managed_by_grafana(config, job)
    write_all(Path(output), made)
    click.echo(f"{len(made)} files written to {output}; start with\n{NEXT}", err=True)


def managed_by_grafana(config: Config, job: str | None) -> dict[str, str]:
    """The files of Grafana-managed alerting; none, and a warning, where a receiver is unknown."""
    from warehouse_exporter.alerting.grafana import managed

    try:
        told = managed.notifications(config)
    except UsageError as error:
        click.echo(f"warning: no Grafana-managed alerting is written: {error}", err=True)
        return {}
    rules = managed.rules(config, job)
    return {"grafana/alerting/rules.yml": rules, "grafana/alerting/notifications.yml": told}


def for_grafana(config: Config, prometheus: str, alertmanager: str) -> dict[str, str]:
    """The files of Grafana; none, and a warning, without the library that builds dashboards."""
    from warehouse_exporter.alerting.grafana import dashboards, provisioning

    try:
        made = {f"dashboards/{n}": text for n, text in dashboards.render(config).items()}
    except UsageError as error:
        click.echo(f"warning: no dashboards are written: {error}", err=True)
        return {}
    found = provisioning.files(prometheus, alertmanager)
    made |= {f"provisioning/{name}": text for name, text in found.items()}
    return {f"grafana/{name}": text for name, text in made.items()}


NEXT = """\
  prometheus --config.file=prometheus/prometheus.yml --storage.tsdb.retention.time=60d
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
