"""Pages that take, check or form a value in what they hear of keys."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from yakuba.services.robots.adapters.chromium import ChromiumBrowser
from yakuba.services.robots.engine.browser import Entry, Verdict
from yakuba.services.robots.engine.scenario import Element, EntryKind, Role
from yakuba.services.robots.tests.pages import Pages

pytestmark = pytest.mark.browser

GO = Element(Role.BUTTON, "次へ")
FORM = (
    "<h1>入力</h1><script>let typed = ''</script><form action=/done onsubmit=\"kept.value = typed\"><label>欄 <input {}></label>"
    "<input type=hidden id=kept name=kept><button id=go {}>次へ</button></form>"
)
DIGITS = "this.value.replace(/[^0-9]/g, '')"
PAGES = {
    "/done": "<h1>完了</h1>",
    "/keyup-keeps": FORM.format('onkeyup="typed = this.value"', ""),
    "/keydown-spells": FORM.format(
        "onkeydown=\"typed = event.key === 'Delete' ? '' : typed + event.key\"", ""
    ),
    "/keypress-spells": FORM.format('onkeypress="typed += String.fromCharCode(event.charCode)"', ""),
    "/composition-keeps": FORM.format("id=c", "").replace(
        "</form>", "</form><script>c.addEventListener('compositionend', (e) => { typed += e.data })</script>"
    ),
    "/keydown-writes-itself": FORM.format(
        'onkeydown="event.preventDefault(); this.value += event.key; typed = this.value"', ""
    ),
    "/keyup-enables": FORM.format('onkeyup="go.disabled = !this.value; typed = this.value"', "disabled"),
    "/keyup-validates": FORM.format(
        "onkeyup=\"this.setCustomValidity(/^[0-9]{7}$/.test(this.value) ? '' : '7桁'); typed = this.value\" required",
        "",
    ),
    "/keydown-only-digits": FORM.format(
        'onkeydown="if (event.keyCode < 48 || event.keyCode > 57) event.preventDefault()" onkeyup="typed = this.value"',
        "",
    ),
    "/keyup-forms": FORM.format(
        f"onkeyup=\"const d = {DIGITS}; this.value = d.length > 3 ? d.slice(0, 3) + '-' + d.slice(3) : d; typed = this.value\"",
        "",
    ),
    "/blur-makes-wide": FORM.format(
        'onblur="this.value = this.value.replace(/[0-9]/g, (d) => String.fromCharCode(d.charCodeAt(0) + 0xFEE0)); typed = this.value"',
        "",
    ),
    "/input-upper": FORM.format('oninput="this.value = this.value.toUpperCase()"', ""),
    "/drops-a-digit": FORM.format(f'onkeyup="this.value = {DIGITS}.slice(0, 5)"', ""),
    "/drops-the-hyphen": FORM.format(f'onkeyup="this.value = {DIGITS}"', ""),
    "/date": FORM.format('type=date onkeyup="typed = this.value"', ""),
    "/number": FORM.format('type=number step=any onkeyup="typed = this.value"', ""),
    "/filled": FORM.format('value=前の値 onkeyup="typed = this.value"', ""),
    "/keeps-in-a-moment": FORM.format(
        'onkeyup="const c = this; clearTimeout(window.t); window.t = setTimeout(() => { typed = c.value }, 400)"',
        "",
    ),
    "/keeps-when-still": FORM.format(
        'onkeyup="last = Date.now(); waits = waits || setTimeout(still, 200)"', ""
    ).replace(
        "let typed = ''",
        "let typed = '', waits = 0, last = 0; const still = () => { const left = last + 200 - Date.now();"
        " if (left > 0) waits = setTimeout(still, left); else { waits = 0; typed = document.querySelector('input').value } }",
    ),
    "/asks-for-ever": FORM.format(
        'onkeyup="typed = this.value; const again = () => setTimeout(again, 50); again()"', ""
    ),
    "/drops-in-a-moment": FORM.format(
        "onkeyup=\"const c = this; clearTimeout(window.t); window.t = setTimeout(() => { c.value = c.value.replace('1', '2') }, 350)\"",
        "",
    ),
    "/notes": FORM.format("id=x", "").replace(
        "<input id=x>",
        '<textarea onkeydown="if (event.key === \'Enter\') event.preventDefault()" onkeyup="typed = this.value"></textarea>',
    ),
}


@pytest.fixture(scope="module")
def pages() -> Iterator[Pages]:
    server = Pages(dict(PAGES))
    yield server
    server.close()


def field(value: str) -> Entry:
    return Entry(Element(Role.FIELD, "欄"), EntryKind.TEXT, (value,))


@pytest.mark.parametrize(
    ("path", "value", "kept"),
    [
        ("/keyup-keeps", "山田太郎", "山田太郎"),
        ("/keyup-keeps", "MARIA CLARA", "MARIA CLARA"),
        ("/keydown-spells", "Ab-12 3", "Ab-12 3"),
        ("/keypress-spells", "a1/2", "a1/2"),
        ("/composition-keeps", "ヤマダ", "ヤマダ"),
        ("/keydown-writes-itself", "0312", "0312"),
        ("/keyup-enables", "山田", "山田"),
        ("/keyup-validates", "1000001", "1000001"),
        ("/keydown-only-digits", "1000001", "1000001"),
        ("/keyup-forms", "1000001", "100-0001"),
        ("/blur-makes-wide", "1234", "１２３４"),
        ("/date", "2026-04-01", "2026-04-01"),
        ("/number", "-12.5", "-12.5"),
        ("/keeps-in-a-moment", "山田太郎", "山田太郎"),
        ("/keeps-when-still", "1000001", "1000001"),
        ("/asks-for-ever", "1000001", "1000001"),
        ("/filled", "山田a", "山田a"),
        ("/filled", "", ""),
        ("/notes", "一行目\n二行目", "一行目\n二行目"),
    ],
)
def test_what_a_page_takes_from_keys_is_what_was_typed(
    path: str, value: str, kept: str, browser: ChromiumBrowser, pages: Pages
) -> None:
    browser.open(pages.base + path)
    assert [one.verdict for one in browser.fill([field(value)])] == [Verdict.OK]
    assert browser.can_press(GO).verdict is Verdict.OK
    page = browser.press(GO, [field(value)], leaves=True, dialog="").page
    assert page is not None
    sent = parse_qs(urlsplit(page.url).query, keep_blank_values=True)["kept"][0]
    assert sent.replace("\r\n", "\n") == kept


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/input-upper", "abc"),
        ("/drops-a-digit", "1000001"),
        ("/drops-the-hyphen", "1-2"),
        ("/keydown-only-digits", "1a2"),
    ],
)
def test_what_a_page_makes_of_a_value_is_told_when_it_says_something_else(
    path: str, value: str, browser: ChromiumBrowser, pages: Pages
) -> None:
    browser.open(pages.base + path)
    assert browser.fill([field(value)])[0].verdict is Verdict.NOT_LANDED


def test_what_a_page_changes_in_a_moment_stops_the_press(browser: ChromiumBrowser, pages: Pages) -> None:
    browser.open(pages.base + "/drops-in-a-moment")
    assert [one.verdict for one in browser.fill([field("1234567")])] == [Verdict.OK]
    pressed = browser.press(GO, [field("1234567")], leaves=True, dialog="")
    assert [one.verdict for one in pressed.entries] == [Verdict.NOT_LANDED]
    assert pressed.page is None
