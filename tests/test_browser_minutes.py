"""Two clerks mend one meeting in Chromium, by keyboard: the page changes in place, and nobody overwrites the other."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from yakuba.services.minutes.actions import editing
from yakuba.services.minutes.contracts import NewMeeting, Transcript, Utterance

PATIENCE = 180_000  # ms until something is held to be stuck
pytestmark = [pytest.mark.browser, pytest.mark.slow]
SAID = (
    Utterance("議長", "えー、開会します。"),
    Utterance("委員", "質問です。要望です。"),
    Utterance("課長", "お答えします。"),
)


def desk(browser: Browser, house: str, user) -> Page:
    """A browser in which the person is signed in."""
    client = Client()
    client.force_login(user)
    context = browser.new_context()
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": house}])
    context.set_default_timeout(PATIENCE)
    return context.new_page()


def test_speeches_are_mended_by_keyboard_and_two_people_do_not_overwrite_each_other(
    in_yakuba_city, clerk, make_staff, yakuba_city, house, browser
):
    expect.set_options(timeout=PATIENCE)
    meeting = editing.take_in(NewMeeting("総務委員会"), Transcript(SAID), "a.txt", actor=clerk)
    other = make_staff(yakuba_city, "minutes.view", "minutes.edit")
    address = house + reverse("minutes:edit", args=[meeting.pk])
    one, two = desk(browser, house, clerk), desk(browser, house, other)
    one.goto(address)
    two.goto(address)
    expect(one.locator("#editor h2")).to_contain_text("1 / 3")
    expect(two.locator("#editor h2")).to_contain_text("1 / 3")

    one.keyboard.press("Alt+k")  # without the filler
    expect(one.locator("#text")).to_have_value("開会します。")
    one.keyboard.press("Control+Enter")
    expect(one.locator("#editor h2")).to_contain_text("2 / 3")
    expect(one.locator("#text")).to_be_focused()

    # The second one still has the first speech as it was before.
    two.locator("#text").fill("開会する。")
    two.keyboard.press("Control+Enter")
    expect(two.locator("#editor")).to_contain_text("あなたの直しは入れていません")
    expect(two.locator("#typed")).to_have_value("開会する。")
    expect(two.locator("#text")).to_have_value("開会します。")

    one.locator("#text").evaluate("one => one.setSelectionRange(5, 5)")
    one.keyboard.press("Alt+Enter")
    expect(one.locator("#editor h2")).to_contain_text("3 / 4")
    expect(one.locator("#text")).to_have_value("要望です。")

    # What is typed is kept when one goes on by the list.
    one.locator("#text").fill("要望をいたします。")
    one.keyboard.press("Alt+ArrowDown")
    expect(one.locator("#editor h2")).to_contain_text("4 / 4")
    expect(one.locator(".minutes-around").first).to_contain_text("要望をいたします。")
