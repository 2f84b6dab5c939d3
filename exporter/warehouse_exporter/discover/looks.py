"""What names and values look like: times, numbers, documents, and what may be about a person."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable

from warehouse_exporter.core import nouns
from warehouse_exporter.sql.clocks import ISO
from warehouse_exporter.sql.statements import quoted
from warehouse_exporter.sql.vocabulary import RESERVED

PERSONAL_NAME = re.compile(
    r"(^|_)(e?mails?|phones?|telephone|tel|mobile|fax|address\w*|addr|street|city|town|zip|zipcode"
    r"|postcode|postal\w*|district|lat|latitude|lon|lng|longitude|geo\w*|ips?|ip4|ip6|ipaddr\w*"
    r"|first_?name|last_?name|full_?name|middle_?name|sur_?name|given_?name|family_?name|nick_?name"
    r"|user_?name|login|contact\w*|customer_?name|client_?name|person\w*|birth\w*|dob|ssn|passport"
    r"|iban|bic|card\w*|cc|account\w*|tax_?id|vat\w*|gender|sex|age|salutation|title_of_courtesy"
    r"|sales_?(person|man|rep)|rep|agent|owner|author|employee|staff|manager|assignee|driver|by"
    r"|signature|password\w*|pass|hash|token\w*|secret\w*|cookie\w*|user_?agent|device\w*"
    r"|fingerprint|notes?|comments?|message|remarks?|bio|salary|religion|ethnic\w*|nationality)"
    r"($|_)"
)
"""Names of columns of which no value is ever repeated."""
IDENTIFIER = re.compile(r"(^|_)(id|ids|uuid|guid|key|number|no|nr|code|ref|sku|isbn)$|^(uuid|guid)")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
IP = re.compile(r"\d{1,3}(\.\d{1,3}){3}|[0-9a-f]{0,4}(:[0-9a-f]{0,4}){3,7}", re.IGNORECASE)
PHONE = re.compile(r"\+?[\d ()/.-]{8,20}")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
HEX = re.compile(r"[0-9a-f]{16,}", re.IGNORECASE)
PERSON = re.compile(r"([A-Z][a-z'-]+|[A-Z]\.)( [A-Z][a-z'-]+| [A-Z]\.){1,3}")
DIGITS = re.compile(r"\d{5,}")
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
TIME = re.compile(ISO)
WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
SIMPLE = re.compile(r"[a-z_][a-z0-9_]*")
IRREGULAR = {
    "people": "person", "children": "child", "addresses": "address", "analyses": "analysis",
    "statuses": "status", "news": "news", "series": "series",
}  # fmt: skip


def in_words(name: str) -> str:
    """A column in an expression: in quotes only where it needs them."""
    return name if SIMPLE.fullmatch(name) and name not in RESERVED else quoted(name)


def relation_text(name: tuple[str, ...]) -> str:
    """A relation as the config has it: a part that holds a dot or a quote is in double quotes."""
    return ".".join(quoted(part) if "." in part or '"' in part else part for part in name)


def snake(name: str) -> str:
    """A name in small letters with `_` between its words: `orderId` is `order_id`."""
    return "_".join(word.lower() for word in WORD.findall(name))


def bare(name: str) -> str:
    """A table's name without what warehouses put before it: `dim_customers` is `customers`."""
    return re.sub(r"^(fct|fact|dim|stg|raw|src|int|mart|rpt|agg|tbl|vw?|f|d)_", "", snake(name))


def singular(name: str) -> str:
    """`orders` is `order`, `categories` is `category`."""
    if name in IRREGULAR:
        return IRREGULAR[name]
    if not name.endswith("s") or name.endswith(("ss", "us", "is")):
        return name
    short = name.endswith("ies") and len(name) <= 4  # `pies` is `pie`
    return name[:-1] if short else nouns.singular(name)


def named(name: str, words: Collection[str]) -> bool:
    """Whether a name is one of these, or has one of them as a word at an end."""
    found = snake(name)
    return any(
        found == word or found.endswith(f"_{word}") or found.startswith(f"{word}_")
        for word in words
    )


def personal_by_name(name: str) -> bool:
    """Whether the values of a column with this name may be about a person, or identify one."""
    found = snake(name)
    return bool(PERSONAL_NAME.search(found) or IDENTIFIER.search(found)) or found == "name"


def personal_by_look(values: Iterable[str]) -> bool:
    """Whether any of the values looks like what identifies a person: then none is repeated."""
    shapes = (EMAIL, IP, PHONE, UUID, HEX, PERSON)
    return any(
        any(shape.fullmatch(value) for shape in shapes)
        or EMAIL.search(value)
        or DIGITS.search(value)
        or "://" in value
        for value in values
    )


def share_like(values: Collection[str], pattern: re.Pattern[str]) -> float:
    """The share of values that have a form; 0 of no values."""
    return sum(bool(pattern.fullmatch(value)) for value in values) / len(values) if values else 0.0


def as_document(value: str) -> dict[str, object] | None:
    """A JSON object in a text; None where there is none."""
    if not value.lstrip().startswith("{"):
        return None
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
