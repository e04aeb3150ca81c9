"""Files in both recorders, in real Chromium: what is put into a field and what comes down become steps, and play back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.services.robots.adapters.chromium import ChromiumBrowser
from yakuba.services.robots.adapters.folder import RobotFolder
from yakuba.services.robots.adapters.launch import missing
from yakuba.services.robots.adapters.papers import CasePapers, RecordingPapers
from yakuba.services.robots.adapters.recording import RecordingBrowser
from yakuba.services.robots.contracts import EvidenceKind, Row, RowState
from yakuba.services.robots.engine import drafts
from yakuba.services.robots.engine.attempt import Limits
from yakuba.services.robots.engine.errors import BadValue
from yakuba.services.robots.engine.loader import load
from yakuba.services.robots.engine.notebook import Notebook
from yakuba.services.robots.engine.papers import MOST_BYTES
from yakuba.services.robots.engine.player import ScenarioPlayer
from yakuba.services.robots.engine.recorder import Recorder
from yakuba.services.robots.engine.runner import Runner
from yakuba.services.robots.engine.sharing import _without_values
from yakuba.services.robots.engine.translating import Known
from yakuba.services.robots.tests.hands import Hands, HiddenBrowser
from yakuba.services.robots.tests.memory import MemoryStore
from yakuba.services.robots.tests.test_files import FIELDS, HTML, TEXT, Site, page_image

in_the_browser = [pytest.mark.browser, pytest.mark.skipif(bool(missing()), reason="".join(missing()))]
NUMBER = "0800000129"
KNOWN = Known(FIELDS, {"number": NUMBER})
ENTRY = (
    "<h1>入力</h1><form method=post action=/store enctype=multipart/form-data>"
    "<label>申請書 <input type=file name=paper></label><label>地図 <input type=file name=map></label>"
    "<label style='border:1px solid'>図面を選ぶ<input type=file name=plan style='display:none'></label>"
    "<a href=/example>記入例</a> <a href=/paper target=_blank>要綱</a> <a href=/odd>書庫</a>"
    "<input type=hidden name=t value=a><button>登録</button></form>"
)
STEPS = [
    {"開く": "/entry"},
    {"添付": {"欄": "申請書", "ファイル": "申請書"}},
    {"添付": {"欄": "地図", "ファイル": "フォルダ/{受付番号}.png"}},
    {"添付": {"欄": "図面を選ぶ", "ファイル": "フォルダ/共通.csv"}},
    {"受け取る": {"リンク": "記入例", "種類": "CSV", "名前": "記入例"}},
    {"受け取る": {"リンク": "要綱", "種類": "PDF", "名前": "要綱"}},
]


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    made.files["/entry"] = (HTML, "", ENTRY.encode())
    made.files["/odd"] = ("application/zip", "attachment", b"PK\x03\x04\x14\0\0\0")
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> RobotFolder:
    (tmp_path / f"{NUMBER}.png").write_bytes(page_image())
    (tmp_path / "0800000226.png").write_bytes(page_image() + b"of another")
    (tmp_path / "共通.csv").write_bytes(b"a,b\r\n")
    return RobotFolder(tmp_path)


class Pointing:
    """A person who works in the picture of the web page's recorder."""

    def __init__(self, recorder: Recorder, notebook: Notebook) -> None:
        self.recorder, self.notebook = recorder, notebook

    def point(self, label: str) -> None:
        found = [one for one in self.recorder.told()["targets"] if one["label"] == label]
        self.recorder.do({"do": "choose", "n": found[0]["n"]})

    def put(self, label: str, name: str) -> None:
        self.point(label)
        self.recorder.do({"do": "type", "text": name})


class WithHands:
    """The same with one's own hands."""

    def __init__(self, hands: Hands) -> None:
        self.hands, self.recorder, self.notebook = hands, hands.recorder, hands.notebook

    def point(self, label: str) -> None:
        self.hands.native(lambda tab: tab.get_by_text(label, exact=True).first.click())

    def put(self, label: str, name: str) -> None:
        self.point(label)
        self.hands.panel(name)


def record(person: Any) -> list[str]:
    """What a person does with files; everything that was told."""
    told = []
    for act in _acts(person):
        act()
        told.append(person.recorder.shown.notice)
    return told


def _acts(person: Any) -> list[Callable[[], None]]:
    return [
        lambda: person.put("申請書", "申請書"),
        lambda: person.put("地図", f"フォルダ/{NUMBER}.png"),
        lambda: person.put("図面を選ぶ", "フォルダ/共通.csv"),
        lambda: person.point("記入例"),
        lambda: person.point("要綱"),
        lambda: person.point("書庫"),
    ]


