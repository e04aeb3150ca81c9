"""A resident with a small telephone (320 px), letters twice as large, no JavaScript and a keyboard alone: from the list of
forms to both numbers and to where the application stands."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, sync_playwright
from test_browser_pages import PATIENCE

from yakuba.kernel.ledger.actions import load_procedure
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.intake.actions import opening
from yakuba.services.intake.pages import residents
from yakuba.services.intake.tests.conftest import BUS, CUT

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LARGE = "--blink-settings=defaultFontSize=32"
MOST = 60  # presses of Tab until something is held not to be there
FITS = "e => e.scrollWidth <= innerWidth"
FIRST = "main button, main .button"


def tab_to(page: Page, selector: str = "*", words: str = "") -> None:
    for _ in range(MOST):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if (
            focused.count()
            and focused.evaluate("(e, s) => e.matches(s)", selector)
            and words in focused.inner_text()
        ):
            return
    raise AssertionError(f"the keyboard does not come to {selector} {words}")


def press(page: Page, selector: str = "*", words: str = "") -> None:
    """Come to it, press it, and see that the next page has room."""
    before = page.url
    tab_to(page, selector, words)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != before)
    assert page.locator("html").evaluate(FITS), page.url


def test_large_letters_on_a_small_telephone_with_a_keyboard_alone(
    transactional_db, house, in_yakuba_city, clerk, chromium_flags, monkeypatch
):
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    for limit in residents.LIMITS:
        limit.forget()
    set_values({"intake.public": True}, actor=clerk)
    procedure = load_procedure(BUS)
    opening.set_form(procedure, CUT, actor=clerk)
    opening.open_form(procedure, timezone.localdate(), actor=clerk)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=[*chromium_flags, LARGE]
        )
        page = browser.new_page(viewport={"width": 320, "height": 640}, java_script_enabled=False)
        page.set_default_timeout(PATIENCE)
        page.goto(f"{house}/apply/990019/")
        assert page.locator("html").evaluate("e => getComputedStyle(e).fontSize") == "32px"
        press(page, words="バス乗車券")
        press(page, FIRST)
        tab_to(page, "#f_name")
        page.keyboard.type("山田太郎")
        tab_to(page, "#f_birth")
        page.keyboard.type("S31.4.1")
        tab_to(page, "input[name=kind]")
        page.keyboard.press("ArrowDown")
        press(page, words="次へ")
        tab_to(page, "#f_school")
        page.keyboard.type("Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch")
        press(page, words="次へ")
        press(page, words="次へ")
        press(page, words="この内容で送る")
        number, secret = re.findall(r'<dd class="number">([^<]+)</dd>', page.content())[:2]
        page.goto(f"{house}/apply/990019/status/?number={number}")
        tab_to(page, "input[name=secret]")
        page.keyboard.type(secret)
        page.keyboard.press("Enter")
        page.get_by_text("受付済").wait_for()
        assert page.locator("html").evaluate(FITS)
        browser.close()
