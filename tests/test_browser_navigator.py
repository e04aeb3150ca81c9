"""A resident with a telephone and no JavaScript: question by question to the checklist, Back, and a day that is wrong."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from test_browser_pages import PATIENCE

from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.localwords import queries as localwords
from yakuba.kernel.localwords.actions import set_words
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.intake.actions import navigator
from yakuba.services.intake.queries import navigator as queries

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_resident_is_guided_on_a_telephone(
    transactional_db, house, browser, in_yakuba_city, clerk, make_staff
):
    set_values({"intake.public": True}, actor=clerk)
    row = navigator.write(queries.samples()["moving-within"], actor=clerk)
    set_words({one.name: "市民課" for one in localwords.standings()}, actor=clerk)
    head = make_staff(in_yakuba_city, "intake.approve")
    approvals.approve(navigator.propose(row.pk, "読みました", actor=clerk), actor=head)
    context = browser.new_context(viewport={"width": 390, "height": 800}, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{house}/apply/990019/guide/")
    page.get_by_role("link", name="同じ市区町村の中で引っ越した").click()
    page.get_by_role("button", name="次へ").click()
    expect(page.get_by_role("alert")).to_contain_text("答えを1つ選んでから", timeout=PATIENCE)
    for answer in ("いいえ", "わからない", "はい", "いいえ"):
        page.get_by_label(answer, exact=True).check()
        before = page.url
        page.get_by_role("button", name="次へ").click()
        page.wait_for_url(lambda url, before=before: url != before)
    expect(page.locator("legend")).to_contain_text("小学校", timeout=PATIENCE)
    page.go_back()
    expect(page.locator("legend")).to_contain_text("65歳以上", timeout=PATIENCE)
    page.go_forward()
    page.get_by_label("はい", exact=True).check()
    page.get_by_role("button", name="次へ").click()
    expect(page.get_by_role("heading", name="転居届")).to_be_visible(timeout=PATIENCE)
    page.get_by_label("住み始めた日").fill("令和8年11月2日")
    page.get_by_role("button", name="期限を出す").click()
    expect(page.get_by_text("令和8年11月16日").first).to_be_visible(timeout=PATIENCE)
    assert page.locator("body").evaluate("body => document.documentElement.scrollWidth <= innerWidth")
    context.close()
