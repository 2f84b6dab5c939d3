"""The options by which `check` hands its result on; nothing here changes a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult

import click

from warehouse_exporter.cli.options import together
from warehouse_exporter.core.errors import UsageError

if TYPE_CHECKING:
    from warehouse_exporter.config import Config
    from warehouse_exporter.core.model import Pass


handover_options = together(
    click.option(
        "--valid-for", default="26h", show_default=True, metavar="TIME",
        help="With --push or --textfile: how long the result is valid, such as until the next"
        " gate.",
    ),
    click.option(
        "--textfile", metavar="FILE",
        help="Also write the result as metrics to this file, for node_exporter; it ends in"
        " .prom.",
    ),
    click.option(
        "--push", metavar="URL", help="Also push the result as metrics to this Pushgateway."
    ),
)  # fmt: skip
"""`--push`, `--textfile` and how long the result is valid."""


@dataclass(frozen=True)
class Handover:
    """Where the result goes, and for how long it is valid."""

    gateway: SplitResult | None
    file: Path | None
    valid: timedelta

    def __call__(
        self, done: Pass, config: Config, code: int, datasets: frozenset[str] | None
    ) -> None:
        """Hand the result on; what fails is said on standard error, and changes nothing."""
        if self.gateway is None and self.file is None:
            return
        from warehouse_exporter.publish import handover

        gate = handover.named(datasets)
        made = handover.GateCollector(done, config, code, datetime.now(UTC), self.valid, gate)
        failed = []
        if self.gateway is not None:
            failed.append(handover.push(made, self.gateway, config.warehouse.name, gate))
        if self.file is not None:
            failed.append(handover.write_textfile(made, self.file))
        for why in filter(None, failed):
            click.echo(f"error: {why}; the verdict stands", err=True)


def handover_of(push: str | None, textfile: str | None, valid_for: str) -> Handover:
    """What the options say. Raises UsageError."""
    from warehouse_exporter.config.values import parse_duration

    try:
        seconds = parse_duration(valid_for)
    except ValueError as error:
        raise UsageError(f"--valid-for: {error}") from None
    if push is None and textfile is None:
        return Handover(None, None, timedelta(seconds=seconds))
    from warehouse_exporter.publish import handover

    return Handover(
        None if push is None else handover.address_of(push),
        None if textfile is None else handover.file_of(textfile),
        timedelta(seconds=seconds),
    )
