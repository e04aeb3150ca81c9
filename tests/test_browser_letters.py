"""A town's letter to Word and back, and a bundle taken over, in Chromium at desktop and phone width."""

from __future__ import annotations

import io
import os
from pathlib import Path

import docx
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from yakuba.kernel.accounts.models import User
from yakuba.kernel.bundles import actions as bundles
from yakuba.kernel.bundles.models import DefinitionVersion
from yakuba.kernel.definitions.bundle import Definition, packed, unpacked
from yakuba.kernel.definitions.procedures import read_document
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger import life
from yakuba.kernel.ledger.actions import load_procedure
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.letters.models import LetterTemplate
from yakuba.kernel.tenancy import active_municipality

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENCE = 180_000  # ms until something is held to be stuck; how fast the machine is decides nothing
AXE = "() => axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)"
SEEN = os.environ.get("YAKUBA_SCREENSHOTS", "")  # a folder for a person who wants to look


def follow(page: Page, link: str) -> None:
    """Go where a link leads, and wait until that page stands: what is asked at once is asked of no half page."""
    with page.expect_navigation():
        page.get_by_role("link", name=link).first.click()


def fine(page: Page, name: str) -> None:
    """Accessible, not wider than the screen, its picture loaded."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    page.evaluate(AXE_SCRIPT)
    assert [rule["id"] for rule in page.evaluate(AXE)] == [], name
    page.evaluate(
        "() => Promise.all([...document.images].map(one => one.decode()))"
    )  # waits; a broken one raises
    if SEEN:
        page.screenshot(path=Path(SEEN) / f"{name}-{page.viewport_size['width']}.png", full_page=True)


def mended(content: bytes, slip: str = "") -> bytes:
    document = docx.Document(io.BytesIO(content))
    document.add_paragraph(slip or "やくば市では、オンラインでもお尋ねいただけます。")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def opened(house: str, browser: Browser, user: User, width: int) -> Page:
    """A window of that person."""
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(viewport={"width": width, "height": 900})
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": house, "httpOnly": True}
    context.add_cookies([cookie])
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    return page


def send(page: Page, content: bytes) -> None:
    page.get_by_label("Wordファイル").set_input_files(
        {"name": "保留通知.docx", "mimeType": "", "buffer": content}
    )
    page.get_by_role("button", name="見本を見る").click()
    expect(page.get_by_role("heading", name="見本", exact=True)).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_letter_goes_to_word_and_back(transactional_db, house, browser, yakuba_city, clerk, width):
    page = opened(house, browser, clerk, width)
    page.goto(f"{house}/letters/")
    fine(page, "kinds")
    page.get_by_role("link", name="保育所等利用保留通知書").click()
    with page.expect_download() as taken:
        page.get_by_role("link", name="Yakubaの様式（Word）").click()
    word = Path(taken.value.path()).read_bytes()
    send(page, mended(word, "{児童名}"))
    expect(page.get_by_role("alert")).to_contain_text("「児童氏名」ではありませんか")
    fine(page, "faults")
    follow(page, "入れ直してください")
    send(page, mended(word))
    fine(page, "draft")
    page.get_by_label("使い始める日").fill("令和30年4月1日")
    page.get_by_role("button", name="この日から使う").click()
    expect(page.get_by_text("使い始める日を決めました")).to_be_visible()
    expect(page.get_by_role("cell", name="令和30年4月1日から")).to_be_visible()
    fine(page, "kind")
    page.context.close()
    with active_municipality(yakuba_city):
        assert [bool(row.since) for row in LetterTemplate.objects.order_by("number")] == [False, True]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_bundle_is_looked_at_before_it_is_used(transactional_db, house, browser, yakuba_city, clerk, width):
    with active_municipality(yakuba_city):
        load_procedure(read_document(Path(settings.YAKUBA.samples_dir) / "procedures/nursery-admission.yaml"))
        content = bundles.export("nursery-admission")
    text = bundles_text(content).replace("version: 1", "version: 2")
    newer = packed(
        "nursery-admission", [Definition("procedure", "nursery-admission", "2", "保育所入所申込", text)]
    )
    page = opened(house, browser, clerk, width)
    page.goto(f"{house}/definitions/")
    fine(page, "bundles-none")
    follow(page, "束を受け取る")
    fine(page, "bundles-receive")
    page.get_by_label("受け取ったファイル").set_input_files(
        {"name": "束.zip", "mimeType": "application/zip", "buffer": newer}
    )
    page.get_by_role("button", name="内容を確かめる").click()
    page.get_by_text("変わるところ").click()
    expect(page.get_by_text("+version: 2")).to_be_visible()
    fine(page, "bundles-look")
    page.get_by_role("button", name="まとめて使い始める").click()
    expect(page.get_by_text("1件の定義を使い始めました")).to_be_visible()
    fine(page, "bundles")
    follow(page, "保育所入所申込")
    fine(page, "bundles-version")
    page.context.close()
    with active_municipality(yakuba_city):
        assert DefinitionVersion.objects.get().state == "published"


def bundles_text(content: bytes) -> str:
    return unpacked(content)[0].text


@pytest.mark.parametrize("width", [1280, 390])
def test_the_applicant_of_a_case_is_written_to(transactional_db, house, browser, yakuba_city, clerk, width):
    with active_municipality(yakuba_city):
        document = read_document(Path(settings.YAKUBA.samples_dir) / "procedures/bus-pass.yaml")
        case = ledger.open_case(load_procedure(document), "0800000129")
        life.take(
            ledger.move(case, Status.READY), Status.RETURNED, actor=clerk, reason="生年月日が空欄です。"
        )
    page = opened(house, browser, clerk, width)
    page.goto(f"{house}/cases/{case.pk}/")
    page.get_by_role("link", name="補正依頼を作る").click()
    expect(page.get_by_label("本文")).to_have_value("生年月日が空欄です。")
    fine(page, "case-letter")
    page.get_by_label("宛名").fill("渡辺花子")
    page.get_by_label("住所").fill("やくば市東町1-2")
    page.get_by_role("button", name="通知を作る").click()
    with page.expect_download() as taken:
        page.get_by_role("link", name="補正依頼（令和").click()
    assert Path(taken.value.path()).read_bytes().startswith(b"%PDF")
    fine(page, "case-with-letter")
    page.context.close()
