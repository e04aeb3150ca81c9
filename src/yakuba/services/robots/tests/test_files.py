"""Files that go up and come down, in real Chromium: the scan of the case, papers of the target, and hostile ones."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.services.robots.adapters.chromium import ChromiumBrowser
from yakuba.services.robots.adapters.launch import missing
from yakuba.services.robots.adapters.papers import CasePapers
from yakuba.services.robots.contracts import EvidenceKind, FieldSpec, ProblemKind, Row, RowState
from yakuba.services.robots.engine.attempt import Limits
from yakuba.services.robots.engine.errors import BadValue
from yakuba.services.robots.engine.loader import load
from yakuba.services.robots.engine.papers import MOST_BYTES, Paper, PaperKind, received
from yakuba.services.robots.engine.player import ScenarioPlayer
from yakuba.services.robots.engine.runner import Runner
from yakuba.services.robots.tests.memory import MemoryStore

browser_test = [pytest.mark.browser, pytest.mark.skipif(bool(missing()), reason="".join(missing()))]

FIELDS = [FieldSpec("number", "受付番号", "receipt_number")]
TEXT = """
名前: 書類のある登録
版: 1
手続: small
システム: {名前: 小さなシステム, 住所: "http://127.0.0.1:1", ログイン画面: {見出し: ログイン}}
ログイン:
  - 開く: /menu
照会:
  手順:
    - 開く: /search
  見つかった: {列: 登録番号, 行: {受付番号: "{受付番号}"}}
  見つからない: {文字: ありません}
入力:
  - 開く: /entry
  - 添付: {欄: 申請書, ファイル: 申請書}
  - 受け取る: {リンク: 記入例, 種類: CSV, 名前: 記入例}
登録:
  押す: {ボタン: 登録}
結果:
  受け取る: {リンク: 受付票, 種類: PDF, 名前: 受付票}
  PDF: "No. {番号} end"
  確かめる:
    - 見出し: 完了
