"""Loops, values read from the page and calls in real Chromium, on small pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from yakuba.services.robots.adapters.chromium import ChromiumBrowser
from yakuba.services.robots.adapters.launch import missing
from yakuba.services.robots.contracts import FieldSpec, ProblemKind, Row, RowState
from yakuba.services.robots.engine.attempt import Limits
from yakuba.services.robots.engine.loader import load
from yakuba.services.robots.engine.player import ScenarioPlayer
from yakuba.services.robots.engine.runner import Runner
from yakuba.services.robots.tests.memory import MemoryStore
from yakuba.services.robots.tests.pages import Pages

pytestmark = [pytest.mark.browser, pytest.mark.skipif(bool(missing()), reason="".join(missing()))]

FIELDS = [
    FieldSpec("number", "受付番号", "receipt_number"),
    FieldSpec("lines", "路線", "choices", {"e": "東線", "w": "西線"}),
    FieldSpec("first", "第1希望", "text"),
    FieldSpec("second", "第2希望", "text"),
]
HEAD = """
名前: {name}
版: 1
手続: small
システム: {{名前: 小さなシステム, 住所: "http://127.0.0.1:1", ログイン画面: {{見出し: ログイン}}}}
ログイン:
  - 開く: /menu
照会:
  手順:
    - 開く: /search
  見つかった: {{列: 登録番号, 行: {{受付番号: "{{受付番号}}"}}}}
  見つからない: {{文字: ありません}}
入力:
"""
TAIL = """
登録:
  押す: {ボタン: 登録}
結果:
  項目: 登録番号
  確かめる:
    - 見出し: 完了
"""
ENTRY = """  - 開く: /entry
  - 読み取る: {項目: 世帯番号, 名前: 世帯}
  - 読み取る: {文字: "あと{値}件", 名前: 残り, 形: 数字}
  - くり返す:
      項目: 路線
      名前: 線
      手順:
        - 入力: {欄: 品名, 値: "{線}（{世帯}）"}
        - 押す: {ボタン: 行を追加, 画面: 変わらない}
  - くり返す:
      項目: [第1希望, 第2希望]
      名前: 希望
      手順:
        - 入力: {欄: 品名, 値: "{希望:全角}"}
        - 押す: {ボタン: 行を追加, 画面: 変わらない}
  - くり返す:
      表: [氏名, 続柄]
      名前: 人
      手順:
        - 入力: {欄: 品名, 値: "{人:氏名}は{人:続柄}、残り{残り}", 条件: "{人:続柄}"}
        - 押す: {ボタン: 行を追加, 画面: 変わらない}
"""
PAGE = """<h1>入力</h1><dl><dt>世帯番号</dt><dd>S-77</dd></dl><p>あと１，２００件</p>
<table><tr><th>氏名</th><th>続柄</th></tr><tr><td>花子</td><td>妻</td></tr><tr><td>一郎</td><td>子</td></tr></table>
<form method=post action=/store><label>品名 <input id=item></label>
<button type=button onclick="const i = document.getElementById('item'), h = document.createElement('p');
  h.textContent = i.value; document.getElementById('added').append(h); i.value = ''">行を追加</button>
<div id=added></div><button>登録</button></form>"""
SITE = {
    "/menu": "<h1>メニュー</h1>",
    "/search": "<h1>照会</h1><p>ありません</p>",
    "/entry": PAGE,
    "/done": "<h1>完了</h1><table><tr><th>登録番号</th><td>K-7</td></tr></table>",
}
VALUES = {"number": "R1", "lines": "w,e", "first": "abc", "second": ""}
CALLED = HEAD.format(name="呼ばれるもの") + ENTRY + TAIL + '確認: {登録前: はい, 項目: {世帯番号: "S-77"}}\n'


@pytest.fixture
def site() -> Iterator[Pages]:
    pages = Pages(dict(SITE))
    yield pages
    pages.close()


def enter(site: Pages, browser: ChromiumBrowser, entry: str, called: str = CALLED) -> tuple[Row, list[str]]:
    """Run one row, and tell what was added on the page before the commit step."""
    scenario = load(
        HEAD.format(name="小さな登録") + entry + TAIL, "small", FIELDS, lambda name, version: called
    )
    store = MemoryStore([Row(1, "R1", VALUES)])
    browser.reset(forget_session=True)
    player = ScenarioPlayer(scenario, browser, {}, site.base)
    Runner(
        store,
        player,
        limits=Limits(settle_seconds=1, attempts=2, backoff=0.05),
        pictures=(),
        rehearse=True,
    ).run()
    text = browser.see().text
    return store.rows[1], text.split("行を追加")[-1].replace("登録", "").split()


ADDED = ["西線（S-77）", "東線（S-77）", "ａｂｃ", "花子は妻、残り1200", "一郎は子、残り1200"]


def test_each_item_each_wish_and_each_row_is_entered(site: Pages, browser: ChromiumBrowser) -> None:
    row, added = enter(site, browser, ENTRY)
    assert (row.state, added) == (RowState.REHEARSED, ADDED), row.problem
    assert site.count("POST /store") == 0


def test_a_called_scenario_is_played_with_its_own_checks(site: Pages, browser: ChromiumBrowser) -> None:
    call = "  - 呼び出す: {シナリオ: 呼ばれるもの, 版: 1}\n"
    row, added = enter(site, browser, call)
    assert (row.state, added) == (RowState.REHEARSED, ADDED), row.problem
    row, _ = enter(site, browser, call, CALLED.replace('"S-77"', '"S-78"'))
    assert row.problem is not None
    assert (row.state, row.problem.kind) == (RowState.UNDECIDED, ProblemKind.MISMATCH)
    assert "呼び出した「呼ばれるもの」" in row.problem.message
    row, _ = enter(site, browser, call, CALLED.replace("欄: 品名", "欄: 別名", 1))
    assert row.problem is not None
    assert row.problem.where.startswith("呼び出したシナリオ（1つ目）の")


@pytest.mark.parametrize(
    ("old", "new", "kind", "said"),
    [
        (
            "<dt>世帯番号</dt>",
            "<dt>世帯</dt>",
            ProblemKind.SCREEN_CHANGED,
            "項目「世帯番号」が画面にありません",
        ),
        ("あと１，２００件", "あと多数件", ProblemKind.VALUE, "数を一つに決められません"),
        ("<th>続柄</th>", "<th>関係</th>", ProblemKind.SCREEN_CHANGED, "「続柄」のある表が画面にありません"),
    ],
)
def test_what_cannot_be_read_stops_before_the_commit_step(
    site: Pages, browser: ChromiumBrowser, old: str, new: str, kind: ProblemKind, said: str
) -> None:
    site.html["/entry"] = PAGE.replace(old, new)
    row, _ = enter(site, browser, ENTRY)
    assert row.problem is not None
    assert row.problem.kind is kind
    assert said in row.problem.message
    assert site.count("POST /store") == 0
