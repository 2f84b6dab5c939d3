"""What an alert follows from: the label `explained_by`, which says that it pages nobody.

The answer is found when the alert begins, by queries in the label's template, which look at
Prometheus' own series `ALERTS`; `passes/causes.py` says what may follow from what. An alert that
nothing explained at its beginning stays so while it fires. One that is explained stays so until its
causes are over, and a while longer: it must end before it could page. If it does not end, it pages
as a finding of its own.

Prometheus makes the labels of every firing alert at every evaluation. So the template first asks
for the alert itself, then for the cause that it had: two queries for a few series. Only what has
just begun looks at all possible causes. Matchers are equalities and sets of literals, which
Prometheus answers from its index; it would try any other expression on every value of the label.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from warehouse_exporter.alerting.annotations import quoted
from warehouse_exporter.config import Check, Config
from warehouse_exporter.core import names
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import Severity
from warehouse_exporter.passes.causes import NO_LESS_SEVERE, Cause, incident_of, reasons
from warehouse_exporter.passes.reader import read_by

META, ESCAPED = re.compile(r"[\\.+*?()|\[\]{}^$]"), r"\\\g<0>"
"""What is escaped in a set of texts: with anything else escaped, Prometheus sees no set."""
LASTING = 15
"""Seconds between two evaluations; a cause counts as new for a little more than was asked."""
EXPLAINED, NOTHING = names.EXPLAINED, quoted(names.NOTHING)
FOUND = '{{with %s | query}}{{$E = . | first | label "%s"}}{{end}}'


def explained_by(
    check: Check, fault: Fault, severity: Severity, config: Config, kept: float
) -> str:
    """The template of the label; `kept` is how long the alert keeps firing, in seconds.

    The label is never empty: Prometheus would put the template itself into `ALERTS`.
    """
    found = reasons(check, fault, config)
    lasting, new, roots = (
        [one.replace("%", "%%") for one in selectors(some, config)]
        for some in (found.lasting, found.new, found.roots)
    )
    causes = [f"%[1]s{one}%[2]s" for one in (*lasting, *new)]
    causes += [f"%[1]s{one}%[3]s" for one in (*roots, *peers(check, found.peers, config))]
    if not causes:
        return names.NOTHING
    own = f"severity={quoted(severity)},incident={quoted(incident_of(check, fault))}"
    loud = matching("severity", NO_LESS_SEVERE[severity])
    new_for = round(2 * slowest(check, config) + LASTING)
    return asking(own, loud, lasting, causes, new_for, kept, config)


def asking(
    own: str, loud: str, lasting: Sequence[str], causes: Sequence[str], new_for: int, kept: float,
    config: Config,
) -> str:  # fmt: skip
    """The template that looks for a cause of the alerts with some labels of their `own`.

    `causes` are formats of selectors, those of the `lasting` ones first.
    """
    ours = f"ALERTS{{{names.WAREHOUSE}={quoted(config.warehouse.name)},"
    because = begun(lasting, len(causes) > len(lasting), new_for)
    return (
        f'{{{{$E := ""}}}}{was(f"{ours}{own},{EXPLAINED}")}'
        f"{{{{if ne $E {NOTHING}}}}}"
        f"{{{{$O := `{ours}{loud},`}}}}{{{{$C := `{' or '.join(causes)}`}}}}"
        f"{still_there(round(new_for + kept))}"
        f"{{{{if not $E}}}}{{{{$E = {NOTHING}}}}}{because}{{{{end}}}}"
        "{{end}}{{$E}}"
    )


def was(mine: str) -> str:
    """Sets `$E` to what the alert said so far; it stays empty if there was no alert.

    `mine` begins the selector of the alert itself. If one fires that nothing explains, so be it.
    """
    asked = f'%[1]s={NOTHING},alertstate="firing"}} or %[1]s!={NOTHING}}}'
    return FOUND % (f"printf `{asked}` `{mine}`", EXPLAINED)


def still_there(over: int) -> str:
    """Keeps `$E` for a while after that cause is over; else it is another cause, or empty.

    `$O` begins the selectors of what may be a cause, and `$C` is the format of all of them. If two
    that may follow from each other lose their cause together, only the first may explain the other.
    """
    named = f"printf `last_over_time(%sincident=%q}}[{over}s])` $O $E"
    alone = f"`,{EXPLAINED}={NOTHING}}}`"
    other = f"printf $C $O `}}` {alone} | printf `last_over_time((%s)[{over}s:{LASTING}s])`"
    another = FOUND % (other, "incident")
    gone = f'{{{{if not ({named} | query)}}}}{{{{$E = ""}}}}{another}{{{{end}}}}'
    return f"{{{{if $E}}}}{gone}{{{{end}}}}"


def begun(lasting: Sequence[str], young: bool, new_for: int) -> str:
    """Sets `$E` to a cause of what has just begun: a lasting one, or one of the `young`.

    What is young was not there so many seconds ago, whatever explained it then.
    """
    there = f"printf $C $O `}}` `,{EXPLAINED}={NOTHING}}}`"
    if not young:
        return FOUND % (there, "incident")
    before = f"printf $C $O `}} offset {new_for}s` `}} offset {new_for}s`"
    unless = f"unless ignoring(alertstate,{EXPLAINED})"
    wanted = "".join(f"%[1]s{one}}} or " for one in lasting)
    asked = f"printf `{wanted}(%[2]s) {unless} (%[3]s)` $O ({there}) ({before})"
    return FOUND % (asked, "incident")


def peers(check: Check, cause: Cause | None, config: Config) -> list[str]:
    """The selector of findings of the same sort by other checks; none if no other has them."""
    if cause is None:
        return []
    (fault,), topics = cause.faults, config.faults[check.id.dataset]
    if len(topics[fault]) == 1:
        return []
    (selector,) = selectors([cause], config)
    return [f"{selector},check!={quoted(check.id.name)}".replace("%", "%%")]


def slowest(check: Check, config: Config) -> float:
    """Seconds between two passes over the dataset that is read least often of all concerned."""
    above = config.upstream(check.id.dataset)
    return max(map(config.interval, {check.id.dataset, *above, *read_by(check, config)}))


def selectors(causes: Iterable[Cause], config: Config) -> tuple[str, ...]:
    """Matchers for the findings that there can be of them; those of one set are together.

    Most checks of a dataset have the same causes, so they are worked out once.
    """
    same = (selectors, tuple(causes))
    found: tuple[str, ...] | None = config.derived.get(same)
    if found is None:
        found = config.derived[same] = tuple(made_selectors(same[1], config))
    return found


def made_selectors(causes: Iterable[Cause], config: Config) -> list[str]:
    """Sorts and datasets that belong together are one selector.

    Columns and queries are named in full, as they are few.
    """
    sorts: dict[str, set[Fault]] = {}
    named: set[str] = set()
    for cause in causes:
        for dataset in cause.datasets:
            known = config.faults.get(dataset, {})
            for fault in known.keys() & cause.faults:
                if cause.topics is None:
                    sorts.setdefault(dataset, set()).add(fault)
                else:
                    topics = cause.topics & known[fault]
                    named |= {f"{dataset}/{fault}/{topic}" for topic in topics}
    together: dict[frozenset[Fault], set[str]] = {}
    for dataset, faults in sorts.items():
        together.setdefault(frozenset(faults), set()).add(dataset)
    found = sorted(
        f"{matching('dataset', datasets)},{matching(names.FAULT, faults)}"
        for faults, datasets in together.items()
    )
    return [*found, *([matching("incident", named)] if named else [])]


def matching(label: str, texts: Iterable[str]) -> str:
    """A matcher of these values and no others."""
    found = sorted(texts)
    if len(found) == 1:
        return f"{label}={quoted(found[0])}"
    return f"{label}=~{quoted('|'.join(META.sub(ESCAPED, text) for text in found))}"
