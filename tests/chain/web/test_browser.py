"""The pages in a real browser: two widths, two schemes, by keyboard, and as axe sees them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from warehouse_exporter.publish.snapshots import SnapshotStore

from tests.support.browser import SCHEMES, WIDTHS, chromium, page
from tests.support.pages import AT, MANY, ONE, Shown, served, shop_config, shown
from tests.support.programs import needs
from tests.support.sample import sampled

pytestmark = needs("chromium")
STATES = {"none": {}, "one": ONE, "many": MANY}
LOOKS = {f"{width}-{scheme}": (width, scheme) for width in WIDTHS for scheme in SCHEMES}
"""`make test` takes each width and each scheme once, the campaign all of them."""
PAGES = ("", "days", "datasets/orders", "checks/orders/seasonal_revenue", "?verdict=problem")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for all tests."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def sites() -> Iterator[dict[str, str]]:
    """The address of a site in each state, and of one on which nothing has been measured."""
    with (
        served(shown({})) as none,
        served(shown(ONE)) as one,
        served(shown(MANY)) as many,
        served(Shown(SnapshotStore(shop_config(), AT))) as empty,
    ):
        yield {"none": none, "one": one, "many": many, "empty": empty}


@pytest.mark.parametrize("look", sampled(LOOKS, ["phone-dark", "desk-light"]))
def test_every_page_fits_and_is_accessible(browser: Any, sites: dict[str, str], look: str) -> None:
    width, scheme = LOOKS[look]
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    wrong: list[str] = []
    seen = [("none", ""), ("one", ""), ("empty", ""), *(("many", path) for path in PAGES)]
    with page(browser, WIDTHS[width], scheme) as tab:
        tab.on("console", lambda message: wrong.append(message.text))
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        for state, path in seen:
            tab.goto(sites[state] + path)
            tab.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            wide = tab.evaluate("document.documentElement.scrollWidth")
            assert wide <= WIDTHS[width], f"{state} {path}: {wide} pixels wide"
            found = axe.run(tab).response["violations"]
            assert not found, f"{state} {path}: {[brief(one) for one in found]}"
    assert not wrong


def brief(found: dict[str, Any]) -> str:
    """A violation in a line."""
    return f"{found['id']}: {[node['target'] for node in found['nodes']][:3]}"


def test_it_works_by_keyboard_and_without_a_script(browser: Any, sites: dict[str, str]) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(sites["many"])
    tab.keyboard.press("Tab")
    assert tab.locator(":focus").inner_text() == "to the content"
    fold = tab.locator("article details").first
    assert not fold.locator("li").first.is_visible()
    fold.locator("summary").press("Enter")
    assert fold.locator("li").first.is_visible()
    tab.locator("select[name=dataset]").select_option("orders")
    tab.locator("input[name=text]").fill("order_id")
    tab.locator("input[name=text]").press("Enter")
    assert urlsplit(tab.url).query == "verdict=&dataset=orders&owner=&text=order_id"
    judged = sum(check.worst_severity is not None for check in shop_config().checks)
    assert tab.locator("h1").inner_text() == f"1 of {judged} checks"
    tab.get_by_role("link", name="orders.duplicates").click()
    assert "/checks/orders/duplicates" in tab.url
    context.close()


def test_every_link_leads_somewhere(sites: dict[str, str]) -> None:
    start, seen, left = sites["many"], set[str](), [sites["many"]]
    client = httpx.Client()
    while left:
        url = left.pop()
        if url in seen:
            continue
        seen.add(url)
        answer = client.get(url)
        assert answer.status_code == 200, url
        if answer.headers["content-type"].startswith("text/html"):
            found = {urljoin(url, link) for link in re.findall(r'href="([^"#]+)', answer.text)}
            left += [one.replace("&amp;", "&") for one in found if one.startswith(start)]
    client.close()
    paths = {urlsplit(url).path for url in seen}
    assert {"/days", "/style.css", "/metrics", "/runbooks/", "/datasets/orders"} <= paths
    checks = {f"/checks/{one.id.dataset}/{one.id.name}" for one in shop_config().checks}
    assert {path for path in paths if path.startswith("/checks/")} == checks
