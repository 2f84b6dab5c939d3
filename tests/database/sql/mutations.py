"""Statements with literals in them that are then damaged: what a hostile hand would try."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

SEED = 20260310
PIECES = (
    "'", "''", "'''", "\\", "\\'", "\\\\", "\"", "\"\"", "$", "$$", "$a$", "$b$", "--", "/*", "*/",
    ";", "; commit; ", "(", ")", "[", "]", "\n", "\r", "\t", "\u000b", " ", "a", "now", "E'", "e",
    "U&'", "B'", "x", "1", "0x", "1_0", ".", ":", "::", ":as_of", "=", "-", "+", "|", "@", "?",
    "%", "%s", "{", "}", "ä", "\u00a0", "\u3000", "\u2019", "\uff07",
    "😀", "select 2", " as b, ", "/", "*", "_", "uescape '!'", "`", "#", "null", "\u0001",
)  # fmt: skip
FRAMES = (
    "select @ as a", "select length(@) as a, @ as b", "select 1 as a where @ = @",
    "select date_part(@, timestamp '2026-03-01') as a",
    "select @::text || @ as a from (select 1) as t",
    "select interval @ as a, count(*) from (values (@)) as v(x)",
    "select jsonb '{}' ->> @ as a /* @ */", "select case when 'x' like @ then @ end as a -- @",
)  # fmt: skip


def literal(random: Random) -> str:
    """A whole literal in one of the ways to quote."""
    inner = "".join(random.choice(PIECES) for _ in range(random.randrange(4)))
    way = random.randrange(6)
    if way == 0:
        return "E'" + inner.replace("\\", "\\\\").replace("'", "\\'") + "'"
    if way == 1 and "$q$" not in inner:
        return f"$q${inner}$q$"
    if way == 2:
        return "U&'" + inner.replace("\\", "\\\\").replace("'", "''") + "'"
    if way == 3:
        return random.choice(("1_000", "0x1F", "0o17", "1.5e3", ".5", "b'101'", "x'1f'", "null"))
    return "'" + inner.replace("'", "''") + "'"


def damaged(text: str, random: Random) -> str:
    """A literal with letters inserted, left out, doubled or replaced."""
    for _ in range(random.randrange(4)):
        at = random.randrange(len(text) + 1)
        piece = random.choice(PIECES)
        way = random.randrange(4)
        if way == 0:
            text = text[:at] + piece + text[at:]
        elif way == 1:
            text = text[:at] + text[at + 1 :]
        elif way == 2:
            text = text[:at] + text[at : at + 1] * 2 + text[at + 1 :]
        else:
            text = text[:at] + piece + text[at + 1 :]
    return text


def mutations(number: int, seed: int = SEED) -> Iterator[str]:
    """So many statements, the same ones each time."""
    random = Random(seed)
    for _ in range(number):
        frame = random.choice(FRAMES)
        while "@" in frame and random.random() < 0.999:
            before, _, behind = frame.partition("@")
            frame = before + damaged(literal(random), random).replace("@", "") + behind
        yield frame


def expression_mutations(number: int, seed: int = SEED) -> Iterator[str]:
    """So many expressions over nothing but literals, the same ones each time."""
    random = Random(seed)
    for _ in range(number):
        parts = [damaged(literal(random), random) for _ in range(random.randrange(1, 3))]
        yield random.choice((" || ", "=", " -- \n||", "/*'*/ <> ")).join(parts)
