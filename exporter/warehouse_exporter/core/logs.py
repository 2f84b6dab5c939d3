"""Logs: one event per pass and one per failed statement, as logfmt or JSON, on standard error."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, Literal

from warehouse_exporter.core.bounds import LOGGED

ROOT = "warehouse_exporter"


def event(log: logging.Logger, level: int, message: str, **fields: Any) -> None:
    """Log what happened, with its facts as fields."""
    log.log(level, message, extra={"fields": fields})


def quoted(value: Any) -> str:
    """A logfmt value: bare where it can be, else in double quotes."""
    text = f"{value:.3f}" if isinstance(value, float) else str(value)
    bare = text.isprintable() and text and not any(c in text for c in ' "=\\')
    return text if bare else harmless(json.dumps(text, ensure_ascii=False))


def harmless(line: str) -> str:
    """JSON in which characters that a terminal obeys or hides are escaped."""
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line)


def short(value: Any) -> Any:
    """A field that fits on a line, with a count of what was cut."""
    if not isinstance(value, str) or len(value) <= LOGGED:
        return value
    return f"{value[:LOGGED]}… ({len(value) - LOGGED:,} more characters)"


def facts(record: logging.LogRecord) -> dict[str, Any]:
    """All fields of a log line, in order."""
    at = datetime.fromtimestamp(record.created, UTC)
    said: dict[str, Any] = {
        "ts": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "msg": short(record.getMessage()),
        **{name: short(value) for name, value in getattr(record, "fields", {}).items()},
    }
    if record.exc_info:
        lines = logging.Formatter().formatException(record.exc_info).splitlines()
        said["traceback"] = "\n".join(short(line) for line in lines)
    return said


class LogfmtFormatter(logging.Formatter):
    """`ts=… level=info msg="pass ended" seconds=0.054`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        return " ".join(f"{name}={quoted(value)}" for name, value in facts(record).items())


class JsonFormatter(logging.Formatter):
    """The same facts as one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        return harmless(json.dumps(facts(record), default=str, ensure_ascii=False))


def set_up(level: str, style: Literal["logfmt", "json"]) -> None:
    """Send our logs to standard error; from libraries, only warnings and errors."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if style == "json" else LogfmtFormatter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger(ROOT).setLevel(level.upper())
