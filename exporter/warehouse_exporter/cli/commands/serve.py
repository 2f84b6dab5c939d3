"""The command that runs the exporter."""

from __future__ import annotations

from typing import Any

import click

from warehouse_exporter.cli.options import log_options
from warehouse_exporter.cli.output import handling_errors
from warehouse_exporter.core import logs, names


@click.command()
@click.option(
    "--config.file", "config_files", required=True, multiple=True, metavar="FILE",
    type=click.Path(dir_okay=False),
    help="The YAML file with datasets, checks and limits; repeat it for several warehouses.",
)  # fmt: skip
@click.option(
    "--web.listen-address", "listen", default=f"127.0.0.1:{names.DEFAULT_PORT}",
    show_default=True, metavar="HOST:PORT", help="Where to listen.",
)  # fmt: skip
@click.option(
    "--web.config.file", "web_config", metavar="FILE",
    help="TLS, client certificates and users, in the format of Prometheus' exporters.",
)  # fmt: skip
@click.option(
    "--web.enable-lifecycle", "lifecycle", is_flag=True,
    help="Allow POST /-/reload and POST /-/collect.",
)  # fmt: skip
@click.option(
    "--web.external-url", "external_url", metavar="URL",
    help="Where people reach the exporter, such as https://example.org/shop behind a proxy. "
    "Links in alerts begin with `alerts: {external_url: ...}` of the config.",
)  # fmt: skip
@click.option(
    "--web.route-prefix", "prefix", metavar="PATH",
    help="What all paths begin with. Default: the path of --web.external-url.",
)  # fmt: skip
@click.option(
    "--shard", metavar="N/M",
    help="Watch one of M parts of the config, such as 2/4; each part needs an exporter. Rules and "
    "routes are those of the whole config.",
)  # fmt: skip
@log_options("info")
def serve(
    config_files: tuple[str, ...], listen: str, web_config: str | None, lifecycle: bool,
    external_url: str | None, prefix: str | None, shard: str | None, log_level: str,
    log_format: Any,
) -> None:  # fmt: skip
    """Run the exporter: passes on a schedule, and HTTP.

    SIGHUP reloads the config. SIGTERM and Ctrl-C cancel the running statement and stop it.
    """
    from warehouse_exporter.server.process import run
    from warehouse_exporter.server.shards import shard_of
    from warehouse_exporter.server.web.prefix import route_prefix

    logs.set_up(log_level, log_format)
    with handling_errors():
        below = route_prefix(external_url, prefix)
        run(
            config_files, listen, lifecycle=lifecycle, web_config=web_config, prefix=below,
            shard=None if shard is None else shard_of(shard),
        )  # fmt: skip
