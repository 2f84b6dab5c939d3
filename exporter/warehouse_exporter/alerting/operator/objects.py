"""What Kubernetes asks of every object: its name, its labels, and where its secrets are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from warehouse_exporter.core.errors import UsageError

NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
LONGEST_NAME = 253
LABEL_PART = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
SECRET_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")
LARGEST = 512 * 1024
"""Bytes of one object's rules: the operator puts them into a ConfigMap and takes no more."""


@dataclass(frozen=True)
class Naming:
    """The name and labels of the objects, and the Secret that holds what the config has in files.

    Raises UsageError for what Kubernetes would refuse.
    """

    name: str
    secret: str = "warehouse-alerting"
    labels: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for option, text in (("--name", self.name), ("--secret", self.secret)):
            if len(text) > LONGEST_NAME or not NAME.fullmatch(text):
                raise UsageError(
                    f"{text!r} cannot be the name of a Kubernetes object: it takes small letters, "
                    f"digits, `-` and `.`; write another one with {option}"
                )
        for key, text in self.labels.items():
            *prefix, name = key.split("/")
            named = name and LABEL_PART.fullmatch(name) and len(prefix) < 2
            if not named or not all(map(NAME.fullmatch, prefix)) or not LABEL_PART.fullmatch(text):
                raise UsageError(
                    f"--label {key}={text}: Kubernetes takes letters, digits, `-`, `_` and `.`, "
                    "at most 63 of them"
                )

    def metadata(self) -> dict[str, Any]:
        """The object's metadata; the namespace is that of `kubectl apply --namespace`."""
        return {"name": self.name, **({"labels": dict(self.labels)} if self.labels else {})}

    def selected(self, file: str) -> dict[str, str]:
        """The key of the Secret with what the config keeps in a file: the key is the file's name.

        Raises UsageError where that name is no key.
        """
        key = PurePosixPath(file).name
        if not SECRET_KEY.fullmatch(key):
            raise UsageError(
                f"the file {file!r} of `routing:` becomes a key of the Secret {self.secret}, and "
                f"{key!r} cannot be one: use letters, digits, `-`, `_` and `.`"
            )
        return {"name": self.secret, "key": key}
