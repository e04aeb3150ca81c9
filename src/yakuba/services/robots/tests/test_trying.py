"""One step against the live screen, and a lost target taught again by pointing at it, in real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from yakuba.services.robots.adapters.launch import missing
from yakuba.services.robots.adapters.recording import RecordingBrowser
from yakuba.services.robots.contracts import FieldSpec
from yakuba.services.robots.engine import drafts
from yakuba.services.robots.engine.browser import Entry, Verdict
from yakuba.services.robots.engine.recorder import Recorder
from yakuba.services.robots.engine.scenario import Element, EntryKind, Role
from yakuba.services.robots.engine.translating import Known
from yakuba.services.robots.tests.pages import Pages
from yakuba.services.robots.tests.recorded import notebook

pytestmark = [pytest.mark.browser, pytest.mark.skipif(bool(missing()), reason="".join(missing()))]

SPECS = (FieldSpec("name", "氏名", "name"), FieldSpec("note", "備考", "text"))
FORM = """<h1>入力</h1><form method=post action=/store>
<label>お名前 <input name=name></label><label>メモ <input name=note></label>
<label>区分 <select name=kind><option></option><option>新規</option></select></label>
<button type=button onclick="document.title = 'opened'">詳細を開く</button>
<button>受け付ける</button></form>"""
STEPS = [
    {"開く": "/entry"},
    {"入力": {"欄": "氏名", "値": "{氏名}"}},
    {"入力": {"欄": "メモ", "値": "{備考}"}},
    {"押す": {"ボタン": "受け付ける"}},
    {"押す": {"ボタン": "実行する"}},
    {"確かめる": {"見出し": "完了"}},
]


@pytest.fixture(scope="module")
def browser() -> Iterator[RecordingBrowser]:
    with RecordingBrowser(["127.0.0.1"], patience=15) as one:
        yield one


class Desk:
    """A recorder with a draft, before a small site."""

    def __init__(self, browser: RecordingBrowser) -> None:
        self.browser = browser
        self.site = Pages({"/entry": FORM, "/done": "<h1>完了</h1>"})
        self.notebook = notebook(self.site.base)
        self.notebook.draft["入力"] = [dict(one) for one in STEPS]
        self.notebook.draft["登録"] = {"押す": {"ボタン": "受け付ける"}}
        known = Known(SPECS, {"name": "山田太郎", "note": "急ぎ"})
        self.recorder = Recorder(browser, self.site.base, known, {}, self.notebook)

    def do(self, **asked: Any) -> str:
        mark = drafts.mark_of(self.notebook.draft)
        self.recorder.do({"section": "入力", "mark": mark, **asked})
        return self.recorder.shown.notice

    def choose(self, label: str) -> str:
        found = next(one for one in self.recorder.told()["targets"] if one["label"] == label)
        return self.do(do="choose", n=found["n"])

    @property
    def steps(self) -> list[drafts.Step]:
        return drafts.steps_of(self.notebook.draft, "入力")


@pytest.fixture
def desk(browser: RecordingBrowser) -> Iterator[Desk]:
    made = Desk(browser)
    assert "動きました" in made.do(do="try", step=0)
    yield made
    made.site.close()


def test_a_step_is_tried_with_the_sample_case_and_a_picture(desk: Desk) -> None:
    assert "動きました" in desk.do(do="try", step=2)
    assert desk.recorder.shown.tried == {"section": "入力", "n": 2, "ok": True}
    assert desk.notebook.pictures["欄「メモ」"].startswith(b"\xff\xd8")
    assert desk.steps == STEPS  # nothing is recorded by trying


def test_a_lost_target_is_taught_again_by_pointing_at_it(desk: Desk) -> None:
    said = desk.do(do="try", step=1)
    assert "欄「氏名」が見つかりません" in said
    assert "画面でこの場所を押してください" in said
    assert desk.recorder.told()["teaching"] == {"section": "入力", "n": 1, "target": "欄「氏名」"}
    assert "「入力」です" in desk.choose("区分")  # a list is chosen from, not typed into
    assert "入力する欄も押すボタンもありません" in desk.do(do="point", x=1200, y=880)
    said = desk.choose("お名前")
    assert "前：欄「氏名」　今：欄「お名前」" in said
    assert desk.steps[1] == {"入力": {"欄": "お名前", "値": "{氏名}"}}
    assert desk.recorder.told()["teaching"] is None
    assert "動きました" in desk.do(do="try", step=1)


def test_what_commits_is_never_tried(desk: Desk) -> None:
    assert "登録する手順は試しません" in desk.do(do="try", step=3)
    assert "登録する手順は試しません" in desk.do(do="try", section="登録", step=0)
    assert not [one for one in desk.site.asked if one.startswith("POST")]


def test_a_button_that_may_store_is_asked_for_before_it_is_tried(desk: Desk) -> None:
    desk.steps[4] = {"押す": {"ボタン": "受け付ける", "画面": "移る"}}
    desk.notebook.draft["登録"] = {"押す": {"ボタン": "登録"}}
    desk.do(do="try", step=4)
    assert desk.recorder.shown.question is not None
    assert "押していません" in desk.do(do="answer", answer="commit")
    desk.do(do="try", step=4)
    assert not [one for one in desk.site.asked if one.startswith("POST")]
    assert "動きました" in desk.do(do="answer", answer="harmless")
    assert desk.site.count("POST /store") == 1


def test_a_landmark_that_is_not_there_is_told_and_nothing_is_to_be_pointed_at(desk: Desk) -> None:
    assert "見出し「完了」が画面にありません" in desk.do(do="try", step=5)
    assert not desk.recorder.shown.teaching
    assert desk.recorder.shown.tried == {"section": "入力", "n": 5, "ok": False}


def test_a_draft_that_changed_meanwhile_is_not_tried(desk: Desk) -> None:
    assert "手順がほかで変わりました" in desk.do(do="try", step=1, mark="0" * 16)
    desk.do(do="try", step=1)
    desk.steps.insert(0, {"開く": "/menu"})
    assert "手順がほかで変わりました" in desk.choose("お名前")


def test_a_step_can_be_aimed_elsewhere_though_it_is_found(desk: Desk) -> None:
    assert "教え直せません" not in desk.do(do="teach", step=2)
    assert "今：欄「お名前」" in desk.choose("お名前")
    desk.do(do="teach", step=1)
    desk.do(do="leave")
    assert "入れる値" not in desk.choose("お名前")
    assert desk.recorder.shown.current is not None  # it is recorded again


def test_a_step_in_a_loop_is_tried_with_the_first_item(desk: Desk) -> None:
    loop = {"項目": ["氏名", "備考"], "名前": "もの", "手順": [{"入力": {"欄": "メモ", "値": "{もの}です"}}]}
    desk.steps[1:] = [{"くり返す": loop}]
    assert "中の手順を一つずつ" in desk.do(do="try", step=1)
    assert "動きました" in desk.do(do="try", step=2)
    wanted = Entry(Element(Role.FIELD, "メモ"), EntryKind.TEXT, ("山田太郎です",))
    assert [one.verdict for one in desk.browser.verify([wanted])] == [Verdict.OK]


def test_what_was_read_can_be_used_by_the_next_try_and_the_recording(desk: Desk) -> None:
    desk.site.html["/entry"] = FORM + "<dl><dt>世帯番号</dt><dd>S-77</dd></dl>"
    desk.do(do="try", step=0)
    desk.recorder.section = "入力"
    assert desk.recorder.told()["items"] == ["世帯番号"]
    assert "{世帯番号} になります" in desk.do(do="read", text="世帯番号")
    assert desk.steps[-1] == {"読み取る": {"項目": "世帯番号", "名前": "世帯番号"}}
    desk.choose("メモ")
    desk.do(do="type", text="S-77")
    assert desk.steps[-1] == {"入力": {"欄": "メモ", "値": "{世帯番号}"}}
    assert "項目" in desk.do(do="try", step=len(desk.steps) - 1)  # it has not been read while trying
    assert "「世帯番号」は「S-77」です" in desk.do(do="try", step=len(desk.steps) - 2)
    assert "動きました" in desk.do(do="try", step=len(desk.steps) - 1)
