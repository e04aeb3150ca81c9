"""A clerk makes a form of sixteen fields in Chromium, counted action by action, and a filled sheet of it is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Locator, Page, expect

from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.queries import values_of
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.reading.models import DesignedForm, FormDefinition, Sheet
from yakuba.services.reading.tests.desk.drawn import ERAS, OPTIONS, filled, small_form
from yakuba.services.reading.tests.desk.office import Desk, Scans

PATIENCE = 180_000  # ms until something is held to be stuck
expect.set_options(timeout=PATIENCE)
pytestmark = [pytest.mark.browser, pytest.mark.slow]
MOST_ACTIONS = 40


class Clerk:
    """What a clerk does, counted: a click, a file chosen, a value typed, a key pressed is one action each."""

    def __init__(self, page: Page) -> None:
        self.page, self.actions = page, 0

    def click(self, where: Locator) -> None:
        self.actions += 1
        where.click()

    def fill(self, where: Locator, text: str) -> None:
        self.actions += 1
        where.fill(text)

    def choose(self, where: Locator, value: str) -> None:
        self.actions += 1
        where.select_option(value)

    def give(self, where: Locator, file: Path) -> None:
        self.actions += 1
        where.set_input_files(file)

    def press(self, key: str) -> None:
        self.actions += 1
        self.page.keyboard.press(key)

    def draw(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """A rectangle in pixels of the form."""
        self.actions += 1
        corners = [self.on_screen(*start), self.on_screen(*end)]
        self.page.mouse.move(*corners[0])
        self.page.mouse.down()
        self.page.mouse.move(*corners[1], steps=4)
        self.page.mouse.up()

    def on_screen(self, x: float, y: float) -> tuple[float, float]:
        found = self.page.evaluate(
            "([x, y]) => { const m = document.querySelector('[data-picture]').getScreenCTM();"
            " const p = new DOMPoint(x, y).matrixTransform(m); return [p.x, p.y]; }",
            [x, y],
        )
        return found[0], found[1]


@pytest.fixture
def desk(transactional_db: None, yakuba_city: Any, clerk: Any) -> Desk:
    return Desk(clerk, Scans({}, {}))


def signed_in(browser: Browser, house: str, person: Any) -> Page:
    client = Client()
    client.force_login(person)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": house}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    return page


def test_a_form_of_sixteen_fields_is_made_by_hand(desk, yakuba_city, house, browser, turn, tmp_path):
    drawn = small_form()
    blank = tmp_path / "blank.png"
    blank.write_bytes(drawn.png())
    with turn:
        page = signed_in(browser, house, desk.person)
    clerk = Clerk(page)
    page.goto(f"{house}/reading/designer/")
    clerk.click(page.get_by_role("main").get_by_role("link", name="白紙の様式を入れる").first)
    clerk.give(page.get_by_label("白紙の様式"), blank)
    clerk.click(page.get_by_role("button", name="記入欄を探す"))
    expect(page.locator("#live")).to_contain_text("記入欄を探しています")
    with turn, active_municipality(yakuba_city):
        desk.work()
    expect(page.locator("[data-designer]")).to_have_attribute("data-ready", "yes")
    expect(page.locator("[data-box]")).to_have_count(16)
    # One is taken out and drawn anew, one is renamed, two are compulsory.
    box = page.get_by_role("button", name="9番の枠 会員番号")
    clerk.click(box)
    clerk.press("Delete")
    expect(page.locator("[data-row='8']")).to_be_hidden()
    clerk.click(page.get_by_role("button", name="欄を描く"))
    x, y, width, height = drawn.boxes["会員番号"][2][0]
    clerk.draw((x, y), (x + width, y + height))
    name = page.locator("[name=label-16]")
    expect(name).to_be_focused()
    clerk.fill(name, "会員番号")
    clerk.choose(page.locator("[name=type-16]"), "digits")
    clerk.fill(page.locator("[name=label-7]"), "団体名")
    clerk.click(page.locator("[name=required-5]"))
    clerk.click(page.locator("[name=required-6]"))
    for doubtful in page.get_by_role("checkbox", name="確かめた").all():
        clerk.click(doubtful)
    # A box moves with the arrows, and back.
    moved = page.get_by_role("button", name="6番の枠 住所")
    moved.focus()
    before = page.locator("[name=place-5]").input_value()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    assert page.locator("[name=place-5]").input_value() != before
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert page.locator("[name=place-5]").input_value() == before
    clerk.click(page.get_by_role("button", name="保存して、使い始める画面へ"))
    expect(page.locator("h1")).to_contain_text("使い始める")
    clerk.click(page.get_by_role("button", name="使い始める"))
    expect(page.locator("main")).to_contain_text("第1版を使い始めました")
    assert clerk.actions <= MOST_ACTIONS, clerk.actions
    with turn, active_municipality(yakuba_city):
        form = FormDefinition.objects.get(code=DesignedForm.objects.get().code, current=True)
        assert len(form.document["pages"][0]["boxes"]) == 16
        desk.upload(("記入済み.png", filled(drawn, OPTIONS, ERAS)))
        desk.work()
        assert Sheet.objects.get().state == "placed"
        codes = {one.label: one.code for one in form.procedure.definition.fields}
        values = values_of(Case.objects.get(procedure=form.procedure))
        assert values[codes["氏名"]] == "山田花子"
        assert values[codes["手数料の金額"]] == "1500"
