"""The map that can be moved, in a real browser on the page of components, and what it asks the network for."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from yakuba.kernel.ui.tests.test_browser import DESKTOP, PATIENCE, PHONE, address, browser, page

pytestmark = pytest.mark.browser
__all__ = ["address", "browser", "page"]  # fixtures


@pytest.fixture
def opened(page, address):
    """The page, all it asked for, and what it complained of."""
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)  # fmt: skip
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address + "/ui/components/")
    return page, asked, complaints


def test_every_shape_can_be_reached_and_says_its_name_and_value(opened, address):
    page, asked, complaints = opened
    figure = page.locator("[data-map]").first
    figure.locator("[data-map-switch]").click()
    shapes = figure.locator(".map__live path[tabindex='0']")
    expect(figure.locator("[aria-label^='東京都 ']").first).to_be_attached()
    labels = shapes.evaluate_all("all => [...new Set(all.map(one => one.getAttribute('aria-label')))]")
    assert len(labels) == 47
    assert all(label.endswith("分") for label in labels)
    figure.locator("[aria-label^='沖縄県 ']").first.focus()
    expect(figure.locator(".leaflet-tooltip")).to_contain_text("沖縄県")
    fills = shapes.evaluate_all("all => [...new Set(all.map(one => one.getAttribute('fill')))]")
    assert len(fills) == 5
    assert all(page.locator(one[4:-1]).count() == 1 for one in fills), "the patterns are in the page"
    assert complaints == []
    assert all(url.startswith(address) for url in asked), "nothing leaves the house"
    assert not [url for url in asked if url.endswith(".png")], "no tile and no picture of a marker"


def test_it_is_enlarged_by_its_buttons_and_goes_back_to_the_picture(opened):
    page, _, complaints = opened
    figure = page.locator("[data-map]").first
    switch = figure.locator("[data-map-switch]")
    expect(figure.locator(".map__still svg").first).to_be_visible()
    switch.click()
    expect(figure.locator(".map__still svg").first).to_be_hidden()
    tokyo = figure.locator("[aria-label^='東京都 ']").first
    expect(tokyo).to_be_attached()
    before = tokyo.get_attribute("d")
    figure.get_by_title("大きくする").click()
    expect(tokyo).not_to_have_attribute("d", before)
    switch.click()
    expect(figure.locator(".map__still svg").first).to_be_visible()
    expect(figure.locator(".map__live")).to_be_hidden()
    switch.click()
    expect(figure.locator(".map__live")).to_be_visible()
    assert complaints == []


def test_points_move_too_and_what_is_not_known_says_so(opened):
    page, _, complaints = opened
    figure = page.locator("[data-map]").nth(1)
    figure.locator("[data-map-switch]").click()
    expect(figure.locator(".map__live path[aria-label='みなみ保育園 値なし']")).to_be_attached()
    expect(figure.locator(".map__live path[tabindex='0']")).to_have_count(4)
    assert complaints == []


@pytest.mark.parametrize("size", [DESKTOP, {"width": 390, "height": 800}, PHONE])
def test_picture_and_moving_map_fit_the_screen(page, address, size):
    page.set_viewport_size(size)
    page.goto(address + "/ui/components/")
    for figure in page.locator("[data-map]").all()[:2]:
        drawn = figure.locator(".map__still svg:visible")
        expect(drawn).to_have_count(1)
        shrunk = drawn.evaluate("e => e.getBoundingClientRect().width / e.width.baseVal.value")
        assert shrunk > 0.85, "the words of the map are not drawn small to fit"
        figure.locator("[data-map-switch]").click()
        expect(figure.locator(".leaflet-interactive").first).to_be_attached()
        box = figure.locator(".map__live").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size["width"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_javascript_the_picture_and_the_table_are_there(browser, address):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address + "/ui/components/")
    figure = page.locator("[data-map]").first
    expect(figure.locator(".map__still svg").first).to_be_visible()
    expect(figure.locator("[data-map-switch]")).to_be_hidden()
    assert figure.locator("table tbody tr").count() == 47
