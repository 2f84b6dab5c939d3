"""A YAML text as plain data, with the line of every key and item."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import yaml

from warehouse_exporter.core.errors import Problem

T = TypeVar("T")
Path = tuple[str | int, ...]
VARIABLE = re.compile(r"\$\$\{|\$\{([^}]*)\}")
NAME = re.compile(r"[A-Za-z_]\w*")
NO_DEFAULT = "`${...}` takes the name of a variable and nothing else: there are no defaults"
SECRET = 6
"""A value of the environment with at least this many characters may be a secret."""
DEPTH = 50
"""How deep a config may be nested; ours needs seven, an endless alias needs infinitely many."""
PARTS = 200_000
"""How many parts a config may have; with aliases, a few lines can stand for millions."""


class Loader(yaml.SafeLoader):
    """YAML's core schema: `10:30` is text and not 630, `no` is text, dates are text."""


class FastLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The same several times as fast, where PyYAML was built with libyaml."""


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
FastLoader.yaml_implicit_resolvers = Loader.yaml_implicit_resolvers
FastLoader.yaml_constructors = Loader.yaml_constructors


@dataclass
class Document:
    """The data of a YAML file, the place of each part, and all problems found.

    `files` has the files of parts that come from another one; `blocks` the block of `relations:`
    that a dataset is made by.
    """

    file: str
    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    files: dict[Path, str] = field(default_factory=dict)
    written: dict[Path, str] = field(default_factory=dict)
    filled: dict[str, str] = field(default_factory=dict)
    blocks: dict[str, str] = field(default_factory=dict)
    kept: dict[Path, list[int]] = field(default_factory=dict)
    broken: Collection[Path] = ()
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

    def place(self, path: Path) -> str:
        """`orders.yml:7`, the file and the line of a part."""
        return f"{self.files.get(self.known(path), self.file)}:{self.line(path)}"

    def complain(self, path: Path, message: str) -> None:
        """Note a problem at a path; values from the environment are never repeated."""
        for value, name in self.filled.items():
            message = message.replace(value, f"${{{name}}}")
        told = without_secrets(message)
        file = self.files.get(self.known(path), self.file)
        block = self.blocks.get(str(path[1])) if path[:1] == ("datasets",) and path[1:] else None
        shown = path if block is None else (*path[:1], block, *path[2:])
        found = Problem(file, self.line(path), dotted(shown), told)
        if block is None or found not in self.problems:  # of a block, each is said once
            self.problems.append(found)

    def without(self, broken: Collection[Path]) -> dict[str, Any]:
        """The data without some parts; `numbered` then still knows where an item was."""

        def rest(data: Any, path: Path) -> Any:
            if isinstance(data, dict):
                return {k: rest(v, (*path, k)) for k, v in data.items() if (*path, k) not in broken}
            if isinstance(data, list):
                self.kept[path] = [n for n in range(len(data)) if (*path, n) not in broken]
                return [rest(data[n], (*path, n)) for n in self.kept[path]]
            return data

        self.broken = broken
        left: dict[str, Any] = rest(self.data, ())
        return {"warehouse": NOWHERE} | left

    def sound(self, path: Path) -> bool:
        """Whether nothing at a path had to be left out."""
        return not any(part[: len(path)] == path for part in self.broken)

    def numbered(self, path: Path, items: Sequence[T]) -> Iterable[tuple[int, T]]:
        """The items of a list, each with its place in the file."""
        return zip(self.kept.get(path, range(len(items))), items, strict=True)


CONNECTION_STRING = re.compile(r"://|\b(password|host|user|dbname)\s*=")
"""What only a connection string looks like; it may hold a password, so it is not repeated."""
QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")


def without_secrets(message: str) -> str:
    """A message that repeats no connection string."""
    return QUOTED.sub(
        lambda found: "this" if CONNECTION_STRING.search(found.group()) else found.group(), message
    )


NOWHERE = {"dsn_file": ""}
"""A warehouse for the rest of a config to be checked with, where its own cannot be read."""


def dotted(path: Path) -> str:
    """`datasets.orders.checks[2].completeness`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f"{'.' if text else ''}{part}"
    return text


def never(path: Path) -> bool:
    """No scalar is kept as it is written."""
    return False


