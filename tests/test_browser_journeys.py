"""What a clerk does in a day, in Chromium: log in, confirm with the keyboard alone, hand in a pile."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, Route, expect

from yakuba.demo import town
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import Case, CaseEvent, CaseValue, Procedure
from yakuba.kernel.ledger.queries import values_of
from yakuba.kernel.ledger.workflow import Status
from yakuba.services.reading.contracts import PageReading, PageStatus
from yakuba.services.reading.models import Batch, BatchFile, FormDefinition, Question, Sheet
from yakuba.services.reading.tests.desk.office import Desk, Scans

PATIENCE = 180_000  # ms until something is held to be stuck; how fast the machine is decides nothing
expect.set_options(timeout=PATIENCE)
pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGE_CORNERS = ((0.0, 0.0), (1654.0, 0.0), (1654.0, 2339.0), (0.0, 2339.0))
WRITTEN = {
    "receipt_number": "0800000129",
    "application_date": "2026-11-20",
    "kana": "ヤマダタロウ",
    "name": "山田太郎",
    "birth": "1950-03-08",
    "postal_code": "1000013",
    "address": "東京都千代田区霞が関1-2-3",
    "phone": "0312345678",
    "category": "elderly",
    "routes": "east,loop",
    "period": "month3",
    "start_date": "2026-12-01",
    "delivery": "post",
}
# What the machine is unsure of, and what it read there: two rightly, one wrongly, one mark not at all.
READ = {"name": "山田太郎", "address": "東京都千代田区霞が関1-2-3", "phone": "0312345679", "delivery": ""}


@pytest.fixture
def case(transactional_db) -> Case:
    """A bus pass application of which four values wait for a person."""
    town.load_town("http://127.0.0.1:9")
    with town.in_yakuba_city():
        form = FormDefinition.objects.get(code="bus-pass")
        paper = form.pages.get().image
        case = ledger.open_case(Procedure.objects.get(code="bus-pass"), WRITTEN["receipt_number"])
        batch = Batch.objects.create(name="11月20日 窓口分", created_by=town.user("madoguchi"))
        file = BatchFile.objects.create(batch=batch, name="窓口.pdf", stored=paper, pages=1, state="split")
        reading = PageReading(PageStatus.READ, "", form="bus-pass", page=1, corners=PAGE_CORNERS)
        sheet = Sheet.objects.create(
            batch=batch, file=file, index=0, image=paper, form=form, page=1, case=case, state="placed",
            reading=reading.to_json(),
        )  # fmt: skip
        types = {item.code: item.type for item in case.procedure.definition.fields}
        for position, box in enumerate(form.document["pages"][0]["boxes"]):
            _record(case, sheet, box, position, types[box["field"]])
        ledger.move(case, Status.CONFIRMING)
    return case


def _record(case: Case, sheet: Sheet, box: dict, position: int, type_: str) -> None:
    """One value in the ledger as reading leaves it, with its question when the machine was unsure."""
    field = box["field"]
    x, y, width, height = box.get("box") or next(iter((box.get("marks") or box["eras"]).values()))
    corners = [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]
    source = {"sheet": sheet.pk, "page": 1, "corners": corners}
    value = READ.get(field, WRITTEN[field])
    ledger.record_value(case, field, value, trusted=field not in READ, source=source)
    if field in READ:
        Question.objects.create(
            case=case, sheet=sheet, field=field, type=type_, position=position, value=value, raw=value,
            message="文字がはっきりしません。",
        )  # fmt: skip


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def press_until(page: Page, key: str, label: str) -> None:
    """Press a key until the focus is on the link or button of that name."""
    for _ in range(40):
        focused = page.evaluate(
            "document.activeElement.matches('a, button') && document.activeElement.textContent"
        )
        if focused and label in focused:
            return
        press(page, key)
    raise AssertionError(f"{label} cannot be reached by {key}")


def log_in(page: Page, house: str, username: str) -> None:
    """With the keyboard."""
    page.goto(house)
    press(page, "Tab") if page.evaluate("document.activeElement.name") != "username" else None
    page.keyboard.type(username)
    press(page, "Tab")
    page.keyboard.type(town.PASSWORD)
    press(page, "Enter")
    expect(page.locator("h1")).to_have_text("今日の仕事")


def ready(page: Page) -> None:
    """Wait until the picture is on the screen and the page takes keys."""
    expect(page.locator("html")).to_have_attribute("data-ready", "yes")


def until(page: Page, true: str) -> None:
    """Wait for a script's answer (Playwright's own waiting evaluates in the page, which the page's policy forbids)."""
    for _ in range(PATIENCE // 50):
        if page.evaluate(true):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {true}")


def opened(browser: Browser, **options: object) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 800}, **options).new_page()
    page.set_default_timeout(PATIENCE)
    return page


