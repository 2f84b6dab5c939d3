"""The document with ten pages, and how long a page may be."""

from __future__ import annotations

import re

from tests.support.programs import needs

pytestmark = needs("amtool")


def test_the_document_is_what_the_templates_say() -> None:
    from labs.alert_texts.__main__ import PAGE, document

    assert PAGE.read_text(encoding="utf-8") == document(), "run: python -m labs.alert_texts"


def test_a_page_of_seven_alerts_fits_a_phone() -> None:
    from labs.alert_texts.__main__ import document

    pages = re.findall(r"Today, ([0-9,]+) characters", document())
    assert len(pages) == 10
    assert max(int(page.replace(",", "")) for page in pages) < 1200
    assert len(re.findall("The title that was sent of the incident", document())) == 10