class TestInTheBrowser:
    pytestmark = in_the_browser

    def test_the_web_page_s_recorder(self, site: Site, folder: RobotFolder) -> None:
        papers = RecordingPapers(lambda case: [page_image()], "1", folder)
        notebook = Notebook(drafts.new("a", "small", "a", site.base))
        with RecordingBrowser(["127.0.0.1"], patience=15) as browser:
            recorder = Recorder(browser, site.base, KNOWN, {}, notebook, section="入力", papers=papers)
            recorder.do({"do": "open", "path": "/entry"})
            told = record(Pointing(recorder, notebook))
            assert drafts.steps_of(notebook.draft, "入力") == STEPS
            assert "どの申請でも同じファイル" in told[2]
            assert "PDFでもCSVでもない" in told[-1]
            recorder.do({"do": "choose", "n": 0})
            recorder.do({"do": "type", "text": "フォルダ/../../etc/passwd"})
            assert "並んでいるものから" in recorder.shown.notice
            assert browser._inside is not None
            assert not list(Path(browser._inside._folder.name).iterdir())
        assert "欄「図面を選ぶ」" in notebook.pictures

    def test_one_s_own_hands(self, site: Site, folder: RobotFolder) -> None:
        papers = RecordingPapers(lambda case: [page_image()], "1", folder)
        with HiddenBrowser(["127.0.0.1"], patience=15) as browser:
            hands = Hands(browser, site.base, KNOWN, papers=papers)
            hands.recorder.section = "入力"
            hands.open("/entry")
            record(WithHands(hands))
            assert hands.steps() == STEPS
            assert any("PDFでもCSVでもない" in one for one in hands.said)

    def test_they_play_back_for_another_case(self, site: Site, folder: RobotFolder) -> None:
        document = drafts.document_of(TEXT) | {"入力": STEPS}
        scenario = load(drafts.text_of(document), "small", FIELDS)
        other = "0800000226"
        store = MemoryStore([Row(1, other, {"number": other}, case="1")])
        papers = CasePapers(lambda case: [page_image()], folder)
        with ChromiumBrowser(["127.0.0.1"], patience=15, receives=True) as browser:
            player = ScenarioPlayer(scenario, browser, {}, site.base, papers=papers)
            Runner(
                store, player, limits=Limits(settle_seconds=0.1, attempts=2, backoff=0.05), pictures=()
            ).run()
        row = store.rows[1]
        assert row.state is RowState.ENTERED, row.problem
        (posted,) = site.posted
        assert b'filename="0800000226.png"' in posted
        assert b"of another" in posted
        assert b'filename="0800000226.pdf"' in posted
        assert posted.count(b"a,b\r\n") == 1
        kept = [one.name for _, one in store.evidence if one.kind is EvidenceKind.RECEIVED]
        assert kept == ["記入例.csv", "要綱.pdf", "受付票.pdf"]


def test_a_file_that_is_not_there_goes_to_a_person(folder: RobotFolder, tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="がありません"):
        folder.paper("ない.png")
    (tmp_path / "大きい.csv").write_bytes(b"x" * (MOST_BYTES + 1))
    with pytest.raises(BadValue, match="大きすぎます"):
        folder.paper("大きい.csv")


def test_nothing_outside_of_the_folder_is_read(folder: RobotFolder, tmp_path: Path) -> None:
    outside = tmp_path.parent / "outside.csv"
    outside.write_bytes(b"secret")
    (tmp_path / "link.csv").symlink_to(outside)
    (tmp_path / "inner").mkdir()
    for name in ("../outside.csv", str(outside), "link.csv", "inner", ".hidden", "", "a\0b"):
        with pytest.raises(BadValue):
            folder.paper(name)
    assert "link.csv" not in folder.names()
    assert RobotFolder(tmp_path / "none").names() == []


@pytest.mark.parametrize("name", ["../a.pdf", "a/b.pdf", ".a", "", "{氏名}.pdf"])
def test_a_wrong_name_of_a_file_is_told(name: str) -> None:
    steps = [{"添付": {"欄": "申請書", "ファイル": f"フォルダ/{name}"}}]
    document = drafts.document_of(TEXT) | {"入力": steps}
    with pytest.raises(DefinitionRefused):
        load(drafts.text_of(document), "small", FIELDS)


def test_a_file_s_name_does_not_go_to_other_towns() -> None:
    places: list[str] = []

    def place(kind: str, word: str) -> str:
        places.append(word)
        return f"｛{kind}{len(places)}｝"

    shared = _without_values([{"添付": {"欄": "地図", "ファイル": "フォルダ/{受付番号}山田.pdf"}}], place)
    assert shared == [{"添付": {"欄": "地図", "ファイル": "フォルダ/{受付番号}｛決まった値1｝"}}]
