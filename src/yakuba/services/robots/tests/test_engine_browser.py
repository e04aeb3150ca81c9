"""The browser adapter by itself: finding and filling fields, pressing once, hosts, secrets, its own end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from yakuba.services.robots.adapters import chromium, launch
from yakuba.services.robots.adapters.chromium import ChromiumBrowser
from yakuba.services.robots.engine.browser import Entry, Finding, Hidden, Page, Verdict
from yakuba.services.robots.engine.errors import NotReady, Trouble
from yakuba.services.robots.engine.scenario import Element, EntryKind, Role
from yakuba.services.robots.tests.pages import Pages

pytestmark = pytest.mark.browser

FORM = """
<h1>申請</h1>
<table>
<tr><th>氏名（漢字）<span>必須</span></th><td><input name=a></td></tr>
<tr><th><label for=k>フリガナ：</label></th><td><input id=k></td></tr>
<tr><th>備考</th><td><textarea></textarea></td></tr>
</table>
<label>電話 <input name=tel maxlength=5></label>
<input aria-label="生年月日 年" id=y><input placeholder=メール>
<fieldset><legend>父</legend><label>勤務先 <input id=father_work></label></fieldset>
<fieldset><legend>母</legend><label>勤務先 <input id=mother_work></label></fieldset>
<label>固定 <input readonly value=動かない></label>
<label>大文字 <input oninput="this.value = this.value.toUpperCase()"></label>
<label>園 <select><option></option><option value=1>中央保育園</option><option value=2>青葉保育園</option></select></label>
<label>担当 <select><option></option><option value=1>\u795e田</option><option value=2>\ufa19田</option></select></label>
<div role=radiogroup aria-labelledby=sex><span id=sex>性別</span>
<input type=radio name=s id=m value=1><label for=m>男</label><input type=radio name=s id=f value=2><label for=f>女</label></div>
<fieldset><legend>曜日</legend><label><input type=checkbox name=d1>月</label><label><input type=checkbox name=d2 checked>火</label>
<label><input type=checkbox name=d3>水</label></fieldset>
<label><input type=checkbox name=agree>同意する</label>
<input id=bare name=bare_name style="width:9em"><label style="display:none">隠れ <input></label>
<form action=/done><button>次へ</button><button disabled>押せない</button><a href=/done>進む</a></form>
"""
COMMIT = "<h1>確認</h1><form method=post action={}><button>登録</button></form>"
PAGES = {
    "/form": FORM,
    "/done": "<h1>完了</h1><table><tr><th>登録番号</th><td>K-1</td></tr></table>",
    "/commit": COMMIT.format("/store"),
    "/commit-drop": COMMIT.format("/drop"),
    "/commit-slow": COMMIT.format("/slow"),
    "/two": "<button>次へ</button><button>次へ</button><div style='position:fixed;inset:0;background:#fff8'></div>",
    "/covered": "<form action=/done><button>次へ</button></form>"
    "<div style='position:fixed;inset:0;background:#fff8'>処理中</div>",
    "/ask": "<form action=/done onsubmit=\"return confirm('登録しますか')\"><button>次へ</button></form>",
    "/tell": "<form action=/done onsubmit=\"alert('番号が違います'); return false\"><button>次へ</button></form>",
    "/rules": "<form action=/done><label>郵便番号 <input required pattern='[0-9]{7}'></label><button>次へ</button></form>",
    "/hang": '<button onclick="for (;;);">次へ</button>',
    "/secret": "<p style='font-family:monospace'>職員番号 90001</p><label>番号 <input value=90001></label>"
    "<input type=password value=abc>",
    "/other": "<p style='font-family:monospace'>職員番号 87654</p><label>番号 <input value=87654></label>"
    "<input type=password value=xyz>",
}


@pytest.fixture(scope="module")
def pages() -> Iterator[Pages]:
    server = Pages(dict(PAGES))
    yield server
    server.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[ChromiumBrowser]:
    with ChromiumBrowser(["127.0.0.1"], patience=5) as one:
        yield one


def field(label: str, **hints: str) -> Element:
    return Element(Role.FIELD, label, **hints)


def text(label: str, value: str, **hints: str) -> Entry:
    return Entry(field(label, **hints), EntryKind.TEXT, (value,))


def choose(label: str, value: str) -> Entry:
    return Entry(field(label), EntryKind.CHOOSE, (value,))


def tick(label: str, *values: str) -> Entry:
    return Entry(field(label), EntryKind.TICK, values)


NEXT = Element(Role.BUTTON, "次へ")
REGISTER = Element(Role.BUTTON, "登録")


def test_fields_are_found_by_what_people_read(browser: ChromiumBrowser, pages: Pages) -> None:
    browser.open(f"{pages.base}/form")
    entries = [
        text("氏名(漢字)", "髙橋"),
        text("フリガナ", "タカハシ"),
        text("備考", "一行目\n二行目"),
        text("電話", "12345"),
        text("生年月日 年", "3"),
        text("メール", "a@example.jp"),
        text("勤務先", "やくば", within="父"),
        text("勤務先", "となり", within="母"),
        choose("園", "青葉保育園"),
        choose("性別", "女"),
        tick("曜日", "月", "水"),
        tick("同意する", "同意する"),
        text("番号の欄", "7", id="bare"),
    ]
    assert {one.verdict for one in browser.fill(entries)} == {Verdict.OK}
    assert [one.seen for one in browser.verify(entries)][8:12] == ["青葉保育園", "女", "月、水", "同意する"]
    emptied = [text("氏名（漢字）", ""), choose("園", ""), tick("曜日")]
    assert {one.verdict for one in browser.fill(emptied)} == {Verdict.OK}


@pytest.mark.parametrize("name", ["\u795e田", "\ufa19田"])
def test_an_option_that_is_a_name_is_chosen_by_its_own_kanji(
    browser: ChromiumBrowser, pages: Pages, name: str
) -> None:
    browser.open(f"{pages.base}/form")
    assert [one.verdict for one in browser.fill([choose("担当", name)])] == [Verdict.OK]
    assert [one.seen for one in browser.verify([choose("担当", name)])] == [name]


@pytest.mark.parametrize(
    ("entry", "verdict"),
    [
        (text("勤務先", "x"), Verdict.AMBIGUOUS),
        (text("電話", "123456"), Verdict.TOO_LONG),
        (text("固定", "x"), Verdict.DISABLED),
        (text("大文字", "abc"), Verdict.NOT_LANDED),
        (choose("園", "若葉保育園"), Verdict.NO_OPTION),
        (choose("性別", "その他"), Verdict.NO_OPTION),
        (tick("曜日", "月", "土"), Verdict.NO_OPTION),
        (text("隠れ", "x"), Verdict.MISSING),
        (text("電話番号", "1"), Verdict.MISSING),
        # The hint points to a field that people now read as something else: a stop, never a wrong field.
        (text("保護者フリガナ", "x", id="k"), Verdict.MISSING),
    ],
)
def test_what_cannot_be_filled_is_said(
    entry: Entry, verdict: Verdict, browser: ChromiumBrowser, pages: Pages
) -> None:
    browser.open(f"{pages.base}/form")
    assert browser.fill([entry])[0].verdict is verdict


def test_hints_decide_between_equal_labels(browser: ChromiumBrowser, pages: Pages) -> None:
    browser.open(f"{pages.base}/form")
    assert browser.fill([text("勤務先", "やくば", id="mother_work")]) == (Finding(Verdict.OK, "やくば"),)
    assert browser.verify([text("勤務先", "やくば", within="母")])[0].verdict is Verdict.OK
    assert browser.verify([text("勤務先", "", within="父")])[0].verdict is Verdict.OK


def test_similar_labels_are_named(browser: ChromiumBrowser, pages: Pages) -> None:
    browser.open(f"{pages.base}/form")
    assert "氏名（漢字）必須" in browser.fill([text("お名前（漢字）", "x")])[0].similar
    assert browser.can_press(Element(Role.BUTTON, "次の画面へ")).similar[0] == "次へ"


def test_nothing_is_pressed_unless_the_fields_hold(browser: ChromiumBrowser, pages: Pages) -> None:
    browser.open(f"{pages.base}/form")
    pressed = browser.press(NEXT, [text("電話", "99")], leaves=True, dialog="")
    assert pressed.page is None
    assert pressed.entries[0].verdict is Verdict.NOT_LANDED
    assert browser.see().headings == ("申請",)
    browser.fill([text("電話", "99")])
    after = browser.press(NEXT, [text("電話", "99")], leaves=True, dialog="").page
    assert after is not None
    assert after.items == (("登録番号", "K-1"),)


@pytest.mark.parametrize(
    ("path", "element", "verdict"),
    [
        ("/form", Element(Role.BUTTON, "押せない"), Verdict.DISABLED),
        ("/form", Element(Role.BUTTON, "進む"), Verdict.MISSING),
        ("/form", Element(Role.LINK, "進む"), Verdict.OK),
        ("/two", NEXT, Verdict.AMBIGUOUS),
        ("/covered", NEXT, Verdict.COVERED),
    ],
)
def test_what_can_be_pressed(
    path: str, element: Element, verdict: Verdict, browser: ChromiumBrowser, pages: Pages
) -> None:
    browser.open(pages.base + path)
    assert browser.can_press(element).verdict is verdict


def test_questions_are_answered_only_as_told(browser: ChromiumBrowser, pages: Pages) -> None:
    browser.open(f"{pages.base}/ask")
    page = browser.press(NEXT, (), leaves=True, dialog="登録しますか").page
    assert page is not None
    assert page.headings == ("完了",)
    browser.open(f"{pages.base}/tell")
    stayed = browser.press(NEXT, (), leaves=True, dialog="").page
    assert stayed is not None
    assert stayed.dialogs == ("番号が違います",)


def test_the_rules_of_a_page_are_told(browser: ChromiumBrowser, pages: Pages) -> None:
    browser.open(f"{pages.base}/rules")
    pressed = browser.press(NEXT, (), leaves=True, dialog="")
    assert pressed.button.verdict is Verdict.INVALID
    assert pressed.button.seen.startswith("郵便番号（")
    browser.fill([text("郵便番号", "1000001")])
    assert browser.press(NEXT, (), leaves=True, dialog="").page is not None


def test_a_commit_is_sent_once_even_when_the_connection_breaks(
    browser: ChromiumBrowser, pages: Pages
) -> None:
    """Chromium by itself sends such a request two or three times: the connection was a kept-alive one."""
    for _ in range(3):
        browser.open(f"{pages.base}/form")
        browser.open(f"{pages.base}/commit-drop")
        pages.asked.clear()
        with pytest.raises(Trouble):
            browser.commit(REGISTER, leaves=True, dialog="")
        time.sleep(0.3)
        assert pages.count("POST /drop") == 1


def test_a_commit_leads_on(browser: ChromiumBrowser, pages: Pages) -> None:
    browser.open(f"{pages.base}/commit")
    page = browser.commit(REGISTER, leaves=True, dialog="").page
    assert page is not None
    assert (page.status, page.headings, page.url) == (200, ("完了",), f"{pages.base}/done")


def test_only_allowed_hosts_are_contacted(browser: ChromiumBrowser, pages: Pages) -> None:
    other = f"localhost:{pages.port}"
    pages.html["/leak"] = (
        f"<h1>漏れ</h1><img src=http://{other}/image><iframe src=http://127.0.0.2:{pages.port}/frame></iframe>"
        f"<script>fetch('http://{other}/fetch', {{mode: 'no-cors'}}).catch(() => 0);"
        f"navigator.sendBeacon('http://{other}/beacon');new WebSocket('ws://{other}/socket')</script>"
    )
    pages.asked.clear()
    assert browser.open(f"{pages.base}/leak").headings == ("漏れ",)
    time.sleep(0.5)
    with pytest.raises(Trouble):
        browser.open(f"{pages.base}/away?http://{other}/redirected")
    with pytest.raises(NotReady):
        browser.open(f"http://{other}/form")
    assert [one for one in pages.asked if "127.0.0.1" not in one] == []


def test_pictures_do_not_show_secrets(browser: ChromiumBrowser, pages: Pages) -> None:
    """Pages that differ in nothing but the secret give the same picture, bit for bit."""
    browser.open(f"{pages.base}/secret")
    one = browser.picture(Hidden(("90001",)))
    assert "90001" in browser.see().text  # the page itself is as it was
    open_one = browser.picture(Hidden())
    browser.open(f"{pages.base}/other")
    assert browser.picture(Hidden(("87654",))) == one
    assert open_one != one


def test_pages_that_do_not_come_are_trouble(browser: ChromiumBrowser, pages: Pages) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        unused = listener.getsockname()[1]
    with pytest.raises(Trouble, match="ERR_CONNECTION_REFUSED"):
        browser.open(f"http://127.0.0.1:{unused}/")
    assert browser.open(f"{pages.base}/nowhere").status == 404


def test_a_hung_page_costs_the_browser_and_nothing_else(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ChromiumBrowser(["127.0.0.1"], patience=30) as one:
        one.open(f"{pages.base}/hang")
        with monkeypatch.context() as impatient, pytest.raises(Trouble, match="応答しなくなった"):
            impatient.setattr(chromium, "_SLACK", -58.0)  # of twice the patience, two seconds are left
            one.press(NEXT, (), leaves=False, dialog="")
        assert one.open(f"{pages.base}/done").headings == ("完了",)


def _processes(mark: str) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and mark.encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def test_a_thread_beside_an_event_loop_can_use_it_and_nothing_is_left(pages: Pages) -> None:
    seen: list[Page] = []
    marks: list[str] = []

    def work() -> None:
        with ChromiumBrowser(["127.0.0.1"], patience=10) as one:
            seen.append(one.open(f"{pages.base}/done"))
            with pytest.raises(RuntimeError):
                asyncio.get_running_loop()  # an ORM in this thread must not believe itself in asyncio
            assert one._inside is not None
            marks.append(one._inside.mark)

    async def main() -> None:
        thread = threading.Thread(target=work)
        thread.start()
        while thread.is_alive():
            await asyncio.sleep(0.05)

    asyncio.run(main())
    assert seen[0].headings == ("完了",)
    assert _processes(marks[0]) == []


def test_the_browser_dies_with_its_process(pages: Pages) -> None:
    program = (
        "import time; from yakuba.services.robots.adapters.chromium import ChromiumBrowser\n"
        "one = ChromiumBrowser(['127.0.0.1'])\n"
        f"one.open('{pages.base}/done'); print(one._inside.mark, flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    mark = process.stdout.readline().strip()
    assert len(mark) == 32
    assert _processes(mark)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    until = time.monotonic() + 600
    while (left := _processes(mark)) and time.monotonic() < until:
        time.sleep(0.1)
    assert left == []


def test_what_is_missing_is_said_with_the_package(tmp_path: Path) -> None:
    assert launch.missing() == []
    said = launch.missing(str(tmp_path / "chromium"))
    assert len(said) == 1
    assert "apt-get install chromium" in said[0]
    with pytest.raises(NotReady, match="chromium"):
        ChromiumBrowser(["127.0.0.1"], chromium=str(tmp_path / "chromium")).open("http://127.0.0.1/")


def test_a_driver_that_cannot_start_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    driver = tmp_path / "node"
    driver.write_text(
        "#!/bin/sh\necho 'node: error: libatomic.so.1: cannot open: No such file' >&2\nexit 127\n"
    )
    driver.chmod(0o755)
    monkeypatch.setattr("playwright._impl._driver.compute_driver_executable", lambda: (str(driver), ""))
    said = launch.obstacles()
    assert len(said) == 1
    assert "libatomic.so.1" in said[0]
    assert "apt-get install libatomic1" in said[0]
    with pytest.raises(NotReady, match="libatomic1"):
        ChromiumBrowser(["127.0.0.1"]).open("http://127.0.0.1/")


@pytest.mark.parametrize("host", ["", "a b", "a,EXCLUDE *", "http://a", "a:80", "-a"])
def test_only_host_names_are_taken_as_hosts(host: str) -> None:
    with pytest.raises(NotReady, match="ホスト名ではありません"):
        launch.flags([host], "mark")
