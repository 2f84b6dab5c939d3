"""How commands end: errors become a message and an exit code, and output is written safely."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

import click

from warehouse_exporter.cli.exits import Exit
from warehouse_exporter.cli.interrupts import Interrupted
from warehouse_exporter.core.errors import ConfigError, Unreachable, WarehouseExporterError

UNWRITABLE = {errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}
"""Errors of the system when standard output cannot be written."""


@contextmanager
def handling_errors(
    unreachable: Exit = Exit.USAGE, undone: str = "nothing was judged"
) -> Iterator[None]:
    """Turn a user's mistake into its message and exit code 2, never a traceback.

    An `unreachable` warehouse may have its own exit code. After a signal, `undone` is said.
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
        click.echo(f"{error}: {undone}", err=True)
        sys.exit(128 + error.number)


def fail(message: str, code: Exit = Exit.USAGE) -> NoReturn:
    """Print the error and exit."""
    click.echo(f"error: {message}", err=True)
    sys.exit(code)


class Program(click.Group):
    """A command line with its own exit code for when standard output cannot be written.

    Otherwise click exits with 1 when a pipe is closed, which would look like a critical finding,
    and Python prints a traceback when a disk is full.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and make sure that all its output was written."""
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except OSError as error:
            if error.filename is not None or error.errno not in UNWRITABLE:
                raise
            drop_output()
            if isinstance(error, BrokenPipeError):  # whoever read has seen enough
                sys.exit(Exit.OUTPUT)
            fail(f"cannot write to standard output: {error.strerror}", Exit.OUTPUT)


def drop_output() -> None:
    """Discard what is still buffered, so that Python does not try again at exit."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write(text: str, output: str | None) -> None:
    """Write to a file or to standard output; exit if the file cannot be written."""
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        write_file(text, output)
    except FileNotFoundError:
        fail(f"cannot write {output}: there is no folder {Path(output).parent}; make it first")
    except OSError as error:
        fail(f"cannot write {output}: {error.strerror}")


def write_file(text: str, output: str) -> None:
    """Replace a file atomically, or write to a pipe or device directly. Raises OSError.

    If it fails, the file is unchanged, and no partial file is left next to it.
    """
    given, target = Path(output), Path(os.path.realpath(output))
    if given.exists() and not given.is_file():  # a pipe or a device: never replaced
        given.write_text(text, encoding="utf-8")
        return
    draft = target.with_name(f".{target.name}.new")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(target)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def write_all(folder: Path, texts: Mapping[str, str]) -> None:
    """Write texts by their path in a folder, created if needed; exit if one cannot be written."""
    for name, text in texts.items():
        file = folder / name
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_file(text, str(file))
        except OSError as error:
            fail(f"cannot write {file}: {error.strerror}")
