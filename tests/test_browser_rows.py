"""A resident with a telephone and no JavaScript adds rows and takes them away."""

from __future__ import annotations

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

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_rows_are_added_and_taken_away_on_a_telephone(
    transactional_db, house, browser, in_yakuba_city, clerk
):
    set_values({"intake.public": True}, actor=clerk)
    samples = Path(settings.YAKUBA.samples_dir)
    procedure = load_procedure(read_document(samples / "procedures/nursery-admission.yaml"))
    opening.set_form(procedure, read_document(samples / "intake/nursery-admission.yaml"), actor=clerk)
    opening.open_form(procedure, timezone.localdate(), actor=clerk)
    context = browser.new_context(viewport={"width": 390, "height": 800}, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{house}/apply/990019/nursery-admission/")
    page.get_by_role("button", name="申請を始める").click()
    page.goto(page.url.replace("/1/", "/8/"))
    page.get_by_role("button", name="きょうだいを加える").click()
    page.get_by_label("きょうだい1の氏名").fill("佐藤太郎")
    page.get_by_label("きょうだい1の氏名").press("Enter")  # goes on, and takes no row away
    expect(page.get_by_role("alert")).to_contain_text(
        "きょうだい1の生年月日を入力してください", timeout=PATIENCE
    )
    page.get_by_role("button", name="きょうだいをもう1人加える").click()
    expect(page.get_by_label("きょうだい1の氏名")).to_have_value("佐藤太郎", timeout=PATIENCE)
    page.get_by_label("きょうだい2の氏名").fill("佐藤二郎")
    assert page.locator("body").evaluate("body => document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="きょうだい1を取り消す").click()
    expect(page.get_by_label("きょうだい1の氏名")).to_have_value("佐藤二郎", timeout=PATIENCE)
    page.get_by_label("きょうだい1の生年月日").fill("令和3年4月1日")
    page.get_by_role("button", name="次へ").last.click()
    expect(page.locator("h1")).to_contain_text("きょうだいの申込み", timeout=PATIENCE)
    context.close()