def assert_confirmed(case: Case) -> None:
    """The case is ready with what is written, and the clerk's values carry her name and her time."""
    with town.in_yakuba_city():
        case.refresh_from_db()
        assert case.status == Status.READY
        assert values_of(case) == WRITTEN
        by_person = CaseValue.objects.filter(case=case, origin=CaseValue.Origin.PERSON)
        assert set(by_person.values_list("field", "confirmed_by__username")) == {
            (field, "madoguchi") for field in READ
        }
        seconds = CaseEvent.objects.filter(case=case, kind="ledger.value_confirmed").values_list("seconds")
        assert len(seconds) == 4
        assert all(0 < spent < 120 for (spent,) in seconds)


def test_a_clerk_confirms_with_the_keyboard_alone(case, house, browser, turn):
    page = opened(browser)
    log_in(page, house, "madoguchi")
    expect(page.locator(".queue", has_text="確認待ちの値").locator(".queue__count")).to_have_text("4件")
    press_until(page, "Tab", "確認を始める")
    press(page, "Enter")
    for heading in ("氏名", "住所"):  # read rightly: one look, one key
        expect(page.locator("h1")).to_have_text(heading)
        ready(page)
        assert page.evaluate("document.querySelector('.crop img').naturalWidth") > 100
        press(page, "Enter")
    expect(page.locator("h1")).to_have_text("電話番号")  # read wrongly: typing replaces what stands there
    ready(page)
    page.keyboard.type("03(1234)5678")
    press(page, "Enter")
    expect(page.locator("h1")).to_have_text("受取方法")  # a mark that was not seen: choose by its number
    ready(page)
    press(page, "Enter")
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    assert page.locator("h1").inner_text() == "受取方法", "a doubtful mark is not waved through"
    press(page, "2", "Enter")
    expect(page.locator("main")).to_contain_text("すべて済みました")
    with turn:
        assert_confirmed(case)


def test_each_key_shown_on_the_page_does_what_it_says(case, house, browser, turn):
    with turn, town.in_yakuba_city():
        Question.objects.filter(field="phone").update(candidates=["0312345670", WRITTEN["phone"]])
    page = opened(browser)
    log_in(page, house, "madoguchi")
    page.goto(house + "/reading/confirm/")
    heading = page.locator("h1")
    expect(heading).to_have_text("氏名")
    ready(page)
    page.keyboard.type("山田花")  # half typed
    press(page, "F2")
    expect(page.get_by_role("region", name="用紙全体")).to_be_visible()
    ready(page)
    expect(page.locator("input[name=value]")).to_have_value("山田花")
    press(page, "F2")
    expect(page.get_by_role("region", name="用紙全体")).to_have_count(0)
    ready(page)
    page.keyboard.type("山田太郎")
    press(page, "Enter")
    expect(heading).to_have_text("住所")
    ready(page)
    press(page, "F7")  # back to the value just confirmed
    expect(heading).to_have_text("氏名")
    ready(page)
    expect(page.locator("input[name=value]")).to_have_value("山田太郎")
    press(page, "Enter")
    expect(heading).to_have_text("住所")
    ready(page)
    press(page, "Enter")
    expect(heading).to_have_text("電話番号")
    ready(page)
    press(page, "Alt+2")  # the second of the readings that are offered
    expect(heading).to_have_text("受取方法")
    ready(page)
    press(page, "F4")  # opens the reason and puts the cursor there
    page.keyboard.insert_text("字が薄い")
    press(page, "Enter")
    expect(page.locator("main")).to_contain_text("保留した値が残っています")
    with turn, town.in_yakuba_city():
        assert values_of(case)["phone"] == WRITTEN["phone"]
        assert Question.objects.get(field="delivery").hold_reason == "字が薄い"
        case.refresh_from_db()
        assert case.status == Status.CONFIRMING


