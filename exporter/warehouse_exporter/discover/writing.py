"""A proposal as YAML with comments; what is unsure is commented out."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from warehouse_exporter.discover.model import Proposal, Proposed, ProposedDataset, Verbatim

WIDTH = 100
END = "\n"
PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*|[1-9][0-9]*[smhd]")
"""Text that YAML takes for text without quotes, in every place."""
WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
"""What some YAML reader takes for something else."""
SIGNS = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}


def text_of(proposal: Proposal) -> str:
    """The YAML of a proposal, which ends with a line end."""
    return "\n".join(line.rstrip() for line in lines_of(proposal)) + "\n"


def lines_of(proposal: Proposal) -> Iterator[str]:
    """The lines, section by section, with an empty one between them."""
    yield from comment(proposal.head, keep=True)
    yield ""
    yield from section("warehouse", proposal.warehouse)
    for name, data in proposal.sections.items():
        yield ""
        yield from section(name, data)
    yield ""
    yield from headed("datasets:", [dataset(one) for one in proposal.datasets])
    metrics = [metric(name, one) for name, one in proposal.metrics.items()]
    for name, entries, made in (
        ("metrics:", proposal.metrics.values(), metrics),
        ("anomalies:", proposal.anomalies, [item(one) for one in proposal.anomalies]),
        ("queries:", proposal.queries, [item(one) for one in proposal.queries]),
    ):
        if entries:
            yield ""
            sure = any(not one.unsure for one in entries)
            yield from headed(name if sure else f"# {name}", made)
    if proposal.left_out:
        yield ""
        yield from comment(proposal.left_out, keep=True)


def headed(key: str, parts: Iterable[Iterable[str]]) -> Iterator[str]:
    """A key of the top level and its parts, indented."""
    yield key
    for part in parts:
        yield from indented(part, 2)


def section(name: str, data: Any) -> Iterator[str]:
    """A section of the top level; a mapping has a line for each of its keys."""
    if not isinstance(data, Mapping) or not data:
        yield from block(name, data)
        return
    yield f"{scalar(name)}:"
    for key, value in data.items():
        yield from indented(block(key, value), 2)


def dataset(proposed: ProposedDataset) -> Iterator[str]:
    """A dataset with its checks; the lines of an unsure one are all commented out."""
    yield ""
    yield from comment([proposed.why])
    body = list(dataset_body(proposed))
    if proposed.unsure:
        yield from comment([f"Uncertain: {proposed.unsure}"])
        body = commented(body)
    yield from body


def dataset_body(proposed: ProposedDataset) -> Iterator[str]:
    """The dataset itself."""
    yield f"{scalar(proposed.name)}:"
    for key, value in proposed.settings.items():
        made = list(block(key, value))
        remark = proposed.beside.get(key)
        if remark and len(made) == 1 and len(made[0]) + len(remark) + 6 <= WIDTH:
            made[0] += f"  # {clean(remark)}"
        elif remark:
            yield from indented(comment([remark]), 2)
        yield from indented(made, 2)
    for key, value in proposed.blanks.items():
        yield from indented(commented(f"{line}  # to fill in" for line in block(key, value)), 2)
    if proposed.checks:
        sure = any(not check.unsure for check in proposed.checks)
        yield "  checks:" if sure else "  # checks:"
        for check in proposed.checks:
            yield from indented(item(check), 4)


def metric(name: str, proposed: Proposed) -> Iterator[str]:
    """A metric by its name."""
    yield from reasoned(proposed, list(block(name, proposed.written)))


def item(proposed: Proposed) -> Iterator[str]:
    """An item of a list."""
    made = []
    for place, (key, value) in enumerate(proposed.written.items()):
        made += [("  " if place or n else "- ") + s for n, s in enumerate(block(key, value))]
    yield from reasoned(proposed, made)


def reasoned(proposed: Proposed, made: Sequence[str]) -> Iterator[str]:
    """Lines with the reason above them; commented out where it is unsure."""
    yield from comment([proposed.why])
    if proposed.unsure:
        yield from comment([f"Uncertain: {proposed.unsure}"])
        made = commented(made)
    yield from made


def commented(made: Iterable[str]) -> list[str]:
    """Lines behind a sign; whoever takes the sign and its space away has YAML again."""
    return [f"# {line}".rstrip() for line in made]


def comment(texts: Iterable[str], *, keep: bool = False) -> Iterator[str]:
    """Texts as comments, each folded; to `keep` empty ones as empty comments."""
    for text in texts:
        if not text.strip():
            yield from ["#"] if keep else []
            continue
        indent = text[: len(text) - len(text.lstrip())] if keep else ""
        for line in textwrap.wrap(
            clean(text.strip()), WIDTH - 10, break_on_hyphens=False, subsequent_indent=indent,
            initial_indent=indent,
        ):  # fmt: skip
            yield f"# {line}"


def clean(text: str) -> str:
    """Text on one line that ends no comment: a name from a catalogue may hold anything."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def indented(made: Iterable[str], by: int) -> Iterator[str]:
    """Lines moved to the right; empty ones stay empty."""
    for line in made:
        yield " " * by + line if line else ""


def block(key: str, value: Any) -> Iterator[str]:
    """`key: value` on one line where it fits, else below the key; SQL of many lines as it is."""
    if isinstance(value, str) and "\n" in value and blockable(value):
        yield f"{scalar(key)}: |{'' if value.endswith(END) else '-'}"
        yield from indented(value.removesuffix(END).split(END), 2)
        return
    line = f"{scalar(key)}: {value if isinstance(value, Verbatim) else flow(value)}"
    if len(line) <= WIDTH - 10 and not (isinstance(value, Mapping) and nested(value)):
        yield line
    elif isinstance(value, Mapping):
        yield f"{scalar(key)}:"
        for name, inner in value.items():
            yield from indented(block(name, inner), 2)
    elif isinstance(value, list | tuple):
        yield f"{scalar(key)}:"
        yield from indented((f"- {flow(inner)}" for inner in value), 2)
    else:
        yield line


def nested(value: Mapping[str, Any]) -> bool:
    """Whether a mapping is too deep for one line: it holds a text of many lines."""
    return any(
        (isinstance(one, str) and "\n" in one) or (isinstance(one, Mapping) and nested(one))
        for one in value.values()
    )


def blockable(text: str) -> bool:
    """Whether text may stand in a block as it is."""
    lines = text.removesuffix(END).split(END)
    return (
        all(line and line.isprintable() and line == line.rstrip() for line in lines)
        and not lines[0].startswith(" ")
        and "${" not in text
    )


def flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(k)}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def scalar(value: Any) -> str:
    """A scalar; text in quotes where YAML would take it for something else."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    text = str(value) if isinstance(value, Verbatim) else str(value).replace("${", "$${")
    if PLAIN.fullmatch(text) and text.lower() not in WORDS:
        return text
    if '"' in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return f'"{"".join(SIGNS.get(sign) or escaped(sign) for sign in text)}"'


def escaped(sign: str) -> str:
    """A character between double quotes."""
    return sign if sign.isprintable() else f"\\U{ord(sign):08X}"
