"""Recording with one's own hands in a window of one's own: real clicks and keys against the real core system."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from yakuba.services.robots.adapters.chromium import ChromiumBrowser
from yakuba.services.robots.adapters.launch import missing
from yakuba.services.robots.contracts import Row
from yakuba.services.robots.engine import drafts
from yakuba.services.robots.engine.loader import load
from yakuba.services.robots.engine.player import ScenarioPlayer
from yakuba.services.robots.engine.translating import Known
from yakuba.services.robots.tests import recorded, town
from yakuba.services.robots.tests.hands import Hands, HiddenBrowser

pytestmark = [
    pytest.mark.browser,
    pytest.mark.full,
    pytest.mark.skipif(bool(missing()), reason="".join(missing())),
]


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[town.CoreSystem]:
    made = town.CoreSystem.start(Path(tmp_path_factory.mktemp("core")))
    yield made
    made.stop()


def test_what_hands_did_once_plays_for_another_case(core: town.CoreSystem) -> None:
    case = recorded.values()
    known = Known(town.fields(recorded.CODE), case)
    with HiddenBrowser(["127.0.0.1"], patience=60) as browser:
        draft = drafts.new("録画した登録", recorded.CODE, "総合住民情報システム", core.base)
        hands = Hands(browser, core.base, known, draft=draft)
        hands.open("/")
        hands.type("職員番号", town.SECRETS["職員番号"])
        hands.type("パスワード", town.SECRETS["パスワード"])
        hands.native(lambda tab: tab.keyboard.press("Enter"))
        assert hands.recorder.section == "入力", hands.said
        hands.link("コミュニティバス乗車券申請 検索")
        hands.type("受付番号", case["receipt_number"])
        hands.press("検索")
        hands.link("メニューへ")
        hands.link("コミュニティバス乗車券申請 新規登録")
        for page in recorded.FORM:
            for label, template in page:
                hands.put(label, known, template)
            hands.press("次へ")
        hands.press("登録")
        assert hands.recorder.shown.question is not None, hands.said
        hands.panel("はい、登録のボタンです（押さずに終える）")
        assert hands.recording.ended == "登録のボタンまで録画しました。"
    assert core.stored() == []
    draft = hands.notebook.draft
    draft["結果"] = {"項目": "登録番号", "確かめる": [{"文字": "登録が完了しました。"}]}
    text = drafts.text_of(draft)
    told = [one for one in known.texts() if len(one) >= 4] + list(town.SECRETS.values())
    assert not [one for one in told if one in text]
    assert {"欄「パスワード」", "欄「氏名」", "ボタン「登録」"} <= hands.notebook.pictures.keys()
    assert not [one for one in told if one in "".join(hands.said)]
    scenario = load(text, recorded.CODE, town.fields(recorded.CODE))
    other = town.values(recorded.CODE, 2)
    with ChromiumBrowser(["127.0.0.1"], patience=60) as robot:
        player = ScenarioPlayer(scenario, robot, town.SECRETS)
        row = Row(1, other["receipt_number"], other)
        assert player.look_up(row, lambda: None) == ()
        player.enter(row, lambda: None)
