"""Baselines: what a metric was on earlier days, and what is expected from it.

One file per method, or an entry point of another package; what several need is in `shared`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

from warehouse_exporter.baselines.base import Baseline, Written
from warehouse_exporter.core.plugins import OWN, import_modules, plugins, refuse_twins, subclasses

GROUP = "warehouse_exporter.baselines"
"""The entry points of baselines in other packages, each a class."""
NEEDED = ("name", "terms", "example")


def baseline_classes() -> Iterator[tuple[str, type[Baseline]]]:
    """Every baseline, and whose it is: one in a file here, or one that an entry point names."""
    import_modules(__name__, __path__)
    for found in subclasses(Baseline, "name"):
        if found.__module__.startswith(f"{__name__}."):
            yield OWN, found
    yield from plugins(GROUP, as_baseline, "a class of a baseline: one below Baseline, with a name")


def as_baseline(found: object) -> type[Baseline] | None:
    """What an entry point names, if it is a baseline with all that one must have."""
    if not isinstance(found, type) or not issubclass(found, Baseline):
        return None
    return found if all(hasattr(found, name) for name in NEEDED) else None


@cache
def all_baselines() -> Mapping[str, Baseline]:
    """Every baseline by its name (`method` in the config). Raises BrokenPlugin."""
    found: dict[str, Baseline] = {}
    taken: dict[str, str] = {}
    forms: dict[str, tuple[bool, str]] = {}
    for whose, baseline in baseline_classes():
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
