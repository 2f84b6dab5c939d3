"""Baselines: what a metric was on earlier days, and what is expected from it.

One file per method, or an entry point of another package; what several need is in `shared`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from warehouse_exporter.baselines.base import Baseline, Written
from warehouse_exporter.core.plugins import classes, refuse_twins

NEEDED = ("name", "terms", "example")
A_BASELINE = "a class of a baseline: one below Baseline, with a name"


@cache
def all_baselines() -> Mapping[str, Baseline]:
    """Every baseline by its name (`method` in the config). Raises BrokenPlugin."""
    found: dict[str, Baseline] = {}
    taken: dict[str, str] = {}
    forms: dict[str, tuple[bool, str]] = {}
    for whose, baseline in classes(__name__, __path__, Baseline, NEEDED, A_BASELINE):
        if baseline.name in taken:
            refuse_twins(baseline.name, whose, taken[baseline.name])
        for term, written in baseline.terms.items():
            form, first = forms.setdefault(term, (written.per_cent, whose))
            if form != written.per_cent:
                refuse_twins(term, whose, first)
        taken[baseline.name] = whose
        found[baseline.name] = baseline()
    return MappingProxyType(dict(sorted(found.items())))


def all_terms() -> Mapping[str, Written]:
    """Every term that a limit may have, with what the baselines that take it say of it."""
    takes: dict[str, dict[str, list[str]]] = {}
    forms: dict[str, Written] = {}
    for name, baseline in all_baselines().items():
        for term, written in baseline.terms.items():
            takes.setdefault(term, {}).setdefault(written.about, []).append(name)
            forms[term] = written
    return {
        term: Written(
            "; ".join(f"{', '.join(names)}: {about}" for about, names in said.items()) + ".",
            forms[term].per_cent,
        )
        for term, said in takes.items()
    }
