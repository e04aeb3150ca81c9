"""A resident with a telephone and no JavaScript adds and takes away rows; the filled paper form behind the receipt."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect
from test_browser_pages import PATIENCE

from yakuba.kernel.definitions.procedures import read_document
from yakuba.kernel.ledger.actions import load_procedure
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.intake.actions import opening
from yakuba.services.reading.facade import load_form

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHOTS = os.environ.get("SHOTS", "")


def shot(page, name):
    if SHOTS:
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)
        page.set_viewport_size({"width": 390, "height": 800})


def test_rows_and_the_filled_form_on_a_telephone(transactional_db, house, browser, in_yakuba_city, clerk):
    set_values({"intake.public": True}, actor=clerk)
    samples = Path(settings.YAKUBA.samples_dir)
    for code in ("nursery-admission", "bus-pass", "resident-tax-change"):
        procedure = load_procedure(read_document(samples / f"procedures/{code}.yaml"))
        load_form(samples / f"forms/{code}")
        opening.set_form(procedure, read_document(samples / f"intake/{code}.yaml"), actor=clerk)
        opening.open_form(procedure, timezone.localdate(), actor=clerk)
    context = browser.new_context(viewport={"width": 390, "height": 800}, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{house}/apply/990019/nursery-admission/")
    page.get_by_role("button", name="申請を始める").click()
    page.goto(page.url.replace("/1/", "/8/"))
    shot(page, "rows-none")
    page.get_by_role("button", name="きょうだいを加える").click()
    page.get_by_label("きょうだい1の氏名").fill("佐藤太郎")
    page.get_by_label("きょうだい1の氏名").press("Enter")  # goes on, and takes no row away
    expect(page.get_by_role("alert")).to_contain_text(
        "きょうだい1の生年月日を入力してください", timeout=PATIENCE
    )
    shot(page, "rows-fault")
    page.get_by_role("button", name="きょうだいをもう1人加える").click()
    expect(page.get_by_label("きょうだい1の氏名")).to_have_value("佐藤太郎", timeout=PATIENCE)
    page.get_by_label("きょうだい2の氏名").fill("佐藤二郎")
    shot(page, "rows-two")
    assert page.locator("body").evaluate("body => document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="きょうだい1を取り消す").click()
    expect(page.get_by_label("きょうだい1の氏名")).to_have_value("佐藤二郎", timeout=PATIENCE)
    page.get_by_label("きょうだい1の生年月日").fill("令和3年4月1日")
    page.get_by_role("button", name="次へ").last.click()
    expect(page.locator("h1")).to_contain_text("きょうだいの申込み", timeout=PATIENCE)
    if SHOTS:
        _more_shots(page, context, house, clerk)
    context.close()


def _more_shots(page, context, house, clerk):
    from yakuba.services.intake.tests.test_paper import ANSWERS

    page.goto(page.url.replace("/9/", "/check/"))
    shot(page, "check-rows")
    page.goto(f"{house}/apply/990019/resident-tax-change/")
    page.get_by_role("button", name="申請を始める").click()
    page.goto(page.url.replace("/1/", "/3/"))
    page.get_by_label("徴収済額").first.fill("20000")
    page.get_by_label("未徴収税額").fill("100000")
    page.get_by_role("button", name="次へ").first.click()
    page.goto(page.url.replace("/4/", "/check/"))
    shot(page, "check-calculated")
    page.goto(f"{house}/apply/990019/bus-pass/")
    page.get_by_role("button", name="申請を始める").click()
    for answers in ANSWERS:
        for name, value in answers.items():
            for one in value if isinstance(value, list) else [value]:
                box = page.locator(f'[name="{name}"]')
                kind = box.first.get_attribute("type")
                if kind in ("radio", "checkbox"):
                    page.locator(f'[name="{name}"][value="{one}"]').check()
                else:
                    box.fill(one)
        page.get_by_role("button", name="次へ").first.click()
    page.get_by_role("button", name="この内容で送る").click()
    shot(page, "done")
    number, secret = page.locator("dd.number").all_inner_texts()
    page.goto(f"{house}/apply/990019/status/?number={number}")
    page.get_by_label("照会番号").fill(secret)
    page.get_by_role("button", name="状況を見る").click()
    shot(page, "standing")
    from django.test import Client

    client = Client()
    client.force_login(clerk)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": house}])
    page.goto(f"{house}/intake/forms/nursery-admission/")
    shot(page, "form")
    page.goto(f"{house}/intake/forms/nursery-admission/propose/")
    shot(page, "propose")
    page.goto(f"{house}/intake/forms/bus-pass/load/")
    shot(page, "load")
    from yakuba.kernel.ledger.models import Case

    page.goto(f"{house}/cases/{Case.objects.get(receipt_number=number).pk}/")
    shot(page, "case")
