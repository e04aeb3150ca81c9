"""A planner moves a slider: the answer follows without the page, what is wrong stands at its field, and all of it works on a phone and
without a script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright
from test_browser_pages import PATIENCE, WIDER

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = "() => axe.run(document, {resultTypes: ['violations']}).then(found => found.violations.map(one => one.id))"
MOVE = "(slider, to) => { slider.value = to; for (const one of ['input', 'change']) slider.dispatchEvent(new Event(one, {bubbles: true})); }"


@pytest.fixture
def browser(transactional_db, house, in_yakuba_city, chromium_flags, monkeypatch) -> Iterator[Browser]:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(chromium_flags))
        yield started
        started.close()


def opened(browser: Browser, house: str, clerk, path: str, **how) -> Page:
    client = Client()
    client.force_login(clerk)
    context = browser.new_context(**how)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": house}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(house + path)
    return page


def test_a_slider_moves_the_number_and_the_answer(browser, house, clerk):
    page = opened(browser, house, clerk, "/simulators/delay/", viewport={"width": 1280, "height": 900})
    expect(page.locator("#result")).to_contain_text("43.2ミリ秒を超えると", timeout=PATIENCE)
    page.locator("#id_kp_slider").evaluate(MOVE, "100")
    assert page.locator("#id_kp").input_value() == "100"
    expect(page.locator("#result")).not_to_contain_text("43.2ミリ秒を超えると", timeout=PATIENCE)
    assert "kp=100" in page.url
    assert "slider" not in page.url
    page.locator("#id_kd").fill("２０")
    page.locator("#id_kd").press("Tab")
    expect(page.locator("#result")).to_contain_text("64.7ミリ秒を超えると", timeout=PATIENCE)
    page.locator("#id_kd").fill("NaN")
    page.locator("#id_kd").press("Tab")
    expect(page.locator("#told-kd")).to_contain_text("数として読めません", timeout=PATIENCE)
    page.locator("#id_kd").fill("20")
    page.locator("#id_kd").press("Tab")
    expect(page.locator("#told-kd")).to_be_empty(timeout=PATIENCE)
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate(AXE) == []


@pytest.mark.parametrize("code", ["delay", "coverage", "chain", "route", "loss"])
def test_a_calculator_fits_a_phone_and_axe_finds_nothing(browser, house, clerk, code):
    page = opened(browser, house, clerk, f"/simulators/{code}/", viewport={"width": 390, "height": 780})
    assert page.evaluate(WIDER) == []
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate(AXE) == []


def test_without_a_script_the_slider_counts_too(browser, house, clerk):
    page = opened(browser, house, clerk, "/simulators/delay/", java_script_enabled=False)
    page.locator("#id_kp_slider").fill("100")
    page.get_by_role("button", name="計算する").click()
    assert page.locator("#id_kp").input_value() == "100"
    assert "slider" not in page.url
