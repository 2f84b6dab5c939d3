"""Selectors of what may be a cause, for many checks at once: of their dataset, and upstream of it.

The texts are formats for `printf`, which a template fills in when an alert begins: the dataset and
the check are those of the alert, and the datasets upstream are what a series says (`UPSTREAM`), a
set of literals in the form in which it stands between the quotes of a matcher. Datasets that a
check reads beside these are written out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from warehouse_exporter.alerting.annotations import DATASET, literal, quoted
from warehouse_exporter.config import Check, Config
from warehouse_exporter.core import names
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.passes.causes import Cause

UPSTREAM = "warehouse:upstream"
"""The series by which the rules say of a dataset what is upstream of it."""
META, ESCAPED = re.compile(r"[\\.+*?()|\[\]{}^$]"), r"\\\g<0>"
"""What is escaped in a set of texts: with anything else escaped, Prometheus sees no set."""
OWN, ABOVE = "%[4]q", "%[6]s"
"""Where a format has the alert's dataset, and the datasets upstream of it; `%[5]q` is its check."""
FIXED = ("$D", "$N", "$U")
"""Arguments of every format: the dataset and the check of the alert, and what is upstream."""
BEFORE = 3
"""Arguments of a format that come before these: how selectors begin, and two ways to end."""
EACH = "(reReplaceAll `([^|]+)` %s $U)"
"""Every dataset upstream with a text behind it; a `|` in a name is written as `\\x7c`."""
SAFE = (
    '(reReplaceAll `[$]` `$$$$` (reReplaceAll `^"|"$` `` (printf `%%q`'
    " (reReplaceAll `[\\\\.+*?()|\\[\\]{}^$]` `\\$0` %s))))"
)
"""A text as it stands in a set of literals, and in what `reReplaceAll` puts in place."""


@dataclass(frozen=True)
class Asked:
    """Selectors as formats, sort by sort, and what `printf` fills in after their two ends."""

    selectors: tuple[tuple[str, ...], ...]
    arguments: str

    @property
    def upstream(self) -> bool:
        """Whether the datasets upstream must be known."""
        return "$U" in self.arguments


@dataclass(frozen=True)
class Named:
    """Who asks: the dataset, of wrong values the label with their topic, and the topic.

    `given` are the arguments of formats, to which more are added.
    """

    own: str
    label: str
    topic: str
    given: list[str]

    def place(self, expression: str) -> int:
        """The number of an argument, which is added if it is new."""
        if expression not in self.given:
            self.given.append(expression)
        return self.given.index(expression) + BEFORE + 1


def asked_of(sorts: Iterable[Iterable[Cause]], check: Check, fault: Fault, config: Config) -> Asked:
    """The selectors of causes, sort by sort.

    Most checks of a dataset have the same causes, so they are worked out once.
    """
    given = tuple(tuple(causes) for causes in sorts)
    label = topic_template(check, fault) if fault is Fault.VALUES else ""
    key = (asked_of, check.id.dataset, given, label, label and check.topic(fault))
    found: Asked | None = config.derived.get(key)
    if found is None:
        by = Named(check.id.dataset, label, check.topic(fault), list(FIXED))
        made = tuple(tuple(selectors(causes, by, config)) for causes in given)
        found = config.derived[key] = Asked(made, " ".join(by.given[: used(made, by.given)]))
    return found


def used(made: Iterable[Iterable[str]], given: Sequence[str]) -> int:
    """How many of the arguments are needed: those up to the last that is asked for."""
    texts = [one for some in made for one in some]
    if len(given) > len(FIXED) or any(ABOVE in one for one in texts):
        return len(given)
    return 2


def selectors(causes: Sequence[Cause], by: Named, config: Config) -> Iterator[str]:
    """Selectors for the findings that there can be of them; sorts of one place are together."""
    sorts: dict[str, set[Fault]] = {}
    apart: dict[tuple[Fault, str], set[str]] = {}
    for cause in causes:
        for where, datasets in places(cause, by.own, config).items():
            for fault in cause.faults:
                known = {
                    topic
                    for name in datasets
                    for topic in config.faults.get(name, {}).get(fault, ())
                }
                if cause.topics is not None and known & cause.topics:
                    apart.setdefault((fault, where), set()).update(known & cause.topics)
                elif cause.topics is None and (known or where in (OWN, ABOVE)):
                    sorts.setdefault(where, set()).add(fault)
    together: dict[frozenset[Fault], list[str]] = {}
    for where, faults in sorts.items():
        if existing := frozenset(faults) & every_fault(config):
            together.setdefault(existing, []).append(where)
    for either, wheres in together.items():
        for place in placed(wheres):
            yield f"{place},{escaped(matching(names.FAULT, either))}"
    for (fault, where), topics in apart.items():
        yield from of_topics(fault, where, topics, by)