def read(
    text: str,
    file: str,
    environment: Mapping[str, str] | None = None,
    verbatim: Callable[[Path], bool] = never,
) -> Document:
    """Parse a YAML text and fill in `${VARIABLES}`; everything wrong is noted in `problems`.

    A scalar at a `verbatim` path stays the text that was written: 01067 is not the number 1067.
    """
    document = Document(file)
    try:
        loader, node = composed(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        document.problems.append(syntax_problem(error, file))
        return document
    if node is None:
        document.complain((), "the file is empty: it needs `warehouse:` and `datasets:`")
        return document
    known = os.environ if environment is None else environment
    reader = Reader(document, loader, known, verbatim)
    try:
        document.data = reader.value(node, ())
    except TooLarge as error:
        document.complain(error.path, "too large or too deep: does an alias contain itself?")
        return document
    if not isinstance(document.data, dict) and not document.problems:
        document.complain((), "the file must be a mapping with `warehouse:` and `datasets:`")
    return document


def composed(text: str) -> tuple[yaml.SafeLoader, yaml.Node | None]:
    """The nodes of a text, and the loader that makes data of them. Raises what the parser raises.

    What libyaml refuses is read again by the parser whose words we know.
    """
    try:
        fast = FastLoader(text)
        return fast, fast.get_single_node()
    except (yaml.YAMLError, RecursionError, ValueError):
        known = Loader(text)
        return known, known.get_single_node()


SYNTAX = {
    "'\\t' that cannot start": "there is a tab here: indent with spaces",
    "mapping values are not allowed": "a second `: ` in this line: put the value in quotes",
    "but got '<stream end>'": "the file ends inside a bracket that nothing closes",
    "found unexpected end of stream": "the file ends inside quotes that nothing closes",
    "but found another document": "a second document begins here (`---`): write one",
    "could not find expected ':'": "a `:` is missing after the key",
    "special characters are not allowed": "it has a character that is not text",
}
"""What the YAML parser says -> what people are told."""


class TooLarge(Exception):
    """A document that would never end; `path` is where that was seen."""

    def __init__(self, path: Path) -> None:
        self.path = path


def syntax_problem(error: Exception, file: str) -> Problem:
    """What the YAML parser says, at its line."""
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or str(error).splitlines()[0]
    if isinstance(error, RecursionError):
        said = "nested too deeply"
    words = next((words for part, words in SYNTAX.items() if part in said), said)
    return Problem(file, mark.line + 1 if mark else 1, "", f"not YAML: {words}")


@dataclass
class Reader:
    """Turns nodes into data, noting lines, duplicate keys and unset variables."""

    document: Document
    loader: yaml.SafeLoader
    environment: Mapping[str, str]
    verbatim: Callable[[Path], bool] = never

    def value(self, node: yaml.Node, path: Path) -> Any:
        """The data of a node."""
        self.document.lines.setdefault(path, node.start_mark.line + 1)
        if len(path) > DEPTH or len(self.document.lines) > PARTS:
            raise TooLarge(path[:3])
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, place)) for place, item in enumerate(node.value)]
        return self.scalar(node, path)

    def mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        """A mapping; keys are text and unique."""
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.document.complain(path, "a key must be plain text")
                return {}
            if key.value in seen:
                self.document.lines[(*path, key.value)] = key.start_mark.line + 1
                self.document.complain((*path, key.value), f"the key {key.value!r} appears twice")
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
            tagged = f"the tag {node.tag} means nothing here: write a plain value"
            wrong = tagged if hasattr(error, "problem") else "this number is too long"
            self.document.complain(path, wrong)
            return None
        if data is not None and self.verbatim(path):
            data = str(node.value)
        return self.filled(data, path) if isinstance(data, str) else data

    def filled(self, text: str, path: Path) -> str:
        """Text with `${NAME}` replaced from the environment; `$${` stands for `${`."""
        self.document.written[path] = text

        def value(match: re.Match[str]) -> str:
            name = match.group(1)
            if name is None:
                return "${"
            found = self.environment.get(name)
            if not name.strip():
                self.document.complain(path, "`${}` names no variable; for the text itself: `$${}`")
            elif found is None and not NAME.fullmatch(name):
                self.document.complain(path, NO_DEFAULT)
            elif found is None:
                self.document.complain(path, f"environment variable {name} is not set")
            elif len(found) >= SECRET:
                self.document.filled[found] = name
            return found or ""

        return VARIABLE.sub(value, text)
