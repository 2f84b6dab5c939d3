"""docs/explanation/incidents.md: what was seen of every incident, on several shops."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from statistics import median

from warehouse_exporter.config.values import parse_duration
from warehouse_exporter.core.model import Severity
from warehouse_exporter.core.names import ALERT_UNMEASURED
from warehouse_exporter.core.wording import counted
from warehouse_exporter.kinds import all_kinds

from labs.incidents.catalogue import GROUPS
from labs.incidents.course import Course, Seen
from labs.incidents.incident import Incident
from labs.incidents.notices import CHANNEL, OBSERVABILITY, PAGE
from labs.incidents.rhythm import PLUMBING, SHIPPED
from labs.incidents.shops import NOISE, SESSIONS

PATH = Path(__file__).parents[2] / "docs" / "explanation" / "incidents.md"
SEEN = Path(__file__).with_name("seen.json")
COMMAND = "make incidents"
STATISTICS = {
    kind.alert
    for name, kind in all_kinds().items()
    if name in ("anomaly", "channel_mix", "silence", "so_far_today")
}
"""Alerts of kinds that compare with what was usual: chance decides whether they see it."""


def write(courses: Iterable[Course]) -> None:
    """Keep what was seen, and write the page."""
    found = sorted((c.summary() for c in courses), key=lambda s: (s["rhythm"], s["seed"]))
    SEEN.write_text("[\n" + ",\n".join(map(json.dumps, found)) + "\n]\n", encoding="utf-8")
    PATH.write_text(render(found), encoding="utf-8")


def kept() -> list[Seen]:
    """What was seen when the page was last written."""
    found: list[Seen] = json.loads(SEEN.read_text(encoding="utf-8"))
    return found


def of(seen: Iterable[Seen], incident: str, rhythm: str) -> list[Seen]:
    """What was seen of one incident at one rhythm."""
    return [one for one in seen if (one["incident"], one["rhythm"]) == (incident, rhythm)]


def render(seen: list[Seen]) -> str:
    """The page."""
    parts = [head(seen)]
    for title, incidents in GROUPS.items():
        rows = "".join(told_row(one, seen) for one in incidents)
        parts.append(f"\n## {title}\n\n{TOLD}{rows}")
    shops = {one["seed"] for one in seen if one["rhythm"] == PLUMBING.name}
    parts.append(SAW.format(shops=len(shops)))
    parts += [saw_row(one, seen) for incidents in GROUPS.values() for one in incidents]
    return "".join(parts)


def seconds(some: Iterable[Seen], what: str) -> str:
    """Their median, in seconds; a dash where there is none."""
    values = [one[what] for one in some]
    return f"{median(values):,.0f} s" if values else "-"


def head(seen: list[Seen]) -> str:
    """What the page is about, and what it says in all."""
    plumbing = [one for one in seen if one["rhythm"] == PLUMBING.name]
    shipped = [one for one in seen if one["rhythm"] == SHIPPED.name]
    return HEAD.format(
        command=COMMAND,
        count=sum(map(len, GROUPS.values())),
        noise=NOISE,
        sessions=f"{SESSIONS:,}",
        seeds=", ".join(map(str, sorted({one["seed"] for one in seen}))),
        first=", ".join(map(str, sorted({one["seed"] for one in shipped}))),
        plumbing=f"{median(one['first'] for one in plumbing):.1f}",
        bound=f"{parse_duration(PLUMBING.every) + 3:g}",
        every=f"{parse_duration(PLUMBING.every):g}",
        shipped=f"{median(one['first'] for one in shipped):.0f}",
    )


def told_row(incident: Incident, seen: list[Seen]) -> str:
    """Who was notified of an incident, of what, and when."""
    plumbing, shipped = (of(seen, incident.name, r.name) for r in (PLUMBING, SHIPPED))
    cells = [
        f"`{incident.name}`: {incident.meaning}",
        "<br>".join(dict.fromkeys(told(one) for one in shipped)),
        "<br>".join(dict.fromkeys(one["title"] for one in shipped)),
        "<br>".join(dict.fromkeys(besides(one) for one in shipped)),
        seconds(plumbing, "first"),
        seconds(shipped, "first"),
        seconds(shipped, "over"),
    ]
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |\n"


def told(one: Seen) -> str:
    """`1 page, 1 ticket`: what began, and how many messages an updated page took."""
    words = {PAGE: "page", CHANNEL[Severity.WARNING]: "ticket", OBSERVABILITY: "note"}
    found = []
    for to, word in words.items():
        if number := one["stories"].get(to):
            updates = one["messages"][to] - 2 * number
            more = f" ({counted(updates, 'update')})" if updates else ""
            found.append(counted(number, word) + more)
    return ", ".join(found)


def besides(one: Seen) -> str:
    """How many alerts were in the same messages, and how many were inhibited."""
    return f"{len(one['spoken']) - 1} / {len(one['silent'])}"


def saw_row(incident: Incident, seen: list[Seen]) -> str:
    """Which checks found an incident, and on how many of the shops statistics did."""
    courses = of(seen, incident.name, PLUMBING.name)
    times: Counter[tuple[str, str]] = Counter()
    for one in courses:
        times.update({check_of(line) for line in [*one["spoken"], *one["silent"]]})
    exact: list[str] = []
    chance: list[str] = []
    blind = 0
    for (name, alert), number in sorted(times.items(), key=lambda item: (-item[1], item[0])):
        shown = f"{name} {number}" if number < len(courses) or alert in STATISTICS else name
        if alert == ALERT_UNMEASURED:
            blind += 1
        else:
            (chance if alert in STATISTICS else exact).append(shown)
    if blind:
        exact.append(f"{counted(blind, 'check')} unmeasured")
    return f"| `{incident.name}` | {', '.join(exact) or '-'} | {', '.join(chance) or '-'} |\n"


def check_of(line: str) -> tuple[str, str]:
    """Check and alert of `critical WarehouseVolumeOutOfBounds orders.volume`."""
    _, alert, *check = line.split(" ")
    return " ".join(check) or alert, alert


HEAD = """\
# Incidents: who is notified, of what, and how soon

