"""Validation errors of pydantic as messages that say what would have been right."""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterable
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from warehouse_exporter.config.document import Document, Path
from warehouse_exporter.config.synonyms import meant

ONE_KIND = "an item of `checks` is one kind, such as `- volume: {critical: '< 100'}`"
WORDS = {
    "string_type": "must be text (put it in quotes)",
    "dict_type": "must be a mapping of keys and values",
    "model_type": "must be a mapping of keys and values",
    "tuple_type": "must be a list, each item after `- `",
    "list_type": "must be a list, each item after `- `",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "string_too_long": "is longer than {max_length} characters",
    "string_too_short": "must not be empty",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
}
PATTERNS = {
    r"^[a-zA-Z_][a-zA-Z0-9_]*$": "{!r} is not a name: letters, digits and _, no digit first",
}


def suggestion(word: str, known: Iterable[str]) -> str:
    """`; did you mean x?`, or the list of what is known."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f"; did you mean `{close[0]}`?"
    return f"; known: {', '.join(names)}" if names and len(names) <= 40 else ""


def complain(document: Document, error: ValidationError, model: type[BaseModel]) -> None:
    """Note every problem of a validation error at its place in the document."""
    seen = set()
    for found in error.errors():
        path = tuple(part for part in found["loc"] if not str(part).startswith("~"))
        message = words(found, path, model)
        place = path[:-1] if found["type"] == "missing" else document.known(path)
        if place not in seen or found["type"] in ("missing", "extra_forbidden"):
            document.complain(place, message)
        seen.add(place)


def words(found: Any, path: Path, model: type[BaseModel]) -> str:
    """One problem in our words."""
    kind = found["type"]
    if kind == "missing":
        return f"`{path[-1]}` is required"
    if kind == "extra_forbidden":
        names = names_at(model, path[:-1])
        other = meant(str(path[-1]), names)
        hint = f": write `{other}`" if other else suggestion(str(path[-1]), names)
        what = "kind of check" if len(path) > 1 and path[-2:-1] and is_item(path) else "key"
        return f"unknown {what} `{path[-1]}`{hint}"
    if kind == "value_error":
        return str(found["ctx"]["error"])
    if kind == "string_pattern_mismatch":
        pattern = found["ctx"]["pattern"]
        return PATTERNS.get(pattern, f"{{!r}} does not match {pattern}").format(found["input"])
    if kind in ("too_short", "too_long"):
        wanted = found["ctx"].get("min_length", found["ctx"].get("max_length"))
        has = found["ctx"]["actual_length"]
        return f"has {has} items: {wanted} are needed" if has else "must not be empty"
    if kind in ("model_type", "model_attributes_type") and path[-2:-1] == ("checks",):
        other = meant(str(found["input"]), names_at(model, path))
        return f"{ONE_KIND}; `{found['input']}` is `{other}` here" if other else ONE_KIND
    if kind in ("string_type", "is_instance_of") and isinstance(found["input"], list):
        return one_of_many(found["input"], path)
    return WORDS.get(kind, str(found["msg"])).format(**found.get("ctx", {}))


def one_of_many(written: list[Any], path: Path) -> str:
    """The message for a list where one value is taken; elsewhere it may be a secret."""
    if path[:1] not in (("datasets",), ("metrics",), ("anomalies",)):
        return "takes one, not a list"
    listed = ", ".join(str(one)[:40] for one in written[:5])
    if path[:1] == ("metrics",) and listed:
        return f"takes one, not a list: write a metric for each of {listed}"
    if "checks" in path:
        return f"takes one, not a list: write a check for each of {listed}"
    return f"takes one, not a list: write one of {listed}" if listed else "takes one, not a list"


def is_item(path: Path) -> bool:
    """Whether a path names a kind in an item of `checks`."""
    return len(path) >= 3 and path[-3] == "checks" and isinstance(path[-2], int)


def names_at(model: Any, path: Path) -> list[str]:
    """The keys that a config may have at a path."""
    current = [model]
    for part in path:
        current = [inner for outer in current for inner in step(outer, part)]
    names = []
    for found in current:
        if is_model(found):
            names += [field.alias or name for name, field in found.model_fields.items()]
    return names


def is_model(found: Any) -> bool:
    """Whether a type is one of our models."""
    return isinstance(found, type) and issubclass(found, BaseModel)


def step(outer: Any, part: str | int) -> list[Any]:
    """The types one step further down."""
    if is_model(outer):
        fields = {field.alias or name: field for name, field in outer.model_fields.items()}
        return alternatives(fields[str(part)].annotation) if str(part) in fields else []
    origin, arguments = get_origin(outer), get_args(outer)
    if origin is dict:
        return alternatives(arguments[1])
    if origin in (list, tuple) and arguments:
        return alternatives(arguments[0])
    return []


def alternatives(annotation: Any) -> list[Any]:
    """The members of a union, or the type itself."""
    if get_origin(annotation) is Annotated:
        return alternatives(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return [inner for member in get_args(annotation) for inner in alternatives(member)]
    return [annotation]
