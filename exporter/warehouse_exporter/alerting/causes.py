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

Many checks share a rule. So the template names neither the dataset nor those upstream of it: they
are what the alert's labels say, and what a series says of that dataset (`related.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from warehouse_exporter.alerting.annotations import quoted
from warehouse_exporter.alerting.related import (
    Asked,
    asked_of,
    incident_format,
    matching,
    topic_template,
    upstream_template,
)
from warehouse_exporter.config import Check, Config
from warehouse_exporter.core import names
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import Severity
from warehouse_exporter.passes.causes import NO_LESS_SEVERE, Cause, reasons
from warehouse_exporter.passes.reader import read_by

LASTING = 15
"""Seconds between two evaluations; a cause counts as new for a little more than was asked."""
FORGOTTEN = 4 * LASTING
"""Seconds more, after which nothing of what was there before is taken for what is there now."""
EXPLAINED, NOTHING, AGAIN = names.EXPLAINED, quoted(names.NOTHING), quoted(names.AGAIN)
ROOTS = f'=~"{names.NOTHING}|{names.AGAIN}"'
"""What the label says of alerts that follow from no other one."""
SHORT = {"$labels.dataset": "$D", "$labels.check": "$N"}
"""Labels of the alert as a template calls them."""
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
    either = (*found.lasting, *found.new)
    sorts = (found.lasting, either, found.roots, peers(check, found.peers, config))
    asked = asked_of(sorts, check, fault, config)
    new_for, topic = round(2 * slowest(check, config) + LASTING), topic_template(check, fault)
    key = (explained_by, asked, fault, topic, severity, new_for, holds)
    text: str | None = config.derived.get(key)
    if text is None:
        look = upstream_template(config) if asked.upstream else ""
        begins = alerts_of(config, severity), alerts_of(config, *NO_LESS_SEVERE[severity])
        mine = itself(f"(printf `{incident_format(fault)}` $D {SHORT.get(topic, topic)})")
        text = config.derived[key] = template(asked, mine, begins, look, new_for, holds)
    return text


def alerts_of(config: Config, *severities: Severity) -> str:
    """How a selector of alerts begins."""
    warehouse = f"{names.WAREHOUSE}={quoted(config.warehouse.name)}"
    return f"ALERTS{{{warehouse},{matching('severity', severities)},"


def template(
    asked: Asked, mine: str, begins: tuple[str, str], look: str, new_for: int, holds: Holds
) -> str:
    """The template for what is asked: of the alert itself (`mine`), then of its causes.

    Selectors of either begin as `begins` says; `look` finds the datasets upstream, where they are
    asked for.
    """
    lasting, either, roots, beside = asked.selectors
    causes = [f"%[1]s{one}%[2]s" for one in either]
    causes += [f"%[1]s{one}%[3]s" for one in roots]
    causes += [f"%[1]s{one},check!=%[5]q%[3]s" for one in beside]
    if not causes and not holds.quiet:
        return names.NOTHING
    if not causes:
        variables, *topic = mine.partition('"')
        for label, name in (*SHORT.items(), (f"`{begins[0]}`", "$O")):
            variables = variables.replace(name, label)
        return f"{variables}{''.join(topic)}{alone(holds)}"
    used = f"{mine}{look}{asked.arguments}"
    set_first = [f"{{{{{name} := {label}}}}}" for label, name in SHORT.items() if name in used]
    mine = f"{{{{$O := `{begins[0]}`}}}}{''.join(set_first)}{mine}"
    over, young = round(new_for + holds.kept), causes != [f"%[1]s{one}%[2]s" for one in lasting]
    loud = "" if begins[0] == begins[1] else f"{{{{$O = `{begins[1]}`}}}}"
    begins_now = f"{begun(lasting, asked, young, new_for)}{lately(holds, new_for)}"
    return (
        f'{{{{$E := ""}}}}{mine}{WAS}{{{{if ne $E {NOTHING}}}}}{loud}{still_there(over)}'
        f"{{{{if not $E}}}}{look}{{{{$C := `{' or '.join(causes)}`}}}}"
        f"{{{{$T := printf $C $O `}}` `,{EXPLAINED}{ROOTS}}}` {asked.arguments}}}}}"
        f"{{{{if $B}}}}{another(over)}{{{{end}}}}"
        f"{{{{if not $E}}}}{{{{$E = {NOTHING}}}}}{begins_now}{{{{end}}}}"
        "{{end}}{{end}}{{$E}}"
    )


