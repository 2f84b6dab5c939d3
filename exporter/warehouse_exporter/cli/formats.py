"""The formats of `rules` and `alertmanager`, and the options that only some of them take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import click

from warehouse_exporter.cli.options import Command, together
from warehouse_exporter.core.errors import UsageError

if TYPE_CHECKING:
    from warehouse_exporter.alerting.operator import Naming
    from warehouse_exporter.config import Config

OPERATOR = ("prometheusrule", "alertmanagerconfig")
"""The formats that are objects of Kubernetes."""


def format_option(*formats: str) -> Callable[[Command], Command]:
    """`--format`, by default the first of them."""
    return click.option(
        "--format", "style", type=click.Choice(formats), default=formats[0], show_default=True,
        help="What to write; see above.",
    )  # fmt: skip


object_options = together(
    click.option(
        "--label", "labels", multiple=True, metavar="KEY=VALUE",
        help="Kubernetes only: a label of the object, such as release=prometheus. Repeatable.",
    ),
    click.option(
        "--name", metavar="NAME",
        help="Kubernetes only: the object's name; default: that of the warehouse.",
    ),
)  # fmt: skip
"""What an object of Kubernetes is called."""


def refuse_others(style: str, given: Mapping[str, tuple[object, tuple[str, ...]]]) -> None:
    """Refuse an option that the format does not take: whoever wrote it expects something of it.

    `given` has the value of each option, and the formats that take it. Raises UsageError.
    """
    for option, (value, formats) in given.items():
        if value and style not in formats:
            raise UsageError(f"{option} is for --format {' or '.join(formats)}, not {style}")


def naming(
    config: Config, name: str | None, labels: tuple[str, ...], secret: str | None = None
) -> Naming:
    """The names of Kubernetes objects. Raises UsageError for what Kubernetes would refuse."""
    from warehouse_exporter.alerting.operator import Naming

    pairs = {}
    for label in labels:
        key, equals, text = label.partition("=")
        if not equals:
            raise UsageError(f"--label {label}: write KEY=VALUE, such as release=prometheus")
        pairs[key] = text
    given = {"secret": secret} if secret else {}
    return Naming(name or config.warehouse.name, labels=pairs, **given)
