"""The rules of a config, check by check: many checks share a rule, which names them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from warehouse_exporter.alerting.annotations import IN_A_PATH, IN_A_QUERY
from warehouse_exporter.alerting.rules import groups
from warehouse_exporter.config import Config
from warehouse_exporter.core.model import CheckId

CHOICE = re.compile(r'dataset(=~?)"((?:[^"\\]|\\.)*)",check(=~?)"((?:[^"\\]|\\.)*)"')
LITERAL = re.compile(r"(?:[^\\|]|\\.)+", re.DOTALL)
BACKTICK = re.compile(r"(\\\\)|\\x60")
"""An escaped backslash, or a backtick as rules have it."""
COMMENT = re.compile(r"\{\{/\*.*?\*/\}\}")
Rule = dict[str, Any]


def all_rules(loaded: Config) -> list[Rule]:
    """Every rule of a config, of its one group about the data."""
    group, _ = groups(loaded)
    rules: list[Rule] = group["rules"]
    return rules


def names_in(how: str, text: str) -> list[str]:
    """The names that a matcher allows."""
    plain = BACKTICK.sub(lambda found: found[1] or "`", text)
    known: str = json.loads(f'"{plain}"')
    if how == "=":
        return [known]
    return [re.sub(r"\\(.)", r"\1", one) for one in LITERAL.findall(known)]


def checks_of(rule: Rule) -> list[CheckId]:
    """The checks that a rule judges."""
    found = dict.fromkeys(
        CheckId(dataset, check)
        for datasets, checks in dict.fromkeys(
            ((how, text), (like, name)) for how, text, like, name in CHOICE.findall(rule["expr"])
        )
        for dataset in names_in(*datasets)
        for check in names_in(*checks)
    )
    return list(found)


def of_check(rule: Rule, check: CheckId, more: Mapping[str, str] | None = None) -> Rule:
    """A rule with labels and annotations as the alert of one check has them."""
    labels = {"dataset": check.dataset, "check": check.name, **(more or {})}

    def filled(texts: Mapping[str, str]) -> dict[str, str]:
        return {name: expanded(text, labels) for name, text in texts.items()}

    made = {**rule, **{key: filled(rule[key]) for key in ("labels", "annotations")}}
    made["labels"] |= {"dataset": check.dataset, "check": check.name}
    return made


def expanded(text: str, labels: Mapping[str, str]) -> str:
    """A template with its labels filled in, as far as it only names them."""
    for name, value in labels.items():
        text = text.replace(f"{{{{ $labels.{name} }}}}", value)
        text = text.replace(IN_A_QUERY % name, quote_plus(value))
        text = text.replace(IN_A_PATH % name, quote(value, safe=""))
    return COMMENT.sub("", text).replace('{{ "{{" }}', "{{")


def rules_of(loaded: Config) -> list[Rule]:
    """Every rule of every check, as if no two shared one."""
    return [one for rule in all_rules(loaded) for one in one_by_one(rule, loaded)]


def every_alert(loaded: Config) -> list[Rule]:
    """Every alert that there can be, those about ourselves among them."""
    found = [rule for group in groups(loaded) for rule in group["rules"] if "alert" in rule]
    return [one for rule in found for one in one_by_one(rule, loaded) or [rule]]


def one_by_one(rule: Rule, loaded: Config) -> list[Rule]:
    """A rule as each check has it; of a rule about no check there are none."""
    found = []
    for check in checks_of(rule):
        column = getattr(loaded.check(check).kind, "column", None)
        more = {"column": column} if isinstance(column, str) else {}
        found.append(of_check(rule, check, more))
    return found
