"""What an alert follows from: the label `explained_by`, which says that it pages nobody.

The answer is found when the alert begins, by queries in the label's template, which look at
Prometheus' own series `ALERTS`; `passes/causes.py` says what may follow from what. An alert that
nothing explained at its beginning stays so while it fires. One that is explained stays so until its
causes are over, and a while longer: it must end before it could page. If it does not end, it pages
as a finding of its own.

An alert that has ended and comes back soon has `again` in place of a cause, until the time is over
in which nobody is told a second time. Then it pages, if it is still there.

Prometheus makes the labels of every firing alert at every evaluation. So the template first asks
for the alert itself, then for the cause that it had: two queries for a few series. Only what has
just begun looks at all possible causes. Matchers are equalities and sets of literals, which
Prometheus answers from its index; it would try any other expression on every value of the label.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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
FORGOTTEN = 4 * LASTING
"""Seconds more, after which nothing of what was there before is taken for what is there now."""
EXPLAINED, NOTHING, AGAIN = names.EXPLAINED, quoted(names.NOTHING), quoted(names.AGAIN)
ROOTS = f'=~"{names.NOTHING}|{names.AGAIN}"'
"""What the label says of alerts that follow from no other one."""
FOUND = '{{with %s|query}}{{$E = .|first|label "%s"}}{{end}}'


@dataclass(frozen=True)
class Holds:
    """Seconds that an alert keeps firing after its last breach, and in which it then is `quiet`:
    if it comes back in them, it does not page."""

    kept: float
    quiet: float


def explained_by(
    check: Check, fault: Fault, severity: Severity, config: Config, holds: Holds
) -> str:
    """The template of the label.

    The label is never empty: Prometheus would put the template itself into `ALERTS`.
    """
    found = reasons(check, fault, config)
    lasting, new, roots = (
        [one.replace("%", "%%") for one in selectors(some, config)]
        for some in (found.lasting, found.new, found.roots)
    )
    causes = [f"%[1]s{one}%[2]s" for one in (*lasting, *new)]
    causes += [f"%[1]s{one}%[3]s" for one in (*roots, *peers(check, found.peers, config))]
    own = f"severity={quoted(severity)},incident={quoted(incident_of(check, fault))}"
    if not causes:
        return f"{itself(own, config)}{alone(holds)}" if holds.quiet else names.NOTHING
    loud = matching("severity", NO_LESS_SEVERE[severity])
    new_for = round(2 * slowest(check, config) + LASTING)
    return asking(own, loud, lasting, causes, new_for, holds, config)


def asking(
    own: str, loud: str, lasting: Sequence[str], causes: Sequence[str], new_for: int, holds: Holds,
    config: Config,
) -> str:  # fmt: skip
    """The template that looks for a cause of the alerts with some labels of their `own`.

    `causes` are formats of selectors, those of the `lasting` ones first.
    """
    because = begun(lasting, len(causes) > len(lasting), new_for)
    return (
        f'{itself(own, config)}{{{{$E := ""}}}}{WAS}'
        f"{{{{if ne $E {NOTHING}}}}}"
        f"{{{{$O := `{ours(config)}{loud},`}}}}{{{{$R := `,{EXPLAINED}{ROOTS}}}`}}}}"
        f"{{{{$C := `{' or '.join(causes)}`}}}}{still_there(round(new_for + holds.kept))}"
        f"{{{{if not $E}}}}{{{{$E = {NOTHING}}}}}{because}{lately(holds, new_for)}{{{{end}}}}"
        "{{end}}{{$E}}"
    )


def ours(config: Config) -> str:
    """The beginning of a selector of alerts of this warehouse."""
    return f"ALERTS{{{names.WAREHOUSE}={quoted(config.warehouse.name)},"


def itself(own: str, config: Config) -> str:
    """Sets `$M`, which begins the selector of the alert itself."""
    return f"{{{{$M := `{ours(config)}{own},{EXPLAINED}`}}}}"


PAGED = f'%[1]s={NOTHING},alertstate="firing"}}'
WAS = FOUND % (f"printf `{PAGED} or %[1]s{ROOTS.replace('=', '!')}}}` $M", EXPLAINED)
"""Sets `$E` to what explained the alert so far; it stays empty if there was none, or nothing did.

`$M` begins the selector of the alert itself. If one fires that nothing explains, so be it.
"""


def lately(holds: Holds, new_for: int) -> str:
    """Sets `$E` if an alert that follows from nothing has fired lately, and does not page now.

    After the time the causes of the first time are no longer taken for old ones of this time.
    """
    if not holds.quiet:
        return ""
    quiet = round(max(holds.quiet, new_for + FORGOTTEN))
    fired = f"(printf `last_over_time(%s!={AGAIN}}}[{quiet}s])` $M|query)"
    return f"{{{{if and (eq $E {NOTHING}) {fired}}}}}{{{{$E = {AGAIN}}}}}{{{{end}}}}"


def alone(holds: Holds) -> str:
    """The same for an alert that may have no cause; it may page now, and stays so."""
    fired = f"last_over_time(%[1]s!={AGAIN}}}[{round(holds.quiet)}s])"
    asked = f"printf `{fired} unless {PAGED}` $M|query"
    return f"{{{{if {asked}}}}}{names.AGAIN}{{{{else}}}}{names.NOTHING}{{{{end}}}}"


def still_there(over: int) -> str:
    """Keeps `$E` for a while after that cause is over; else it is another cause, or empty.

    `$O` begins the selectors of what may be a cause, `$R` ends those of what has none itself, and
    `$C` is the format of all of them. If two that may follow from each other lose their cause
    together, only the first may explain the other.
    """
    named = f"printf `last_over_time(%sincident=%q}}[{over}s])` $O $E"
    other = f"printf $C $O `}}` $R | printf `last_over_time((%s)[{over}s:{LASTING}s])`"
    another = FOUND % (other, "incident")
    gone = f'{{{{if not ({named}|query)}}}}{{{{$E = ""}}}}{another}{{{{end}}}}'
    return f"{{{{if $E}}}}{gone}{{{{end}}}}"


def begun(lasting: Sequence[str], young: bool, new_for: int) -> str:
    """Sets `$E` to a cause of what has just begun: a lasting one, or one of the `young`.

    What is young was not there so many seconds ago, whatever explained it then.
    """
    there = "printf $C $O `}` $R"
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