def places(cause: Cause, own: str, config: Config) -> Mapping[str, frozenset[str]]:
    """The datasets of a cause: that of the alert, all upstream of it, and others by name."""
    left, found = set(cause.datasets), dict[str, frozenset[str]]()
    if own in left:
        found[OWN] = frozenset([own])
    above = config.upstream(own)
    if above and above <= left:
        found[ABOVE] = above
        left -= above
    return found | {name: frozenset([name]) for name in sorted(left - {own})}


def every_fault(config: Config) -> frozenset[Fault]:
    """The sorts of faults that any dataset may have.

    Whether this one can have them is not asked: its rule would be another one than its like's.
    """
    found: frozenset[Fault] | None = config.derived.get(every_fault)
    if found is None:
        found = frozenset(fault for sorts in config.faults.values() for fault in sorts)
        config.derived[every_fault] = found
    return found


def placed(wheres: Sequence[str]) -> Iterator[str]:
    """Matchers of datasets; those with a name of their own are together."""
    if OWN in wheres:
        yield f"dataset={OWN}"
    if ABOVE in wheres:
        yield f'dataset=~"{ABOVE}"'
    if others := [name for name in wheres if name not in (OWN, ABOVE)]:
        yield escaped(matching("dataset", others))


def of_topics(fault: Fault, where: str, topics: set[str], by: Named) -> Iterator[str]:
    """Selectors of findings that are told apart: by their checks, or by what their incidents name.

    Incidents of wrong values name the column, and those of a load may name no check at all.
    """
    if where not in (OWN, ABOVE):
        yield escaped(matching("incident", (f"{where}/{fault}/{topic}" for topic in topics)))
    elif fault not in (Fault.VALUES, Fault.LOAD):
        (place,) = placed([where])
        yield f"{place},{names.FAULT}={quoted(fault)},{escaped(matching('check', topics))}"
    elif where == OWN:
        for topic in sorted(topics):
            incident = f"(printf `{incident_format(fault)}` $D {quoted(topic)})"
            yield f"incident=%[{by.place(incident)}]q"
    else:
        each = [f"%[{by.place(upstream_of(fault, one, by))}]s" for one in sorted(topics)]
        yield f'incident=~"{"|".join(each)}"'


def upstream_of(fault: Fault, topic: str, by: Named) -> str:
    """The incidents of a topic on all datasets upstream, as an argument."""
    if topic == by.topic and by.label.startswith("$"):
        return EACH % f"(printf `${{1}}/{fault}/%s` {SAFE % by.label})"
    text = alternative(topic).replace("$", "$$")
    return EACH % f"`${{1}}/{fault}/{text}`"


def topic_template(check: Check, fault: Fault) -> str:
    """What tells the finding apart, as an argument in a template: a label, if there is one."""
    topic = check.topic(fault)
    if topic == check.id.name:
        return "$labels.check"
    if "column" in check.kind.metric.labels and topic == getattr(check.kind, "column", None):
        return "$labels.column"
    return quoted(topic)


def incident_format(fault: Fault) -> str:
    """The name of a fault as a format of its dataset and its topic."""
    return f"%s/{fault}/%s"


def incident_template(check: Check, fault: Fault) -> str:
    """The name of a fault, as a template."""
    topic = topic_template(check, fault)
    shown = f"{{{{ {topic} }}}}" if topic.startswith("$") else literal(check.topic(fault))
    return f"{DATASET}/{fault}/{shown}"


def upstream_template(config: Config) -> str:
    """Sets `$U` to the datasets upstream of that of the alert."""
    known = f"{UPSTREAM}{{{names.WAREHOUSE}={quoted(config.warehouse.name)},dataset=%q}}"
    asked = f"printf `{known}` $D|query"
    return f'{{{{$U := ``}}}}{{{{with {asked}}}}}{{{{$U = .|first|label "upstream"}}}}{{{{end}}}}'


def alternative(text: str) -> str:
    """A text as it stands in a set of literals between quotes."""
    return quoted(META.sub(ESCAPED, text))[1:-1]


def upstream(dataset: str, config: Config) -> str:
    """What the series says of a dataset; each `|` of it separates two names."""
    above = sorted(config.upstream(dataset))
    return "|".join(alternative(name).replace("|", "\\x7c") for name in above)


def escaped(text: str) -> str:
    """A text in a format."""
    return text.replace("%", "%%")


def matching(label: str, texts: Iterable[str]) -> str:
    """A matcher of these values and no others."""
    found = sorted(texts)
    if len(found) == 1:
        return f"{label}={quoted(found[0])}"
    return f"{label}=~{quoted('|'.join(META.sub(ESCAPED, text) for text in found))}"
