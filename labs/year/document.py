"""docs/explanation/ordinary-year.md: document.md.j2 with every count filled in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from warehouse_exporter.backtest.messages import A_MONTH, WORDS
from warehouse_exporter.backtest.timeline import a_week, episodes

from labs.year.counting import FOR_OTHERS, SEASONAL, SHOPS, Tally, band, promised
from labs.year.faults import AFTER, EVERY, OUTAGE, Faults, Seen
from labs.year.found import Found
from labs.year.people import PEOPLE, People
from labs.year.reasons import REASONS, Where, where
from labs.year.series import days_between
from labs.year.simulator import FIRST, HOLIDAYS, LAST, NOISES, SALE, SMALL, small_year
from labs.year.troubles import LIVED, level_of

FOLDER = Path(__file__).parent
PATH = FOLDER.parents[1] / "docs" / "explanation" / "ordinary-year.md"
SHOWN = {Where.BELOW: "below", Where.INSIDE: "inside", Where.ABOVE: "**above**"}

AIM = {"page": 1.0, "ticket": 30 / 7}
"""Messages a month, of a shop in which nothing is wrong."""
AIM_OF_FAULTS = {"x0": 1.0, "x0.2": 1.0, "x0.5": 0.9, "x2": 1.0}
"""The part of wrong mornings on which people are told."""


def render(found: Found) -> str:
    """The document."""
    loader = FileSystemLoader(FOLDER)
    environment = Environment(
        loader=loader, undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    )
    return environment.get_template("document.md.j2").render(
        **of_the_simulation(),
        **of_the_small_shop(found),
        **of_memory(found),
        people=[told_to(name, one) for name, one in found.people.items()],
        missed=[text for name, one in found.people.items() for text in missed(name, one)],
        methods=list(methods(found)),
        bands=list(bands(found)),
        single=list(single(found)),
        outages=list(outages(found)),
        reasons=REASONS,
    )


def of_the_simulation() -> dict[str, Any]:
    """How the shops were made, and what the config promises of them."""
    share = promised(SEASONAL)
    assert share is not None
    return {
        "holidays": sum(day >= FIRST for day in HOLIDAYS),
        "sale": len(SALE),
        "noises": "{:g}, {:g} or {:g} %".format(*(100 * noise for noise in NOISES)),
        "size": f"{SMALL.size:g}",
        "shops": len(SHOPS),
        "others": len(FOR_OTHERS),
        "every": EVERY,
        "outage": OUTAGE,
        "after": AFTER,
        "warning": per_cent(share.warning),
        "critical": per_cent(share.critical),
    }


def of_the_small_shop(found: Found) -> dict[str, Any]:
    """What its mornings said."""
    said = Counter(
        (check.split(".")[1], word)
        for morning in found.ordinary
        for check, word in morning.findings.items()
    )
    days_by_table: dict[str, list[Any]] = {}
    for morning in found.ordinary:
        for table in {check.split(".")[0] for check in morning.findings}:
            days_by_table.setdefault(table, []).append(morning.day)
    told = sum(len(episodes(days)) for days in days_by_table.values())
    return {
        "mornings": len(found.ordinary),
        "exact": f"{sum(morning.exact for morning in found.ordinary):,}",
        "orders": round(sum(sold.orders for sold in small_year().values()) / len(small_year())),
        "small": [
            (name, said[name, "WARN"], said[name, "FAIL"]) for name in sorted({n for n, _ in said})
        ],
        "small_episodes": told,
        "small_a_week": f"{a_week(told, [morning.day for morning in found.ordinary]):.1f}",
    }


def told_to(name: str, one: People) -> dict[str, Any]:
    """A shop whose people were told: how often, of what, and of which wrong days."""
    shop = next(shop for shop in PEOPLE if shop.name == name)
    told = {
        word: [sent for sent in one.sent if sent["severity"] == severity.value]
        for severity, word in WORDS.items()
    }
    by = Counter(told_by(sent["check"]) for sent in one.sent)
    return {
        "name": name, "sessions": f"{shop.sessions:g}", "orders": f"{one.orders:g}",
        "noise": f"{shop.noise * 100:g} %", "mornings": one.mornings,
        "pages": a_month(len(told["page"]), one), "tickets": a_month(len(told["ticket"]), one),
        "counts": [len(told["page"]), len(told["ticket"])],
        "by": ", ".join(f"{count} `{check}`" for check, count in by.most_common()),
        "tried": max(seen.mornings for seen in one.recall.values()),
        "recall": [f"{seen.told} / {seen.paged} of {seen.mornings}"
                   for seen in one.recall.values()],
    }  # fmt: skip


def missed(name: str, one: People) -> Iterator[str]:
    """What of the aim a shop misses."""
    for severity, word in WORDS.items():
        count = sum(sent["severity"] == severity.value for sent in one.sent)
        if count * A_MONTH / one.mornings > AIM[word]:
            yield f"{word}s of the {name} shop ({a_month(count, one)} a month)"
    for fault, seen in one.recall.items():
        if seen.told < AIM_OF_FAULTS[fault] * seen.mornings:
            yield f"{fault} in the {name} shop ({seen.told} of {seen.mornings})"


def told_by(check: str) -> str:
    """The name of a check without its dataset."""
    return check.split(".", 1)[1]


def a_month(count: int, one: People) -> str:
    """How many that are in 30 days."""
    return f"{count * A_MONTH / one.mornings:.1f}"


def of_memory(found: Found) -> dict[str, Any]:
    """What three processes said."""
    return {
        "lived": len(found.memory),
        "level": found.memory_level,
        "level_now": level_of(LIVED[1]),
        "verdicts": f"{sum(day.verdicts for day in found.memory):,}",
        "findings": sum(day.findings for day in found.memory),
        "moved": sum(day.moved for day in found.memory),
        "differ": sum(len(day.differ) for day in found.memory),
    }


def methods(found: Found) -> Iterator[dict[str, Any]]:
    """A row of the first table: all numbers of a noise under a method."""
    days = days_between(FIRST, LAST)
    for noise, counted in found.shops.items():
        for method, told in counted.episodes.items():
            mine = [one for name, one in counted.series.items() if name.split()[0] == method]
            total = sum(mine, Tally())
            share = promised(method)
            yield {
                "noise": f"{noise * 100:g} %",
                "method": f"`{method}`",
                "days": f"{total.days:,}",
                "warn": f"{total.warn:,} ({per_cent(total.warn / total.days)})",
                "fail": f"{total.fail:,} ({per_cent(total.fail / total.days)})",
                "promised": "none"
                if share is None
                else f"at most {per_cent(share.warning)}, {per_cent(share.critical)}",
                "episodes": f"{a_week(told, days) / len(shops_of(method)):.2f}",
            }


def shops_of(method: str) -> range:
    """The shops that were judged by a method."""
    return SHOPS if method == SEASONAL else FOR_OTHERS


def bands(found: Found) -> Iterator[dict[str, Any]]:
    """A row of the second table: a number under `seasonal`, and what chance would do."""
    share = promised(SEASONAL)
    assert share is not None
    for noise, counted in found.shops.items():
        for name, one in counted.sides.items():
            counts = (
                (one.fall_beyond, share.falls), (one.rise_beyond, share.rises),
                (one.falls, share.falls), (one.rises, share.rises),
                (one.critical_falls, share.critical_falls),
                (one.critical_rises, share.critical_rises),
            )  # fmt: skip
            yield {
                "noise": f"{noise * 100:g} %", "metric": name.split()[1], "days": f"{one.days:,}",
                "cells": [placed(count, band(one.days, chance)) for count, chance in counts],
            }  # fmt: skip


def placed(count: int, ends: tuple[int, int]) -> str:
    """`31 (53 to 89) below`."""
    low, high = ends
    return f"{count} ({low} to {high}) {SHOWN[where(count, ends)]}"


def single(found: Found) -> Iterator[dict[str, Any]]:
    """A row of the third table: how many wrong days of a number were seen."""
    for noise, faults in found.single.items():
        for metric, seen in by_metric(faults).items():
            cells = [
                f"{one.found / one.mornings * 100:.0f} %" if one else "-"
                for one in (seen.get(times) for times in ("0", "0.2", "0.5", "2"))
            ]
            tried = next(iter(seen.values())).mornings
            yield {"noise": f"{noise * 100:g} %", "metric": metric, "days": tried, "cells": cells}


def outages(found: Found) -> Iterator[dict[str, Any]]:
    """A row of the fourth table: the mornings of outages with a finding, and those after them."""
    for noise, faults in found.outages.items():
        for metric, seen in by_metric(faults).items():
            cells = [
                text
                for one in seen.values()
                for text in (f"{one.found} of {one.mornings}", f"{one.rises} / {one.falls}")
            ]
            yield {"noise": f"{noise * 100:g} %", "metric": metric, "cells": cells}


def by_metric(faults: Faults) -> dict[str, dict[str, Seen]]:
    """Faults by their number, and then by how many times as much there was."""
    found: dict[str, dict[str, Seen]] = {}
    for name, one in faults.items():
        metric, times = name.split()
        found.setdefault(metric, {})[times] = one
    return found


def per_cent(share: float) -> str:
    """`0.625 %`."""
    return f"{share * 100:.3g} %"
