"""Rules and routes as YAML that people can read."""

from __future__ import annotations

from typing import Any

import yaml


class Block(str):
    """Text that YAML writes as a block, so that people can read an expression of two lines."""


class Dumper(yaml.SafeDumper):
    """Writes expressions as blocks."""


class FastDumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """The same five times as fast, where PyYAML was built with libyaml."""


def as_block(dumper: yaml.SafeDumper, text: Block) -> yaml.ScalarNode:
    """The node of a block."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style="|")


Dumper.add_representer(Block, as_block)
FastDumper.add_representer(Block, as_block)
ESCAPED = "\\U"
"""The beginning of what libyaml makes of an emoji; other texts it leaves as readable as we do."""


def blocks(data: Any) -> Any:
    """The data with its multi-line texts as blocks."""
    if isinstance(data, dict):
        return {key: blocks(value) for key, value in data.items()}
    if isinstance(data, list):
        return [blocks(item) for item in data]
    return Block(data) if isinstance(data, str) and "\n" in data else data


def written(data: Any) -> str:
    """The data as YAML, in the order made."""
    text = dumped(data, FastDumper)
    return dumped(data, Dumper) if ESCAPED in text else text


def dumped(data: Any, dumper: type[yaml.SafeDumper]) -> str:
    """The data as one of the two writes it."""
    text: str = yaml.dump(data, Dumper=dumper, sort_keys=False, width=1000, allow_unicode=True)
    return text
