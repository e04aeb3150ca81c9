"""Two people at the counter, each at a screen: what the clerk shows stands on the guest's screen by itself, and the answer on the
clerk's."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from test_browser_pages import PATIENCE, complaints_of

from yakuba.services.translation.engine import phrasebook
from yakuba.services.translation.tests.conftest import PHRASES

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def screen(browser: Browser, width: int, cookie: dict | None = None) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900})
    if cookie:
        context.add_cookies([cookie])
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    return page


def test_two_people_talk_at_two_screens(transactional_db, house, browser, yakuba_city, clerk, monkeypatch):
    few = phrasebook.book(Path(PHRASES))
    monkeypatch.setattr(phrasebook, "book", lambda: few)
    expect.set_options(timeout=PATIENCE)
    client = Client()
    client.force_login(clerk)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": house, "httpOnly": True}
    staff, guest = screen(browser, 1280, cookie), screen(browser, 390)
    complaints = [complaints_of(staff), complaints_of(guest)]
    staff.goto(f"{house}/translation/")
    staff.get_by_role("button", name="English").click()
    address = staff.get_by_role("link", name="相手に見せる画面").get_attribute("href")
    guest.goto(house + address)
    expect(guest.locator(".said__text")).to_have_text("English")
    staff.get_by_label("伝えたいこと").fill("在留カードありますか")
    staff.keyboard.press("Enter")
    staff.wait_for_url("**text=**")
    staff.keyboard.press("Alt+Enter")
    expect(guest.locator(".said__text")).to_have_text("Do you have a residence card?")
    assert guest.evaluate("document.documentElement.scrollWidth <= innerWidth")
    guest.get_by_role("button", name="Yes").click()
    expect(guest.locator(".said__text")).to_have_text("Yes")
    expect(staff.locator(".said__text")).to_have_text("Yes")
    assert complaints == [[], []]
    staff.get_by_role("button", name="終わる（記録を消す）").click()
    expect(staff.get_by_text("やりとりの記録は消えました")).to_be_visible()
    guest.reload()
    expect(guest.get_by_text("This conversation has ended.")).to_be_visible()
    for page in (staff, guest):
        page.context.close()
