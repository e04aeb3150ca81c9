"""In a real browser: accessibility by axe-core, keys, sending once, regions that refresh themselves."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application
from django.test.utils import override_settings
from playwright.sync_api import Browser, Page, expect, sync_playwright

from yakuba.kernel.ui.tests.urls import calls

pytestmark = pytest.mark.browser

PATIENCE = 180_000  # ms until something is held to be stuck; how fast the machine is decides nothing
expect.set_options(timeout=PATIENCE)
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with override_settings(ROOT_URLCONF="yakuba.kernel.ui.tests.urls", DEBUG=False):
        application = StaticFilesHandler(get_wsgi_application())
        with make_server("127.0.0.1", 0, application, _Server, _Quiet) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}"
            server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport=DESKTOP)
    page.set_default_timeout(PATIENCE)
    yield page
    page.close()


@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("/ui/components/", DESKTOP),
        ("/ui/components/", PHONE),
        ("/ui/components/?home=much", DESKTOP),
        ("/ui/components/?home=much", PHONE),
        ("/ui/components/?home=none", DESKTOP),
        ("/login/", PHONE),
        ("/403/", DESKTOP),
    ],
)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(page, address, path, size):
    complaints: list[str] = []
    page.on(
        "console",
        lambda message: complaints.append(message.text) if "Content Security" in message.text else None,
    )
    page.set_viewport_size(size)
    page.goto(address + path)
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert complaints == []


def test_every_button_can_be_hit_with_a_finger(page, address):
    page.set_viewport_size(PHONE)
    page.goto(address + "/ui/components/")
    small = page.evaluate(
        """[...document.querySelectorAll('.button, summary, .pagination a, .nav a, select, .field input:not([type=checkbox], [type=radio])')]
           .filter(e => e.getClientRects().length && e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"""
    )
    assert small == []


def test_keys_press_what_declares_them(page, address):
    page.goto(address + "/ui/components/")
    page.evaluate(
        "for (const e of document.querySelectorAll('[data-key]')) e.addEventListener('click', () => document.title = e.dataset.key)"
    )
    page.keyboard.press("F2")
    expect(page.locator("#v1")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_title("Enter")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_title("Ctrl+Enter")
    page.keyboard.press("Escape")
    expect(page).to_have_title("Escape")
    expect(page.locator("#v1")).to_have_attribute("aria-keyshortcuts", "F2")


def test_enter_that_completes_a_conversion_or_a_line_presses_nothing(page, address):
    page.goto(address + "/ui/components/")
    page.evaluate(
        "for (const e of document.querySelectorAll('[data-key]')) e.addEventListener('click', () => document.title = 'pressed')"
    )
    page.focus("#v1")
    page.evaluate(
        """document.activeElement.dispatchEvent(new KeyboardEvent('keydown',
           {key: 'Enter', keyCode: 229, isComposing: true, bubbles: true, cancelable: true}))"""
    )
    page.focus("textarea >> nth=0")
    page.keyboard.press("Enter")
    assert page.input_value("textarea >> nth=0") == "\n"
    assert page.title() != "pressed"


def test_a_double_click_sends_once_and_keeps_which_button(page, address):
    calls.clear()
    page.goto(address + "/form/")
    with page.expect_response("**/form/"):
        page.dblclick("#send")
    assert calls == {"sent save": 1}


def test_progress_refreshes_itself_and_stops_when_done(page, address):
    calls.clear()
    page.goto(address + "/moving/")
    expect(page.locator("#live")).to_contain_text("3/3")
    expect(page.locator("#live[hx-get]")).to_have_count(0)  # so nothing asks any more
    assert calls["moving"] == 3


def test_a_region_whose_session_ended_leads_to_the_login(page, address):
    calls.clear()
    page.goto(address + "/expiring/")
    page.wait_for_url("**/login/")


def test_a_region_without_an_answer_says_so_and_recovers(page, address):
    calls.clear()
    page.goto(address + "/failing/")
    expect(page.locator("#live .stale")).to_be_visible()
    expect(page.locator("#live")).to_contain_text("3回目")
    expect(page.locator("#live .stale")).to_have_count(0)


def test_the_menu_opens_without_script(browser, address):
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address + "/ui/components/?home=much")
    link = page.locator(".nav--narrow nav a", has_text="帳票読取")
    expect(link).not_to_be_visible()
    page.click(".nav--narrow > summary")
    expect(link).to_be_visible()
    expect(page.locator("progress").first).to_be_visible()
    context.close()


def test_a_printed_page_leaves_out_what_only_works_on_a_screen(page, address):
    page.goto(address + "/ui/components/")
    page.emulate_media(media="print")
    expect(page.locator(".nav--wide")).not_to_be_visible()
    expect(page.locator(".button").first).not_to_be_visible()
    expect(page.locator(".chart svg").first).to_be_visible()


def test_forced_colours_keep_outlines(page, address):
    page.emulate_media(forced_colors="active")
    page.goto(address + "/ui/components/")
    width = page.evaluate("getComputedStyle(document.querySelector('.button')).borderTopWidth")
    assert width == "2px"


def test_charts_fit_a_telephone_and_their_tables_stay_readable(browser: Browser, address: str) -> None:
    page = browser.new_context(viewport={"width": 390, "height": 800}).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address + "/ui/components/")
    for summary in page.locator(".chart summary").all():
        summary.click()
    wide = page.evaluate("""() => [...document.querySelectorAll('.chart, .chart *')]
        .filter(e => e.getClientRects().length && (e instanceof HTMLElement && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 1
            || e.getBoundingClientRect().right > innerWidth)).map(e => e.outerHTML.slice(0, 80))""")
    assert wide == []
    small = page.evaluate("""() => [...document.querySelectorAll('.chart svg')]
        .filter(e => e.getClientRects().length).map(e => e.getBoundingClientRect().width / e.width.baseVal.value)""")
    assert len(small) >= 2
    assert min(small) > 0.85, "the words of the chart are not drawn small to fit"


def test_a_date_box_shows_a_japanese_date_in_a_browser_of_another_language(
    browser: Browser, address: str
) -> None:
    page = browser.new_context(locale="en-US", timezone_id="America/New_York").new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address + "/ui/components/")
    box = page.locator("#id_new-born")
    for typed, shown in (("R8.4.1", "令和8年4月1日"), ("2019-05-01", "令和元年5月1日"), ("昭和64年1月7日", "昭和64年1月7日"),
                         ("昭和65年1月1日", "昭和65年1月1日"), ("2026-02-30", "2026-02-30"), ("20260401", "令和8年4月1日")):  # fmt: skip
        box.fill(typed)
        box.blur()
        expect(box).to_have_value(shown)
