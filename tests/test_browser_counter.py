"""A clerk with somebody in front of her: calls a number, finds the person, asks the rest, has it signed on a tablet without a
session, and hands the receipt over."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import Page, sync_playwright
from test_browser_pages import PATIENCE

from yakuba.kernel.ledger.actions import load_procedure
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.persons.models import Load, Person
from yakuba.kernel.persons.variants import kana_key, name_key
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.intake.actions import opening
from yakuba.services.intake.models import AttachedFile, Submission
from yakuba.services.intake.pages import residents
from yakuba.services.intake.tests.conftest import BUS, CUT
from yakuba.services.queue import actions as tickets
from yakuba.services.queue.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def look(page: Page, name: str) -> None:
    """The page as it is: nothing sticks out, nothing failed."""
    assert page.locator("html").evaluate("e => e.scrollWidth <= innerWidth"), (name, page.url)


def write(page: Page) -> None:
    """A signature, with the pointer."""
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    for x, y in ((120, 30), (180, 80), (240, 40)):
        page.mouse.move(box["x"] + x, box["y"] + y)
    page.mouse.up()


@pytest.fixture
def hall(transactional_db, in_yakuba_city, clerk):
    for limit in residents.LIMITS:
        limit.forget()
    set_values({"intake.tablet": True, "queue.public": True}, actor=clerk)
    opening.set_form(load_procedure(BUS), CUT, actor=clerk)
    load = Load.objects.create(file_name="atena.csv", current=True, rows=1, finished_at="2026-11-30T00:00Z")
    name, kana = "山田太郎", "ヤマダタロウ"
    Person.objects.create(load=load, number="0001", name=name, kana=kana, birth=date(1956, 4, 1), address="やくば市本町1-1", name_key=name_key(name), kana_key=kana_key(kana))  # fmt: skip
    tickets.set_category("A", "住民票", actor=clerk)
    tickets.issue("A", "key-of-a-ticket-00000001")
    tickets.sit("3番", [], actor=clerk)
    return clerk


def test_from_the_number_to_the_receipt(hall, house, chromium_flags, monkeypatch, client, settings):
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    client.force_login(hall)
    session = {
        "name": settings.SESSION_COOKIE_NAME,
        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "url": house,
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=chromium_flags)
        inside = browser.new_context(viewport={"width": 1280, "height": 900})
        inside.add_cookies([session])
        page = inside.new_page()
        page.set_default_timeout(PATIENCE)
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{house}/queue/")
        page.get_by_role("button", name="次を呼ぶ").click()
        page.get_by_role("button", name="もう一度呼ぶ").wait_for()
        look(page, "queue")
        page.goto(f"{house}/intake/counter/")
        page.get_by_text("A001").wait_for()
        page.get_by_role("button", name="受け付けを始める").click()
        page.get_by_role("link", name="宛名からさがす").click()
        page.get_by_label("氏名").fill("山田太郎")
        page.get_by_role("button", name="さがす").click()
        look(page, "found")
        page.get_by_role("button", name="この人にする").click()
        page.get_by_role("button", name="この手続を聞く").click()
        assert page.get_by_label("氏名").input_value() == "山田太郎"
        page.get_by_label("70歳以上").check()
        look(page, "page")
        page.get_by_role("button", name="次へ").click()
        look(page, "check")
        page.get_by_role("button", name="タブレットに出す").click()
        where = re.search(r"/apply/990019/tablet/[\w-]+/", page.content())[0]
        outside = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
        tablet = outside.new_page()
        tablet.set_default_timeout(PATIENCE)
        tablet.goto(f"{house}{where}")
        look(tablet, "tablet")
        write(tablet)
        tablet.get_by_role("button", name="この内容でよい").click()
        tablet.get_by_text("ありがとうございました").wait_for()
        tablet.go_back()
        tablet.reload()
        assert "山田" not in tablet.content(), "the next one sees nothing"
        page.get_by_role("link", name="署名が済んだら").click()
        page.get_by_role("button", name="受け付ける", exact=True).click()
        page.get_by_role("heading", name="受け付けました").wait_for()
        look(page, "done")
        page.go_back()
        page.reload()
        page.get_by_role("heading", name="受け付けました").wait_for()
        page.get_by_role("link", name="来庁の画面に戻る").click()
        page.get_by_role("button", name="受け付けを終わる").click()
        page.get_by_text("聞いたことは消しました").wait_for()
        assert faults == []
        browser.close()
    case = Case.objects.get()
    assert (case.status, Submission.objects.get().signing) == ("ready", "drawn")
    assert AttachedFile.objects.get().slot == "signature"
    assert Ticket.objects.get().state == "done"
