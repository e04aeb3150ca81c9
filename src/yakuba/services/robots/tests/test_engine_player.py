"""The player on a small site of its own: pages that the core system does not have."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from yakuba.services.robots.adapters.chromium import ChromiumBrowser
from yakuba.services.robots.contracts import FieldSpec, ProblemKind, Row, RowState
from yakuba.services.robots.engine.attempt import Limits
from yakuba.services.robots.engine.loader import load
from yakuba.services.robots.engine.player import ScenarioPlayer
from yakuba.services.robots.engine.runner import Runner
from yakuba.services.robots.tests.memory import MemoryStore
from yakuba.services.robots.tests.pages import Pages

pytestmark = pytest.mark.browser

FIELDS = [
    FieldSpec("number", "受付番号", "receipt_number"),
    FieldSpec("name", "氏名", "name"),
    FieldSpec("sex", "性別", "choice", {"male": "男", "female": "女"}),
    FieldSpec("note", "備考", "text"),
]
SCENARIO = """
名前: 小さな登録
版: 1
手続: small
システム:
  名前: 小さなシステム
  住所: http://127.0.0.1:1
  ログイン画面: {見出し: ログイン}
ログイン:
  - 開く: /login
  - 入力: {欄: 合言葉, 値: "{秘密:合言葉}"}
  - 押す: {ボタン: 入る}
  - 確かめる: {見出し: メニュー}
照会:
  手順:
    - 開く: "/search?q={受付番号}"
  見つかった: {列: 登録番号, 行: {受付番号: "{受付番号}"}}
  見つからない: {文字: ありません}
入力:
  - 開く: /entry
  - 待つ: {文字: 準備ができました, 秒: 5}
  - 入力: {欄: 氏名, 値: "{氏名}", 枠: 本人}
  - 選ぶ: {欄: 性別, 値: "{性別}"}
  - 押す: {ボタン: 備考を書く, 画面: 変わらない, 条件: "{備考}"}
  - 入力: {欄: 備考, 値: "{備考:全角}", 条件: "{備考}"}
  - 押す: {ボタン: 確認}
登録:
  押す: {ボタン: 登録, ダイアログ: 登録しますか}
結果:
  項目: 登録番号
  確かめる:
    - 見出し: 完了
"""
NOT_THERE = "<h1>照会</h1><p>ありません</p>"
SITE = {
    "/login": "<h1>ログイン</h1><form action=/menu><label>合言葉 <input type=password></label><button>入る</button></form>",
    "/menu": "<h1>メニュー</h1>",
    "/search": NOT_THERE,
    "/entry": """<h1>入力</h1><form action=/confirm>
<fieldset><legend>家族</legend><label>氏名 <input></label></fieldset>
<fieldset><legend>本人</legend><label>氏名 <input name=name></label></fieldset>
<label>性別 <select name=sex><option></option><option>男</option><option>女</option></select></label>
<button type=button onclick="document.getElementById('more').hidden = false">備考を書く</button>
<p id=more hidden><label>備考 <input name=note></label></p>
<button>確認</button></form>
<script>setTimeout(() => document.body.append('準備ができました'), 300)</script>""",
    "/confirm": """<h1>確認</h1><p id=echo></p><script>document.getElementById('echo').textContent = decodeURIComponent(location.search)</script>
