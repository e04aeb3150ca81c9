"""個人番号 in a real browser: in no message, no log and no picture, however the target shows it.

What a picture hides is tried by two residents: pages that differ in nothing but the number give the same picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from yakuba.kernel.values.my_numbers import check_digit
from yakuba.services.robots.adapters.chromium import ChromiumBrowser
from yakuba.services.robots.contracts import Ending, EvidenceKind, FieldSpec, Row, RowState
from yakuba.services.robots.engine.attempt import Limits
from yakuba.services.robots.engine.browser import Hidden
from yakuba.services.robots.engine.loader import load
from yakuba.services.robots.engine.player import ScenarioPlayer
from yakuba.services.robots.engine.redact import COVER, TELLING, Redactor
from yakuba.services.robots.engine.runner import Runner
from yakuba.services.robots.tests.memory import MemoryStore
from yakuba.services.robots.tests.pages import Pages

NUMBERS = [first + check_digit(first) for first in ("12345678901", "98706543215")]
FIELDS = [
    FieldSpec("number", "受付番号", "receipt_number"),
    FieldSpec("my_number", "個人番号", "my_number"),
]
SCENARIO = """
名前: 番号の登録
版: 1
手続: small
システム: {名前: 小さなシステム, 住所: "http://127.0.0.1:1", ログイン画面: {見出し: ログイン}}
ログイン:
  - 開く: /menu
照会:
  手順:
    - 開く: "/search?q={受付番号}"
  見つかった: {列: 登録番号, 行: {受付番号: "{受付番号}"}}
  見つからない: {文字: ありません}
入力:
  - 開く: /entry
  - 入力: {欄: 番号, 値: "{個人番号}"}
  - 押す: {ボタン: 次へ}
  - 確かめる: {見出し: 確認}
登録:
  押す: {ボタン: 登録}
結果:
  項目: 登録番号
  確かめる:
    - 見出し: 完了
確認:
  登録前: はい
  項目: {番号: "{個人番号}"}
