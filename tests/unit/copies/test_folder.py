"""Names of copies: their order is that of their age."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from warehouse_exporter.copies.folder import copies_in, drafting, prune

AT = datetime(2026, 3, 10, 6, tzinfo=UTC)


def test_the_newest_of_one_second_is_the_last_whatever_was_removed(tmp_path: Path) -> None:
    for _ in range(5):
        with drafting(tmp_path, "copy", AT, 1) as draft:
            draft.publish()
        prune(tmp_path, "copy", 2)
        assert copies_in(tmp_path, "copy")[-1] == draft.final
    assert [one.name for one in copies_in(tmp_path, "copy")] == [
        "copy_20260310T060000Z_4",
        "copy_20260310T060000Z_5",
    ]