class Late:
    """Pictures of fields that come only when they are let through."""

    def __init__(self, page: Page) -> None:
        self.waiting: list[Route] | None = []
        page.route("**/reading/cases/**", self._asked)

    def _asked(self, route: Route) -> None:
        if self.waiting is None:
            route.continue_()
        else:
            self.waiting.append(route)

    def let_through(self) -> None:
        routes, self.waiting = self.waiting or [], None
        for route in routes:
            route.continue_()


def confirming(browser: Browser, house: str) -> Page:
    """The confirmation page of the name, before its picture has come."""
    page = opened(browser)
    log_in(page, house, "madoguchi")
    return page


def test_keys_pressed_before_the_picture_is_there_do_nothing(case, house, browser, turn):
    page = confirming(browser, house)
    late = Late(page)
    page.goto(house + "/reading/confirm/", wait_until="commit")
    expect(page.locator("h1")).to_have_text("氏名")
    expect(page.locator("html")).not_to_have_attribute("data-ready", "yes")
    page.keyboard.type("9999")
    page.keyboard.insert_text("申請者に電話して聞く")  # as an input method does
    press(page, "Enter", "Enter", "F7", "F4", "Alt+1")
    late.let_through()
    ready(page)
    expect(page.locator("h1")).to_have_text("氏名")
    expect(page.locator("input[name=value]")).to_have_value("山田太郎")
    expect(page.get_by_text("押されたキーは、受け取っていません")).to_be_visible()
    assert page.evaluate("getSelection().toString()") == "山田太郎", "typing replaces the old value"
    with turn, town.in_yakuba_city():
        assert not Question.objects.filter(state="answered").exists()


def test_what_is_typed_while_the_next_value_comes_stays_out_of_it(case, house, browser, turn):
    page = confirming(browser, house)
    page.goto(house + "/reading/confirm/")
    ready(page)
    late = Late(page)
    page.keyboard.down("Enter")  # confirms 氏名, and is held down
    for _ in range(5):
        page.keyboard.down("Enter")
        page.keyboard.type("9")
    expect(page.locator("h1")).to_have_text("住所")
    page.keyboard.down("Enter")
    page.keyboard.type("99")
    late.let_through()
    ready(page)
    for _ in range(5):
        page.keyboard.down("Enter")  # still held: the page is open, and a held key confirms nothing
    page.keyboard.up("Enter")
    expect(page.locator("h1")).to_have_text("住所")
    expect(page.locator("input[name=value]")).to_have_value(READ["address"])
    with turn, town.in_yakuba_city():
        assert list(Question.objects.filter(state="answered").values_list("field", flat=True)) == ["name"]
        assert values_of(case)["name"] == "山田太郎"
        assert CaseEvent.objects.filter(case=case, kind="ledger.value_confirmed").count() == 1


def test_without_its_picture_nothing_is_confirmed_by_a_key(case, house, browser, turn):
    page = confirming(browser, house)
    page.route("**/reading/cases/**", lambda route: route.abort())
    page.goto(house + "/reading/confirm/")
    ready(page)
    expect(page.get_by_text("画像を表示できません")).to_be_visible()
    page.locator("h1").click()
    press(page, "Enter")
    with turn, town.in_yakuba_city():
        assert not Question.objects.filter(state="answered").exists()
    page.get_by_role("button", name="原本を見て入力する").click()
    page.keyboard.type("山田太朗")
    press(page, "Enter")
    expect(page.locator("h1")).to_have_text("住所")
    with turn, town.in_yakuba_city():
        assert values_of(case)["name"] == "山田太朗"


def test_the_implausible_takes_a_second_enter(case, house, browser, turn):
    page = confirming(browser, house)
    page.goto(house + "/reading/confirm/")
    for odd, words in (("申請者に電話して聞く", "覚え書き"), ("山田太郎山田太郎", "二度")):
        ready(page)
        page.keyboard.type(odd)
        press(page, "Enter")
        expect(page.get_by_role("alert").filter(has_text=words)).to_be_visible()
        expect(page.locator("input[name=value]")).to_have_value(odd)
    with turn, town.in_yakuba_city():
        assert not Question.objects.filter(state="answered").exists()
    ready(page)
    press(page, "Enter")  # the paper does say so
    expect(page.locator("h1")).to_have_text("住所")
    with turn, town.in_yakuba_city():
        assert values_of(case)["name"] == "山田太郎山田太郎"


