"""A recording in real Chromium against the real core system: what comes of it, what it stops, what it never keeps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from yakuba.services.robots.adapters.chromium import ChromiumBrowser
from yakuba.services.robots.adapters.launch import missing
from yakuba.services.robots.adapters.recording import RecordingBrowser
from yakuba.services.robots.contracts import Row
from yakuba.services.robots.engine import drafts
from yakuba.services.robots.engine.loader import load
from yakuba.services.robots.engine.player import ScenarioPlayer
from yakuba.services.robots.tests import recorded, town

pytestmark = [pytest.mark.browser, pytest.mark.skipif(bool(missing()), reason="".join(missing()))]


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[town.CoreSystem]:
    made = town.CoreSystem.start(Path(tmp_path_factory.mktemp("core")))
    yield made
    made.stop()


def test_what_was_recorded_once_plays_for_another_case(core: town.CoreSystem) -> None:
    case = recorded.values()
    with RecordingBrowser(["127.0.0.1"], patience=60) as browser:
        person = recorded.Person(browser, core.base, case, test_target=False)
        person.log_in()
        person.look_up()
        person.enter()
        person.point("登録", "ボタン")
        assert person.recorder.shown.question is not None
        assert core.stored() == []
        person.do(do="answer", answer="press")  # not offered here: it is no system for tests
        assert core.stored() == []
        person.point("登録", "ボタン")
        person.do(do="answer", answer="commit")
        assert person.recorder.shown.done
    assert core.stored() == []
    draft = person.notebook.draft
    draft["結果"] = {"項目": "登録番号", "確かめる": [{"文字": "登録が完了しました。"}]}
    text = drafts.text_of(draft)
    told = [one for one in person.known.texts() if len(one) >= 4] + list(town.SECRETS.values())
    assert not [one for one in told if one in text]
    assert "欄「パスワード」" in person.notebook.pictures
    scenario = load(text, recorded.CODE, town.fields(recorded.CODE))
    other = town.values(recorded.CODE, 2)
    with ChromiumBrowser(["127.0.0.1"], patience=60) as browser:
        player = ScenarioPlayer(scenario, browser, town.SECRETS)
        row = Row(1, other["receipt_number"], other)
        assert player.look_up(row, lambda: None) == ()
        player.enter(row, lambda: None)
