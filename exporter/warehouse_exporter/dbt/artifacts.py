"""A JSON file of dbt, which somebody else wrote: of bounded size, and its parts may be anything.

dbt itself is never imported: the files are its public interface.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse_exporter.core.bounds import plain
from warehouse_exporter.core.errors import UnusableArtifact
from warehouse_exporter.core.files import read_bytes

SCHEMA = re.compile(r"/dbt/([a-z-]+)/v(\d{1,6})(?:\.json)?$")
"""The end of `https://schemas.getdbt.com/dbt/manifest/v12.json`."""
Data = Mapping[str, Any]
NOTHING: Data = {}


@dataclass(frozen=True)
class Artifact:
    """A file of dbt: what it is, the version of its format, and its data."""

    what: str
    version: int
    data: Data

    @property
    def dbt_version(self) -> str:
        """The version of dbt that wrote it; "" where it does not say."""
        return plain(text(mapping(self.data, "metadata"), "dbt_version"), 40)


def read(file: Path, what: str, most: int, stop: threading.Event | None = None) -> Artifact:
    """The file of dbt that is called `what` in its own words. Raises UnusableArtifact."""
    data = json_of(file, most, stop)
    schema = text(mapping(data, "metadata"), "dbt_schema_version")
    found = SCHEMA.search(schema)
    if found is None:
        raise UnusableArtifact(
            "foreign", f"{file} is no file of dbt: it has no `metadata.dbt_schema_version`"
        )
    if found[1] != what:
        raise UnusableArtifact("foreign", f"{file} is a {found[1]} of dbt, and no {what}")
    return Artifact(what, int(found[2]), data)


def json_of(file: Path, most: int, stop: threading.Event | None) -> Data:
    """The JSON object in a file. Raises UnusableArtifact."""
    try:
        found = json.loads(read_bytes(file, stop=stop, most=most).decode("utf-8"))
    except FileNotFoundError:
        raise UnusableArtifact("missing", f"there is no file {file}") from None
    except OSError as error:
        raise UnusableArtifact("unreadable", f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UnusableArtifact("not_json", f"{file} is not UTF-8 text") from None
    except RecursionError:
        raise UnusableArtifact("not_json", f"{file} is nested too deeply") from None
    except ValueError as error:
        place = f" ({error.msg}, line {error.lineno})" if isinstance(error, JSON_ERROR) else ""
        raise UnusableArtifact(
            "not_json", f"{file} is not whole JSON{place}: was it cut off, or is it being written?"
        ) from None
    if not isinstance(found, dict):
        raise UnusableArtifact("foreign", f"{file} is no file of dbt: it holds no JSON object")
    return found


JSON_ERROR = json.JSONDecodeError


def text(data: Data, key: str) -> str:
    """A text; "" where there is none."""
    return valid(data.get(key))


def valid(found: Any) -> str:
    """The text of a value that may be anything, such that every encoding takes it."""
    return found.encode("utf-8", "replace").decode() if isinstance(found, str) else ""


def mapping(data: Data, key: str) -> Data:
    """A mapping; an empty one where there is none."""
    found = data.get(key)
    return found if isinstance(found, dict) else NOTHING


def texts(data: Data, key: str) -> tuple[str, ...]:
    """The texts of a list, or a single one."""
    found = data.get(key)
    listed = found if isinstance(found, list) else [found]
    return tuple(one for one in map(valid, listed) if one)


def objects(data: Data, key: str) -> Iterator[tuple[str, Data]]:
    """The mappings in a mapping, by their keys."""
    for name, one in mapping(data, key).items():
        if isinstance(one, dict):
            yield valid(name), one
