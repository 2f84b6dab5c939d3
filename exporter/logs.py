"""Logs: one event per pass and one per failed statement, as logfmt or JSON, on standard error."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, Literal

ROOT = "exporter"


def event(log: logging.Logger, level: int, message: str, **fields: Any) -> None:
    """Log what happened, with its facts as fields."""
    log.log(level, message, extra={"fields": fields})


def quoted(value: Any) -> str:
    """A logfmt value: bare where it can be, else in double quotes."""
    text = f"{value:.3f}" if isinstance(value, float) else str(value)
    bare = text.isprintable() and text and not any(c in text for c in ' "=\\')
    return text if bare else json.dumps(text, ensure_ascii=False)


def facts(record: logging.LogRecord) -> dict[str, Any]:
    """Everything a log line says, in order."""
    at = datetime.fromtimestamp(record.created, UTC)
    said: dict[str, Any] = {
        "ts": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "msg": record.getMessage(),
        **getattr(record, "fields", {}),
    }
    if record.exc_info:
        said["traceback"] = logging.Formatter().formatException(record.exc_info)
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
        return json.dumps(facts(record), default=str, ensure_ascii=False)


def set_up(level: str, style: Literal["logfmt", "json"]) -> None:
    """Send our logs to standard error; libraries speak from warnings on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if style == "json" else LogfmtFormatter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger(ROOT).setLevel(level.upper())
