"""Screens as they are: the small ones of `samples/screens`, and what their rules must not do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.services.robots.adapters.chromium import ChromiumBrowser
from yakuba.services.robots.engine.browser import Entry, Page, Table, Verdict
from yakuba.services.robots.engine.loader import load
from yakuba.services.robots.engine.scenario import Element, EntryKind, NumberFrom, Result, Role
from yakuba.services.robots.engine.seeing import numbers_told
from yakuba.services.robots.tests.pages import Pages
from yakuba.services.robots.tests.screens import FIELDS, Tried, try_screen

sys.path.insert(0, str(Path(__file__).parents[5] / "samples" / "screens"))

import screens as sample

SCREENS = sample.load()
# One of each kind whose way of finding, filling or arriving no other test takes.
SHORT = (
    "td-beside",
    "units-after",
    "grid-of-children",
    "trap-unit-or-label",
    "combobox",
    "calendar",
    "frameset-menu",
    "popup-picker",
    "shadow-in-shadow",
    "confirm-then-alert",
    "toast",
    "list-pages",
    "basic-authentication",
)
PAGES = {
    "/guide": "<p>次の項目を入力してください。</p><div><input id=a></div><a href=/x>進む</a>",
    "/phone": "<table><tr><td>電話番号</td><td><input id=a>-<input id=b>-<input id=c></td></tr></table>",
    "/period": "<table><tr><td>期間</td><td><input id=a>から<input id=b>まで</td></tr></table>",
    "/period-open": "<table><tr><td>期間</td><td><input id=a>から<input id=b></td></tr></table>",
    "/below": "<div><p>申込書</p><input id=a><div>氏名</div><input id=b><div>住所</div></div>",
    "/opaque": "<label>氏名 <input id=a></label><iframe src='http://localhost:1/'></iframe>",
    "/two-calendars": "<label>日付 <input id=a readonly></label>",
    "/circled": "<label>番号 <input id=a oninput=\"this.value = this.value.replace('①', '1')\"></label>",
    "/other-day": "<label>日付 <input id=a onblur=\"this.value = '2026/04/02'\"></label>",
}


@pytest.fixture(scope="module")
def pages() -> Iterator[Pages]:
    server = Pages(dict(PAGES))
    yield server
    server.close()


@pytest.fixture(scope="module")
def site() -> Iterator[tuple[Any, str]]:
    one = sample.Site(SCREENS)
    server = sample.serve(one)
    yield one, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def tried(site: tuple[Any, str], name: str, browser: ChromiumBrowser) -> Tried:
    return try_screen(site[0], SCREENS[name], browser, site[1])


@pytest.mark.browser
@pytest.mark.parametrize("name", SHORT)
def test_a_screen_gets_what_the_scenario_says(name: str, site: tuple[Any, str], browser) -> None:
    one = tried(site, name, browser)
    assert (one.became, one.said) == ("right", one.said)


@pytest.mark.full
@pytest.mark.browser
def test_nearly_all_screens_get_what_their_scenario_says_and_none_anything_else(
    site: tuple[Any, str], browser
) -> None:
    became = {name: tried(site, name, browser) for name in SCREENS if name not in SHORT}
    wrong = {name: one.said for name, one in became.items() if one.became == "wrong"}
    stopped = {name: one.said for name, one in became.items() if one.became == "stopped"}
    assert wrong == {}
    assert len(stopped) <= len(became) // 20, stopped


@pytest.mark.browser
@pytest.mark.parametrize(
    ("path", "label", "verdict"),
    [
        ("/guide", "進む", Verdict.MISSING),
        ("/guide", "次の項目を入力してください。", Verdict.MISSING),
        ("/phone", "電話番号", Verdict.AMBIGUOUS),
        ("/period", "期間", Verdict.MISSING),
        ("/period", "から", Verdict.OK),
        ("/period-open", "期間", Verdict.MISSING),
        ("/below", "氏名", Verdict.AMBIGUOUS),
        ("/circled", "番号", Verdict.NOT_LANDED),
        ("/other-day", "日付", Verdict.NOT_LANDED),
        ("/two-calendars", "日付", Verdict.DISABLED),
    ],
)
def test_what_may_mean_two_fields_is_asked_and_what_a_page_changes_is_told(
    path: str, label: str, verdict: Verdict, browser: ChromiumBrowser, pages: Pages
) -> None:
    browser.open(pages.base + path)
    value = "①" if path == "/circled" else "2026/04/01"
    entry = Entry(Element(Role.FIELD, label), EntryKind.TEXT, (value,))
    assert browser.fill([entry])[0].verdict is verdict


HEAD = "名前: 小\n版: 1\n手続: screens\nシステム: {名前: 小, 住所: 'http://127.0.0.1:1', ログイン画面: {見出し: ログイン}}\n"
REST = """ログイン:
  - 開く: /menu
