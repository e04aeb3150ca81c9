"""The next person at a PC finds nothing of the one before: with the button "back" the browser asks the house again."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect, sync_playwright
from test_access import pages
from town_objects import RECEIPT_NUMBER, TownObjects, load_objects

from yakuba.demo import town

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENCE = 180_000  # ms until something is held to be stuck; how fast the machine is decides nothing
# A page that comes out of the browser's memory says so.
WATCH = "addEventListener('pageshow', event => { document.documentElement.dataset.kept = event.persisted; })"


@pytest.fixture
def objects(transactional_db) -> TownObjects:
    return load_objects()


@pytest.fixture
def page(house, objects, chromium_flags, monkeypatch) -> Iterator[Page]:
    """A window of the administrator, in a browser that keeps pages it has left, as people's do; even those that say
    `no-store`, where it takes them for safe."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # see `browser`
    client = Client()
    client.force_login(town.user("kanri"))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=[*chromium_flags, "--enable-features=CacheControlNoStoreEnterBackForwardCache"],
            ignore_default_args=["--disable-back-forward-cache"],
        )
        context = browser.new_context()
        context.add_init_script(WATCH)
        context.set_default_timeout(PATIENCE)
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": house, "httpOnly": True}
        context.add_cookies([cookie])
        yield context.new_page()
        browser.close()


def about_somebody(objects: TownObjects, everywhere: bool) -> list[str]:
    """The pages that show the demo town's case: all, or of each room the list of its cases and the first other."""
    client = Client()
    client.force_login(town.user("kanri"))
    found: dict[str, str] = {}
    for page in pages():
        room = page.name.partition(":")[0]
        if page.name == "logout" or (room in found and not everywhere and page.name != "ledger:cases"):
            continue
        answer = client.get(page.url(objects), follow=True)
        if (
            answer["Content-Type"].startswith("text/html")
            and not answer.streaming
            and RECEIPT_NUMBER in answer.content.decode()
        ):
            query = answer.request["QUERY_STRING"]
            url = answer.request["PATH_INFO"] + (f"?{query}" if query else "")
            found[room if room not in found else url] = url
    return list(dict.fromkeys(found.values()))


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("everywhere", [False, pytest.param(True, marks=pytest.mark.full)])
def test_after_the_logout_the_button_back_shows_nobody(house, objects, page, everywhere):
    shown = about_somebody(objects, everywhere)
    assert any(url.startswith("/cases/?") for url in shown)
    _assert_that_it_keeps_pages(page, house)
    for url in shown:
        page.goto(house + url)
        expect(page.get_by_text(RECEIPT_NUMBER).first).to_be_attached(timeout=PATIENCE)
    page.locator("form[action='/logout/']").first.evaluate("form => form.submit()")
    expect(page).to_have_url(re.compile("/login/$"), timeout=PATIENCE)
    for _ in shown:
        page.go_back(wait_until="commit")
        expect(page).to_have_url(re.compile("/login/"), timeout=PATIENCE)
        assert RECEIPT_NUMBER not in page.locator("body").inner_text()


def _assert_that_it_keeps_pages(page: Page, house: str) -> None:
    """Else the test would show nothing."""
    page.goto(f"{house}/static/ui/shown.js")
    page.goto(f"{house}/manual/")
    page.go_back(wait_until="commit")
    expect(page.locator("html")).to_have_attribute("data-kept", "true", timeout=PATIENCE)
