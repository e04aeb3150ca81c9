"""The pages in a real browser, found only by role and label as a robot finds them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
PATIENCE = 180_000  # ms until something is held to be stuck; how fast the machine is decides nothing
expect.set_options(timeout=PATIENCE)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's Chromium is not installed"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(server, browser) -> Iterator[Page]:
    """A page on which the clerk has logged in."""
    with browser.new_context(base_url=f"http://127.0.0.1:{server.port}") as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto("/")
        page.get_by_label("職員番号", exact=True).fill("90001")
        page.get_by_label("パスワード", exact=True).fill("coresystem-demo")
        _press(page, "ログイン")
        yield page


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def _fill(page: Page, values: dict[str, str]) -> None:
    for label, value in values.items():
        page.get_by_label(label, exact=True).fill(value)


def _choose(page: Page, role: str, group: str, labels: list[str]) -> None:
    box = page.get_by_role("radiogroup" if role == "radio" else "group", name=group, exact=True)
    for label in labels:
        box.get_by_role(role, name=label, exact=True).check()


def _up_to_confirmation(page: Page) -> None:
    page.get_by_role("link", name="コミュニティバス乗車券申請 新規登録", exact=True).click()
    _fill(page, {"受付番号": "0800030018", "申請年月日": "R08.05.01"})
    _choose(page, "radio", "申請区分", ["免許返納"])
    _press(page, "次へ")
    _fill(page, {"氏名": "田中　みのる", "氏名（カナ）": "タナカ　ミノル"})
    page.get_by_label("生年月日 元号", exact=True).select_option(label="昭和")
    _fill(page, {"生年月日 年": "20", "生年月日 月": "8", "生年月日 日": "15"})
    _fill(page, {"郵便番号": "100-0014", "住所": "東京都千代田区永田町1-10-1", "電話番号": "090-1234-5678"})
    _press(page, "次へ")
    _choose(page, "checkbox", "利用路線", ["東ルート", "市街地循環"])
    page.get_by_label("券種", exact=True).select_option(label="6か月")
    _fill(page, {"使用開始年月日": "R08.06.01"})
    _choose(page, "radio", "受取方法", ["郵送"])
    _press(page, "次へ")
    expect(page.get_by_role("heading", level=1)).to_have_text("コミュニティバス乗車券申請 確認")


def test_an_entry_by_label_and_its_search(server, page):
    from coresystem_entries import BUS_VALUES

    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    _up_to_confirmation(page)
    _press(page, "登録")
    expect(page.get_by_role("status")).to_have_text("登録が完了しました。")
    assert page.get_by_role("row", name="登録番号").get_by_role("cell").inner_text() == "K-000001"
    page.get_by_role("link", name="メニューへ").click()
    page.get_by_role("link", name="コミュニティバス乗車券申請 検索", exact=True).click()
    _fill(page, {"受付番号": "0800030018"})
    _press(page, "検索")
    page.get_by_role("link", name="K-000001", exact=True).click()
    expect(page.get_by_role("row", name="電話番号").get_by_role("cell")).to_have_text("090-1234-5678")
    assert server.stored()[0]["values"] == BUS_VALUES
    assert problems == []


def test_a_dropped_answer_leaves_one_row_though_the_browser_asks_again(server, page):
    """Chromium repeats a POST by itself when a kept-alive connection breaks before the answer."""
    _up_to_confirmation(page)
    server.control(drop_rate=1)
    with page.expect_event("requestfailed") as failed, suppress(Error):
        _press(page, "登録")
    assert failed.value.failure == "net::ERR_EMPTY_RESPONSE"
    assert [row["receipt_number"] for row in server.stored()] == ["0800030018"]
    assert server.control()["counters"]["dropped"] == 1


def test_the_register_button_disables_itself(server, page):
    _up_to_confirmation(page)
    page.evaluate("document.querySelector('form.once').addEventListener('submit', e => e.preventDefault())")
    _press(page, "登録")
    expect(page.get_by_role("button", name="処理中…", exact=True)).to_be_disabled()
