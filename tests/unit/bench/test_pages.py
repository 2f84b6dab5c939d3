"""The first page stays small, however many checks there are."""

from __future__ import annotations

from labs.bench.pages import BYTES, page, shown


def test_the_first_page_of_500_checks_is_small() -> None:
    text = page(shown())
    assert "All 500 checks pass." in text
    assert len(text.encode()) < BYTES