照会:
  手順: [{開く: "/search?q={受付番号}"}]
  見つかった: {列: 登録番号, 行: {受付番号: "{受付番号}"}}
  見つからない: {文字: ありません}
入力:
  - 開く: /entry
登録: {押す: {ボタン: 登録}}
"""


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ("結果: {確かめる: [{文字: 完了}]}", "どれか一つ"),
        ("結果: {項目: 番号, 題名: '{番号}', 確かめる: [{文字: 完了}]}", "どれか一つ"),
        ("結果: {文字: 登録番号は, 確かめる: [{文字: 完了}]}", "{番号}"),
        ("結果: {住所: 'a={番号}&b={番号}', 確かめる: [{文字: 完了}]}", "{番号}"),
    ],
)
def test_where_the_number_stands_is_said_once(result: str, said: str) -> None:
    with pytest.raises(DefinitionRefused, match=said):
        load(HEAD + REST + result, "screens", FIELDS)


def test_the_browsers_own_question_is_answered_in_the_log_in_alone() -> None:
    step = "  - 認証: {利用者: a, 合言葉: b}\n"
    entry = REST.replace("  - 開く: /entry\n", "  - 開く: /entry\n" + step)
    result = "結果: {項目: 番号, 確かめる: [{文字: 完了}]}"
    with pytest.raises(DefinitionRefused, match="「ログイン」の中でしか"):
        load(HEAD + entry + result, "screens", FIELDS)
    login = REST.replace("ログイン:\n", "ログイン:\n" + step)
    assert load(HEAD + login + result, "screens", FIELDS).login[0].line == 6


LIST = Table(("登録番号", "受付番号"), (("K-9", "R9"), ("K-1", "R1")))


@pytest.mark.parametrize(
    ("source", "text", "numbers"),
    [
        (NumberFrom.TEXT, "登録番号は{番号}です", ["K-1"]),
        (NumberFrom.TEXT, "受付{番号}", []),
        (NumberFrom.TEXT, "K-{番号}", ["1", "2"]),
        (NumberFrom.TITLE, "登録 {番号}", ["K-1"]),
        (NumberFrom.ADDRESS, "/detail/{番号}/", ["K-1"]),
        (NumberFrom.LIST, "登録番号", ["K-1"]),
        (NumberFrom.LIST, "番号", []),
    ],
)
def test_the_number_is_read_where_the_scenario_says(
    source: NumberFrom, text: str, numbers: list[str]
) -> None:
    page = Page(
        "http://a/detail/K-1/", 200, "登録 K-1 | 業務", text="登録番号はＫ-1です。K-2", tables=(LIST,)
    )
    assert numbers_told(page, Result(source, text, (), 1), {"受付番号": "R1"}) == numbers


def test_a_list_whose_rows_are_all_others_gives_no_number() -> None:
    page = Page("http://a/", 200, tables=(LIST,))
    assert numbers_told(page, Result(NumberFrom.LIST, "登録番号", (), 1), {"受付番号": "R2"}) == []
