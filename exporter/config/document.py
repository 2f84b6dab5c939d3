"""A YAML text as plain data, remembering on which line every key and item stands."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from exporter.errors import Problem

Path = tuple[str | int, ...]
VARIABLE = re.compile(r"\$\$\{|\$\{([^}]*)\}")
DEPTH = 50
"""How deep a config may be nested; ours needs seven, an endless alias needs infinitely many."""


class Loader(yaml.SafeLoader):
    """YAML's core schema: `10:30` is text and not 630, `no` is text, dates are text."""


Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)(?:[eE][-+]?[0-9]+)?$", "-+0123456789."),
    ("merge", r"^<<$", "<"),
):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))
Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))


@dataclass
class Document:
    """The data of one YAML file, where each part of it stands, and what was wrong on the way."""

    file: str
    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of a part, or of the nearest part around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def known(self, path: Path) -> Path:
        """The longest beginning of a path that is in the document."""
        while path and path not in self.lines:
            path = path[:-1]
        return path

    def complain(self, path: Path, message: str) -> None:
        """Note something wrong at a path."""
        self.problems.append(Problem(self.file, self.line(path), dotted(path), message))


def dotted(path: Path) -> str:
    """`datasets.orders.checks[2].completeness`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f"{'.' if text else ''}{part}"
    return text


def read(text: str, file: str, environment: Mapping[str, str] | None = None) -> Document:
    """Parse a YAML text and fill in `${VARIABLES}`; everything wrong is noted in `problems`."""
    document = Document(file)
    try:
        loader = Loader(text)
        node = loader.get_single_node()
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        document.problems.append(syntax_problem(error, file))
        return document
    if node is None:
        document.complain((), "the file is empty: it needs `warehouse:` and `datasets:`")
        return document
    reader = Reader(document, loader, os.environ if environment is None else environment)
    document.data = reader.value(node, ())
    if not isinstance(document.data, dict) and not document.problems:
        document.complain((), "the file must be a mapping with `warehouse:` and `datasets:`")
    return document


def syntax_problem(error: Exception, file: str) -> Problem:
    """What the YAML parser says, at its line."""
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or str(error).splitlines()[0]
    return Problem(file, mark.line + 1 if mark else 1, "", f"not YAML: {said}")


@dataclass
class Reader:
    """Turns nodes into data, noting lines, duplicate keys and unset variables."""

    document: Document
    loader: Loader
    environment: Mapping[str, str]

    def value(self, node: yaml.Node, path: Path) -> Any:
        """The data of a node."""
        self.document.lines.setdefault(path, node.start_mark.line + 1)
        if len(path) > DEPTH:
            self.document.complain(path[:3], "nested too deeply (an alias that holds itself?)")
            return None
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, place)) for place, item in enumerate(node.value)]
        return self.scalar(node, path)

    def mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        """A mapping; keys are text, and each stands once."""
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.document.complain(path, "a key must be plain text")
                return {}
            if key.value in seen:
                self.document.lines[(*path, key.value)] = key.start_mark.line + 1
                self.document.complain((*path, key.value), f"the key {key.value!r} stands twice")
            seen.add(key.value)
        try:
            self.loader.flatten_mapping(node)
        except yaml.YAMLError as error:
            self.document.problems.append(syntax_problem(error, self.document.file))
            return {}
        data = {}
        for key, item in node.value:
            self.document.lines[(*path, key.value)] = key.start_mark.line + 1
            data[key.value] = self.value(item, (*path, key.value))
        return data

    def scalar(self, node: yaml.Node, path: Path) -> Any:
        """A scalar, with variables filled in where it is text."""
        try:
            data = self.loader.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            said = getattr(error, "problem", None) or error
            self.document.complain(path, f"cannot be read: {said}")
            return None
        return self.filled(data, path) if isinstance(data, str) else data

    def filled(self, text: str, path: Path) -> str:
        """Text with `${NAME}` replaced from the environment; `$${` stands for `${`."""

        def value(match: re.Match[str]) -> str:
            name = match.group(1)
            if name is None:
                return "${"
            if name not in self.environment:
                self.document.complain(path, f"environment variable {name} is not set")
            return self.environment.get(name, "")

        return VARIABLE.sub(value, text)
