"""A resident with a telephone where there is no network: the page opens, the report waits on the phone, nothing says that it was
received, and once there is a network it is sent, once."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, sync_playwright
from test_browser_pages import PATIENCE

from yakuba.kernel.accounts.models import User
from yakuba.kernel.tenancy.models import Department
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.fieldwork import facade
from yakuba.services.fieldwork.contracts import NewReport
from yakuba.services.fieldwork.models import Report, ReportPhoto
from yakuba.services.fieldwork.pages import residents
from yakuba.services.fieldwork.tests.examples import SECTIONS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FITS = "e => e.scrollWidth <= innerWidth"
READY = "navigator.serviceWorker.ready.then(() => true)"


def large_photograph() -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((3200, 2400)).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def photographs(number: int) -> list[dict[str, Any]]:
    found = []
    for shade in range(number):
        out = io.BytesIO()
        made = Image.linear_gradient("L").point(lambda one, by=shade * 40: (one + by) % 256)
        made.resize((640, 480)).convert("RGB").save(out, "JPEG")
        found.append({"name": f"{shade}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()})
    return found


@contextmanager
def phone(house: str, clerk: User, flags: Sequence[str]) -> Iterator[Page]:
    """A phone in a town that takes reports."""
    for limit in residents.LIMITS:
        limit.forget()
    for name in SECTIONS:
        Department.objects.get_or_create(name=name)
    facade.set_rules(actor=clerk)
    set_values({"fieldwork.public": True}, actor=clerk)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(flags))
        page = browser.new_page(viewport={"width": 390, "height": 780})
        page.set_default_timeout(PATIENCE)
        page.goto(f"{house}/report/990019/")
        yield page
        browser.close()


def test_what_is_missing_is_told_at_once_and_what_is_refused_keeps_its_photographs(
    transactional_db, house, in_yakuba_city, clerk, chromium_flags, monkeypatch
):
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with phone(house, clerk, chromium_flags) as page:
        facade.report(NewReport("road", "穴", "役場"), "k" * 32)  # a neighbour was faster
        page.set_input_files("#r_photo", photographs(3))
        page.get_by_role("button", name="次へ").click()
        page.get_by_role("button", name="次へ").click()
        page.get_by_label("道路の穴・段差").check()
        page.get_by_role("button", name="役場に送る").click()
        page.get_by_text("場所を、地図か、ことばで伝えてください").wait_for()  # still on the phone
        page.get_by_label("近くの目印").select_option("役場")
        page.get_by_role("button", name="次へ").click()
        page.evaluate("document.getElementById('r_name').removeAttribute('maxlength')")
        page.get_by_label("あなたの名前").fill("見" * 120)
        page.get_by_role("button", name="役場に送る").click()
        page.get_by_text("「名前」は100字までです").wait_for()
        page.locator("#report-outbox").get_by_role("button", name="前へ").click()
        page.get_by_text("✓ 3").wait_for()
        page.reload()  # closed before it was put right: it is still there
        page.locator("#report-outbox").get_by_role("button", name="前へ").click()
        page.get_by_role("button", name="次へ").click()
        page.get_by_role("button", name="次へ").click()
        page.get_by_label("あなたの名前").fill("見本")
        page.get_by_role("button", name="役場に送る").click()
        page.get_by_role("button", name="別のものとして送る").click()
        page.get_by_text("通報を受け付けました").wait_for()
        report = Report.objects.latest("pk")
        assert report.number in page.locator("#report-outbox").inner_text()
        assert ReportPhoto.objects.filter(report=report).count() == 3
        assert page.locator("#report-outbox .panel").count() == 1
        assert page.locator("html").evaluate(FITS)


def test_a_report_without_a_network_waits_and_is_sent_once(
    transactional_db, house, in_yakuba_city, clerk, chromium_flags, monkeypatch
):
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    for limit in residents.LIMITS:
        limit.forget()
    for name in SECTIONS:
        Department.objects.get_or_create(name=name)
    facade.set_rules(actor=clerk)
    set_values({"fieldwork.public": True}, actor=clerk)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(chromium_flags))
        context = browser.new_context(
            viewport={"width": 390, "height": 780},
            geolocation={"latitude": 35.6005, "longitude": 138.5005},
            permissions=["geolocation"],
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(f"{house}/report/990019/")
        assert page.evaluate(READY)
        page.reload()  # from here on the worker answers for the page
        context.set_offline(True)
        page.reload()
        assert page.locator("html").evaluate(FITS)
        photo = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": large_photograph()}
        page.set_input_files("#r_photo", [photo])
        page.get_by_role("button", name="次へ").click()
        page.get_by_role("button", name="今いる場所を使う").click()
        page.get_by_text("場所が決まりました").wait_for()
        page.get_by_role("button", name="地図で選ぶ").is_visible()
        page.get_by_role("button", name="次へ").click()
        page.get_by_label("道路の穴・段差").check()
        page.get_by_role("button", name="役場に送る").click()
        page.get_by_text("まだ送っていない通報").wait_for()
        assert page.get_by_text("通報を受け付けました").count() == 0
        page.reload()  # closed and opened again, still without a network
        page.get_by_text("まだ送っていない通報").wait_for()
        assert Report.objects.count() == 0
        context.set_offline(False)
        page.get_by_text("通報を受け付けました").wait_for()
        report = Report.objects.get()
        assert report.number in page.locator("#report-outbox").inner_text()
        assert (report.category, round(report.latitude, 4)) == ("road", 35.6005)
        assert ReportPhoto.objects.get(report=report) is not None
        page.reload()
        page.get_by_text(report.number).wait_for()  # both numbers stay until they were noted
        assert Report.objects.count() == 1
        page.get_by_role("button", name="OK").click()
        page.get_by_text(report.number).wait_for(state="detached")
        browser.close()
