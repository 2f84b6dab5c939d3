"""What is known of each check, by dataset: a pass replaces what is known of its own ones."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Generic, TypeVar

from warehouse_exporter.core.model import CheckId

V = TypeVar("V")
Own = Mapping[CheckId, V]


class Grouped(Mapping[CheckId, V], Generic[V]):
    """A mapping that never changes; its successor shares everything but what is new."""

    def __init__(self, groups: Mapping[str, Own[V]] | None = None) -> None:
        """`groups` are the checks of each dataset."""
        self._groups = groups or {}

    def __getitem__(self, check: CheckId) -> V:
        return self._groups[check.dataset][check]

    def __iter__(self) -> Iterator[CheckId]:
        return (check for own in self._groups.values() for check in own)

    def __len__(self) -> int:
        return sum(map(len, self._groups.values()))

    def with_all(self, new: Mapping[CheckId, V]) -> Grouped[V]:
        """The same with some checks, new or in place of what was known of them."""
        fresh: dict[str, dict[CheckId, V]] = {}
        for check, found in new.items():
            own = fresh.get(check.dataset)
            if own is None:
                own = fresh[check.dataset] = dict(self._groups.get(check.dataset, {}))
            own[check] = found
        return Grouped({**self._groups, **fresh})

    def without(self, gone: Collection[CheckId]) -> Grouped[V]:
        """The same without some checks."""
        groups = dict(self._groups)
        for name in {check.dataset for check in gone} & groups.keys():
            left = {check: found for check, found in groups[name].items() if check not in gone}
            groups[name] = left
        return Grouped(groups)

    def only(self, checks: Collection[CheckId]) -> Grouped[V]:
        """The same with none but some checks."""
        return Grouped[V]().with_all({c: found for c, found in self.items() if c in checks})