"""
ENTRY = "<h1>入力</h1><form method=post action=/turn><label>番号 <input name=n {0}></label><button>次へ</button></form>"
CONFIRM = "<h1>確認</h1><table><tr><th>番号</th><td>{N}</td></tr></table>{more}<form method=post action=/turn><button>登録</button></form>"
SHOWN = """
<p>個人番号 {N} の方です。</p><p>{4} {5} {6}</p><p>{4}-{5}-{6}</p><p>{wide}</p>
<label>写し <input readonly value="{N}"></label><label>写し <input readonly value="{4}-{5}-{6}"></label>
<input size=4 value={4}><input size=4 value={5}><input size=4 value={6}><textarea>{N}</textarea>
<p>{apart}</p><p>{each}</p><dl><dt>マイナ</dt><dd>{4}　{5}　{6}</dd></dl>
<table><tr><th>氏名</th><th>番号</th></tr><tr><td>山田太郎</td><td>{other}</td></tr></table>
<p>続き番号 {N}0</p><iframe srcdoc="<p>{N}</p>"></iframe>
"""


@pytest.fixture(scope="module")
def pages() -> Iterator[Pages]:
    server = Pages({})
    yield server
    server.close()


def of(number: str, html: str) -> str:
    """A page that shows that number in every way."""
    parts = {"{N}": number, "{4}": number[:4], "{5}": number[4:8], "{6}": number[8:], "{other}": number[::-1]}
    parts["{wide}"] = "".join(chr(ord(one) + 0xFEE0) for one in number)
    parts["{apart}"] = "".join(f"<span>{one}</span>" for one in number)
    parts["{each}"] = "".join(f"<input size=1 value={one}>" for one in number)
    for name, text in parts.items():
        html = html.replace(name, text)
    return f"<style>* {{ font-family: monospace }} iframe {{ height: 4em }}</style>{html}"


@dataclass
class Entered:
    """What is left of entering one row. told: all that was written down, the values of the case aside."""

    row: Row
    told: str
    pictures: list[tuple[EvidenceKind, bytes]]


def entered(browser: ChromiumBrowser, pages: Pages, number: str, **changed: str) -> Entered:
    site = {"menu": "<h1>メニュー</h1>", "search": "<p>ありません</p>", "entry": ENTRY.format("")}
    site |= {"done": CONFIRM.replace("{more}", SHOWN)} | changed
    pages.html = {f"/{name}": of(number, html) for name, html in site.items()}
    store = MemoryStore([Row(1, "R1", {"number": "R1", "my_number": number})])
    player = ScenarioPlayer(load(SCENARIO, "small", FIELDS), browser, {}, pages.base)
    limits = Limits(settle_seconds=0.2, attempts=2, backoff=0.05)
    report = Runner(store, player, limits=limits, rehearse="done" not in changed).run()
    told = repr([(row.problem, row.target_number) for row in store.saved] + [report])
    return Entered(store.rows[1], told, [(one.kind, one.image) for _, one in store.evidence])


def hides(number: str, text: str) -> bool:
    return not any(number[n : n + TELLING] in text.replace("-", "").replace(" ", "") for n in range(7))


@pytest.mark.browser
def test_no_picture_shows_the_number_however_it_stands_there(browser, pages) -> None:
    first, second = (entered(browser, pages, number) for number in NUMBERS)
    assert first.row.state is RowState.REHEARSED
    assert [kind for kind, _ in first.pictures] == [EvidenceKind.CONFIRMATION]
    assert first.pictures == second.pictures
    open_page = browser.picture(Hidden())
    assert open_page != first.pictures[0][1], "else the page would show nothing"
    assert NUMBERS[1] in browser.see().text  # the page itself is as it was


TROUBLES = {
    "the field cuts it off": {"entry": ENTRY.format('oninput="this.value = this.value.slice(0, 11)"')},
    "the field is too short": {"entry": ENTRY.format("maxlength=11")},
    "the page refuses it": {"done": "<h1>入力</h1><p role=alert>個人番号 {4}-{5}-{6} は使われています</p>"},
    "the page asks": {"entry": ENTRY.format('onchange="alert(`${this.value} でよいですか`)"')},
    "the heading has it": {"done": "<h1>{4} {5} {6} さん</h1>"},
    "the title has it": {"done": "<title>{wide}</title><p>ようこそ</p>"},
    "the confirmation page has another": {"done": CONFIRM.replace("{N}", "{other}").replace("{more}", "")},
    "the error names it": {
        "entry": ENTRY.format("aria-invalid=true aria-describedby=e") + "<p id=e>番号 {N} が誤りです</p>"
    },
}


@pytest.mark.browser
@pytest.mark.parametrize("trouble", TROUBLES)
def test_no_reason_no_log_and_no_picture_of_trouble_tells_the_number(browser, pages, caplog, trouble) -> None:
    caplog.set_level(0)
    first, second = (entered(browser, pages, number, **TROUBLES[trouble]) for number in NUMBERS)
    assert first.row.problem is not None
    for number, one in zip(NUMBERS, (first, second), strict=True):
        assert hides(number, one.told), one.told
        assert hides(number[::-1], one.told)
        assert hides(number, "".join(record.getMessage() for record in caplog.records))
    assert first.pictures
    assert first.pictures == second.pictures
    assert first.row.problem == second.row.problem


def test_every_way_of_writing_a_masked_number_is_covered_in_text() -> None:
    number = NUMBERS[0]
    cover = Redactor([], [number])
    for text in (
        number,
        "1234 5678 9018",
        "1234-5678-9018",
        "１２３４５６７８９０１８",
        "12345678901",
        f"{number}0",
        "345678",
    ):
        assert cover(f"番号は{text}です") == f"番号は{COVER}です"
    assert (
        cover("受付 0800000129、12345 と 令和8年11月20日 は別")
        == "受付 0800000129、12345 と 令和8年11月20日 は別"
    )
    assert Redactor([], ["", "12"])("12 と 112") == f"{COVER} と 112"
    assert Ending.FINISHED.label in cover(Ending.FINISHED.label)
