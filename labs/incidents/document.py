"""docs/explanation/incidents.md: what was seen of every incident, on several shops."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from warehouse_exporter.core.model import Severity
from warehouse_exporter.core.names import ALERT_UNMEASURED
from warehouse_exporter.core.wording import counted
from warehouse_exporter.kinds import all_kinds

from labs.incidents.catalogue import GROUPS, INCIDENTS
from labs.incidents.course import Course, Seen, complaints
from labs.incidents.incident import Incident
from labs.incidents.notices import CHANNEL, OBSERVABILITY, PAGE
from labs.incidents.rhythm import PLUMBING, QUICK, SHIPPED
from labs.incidents.shops import NOISE, SESSIONS

PATH = Path(__file__).parents[2] / "docs" / "explanation" / "incidents.md"
SEEN = Path(__file__).with_name("seen.json")
COMMAND = "make incidents"
ABREAST = 4
"""Chains at once: as many as two processors bear."""
STATISTICS = {
    kind.alert
    for name, kind in all_kinds().items()
    if name in ("anomaly", "channel_mix", "gap", "joint_fall", "silence", "so_far_today")
}
"""Alerts of kinds that compare with what was usual: chance decides whether they see it."""


def write(courses: Iterable[Course], when: Mapping[str, str]) -> None:
    """Keep what was seen, in place of what was seen of the same before, and write the page."""
    known = {place(one): one for one in kept()}
    known |= {place(one): one for one in ({**c.summary(), **when} for c in courses)}
    order = {name: number for number, name in enumerate(INCIDENTS)}
    found = sorted(known.values(), key=lambda s: (s["rhythm"], s["seed"], order[s["incident"]]))
    shown = (json.dumps(one, ensure_ascii=False) for one in found)
    SEEN.write_text("[\n" + ",\n".join(shown) + "\n]\n", encoding="utf-8")
    PATH.write_text(render(found), encoding="utf-8")


def place(one: Seen) -> tuple[str, str, int]:
    """What a later run replaces."""
    return one["incident"], one["rhythm"], one["seed"]


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
    parts.append(SAW)
    parts += [saw_row(one, seen) for incidents in GROUPS.values() for one in incidents]
    return "".join(parts)


def head(seen: list[Seen]) -> str:
    """What the page is about, and on what it rests."""
    runs = Counter((one["rhythm"], one["seed"], one["commit"], one["on"]) for one in seen)
    rows = [
        f"| {number} | {rhythm} | {seed} | {on} | `{commit}` |\n"
        for (rhythm, seed, commit, on), number in sorted(runs.items())
    ]
    return HEAD.format(
        command=COMMAND,
        count=len(INCIDENTS),
        played=len({one["incident"] for one in seen}),
        right=sum(not wrong(name, seen) for name in INCIDENTS),
        left=", ".join(f"`{name}`" for name in left_out(seen)) or "none",
        noise=NOISE,
        sessions=f"{SESSIONS:,}",
        runs="".join(rows),
        abreast=ABREAST,
        printed="" if all("over" in one for one in seen) else PRINTED,
    )


def left_out(seen: list[Seen]) -> list[str]:
    """The incidents of which nothing is known."""
    return [name for name in INCIDENTS if name not in {one["incident"] for one in seen}]


def wrong(name: str, seen: list[Seen]) -> list[str]:
    """What was not as it has to be of one incident, whatever the rhythm."""
    found = [one for one in seen if one["incident"] == name and one["rhythm"] != PLUMBING.name]
    if not found:
        return ["not played"]
    return [line for one in found for line in complaints(one, INCIDENTS[name])]


def told_row(incident: Incident, seen: list[Seen]) -> str:
    """Who was notified of an incident, of what, and whether that was right."""
    found = of(seen, incident.name, SHIPPED.name) or of(seen, incident.name, QUICK.name)
    faults = wrong(incident.name, seen)
    verdict = f"**no**: {'; '.join(faults)}" if faults else "yes"
    notes = [f" {one['note']}" for one in found if "note" in one]
    if not found:
        verdict = "not played"
    cells = [
        f"`{incident.name}`: {incident.meaning}",
        "<br>".join(dict.fromkeys(told(one) for one in found)),
        "<br>".join(dict.fromkeys(one["title"] for one in found)),
        "<br>".join(dict.fromkeys(besides(one) for one in found)),
        verdict + "".join([".", *notes] if notes else []),
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
    courses = [one for one in seen if one["incident"] == incident.name]
    if not courses:
        return ""
    times: Counter[tuple[str, str]] = Counter()
    for one in courses:
        times.update({check_of(line) for line in [*one["spoken"], *one["silent"]]})
    exact: list[str] = []
    chance: list[str] = []
    blind = 0
    for (name, alert), number in sorted(times.items(), key=lambda item: (-item[1], item[0])):
        shown = name if number == len(courses) else f"{name} ({number} of {len(courses)} runs)"
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
# Incidents: who is notified, of what

<!-- Written by `{command}`. Do not edit. -->

{count} incidents, each caused on the sample shop ({sessions} sessions a day, with {noise:.0%}
noise from day to day), each by itself. [Two at once](incident-pairs.md) are another page. The chain
was real: the exporter with the shipped config, Prometheus with the generated rules, Alertmanager
with the shipped routes and templates, and local servers in place of PagerDuty, Slack, the mail
relay and the webhooks, which recorded what they received. Every incident was repaired.

An incident is right if it was exactly one page, or one ticket or note where it is no more than
that, if its title names the cause, and if everybody who was notified received a resolve after the
repair and not before. **{played} of {count} were played for this page, and {right} of these were
right.** Not played for it: {left}.

What was run, {abreast} chains at once, on a machine with two processors that had other work:

| incidents | rhythm | shop | on | code of commit |
|---|---|---|---|---|
{runs}{printed}
- *20 times faster*: passes every 15 s, scrapes and evaluations every 2 s, and every wait of rules
  and routes a twentieth of what is shipped. *As shipped*: passes every 5 minutes, scrapes every
  15 s. *Plumbing*: nobody waits at all.
- Shops are numbered by their seed: these are the first seeds whose last day has no chance findings
  before anything is broken.
- *Notified*: a page is a PagerDuty event (and a message in #data-alerts), a ticket is a message in
  #data-warnings (and to the owner), a note goes to the observability webhook. An update is
  another message about something that is already open.
- *Others*: how many other alerts were in the same messages, and how many were inhibited, because
  they follow from the cause.

`make test` plays twelve of them, one of each kind, and fails unless each is right;
`make test-campaign` plays the others. `python -m labs.incidents --help` says how to play some, and
how to write this page anew.
"""
PRINTED = """
These records were made from what the run printed: it was not kept otherwise.
"""
TOLD = """\
| incident | notified | title | others: sent / inhibited | was it right |
|---|---|---|---|---|
"""
SAW = """
## What found it

Exact checks count what must not exist. Statistics compare a day with earlier days; with 20 %
noise from day to day, it is a matter of chance whether half a load stands out. An alert without a
number fired in every run of its incident.

| incident | exact checks | statistics |
|---|---|---|
"""