"""


def pdf(words: str) -> bytes:
    """A PDF of one page with these words (ASCII)."""
    drawn = f"BT /F1 12 Tf 20 100 Td ({words}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        out
        + b"xref\n0 6\n0000000000 65535 f \n%strailer\n<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
        % (
            table,
            len(out),
        )
    )


ATTACHED = 'attachment; filename="../../etc/cron.d/evil"'
HTML = "text/html; charset=utf-8"


class Site:
    """A target with files. files: path → media type, disposition, content; what is posted is kept whole."""

    def __init__(self) -> None:
        entry = (
            "<h1>入力</h1><form method=post action=/store enctype=multipart/form-data>"
            "<label>申請書 <input type=file name=paper></label><a href=/example>記入例</a>"
            "<input type=hidden name=t value=a><button>登録</button></form>"
        )
        self.files: dict[str, tuple[str, str, bytes]] = {
            "/menu": (HTML, "", "<h1>メニュー</h1>".encode()),
            "/search": (HTML, "", "<h1>照会</h1><p>ありません</p>".encode()),
            "/entry": (HTML, "", entry.encode()),
            "/done": (HTML, "", "<h1>完了</h1><a href=/paper target=_blank>受付票</a>".encode()),
            "/example": ("text/csv", ATTACHED, "氏名,住所\r\n".encode("cp932")),
            "/paper": (
                "application/pdf",
                "",
                pdf("No. K-0042 end"),
            ),  # shown in the browser, not sent as a file
        }
        self.endless, self.posted = "", list[bytes]()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                media_type, disposition, content = site.files[self.path]
                self.send_response(200)
                self.send_header("Content-Type", media_type)
                if disposition:
                    self.send_header("Content-Disposition", disposition)
                self.end_headers()
                with suppress(OSError):
                    self.wfile.write(content)

            def do_POST(self) -> None:
                site.posted.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(303)
                self.send_header("Location", "/done")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[ChromiumBrowser]:
    with ChromiumBrowser(["127.0.0.1"], patience=15, receives=True) as one:
        yield one


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


def page_image() -> bytes:
    out = io.BytesIO()
    Image.new("L", (1654, 2339), 255).save(out, "PNG")
    return out.getvalue()


def enter(site: Site, browser: ChromiumBrowser, pages: int = 2) -> tuple[Row, list[Any]]:
    """Run one row; the row and the files that were kept."""
    scenario = load(TEXT, "small", FIELDS)
    assert scenario.receives
    store = MemoryStore([Row(1, "0800000129", {"number": "0800000129"}, case="1")])
    browser.reset(forget_session=True)
    papers = CasePapers(lambda case: [page_image()] * pages)
    player = ScenarioPlayer(scenario, browser, {}, site.base, papers=papers)
    limits = Limits(settle_seconds=0.1, attempts=2, backoff=0.05)
    Runner(store, player, limits=limits, pictures=()).run()
    kept = [one for _, one in store.evidence if one.kind is EvidenceKind.RECEIVED]
    return store.rows[1], kept


class TestInTheBrowser:
    pytestmark = browser_test

    def test_the_scan_goes_up_and_the_number_is_read_from_a_pdf(
        self, site: Site, browser: ChromiumBrowser
    ) -> None:
        row, kept = enter(site, browser)
        assert (row.state, row.target_number) == (RowState.ENTERED, "K-0042"), row.problem
        assert len(site.posted) == 1
        assert b'filename="0800000129.pdf"' in site.posted[0]
        assert site.posted[0].count(b"/Type /Page\n") + site.posted[0].count(b"/Type /Page ") >= 2
        assert site.posted[0].rstrip().endswith(b"--")
        assert [(one.name, one.media_type) for one in kept] == [
            ("記入例.csv", "text/csv"),
            ("受付票.pdf", "application/pdf"),
        ]
        assert kept[1].image == site.files["/paper"][2]
        assert nothing_is_left(browser)

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"<html>login</html>", "CSVではありません"),
            (b"MZ\x90\x00\x03", "CSVではありません"),
            (b"x" * (MOST_BYTES + 2_000_000), "大きすぎます"),
        ],
    )
    def test_a_hostile_file_goes_to_a_person_before_anything_is_stored(
        self, site: Site, browser: ChromiumBrowser, content: bytes, said: str
    ) -> None:
        site.files["/example"] = ("text/csv", ATTACHED, content)
        row, kept = enter(site, browser)
        assert row.problem is not None
        assert (row.state, row.problem.kind) == (RowState.UNDECIDED, ProblemKind.VALUE)
        assert said in row.problem.message
        assert (kept, site.posted) == ([], [])
        assert nothing_is_left(browser)

    def test_a_pdf_without_the_number_is_not_pressed_for_again(
        self, site: Site, browser: ChromiumBrowser
    ) -> None:
        site.files["/paper"] = ("application/pdf", "", pdf("nothing"))
        row, _kept = enter(site, browser)
        assert row.problem is not None
        assert (row.state, row.problem.kind) == (RowState.UNDECIDED, ProblemKind.UNREADABLE)
        assert len(site.posted) == 1

    def test_a_case_without_a_scan_attaches_nothing(self, site: Site, browser: ChromiumBrowser) -> None:
        row, _ = enter(site, browser, pages=0)
        assert row.problem is not None
        assert "申請書の画像がない" in row.problem.message
        assert site.posted == []


def nothing_is_left(browser: ChromiumBrowser) -> bool:
    """Of what came down, on the disk."""
    assert browser._inside is not None
    return not list(Path(browser._inside._folder.name).iterdir())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("種類: CSV", "種類: EXE", "PDF、CSV"),
        ("名前: 記入例", "名前: ../記入例", "記号を使わずに"),
        ("ファイル: 申請書", "ファイル: 住民票", "申請書"),
        ("  受け取る: {リンク: 受付票, 種類: PDF, 名前: 受付票}\n", "", "「受け取る」も書いて"),
        ('  PDF: "No. {番号} end"', "  項目: 登録番号", "番号をPDFから読むときだけ"),
        ('  PDF: "No. {番号} end"', '  PDF: "No."', "{番号}と一つだけ"),
        (
            "    - 開く: /search",
            "    - 開く: /search\n    - 添付: {欄: a, ファイル: 申請書}",
            "「入力」の中でしか",
        ),
        (
            "    - 開く: /search",
            "    - 受け取る: {リンク: a, 種類: PDF, 名前: a}",
            "「入力」「結果」「確認」の中でしか",
        ),
    ],
)
def test_a_mistake_about_files_is_told(old: str, new: str, said: str) -> None:
    assert TEXT.count(old) == 1
    with pytest.raises(DefinitionRefused) as caught:
        load(TEXT.replace(old, new), "small", FIELDS)
    assert any(said in one.message for one in caught.value.problems), caught.value.problems


def test_the_content_decides_what_a_file_is_and_the_name_is_ours() -> None:
    assert received(pdf("a"), PaperKind.PDF, "通知書", "").name == "通知書.pdf"
    for wrong in (b"", b"PK\x03\x04", b"\xef\xbb\xbf<html>"):
        with pytest.raises(BadValue):
            received(wrong, PaperKind.PDF, "通知書", "")


def test_a_pdf_is_read_in_a_process_of_its_own_and_a_broken_one_is_told() -> None:
    papers = CasePapers(lambda case: [])
    assert "No. K-1" in papers.text(Paper("a.pdf", "application/pdf", pdf("No. K-1")))
    with pytest.raises(BadValue, match=r"受け取った「a.pdf」を読めません"):
        papers.text(Paper("a.pdf", "application/pdf", b"%PDF-1.4 broken"))
