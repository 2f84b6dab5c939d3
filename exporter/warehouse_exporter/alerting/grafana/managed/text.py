"""Texts as Grafana reads them, in its files and in its annotations."""

from __future__ import annotations

import re

VALUE = '(index .Values "A").Value'
LABEL = re.compile(r"\$labels\.")
NUMBER = re.compile(r"\$value\b")


def in_grafana(text: str) -> str:
    """An annotation of Prometheus for Grafana, whose `$value` is a text about all queries.

    It has no `$` left, which Grafana's files take for a variable of the environment.
    """
    return NUMBER.sub(VALUE, LABEL.sub(".Labels.", text))


def env_safe(text: str) -> str:
    """A text of a file, in which Grafana puts variables of the environment in the place of `$X`."""
    return text.replace("$", "$$")


def secret(file: str) -> str:
    """What a file contains, read by Grafana when it starts."""
    return f"$__file{{{file}}}"
