"""How commands end: a mistake becomes a message and a code, a text goes where it is wanted."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from exporter import report
from exporter.errors import ConfigError, Unreachable, WarehouseExporterError
from exporter.gate import Exit
from exporter.interrupts import Interrupted

if TYPE_CHECKING:
    from exporter.config import Config


@contextmanager
def explained(unreachable: Exit = Exit.USAGE) -> Iterator[None]:
    """A mistake of the user's becomes its message and exit code 2, never a traceback.

    A warehouse that is `unreachable` may have an exit code of its own.
    """
    try:
        yield
    except ConfigError as error:
        count = len(error.problems)
        click.echo(str(error), err=True)
        click.echo(f"{count} problem{'s' if count > 1 else ''} in the config", err=True)
        sys.exit(Exit.USAGE)
    except Unreachable as error:
        fail(str(error), unreachable)
    except WarehouseExporterError as error:
        fail(str(error))
    except Interrupted as error:
        click.echo(f"{error}: nothing was judged", err=True)
        sys.exit(128 + error.number)


def fail(message: str, code: Exit = Exit.USAGE) -> NoReturn:
    """Say what is wrong and end."""
    click.echo(f"error: {message}", err=True)
    sys.exit(code)


def write(text: str, output: str | None) -> None:
    """To a file that is replaced whole, to a pipe or device as it is, or to standard output."""
    if output is None:
        click.echo(text, nl=False)
        return
    given, target = Path(output), Path(os.path.realpath(output))
    try:
        if given.exists() and not given.is_file():  # a pipe or a device: never replaced
            given.write_text(text, encoding="utf-8")
            return
        draft = target.with_name(f".{target.name}.new")
        draft.write_text(text, encoding="utf-8")
        draft.replace(target)
    except OSError as error:
        fail(f"cannot write {output}: {error.strerror}")


def write_reports(folder: Path, results: report.Results, at: datetime, config: Config) -> None:
    """report.md and report.json in a folder that is made if need be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fail(f"cannot make {folder}: {error.strerror}")
    write(report.markdown(results, at, config), str(folder / "report.md"))
    write(report.as_json(results, at, config), str(folder / "report.json"))