<!-- Written by `{command}`. Do not edit. -->

{count} incidents, each caused on the sample shop ({sessions} sessions a day, with {noise:.0%}
noise from day to day). The chain was real: the exporter with the shipped config, Prometheus with
the shipped rules, Alertmanager with the shipped routes and templates, and local servers in place
of PagerDuty, Slack, the mail relay and the webhooks, which recorded what they received. Every
incident was repaired, and everybody who had been notified received a resolve.

- **Fastest**: passes every {every} s, scrapes and evaluations every second, no `for`, no
  `keep_firing_for`, no `group_wait`: the time that the parts themselves need. The median on the
  shops {seeds} over all incidents is {plumbing} s; the bound is the interval plus 3 s, {bound} s.
- **As shipped**: passes every 5 minutes, scrapes every 15 s, 30 s `group_wait`, and the delays of
  the rules, on shop {first}. The median is {shipped} s.
- Forty chains ran at once as shipped, and some of the others next to them, on a machine with two
  processors: these are times of a busy machine. How often people are notified is counted as
  shipped.
- The incident happens at any moment between two passes. Shops are numbered by their seed: these
  are the first seeds whose last day has no chance findings before anything is broken.
- *Notified*: a page is a PagerDuty event (and a message in #data-alerts), a ticket is a message in
  #data-warnings (and to the owner), a note goes to the observability webhook. An update is
  another message about something that is already open.
- *Others*: how many other alerts were in the same messages, and how many were inhibited as
  symptoms.
- *Resolved*: seconds from the repair to the last resolve, as shipped: the next pass,
  `keep_firing_for` (twice the interval; a fifth longer for a root cause), and Alertmanager's
  group_interval.

The tests repeat incidents twenty times faster than shipped, and fail unless each is exactly one
page or one ticket that names its root cause and resolves after the repair. `make test` runs some
of each kind, `make test-campaign` the others. `python -m labs.incidents NAME ...` runs some and
prints what happens.
"""
TOLD = """\
| incident | notified | title | others: sent / inhibited | fastest | as shipped | resolved |
|---|---|---|---|---|---|---|
"""
SAW = """
## What found it

Exact checks count what must not exist. Statistics compare a day with earlier days; with 20 %
noise from day to day, it is a matter of chance whether half a load stands out. A number says on
how many of the {shops} shops a check fired; an exact check without a number fired on all.

| incident | exact checks | statistics |
|---|---|---|
"""
