"""Passkeys in Chromium, with the virtual authenticator of its own debugging protocol, by the keyboard alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from yakuba.kernel.signin.models import Passkey
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.townsettings.actions import set_values

PATIENCE = 180_000  # ms until something is held to be stuck
expect.set_options(timeout=PATIENCE)
pytestmark = pytest.mark.browser
PICTURES = Path("build/passkeys")


@pytest.fixture
def context(
    transactional_db: None, browser: Browser, house: str, monkeypatch: Any
) -> Iterator[BrowserContext]:
    monkeypatch.setattr(settings.YAKUBA, "passkey_origins", house)
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


def with_key(context: BrowserContext) -> tuple[Page, Any]:
    """A page whose browser has an authenticator, and the protocol's session."""
    page = context.new_page()
    protocol = context.new_cdp_session(page)
    protocol.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    kind |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    protocol.send("WebAuthn.addVirtualAuthenticator", {"options": kind})
    return page, protocol


def let_in(context: BrowserContext, house: str, person: Any) -> None:
    client = Client()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": house}])


def after_the_page_is_drawn(route: Route) -> None:
    """As on a slow machine: the script comes when the browser has long looked for what is to have the focus."""
    time.sleep(1)
    route.continue_()


def shown_whole(page: Page, name: str) -> None:
    """Nothing is scrolled sideways, on a telephone and on a desk."""
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        if PICTURES.is_dir():
            page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)


def test_made_and_used_by_the_keyboard(context, house, clerk):
    page, _ = with_key(context)
    let_in(context, house, clerk)
    page.goto(f"{house}/signin/passkeys/new/")
    expect(page.get_by_label("名前")).to_be_focused()
    expect(page.get_by_role("button", name="登録する")).to_be_visible()
    shown_whole(page, "new")
    page.keyboard.type("席のPC")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="予備の番号")).to_be_visible()
    page.goto(f"{house}/signin/")
    expect(page.get_by_role("cell", name="席のPC", exact=True)).to_be_visible()
    shown_whole(page, "own")

    with active_municipality(clerk.municipality):
        set_values({"signin.passkey_login": True}, actor=clerk)
    context.clear_cookies()
    page.goto(f"{house}/login/")
    shown_whole(page, "login")
    page.route("**/passkey.js*", after_the_page_is_drawn)
    page.get_by_role("link", name="パスキーで入る").press("Enter")
    expect(page.get_by_role("button", name="パスキーで入る")).to_be_focused()
    shown_whole(page, "by-passkey")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="今日の仕事")).to_be_visible()

    page.goto(f"{house}/signin/proof/?next=/signin/")
    button = page.get_by_role("button", name="パスキーで確かめる")
    expect(button).to_be_focused()
    shown_whole(page, "proof")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{house}/signin/", wait_until="domcontentloaded")
    row = Passkey.all_municipalities.get()
    assert (row.last_used_at is not None, row.sign_count >= 2) == (True, True)


def test_what_is_told_where_there_is_no_passkey(context, house, clerk):
    page, protocol = with_key(context)
    let_in(context, house, clerk)
    page.goto(f"{house}/signin/passkeys/new/")
    (kept,) = [one for one in context.cookies() if one["name"] == settings.SESSION_COOKIE_NAME]
    protocol.send("WebAuthn.disable")
    bare = context.browser.new_context(viewport={"width": 390, "height": 844})
    bare.set_default_timeout(PATIENCE)
    bare.add_init_script("delete window.PublicKeyCredential")
    bare.add_cookies([{"name": kept["name"], "value": kept["value"], "url": house}])
    page = bare.new_page()
    page.goto(f"{house}/signin/passkeys/new/")
    expect(page.get_by_text("このブラウザーではパスキーを使えません")).to_be_visible()
    expect(page.get_by_role("button", name="登録する")).to_be_hidden()
    shown_whole(page, "none")
    bare.close()