<form method=post action=/store onsubmit="return confirm('登録しますか？')"><button>登録</button></form>""",
    "/done": "<h1>完了</h1><table><tr><th>登録番号</th><td>K-7</td></tr></table>",
}
LIMITS = Limits(settle_seconds=1, attempts=3, backoff=0.05)


def found(*rows: tuple[str, str]) -> str:
    listed = "".join(f"<tr><td>{number}</td><td>{receipt}</td></tr>" for number, receipt in rows)
    return f"<h1>照会</h1><table><tr><th>登録番号</th><th>受付番号</th></tr>{listed}</table>"


@pytest.fixture
def site() -> Iterator[Pages]:
    pages = Pages(dict(SITE))
    yield pages
    pages.close()


def enter(site: Pages, browser: ChromiumBrowser, scenario: str = SCENARIO, **values: str) -> Row:
    """Run one row to its end. scenario: another one, for a step that the usual one has not."""
    row = Row(
        1, "0800000101", {"number": "0800000101", "name": "山田太郎", "sex": "male", "note": "", **values}
    )
    store = MemoryStore([row])
    browser.reset(forget_session=True)
    player = ScenarioPlayer(load(scenario, "small", FIELDS), browser, {"合言葉": "hirake-goma"}, site.base)
    Runner(store, player, limits=LIMITS, pictures=()).run()
    return store.rows[1]


def asked(site: Pages, path: str) -> list[str]:
    return [one for one in site.asked if f" {path}" in one]


def test_groups_conditions_waits_and_questions(site: Pages, browser: ChromiumBrowser) -> None:
    row = enter(site, browser, note="abc")
    assert (row.state, row.target_number) == (RowState.ENTERED, "K-7")
    assert "note=%EF%BD%81" in asked(site, "/confirm")[0]  # ａ
    row = enter(site, browser)
    assert row.state is RowState.ENTERED
    assert asked(site, "/confirm")[1].endswith(
        "name=%E5%B1%B1%E7%94%B0%E5%A4%AA%E9%83%8E&sex=%E7%94%B7&note="
    )
    assert site.count("POST /store") == 2


def test_others_in_the_list_are_not_taken_for_ours(site: Pages, browser: ChromiumBrowser) -> None:
    site.html["/search"] = found(("K-1", "0800000202"), ("K-2", "0800000101"))
    row = enter(site, browser)
    assert (row.state, row.target_number) == (RowState.FOUND_ALREADY, "K-2")


def test_several_entries_go_to_a_person(site: Pages, browser: ChromiumBrowser) -> None:
    site.html["/search"] = found(("K-1", "0800000101"), ("K-2", "0800000101"))
    row = enter(site, browser)
    assert row.problem is not None
    assert (row.state, row.problem.kind) == (RowState.UNDECIDED, ProblemKind.SEVERAL_FOUND)
    assert "K-1、K-2" in row.problem.message


@pytest.mark.parametrize(
    "page",
    [
        "<h1>照会</h1>",
        found(("K-1", "0800000202")),
        found(("", "0800000101")),
        NOT_THERE + found(("K-1", "0800000101")),
    ],
)
def test_an_answer_that_says_neither_goes_to_a_person(
    page: str, site: Pages, browser: ChromiumBrowser
) -> None:
    site.html["/search"] = page
    row = enter(site, browser)
    assert row.problem is not None
    assert (row.state, row.problem.kind) == (RowState.UNDECIDED, ProblemKind.UNCLEAR)
    assert asked(site, "/entry") == []


@pytest.mark.slow
def test_a_completion_page_that_cannot_be_read_is_not_pressed_for_again(
    site: Pages, browser: ChromiumBrowser
) -> None:
    site.html["/done"] = "<h1>完了</h1><p>番号は後日お知らせします</p>"
    row = enter(site, browser)
    assert row.problem is not None
    assert (row.state, row.problem.kind) == (RowState.UNDECIDED, ProblemKind.UNREADABLE)
    assert site.count("POST /store") == 1


def test_a_question_that_is_not_the_expected_one_is_not_agreed_to(
    site: Pages, browser: ChromiumBrowser
) -> None:
    site.html["/confirm"] = SITE["/confirm"].replace("登録しますか？", "削除しますか？")
    row = enter(site, browser)
    assert row.problem is not None
    assert (row.state, row.problem.kind) == (RowState.UNDECIDED, ProblemKind.REFUSED)
    assert "削除しますか？" in row.problem.message
    assert site.count("POST /store") == 0


@pytest.mark.slow
def test_a_field_that_a_script_overwrites_is_filled_again_or_reported(
    site: Pages, browser: ChromiumBrowser
) -> None:
    once = (
        "<script>document.querySelector('[name=sex]').onchange = (event) => { event.target.onchange = null;"
    )
    late = once + "document.querySelector('[name=name]').value = '上書き' }</script>"
    site.html["/entry"] = SITE["/entry"] + late
    assert enter(site, browser).state is RowState.ENTERED
    site.html["/entry"] = SITE["/entry"] + late.replace("event.target.onchange = null;", "")
    row = enter(site, browser)
    assert row.problem is not None
    assert (row.state, row.problem.kind, row.problem.field) == (RowState.UNDECIDED, ProblemKind.VALUE, "氏名")
    assert site.count("POST /store") == 1
