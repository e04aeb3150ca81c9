"""What hands do on pages as they are: files, questions, frames, popups, other sites, secrets, pages that go on by
themselves, a browser that dies."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from yakuba.services.robots.adapters.launch import missing
from yakuba.services.robots.contracts import FieldSpec
from yakuba.services.robots.engine import drafts
from yakuba.services.robots.engine.recorder_limits import CANNOT
from yakuba.services.robots.engine.translating import Known
from yakuba.services.robots.tests.hands import Hands, HiddenBrowser
from yakuba.services.robots.tests.pages import Pages

pytestmark = [pytest.mark.browser, pytest.mark.skipif(bool(missing()), reason="".join(missing()))]

KNOWN = Known(
    (FieldSpec("number", "受付番号", "receipt_number"), FieldSpec("name", "氏名", "name")),
    {"number": "0800000129", "name": "山田太郎"},
)
HTML = {
    "/": "<title>小さい</title><h1>入力</h1><form action=/done method=get>"
    "<label>氏名 <input name=simei></label><label>暗証番号 <input name=memo></label>"
    "<label>区分 <select name=kubun><option>一般<option>減免</select></label>"
    "<fieldset><legend>路線</legend><label><input type=checkbox name=r value=1>東線</label>"
    "<label><input type=checkbox name=r value=2>西線</label></fieldset>"
    "<button name=x value=y>次へ</button></form><a href=/ask>尋ねる画面を開く</a>",
    "/done": "<h1>確認</h1>",
    "/ask": "<h1>尋ねる</h1><form action=/done onsubmit=\"return confirm('次の画面に進みます。よろしいですか')\"><button>次へ</button></form>"
    "<button onclick=\"alert('お知らせです')\" type=button>表示</button>"
    "<span style='cursor:pointer' onclick='void 0'><canvas width=30 height=30></canvas></span>",
    "/frames": "<h1>枠</h1><iframe src=/inner title=内側></iframe><iframe src='{other}/inner' title=よそ></iframe>",
    "/inner": "<label>メモ <input name=memo2></label><button type=button>表示</button>",
    "/twice": "<h1>一</h1><form action=/twice2><button>次へ</button></form>",
    "/twice2": "<h1>二</h1><form action=/done><button>次へ</button></form>",
    "/away": "<h1>選ぶ</h1><form action=/done><label>年度 <select name=y onchange='this.form.submit()'>"
    "<option>令和7<option>令和8</select></label></form>",
    "/written": "<h1>書く</h1><button type=button onclick=\"const w = window.open('', 'x', 'width=300');"
    "w.document.write('<h1>中</h1><label>メモ <input name=m></label>'); w.document.close()\">開く</button>",
    "/kit": "<h1>部品</h1><label id=l>担当課</label><div><input role=combobox aria-labelledby=l aria-expanded=false id=c>"
    "<ul role=listbox id=o hidden style='position:absolute;background:#fff'><li role=option>税務課<li role=option>福祉課</ul></div>"
    "<div id=s></div><script>const c = document.getElementById('c'), o = document.getElementById('o');"
    "c.addEventListener('mousedown', () => { o.hidden = false; c.setAttribute('aria-expanded', 'true'); });"
    "o.addEventListener('mousedown', (e) => { c.value = e.target.textContent; o.hidden = true; c.setAttribute('aria-expanded', 'false'); e.preventDefault(); });"
    "document.getElementById('s').attachShadow({mode: 'open'}).innerHTML = '<label>影の欄 <input name=k></label>';</script>",
    "/popup": "<h1>親</h1><label>住所 <input name=a></label>"
    "<button type=button onclick=\"window.open('/child')\">選択</button>",
    "/child": "<h1>子</h1><label>番地 <input name=b></label><label>住所 <input name=a></label>",
    "/wait": "<h1>処理中です</h1><script>setTimeout(() => location.href = '/done', 600)</script>",
    "/menu": "<h1>メニュー</h1><a href=/wait>一覧</a><a href=http://example.com/>よそのサイトを開く</a>",
    "/login": "<h1>ログイン</h1><form action=/menu><label>職員番号 <input name=u></label>"
    "<label>パスワード <input type=password name=p></label><button>ログイン</button></form>",
    "/expired": "<h1>一覧</h1><form action=/login><button>次へ</button></form>",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[HiddenBrowser]:
    with HiddenBrowser(["127.0.0.1"], patience=15) as one:
        yield one


@pytest.fixture
def site() -> Iterator[Pages]:
    made, other = Pages(dict(HTML)), Pages(dict(HTML))
    made.html["/frames"] = made.html["/frames"].format(other=other.base)
    yield made
    made.close()
    other.close()


@pytest.fixture
def hands(site: Pages, browser: HiddenBrowser) -> Hands:
    browser.reset(forget_session=True)
    made = Hands(browser, site.base, KNOWN)
    made.recorder.section = "入力"
    return made


def test_fields_of_every_kind_are_heard_and_a_secret_never_stays(hands: Hands) -> None:
    hands.open("/")
    hands.type("氏名", "山田太郎")
    hands.type("暗証番号", "himitsu-9876")
    hands.native(
        lambda tab: (
            tab.get_by_label("区分").focus(),
            tab.keyboard.press("ArrowDown"),
            tab.keyboard.press("Tab"),
        )
    )
    hands.native(lambda tab: tab.get_by_text("東線").click())
    hands.press("次へ")
    assert hands.steps() == [
        {"開く": "/"},
        {"入力": {"欄": "氏名", "値": "{氏名}"}},
        {"入力": {"欄": "暗証番号", "値": "{秘密:暗証番号}"}},
        {"選ぶ": {"欄": "区分", "値": "減免"}},
        {"チェック": {"欄": "路線", "値": "東線"}},
        {"押す": {"ボタン": "次へ"}},
        {"確かめる": {"見出し": "確認"}},
    ]
    assert "himitsu" not in drafts.text_of(hands.notebook.draft) + "".join(hands.said)
    assert all(one.startswith(b"\xff\xd8") for one in hands.notebook.pictures.values())


def test_a_question_of_the_page_is_put_to_the_person_and_answered_by_the_step(
    hands: Hands, site: Pages
) -> None:
    hands.open("/ask")
    hands.press("次へ")
    assert not [one for one in site.asked if "/done" in one]
    assert hands.steps() == [{"開く": "/ask"}]
    hands.panel("「はい」と答える（もう一度押す）")
    assert hands.steps()[1] == {
        "押す": {"ボタン": "次へ", "ダイアログ": "次の画面に進みます。よろしいですか"}
    }
    assert [one for one in site.asked if "/done" in one], site.asked


def test_a_notice_of_the_page_is_told(hands: Hands) -> None:
    hands.open("/ask")
    hands.press("表示")
    assert "画面の知らせ：お知らせです" in hands.said
    hands.native(lambda tab: tab.locator("canvas").click())
    assert CANNOT["unnamed"] in hands.said


def test_a_frame_is_heard_and_that_of_another_site_is_told(hands: Hands) -> None:
    hands.open("/frames")

    def into(title: str, text: str) -> Any:
        def act(tab: Any) -> None:
            tab.frame_locator(f"iframe[title={title}]").get_by_label("メモ").click()
            tab.keyboard.insert_text(text)
            tab.keyboard.press("Tab")

        return act

    hands.native(into("内側", "書いた"))
    assert {"入力": {"欄": "メモ", "値": "書いた"}} in hands.steps(), hands.said
    before = list(hands.steps())
    hands.native(into("よそ", "届かない"))
    assert CANNOT["frame"] in hands.said
    assert hands.steps() == before


def test_a_popup_is_worked_in_and_a_place_that_both_windows_have_is_told(hands: Hands) -> None:
    hands.open("/popup")
    hands.press("選択")
    hands.type("番地", "5番")
    assert {"入力": {"欄": "番地", "値": "5番"}} in hands.steps(), hands.said

    def in_parent(tab: Any) -> None:
        first = tab.context.pages[0]
        first.bring_to_front()
        first.get_by_label("住所").click()
        first.keyboard.insert_text("どこか")
        first.keyboard.press("Tab")

    hands.native(in_parent)
    assert CANNOT["window"] in hands.said
    assert "どこか" not in drafts.text_of(hands.notebook.draft)


def test_a_button_that_was_pressed_twice_in_a_hurry_is_pressed_once(hands: Hands) -> None:
    hands.open("/twice")
    hands.native(lambda tab: tab.get_by_role("button", name="次へ").dblclick(no_wait_after=True))
    hands.turn(20)
    assert [one for one in hands.steps() if "押す" in one] == [{"押す": {"ボタン": "次へ"}}]
    assert hands.steps()[-1] == {"確かめる": {"見出し": "二"}}
    assert CANNOT["twice"] in hands.said


def test_a_choice_that_sends_the_page_away_is_kept(hands: Hands) -> None:
    hands.open("/away")
    hands.native(lambda tab: (tab.get_by_label("年度").focus(), tab.keyboard.press("ArrowDown")))
    hands.wait(lambda: {"待つ": {"見出し": "確認"}} in hands.steps())
    assert {"選ぶ": {"欄": "年度", "値": "令和8"}} in hands.steps()


def test_lists_that_scripts_make_shadow_trees_and_windows_written_by_a_page_are_heard(hands: Hands) -> None:
    hands.open("/kit")
    hands.native(lambda tab: (tab.locator("#c").click(), tab.get_by_text("福祉課").click()))
    hands.turn(20)
    assert {"選ぶ": {"欄": "担当課", "値": "福祉課"}} in hands.steps(), (hands.said, hands.steps())
    hands.type("影の欄", "かげ")
    assert {"入力": {"欄": "影の欄", "値": "かげ"}} in hands.steps(), hands.said
    hands.open("/written")
    hands.press("開く")
    hands.turn(12)
    hands.type("メモ", "なか")
    assert {"入力": {"欄": "メモ", "値": "なか"}} in hands.steps(), hands.said


def test_a_page_that_goes_on_by_itself_becomes_a_wait(hands: Hands) -> None:
    hands.open("/menu")
    hands.link("一覧")
    hands.wait(lambda: {"待つ": {"見出し": "確認"}} in hands.steps())


def test_an_address_by_hand_is_a_step_and_a_host_that_is_not_listed_is_told(
    hands: Hands, site: Pages
) -> None:
    hands.open("/menu")
    hands.native(lambda tab: tab.goto(f"{site.base}/popup"))
    assert hands.steps() == [{"開く": "/popup"}]
    hands.open("/menu")
    hands.link("よそのサイトを開く")
    assert any("example.com への接続は許可されていない" in one for one in hands.said), hands.said
    hands.open("/menu")
    hands.native(lambda tab: tab.evaluate("location.href = 'http://example.org/'"))
    hands.wait(lambda: CANNOT["host"] in hands.said)


def test_a_session_that_has_ended_is_told_and_the_second_log_in_is_no_step(hands: Hands) -> None:
    hands.recorder.section = "ログイン"
    hands.open("/login")
    hands.type("職員番号", "90001")
    hands.type("パスワード", "himitsu")
    hands.press("ログイン")
    assert hands.recorder.section == "入力"
    hands.open("/expired")
    hands.press("次へ")
    assert CANNOT["logged_out"] in hands.said
    before = list(hands.steps())
    hands.type("職員番号", "90001")
    hands.type("パスワード", "himitsu")
    hands.press("ログイン")
    assert hands.steps() == before
    assert before[-1] == {"押す": {"ボタン": "次へ"}}
    hands.link("一覧")
    assert hands.steps() != before


@pytest.mark.parametrize("kill", [False, True])
def test_a_window_that_is_closed_and_a_browser_that_dies_end_it_and_nothing_is_lost(
    site: Pages, kill: bool
) -> None:
    with HiddenBrowser(["127.0.0.1"], patience=15) as browser:
        hands = Hands(browser, site.base, KNOWN)
        hands.open("/")
        hands.type("氏名", "山田太郎")
        if kill:
            for pid in _processes(browser):
                os.kill(pid, signal.SIGKILL)
        else:
            browser._do(lambda inside: [tab.close() for tab in inside._windows.tabs()])
        hands.wait(lambda: bool(hands.recording.ended))
    assert hands.recording.ended == "ブラウザーが閉じられたため、録画を終えました。"
    assert {"入力": {"欄": "氏名", "値": "{氏名}"}} in hands.steps("入力")


def _processes(browser: HiddenBrowser) -> list[int]:
    assert browser._inside is not None
    mark = f"--yakuba-robot={browser._inside.mark}".encode()
    found = []
    for one in Path("/proc").iterdir():
        if one.name.isdigit():
            try:
                if mark in (one / "cmdline").read_bytes().split(b"\0"):
                    found.append(int(one.name))
            except OSError:
                continue
    return found