def itself(incident: str) -> str:
    """Sets `$M`, which begins the selector of the alert itself; `$O` begins that of its like."""
    return f"{{{{$M := printf `%sincident=%q,{EXPLAINED}` $O {incident}}}}}"


FIRED = f'!={AGAIN},alertstate="firing"}}'
"""What has been told: an alert with `for` that is pending has not, and it must not wait for itself.
"""
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
    fired = f"(printf `last_over_time(%s{FIRED}[{quiet}s])` $M|query)"
    return f"{{{{if and (eq $E {NOTHING}) {fired}}}}}{{{{$E = {AGAIN}}}}}{{{{end}}}}"


def alone(holds: Holds) -> str:
    """The same for an alert that may have no cause; it may page now, and stays so.

    So do others of its incident, whatever their labels are: hence `on()`.
    """
    fired = f"last_over_time(%[1]s{FIRED}[{round(holds.quiet)}s])"
    asked = f"printf `{fired} unless on() {PAGED}` $M|query"
    return f"{{{{if {asked}}}}}{names.AGAIN}{{{{else}}}}{names.NOTHING}{{{{end}}}}"


def still_there(over: int) -> str:
    """Keeps `$E` for a while after that cause is over; else it is empty. `$B` is what it was.

    `$O` begins the selectors of what may be a cause, from here on.
    """
    named = f"printf `last_over_time(%sincident=%q}}[{over}s])` $O $E"
    gone = f'{{{{if not ({named}|query)}}}}{{{{$E = ""}}}}{{{{end}}}}'
    return f"{{{{$B := $E}}}}{{{{if $E}}}}{gone}{{{{end}}}}"


def another(over: int) -> str:
    """Sets `$E` to another cause, if there is one. `$T` selects all that may be one.

    If two that may follow from each other lose their cause together, only the first may explain the
    other.
    """
    return FOUND % (f"printf `last_over_time((%s)[{over}s:{LASTING}s])` $T", "incident")


def begun(lasting: Sequence[str], asked: Asked, young: bool, new_for: int) -> str:
    """Sets `$E` to a cause of what has just begun: a lasting one, or one of the `young`.

    What is young was not there so many seconds ago, whatever explained it then.
    """
    if not young:
        return FOUND % ("$T", "incident")
    ago = f"`}} offset {new_for}s`"
    before = f"(printf $C $O {ago} {ago} {asked.arguments})"
    wanted, also = "".join(f"%[1]s{one}}} or " for one in lasting), ""
    if lasting:
        also = f" {asked.arguments}"
    query = f"{wanted}(%[2]s) unless ignoring(alertstate,{EXPLAINED}) (%[3]s)"
    return FOUND % (f"printf `{query}` $O $T {before}{also}", "incident")


def peers(check: Check, cause: Cause | None, config: Config) -> Iterable[Cause]:
    """Findings of the same sort by other checks on the dataset; none if no other has them."""
    if cause is None:
        return []
    (fault,), topics = cause.faults, config.faults[check.id.dataset]
    return [cause] if len(topics[fault]) > 1 else []


def slowest(check: Check, config: Config) -> float:
    """Seconds between two passes over the dataset that is read least often of all concerned."""
    above = config.upstream(check.id.dataset)
    return max(map(config.interval, {check.id.dataset, *above, *read_by(check, config)}))