def test_the_value_of_a_correction_is_replaced_by_typing(case, house, browser, turn):
    with turn, town.in_yakuba_city():
        Question.objects.update(state="answered")
        Case.objects.update(status=Status.ENTERED, target_number="K-17")
    page = confirming(browser, house)
    page.goto(f"{house}/cases/{case.pk}/")
    page.get_by_role("link", name=re.compile("誤りを訂正する.*：氏名")).click()
    box = page.get_by_label("正しい値（氏名）")
    expect(box).to_be_focused()
    until(page, "getSelection().toString() !== ''")
    page.keyboard.type("山田太朗")
    expect(box).to_have_value("山田太朗")
    page.get_by_label("気づいたきっかけ").fill("申請者からの連絡")
    page.get_by_role("button", name="訂正を始める").click()
    expect(page.locator("main")).to_contain_text("山田太郎 から 山田太朗 に直します")
    page.get_by_role("button", name="直した", exact=True).click()
    expect(page.locator("main")).to_contain_text("基幹システムも直しました")


def test_the_same_confirmation_without_javascript(case, house, browser, turn):
    page = opened(browser, java_script_enabled=False)
    page.goto(house)
    page.get_by_label("職員ID").fill("madoguchi")
    page.get_by_label("パスワード").fill(town.PASSWORD)
    page.get_by_role("button", name="ログイン").click()
    page.get_by_role("link", name="確認を始める").first.click()
    confirm = page.get_by_role("button", name=re.compile("確定して次へ"))
    for heading in ("氏名", "住所"):
        expect(page.locator("h1")).to_have_text(heading)
        confirm.click()
    page.get_by_label("電話番号").fill("03-1234-5678")
    confirm.click()
    expect(page.locator("h1")).to_have_text("受取方法")
    page.get_by_label("郵送").check()
    confirm.click()
    expect(page.locator("main")).to_contain_text("すべて済みました")
    with turn:
        assert_confirmed(case)


@pytest.fixture
def scan(tmp_path) -> Path:
    """A clean scan of one bus pass application."""
    script = Path(settings.YAKUBA.samples_dir) / "generator" / "generate.py"
    options = ["--only", "bus-pass", "--sheets", "1", "--seed", "32", "--clean", "--out", str(tmp_path)]
    subprocess.run([sys.executable, str(script), *options], check=True, capture_output=True)
    (path,) = (path for path in tmp_path.iterdir() if path.name != "truth.jsonl")
    return path


def test_a_pile_with_a_file_that_is_no_scan_goes_on(transactional_db, scan, house, browser, turn):
    town.load_town("http://127.0.0.1:9")
    page = opened(browser)
    log_in(page, house, "madoguchi")
    page.goto(house + "/reading/upload/")
    letter = {"name": "お知らせ.pdf", "mimeType": "application/pdf", "buffer": "拝啓 時下ますます".encode()}
    good = {"name": scan.name, "mimeType": "application/octet-stream", "buffer": scan.read_bytes()}
    page.get_by_label("スキャンした申請書").set_input_files([letter, good])
    page.get_by_label("束の名前").fill("窓口分")
    page.get_by_role("button", name="取り込む").click()
    expect(page.locator("h1")).to_have_text("窓口分")
    expect(page.get_by_text("1個のファイルは受け取れませんでした")).to_be_visible()
    refused = page.get_by_role("row").filter(has_text="お知らせ.pdf")
    expect(refused).to_contain_text("受け取れません")
    expect(refused).to_contain_text("PDF")
    expect(page.get_by_role("row").filter(has_text=scan.name)).to_contain_text("ページに分けています")
    with turn, town.in_yakuba_city():
        Desk(town.user("madoguchi"), Scans({}, {})).work()
    # The page refreshes itself until the work is done.
    expect(page.locator("#cases")).to_contain_text("コミュニティバス乗車券申請", timeout=PATIENCE)
    figures = page.locator(".figures")
    expect(figures).to_contain_text("用紙1枚")
    expect(figures).to_contain_text("読み取った項目13個")
    expect(page.locator("#live")).not_to_have_attribute("hx-get", re.compile("."))
    page.goto(house)
    expect(page.get_by_role("heading", name="受け取れないファイル：お知らせ.pdf")).to_be_visible()
