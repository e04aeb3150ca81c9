"""What the fast lane sends for a form, where a browser would send something else, and what it takes for the same page."""

from __future__ import annotations

from html import unescape
from urllib.parse import parse_qsl

import pytest

from yakuba.services.robots.adapters.plain.browser import PlainPage
from yakuba.services.robots.adapters.plain.evidence import Exchange, written
from yakuba.services.robots.adapters.plain.fingerprint import fingerprint, programs
from yakuba.services.robots.adapters.plain.submitting import Submission
from yakuba.services.robots.adapters.plain.wire import Got
from yakuba.services.robots.engine.browser import Entry, EntryKind, Hidden, Verdict
from yakuba.services.robots.engine.errors import NotPlain
from yakuba.services.robots.engine.scenario import Element, Role

SEND = Element(Role.BUTTON, "送る")


def page(body: str, head: str = "", charset: str = "utf-8", url: str = "http://h/a") -> PlainPage:
    text = f"<!DOCTYPE html><html><head>{head}<title>t</title></head><body><h1>t</h1>{body}</body></html>"
    codec = {"Shift_JIS": "cp932"}.get(charset, charset)
    return PlainPage(Got(url, 200, f"text/html; charset={charset}", text.encode(codec)))


def form(inside: str, about: str = 'method="post" action="/b"') -> PlainPage:
    return page(f"<form {about}>{inside}<button>送る</button></form>")


def mark(one: PlainPage) -> str:
    return fingerprint(one.document, one.fields, lambda url: url)


def sent(one: PlainPage) -> bytes:
    found = one.submission(SEND)
    assert isinstance(found, Submission)
    return found.sending.body or b""


def put(one: PlainPage, label: str, text: str, kind: EntryKind = EntryKind.TEXT) -> Verdict:
    return one.fill([Entry(Element(Role.FIELD, label), kind, (text,))])[0].verdict


def test_wide_blanks_of_an_option_without_a_value_stay() -> None:
    one = form("<label>区分<select name=k><option>\n Ａ　Ｂ\u00a0Ｃ  Ｄ\n</select></label>")
    assert sent(one) == b"k=" + b"%EF%BC%A1%E3%80%80%EF%BC%A2%C2%A0%EF%BC%A3+%EF%BC%A4"


def test_an_option_of_a_set_that_is_off_is_not_sent() -> None:
    one = form("<select name=k><optgroup disabled><option value=1 selected>a</optgroup></select>")
    assert sent(one) == b""


def test_a_value_cannot_add_pieces_to_a_form_in_pieces() -> None:
    one = form(
        '<label>備考<textarea name="m"></textarea></label>', 'method="post" enctype="multipart/form-data"'
    )
    put(
        one, "備考", '\r\n------YakubaFormBoundary\r\nContent-Disposition: form-data; name="act"\r\n\r\nstore'
    )
    with pytest.raises(NotPlain):
        one.submission(SEND)


@pytest.mark.parametrize("value", ["１２３４", "٣٣٣٣"])
def test_what_digits_are_is_judged_by_the_browser(value: str) -> None:
    one = form(r'<label>番号<input name="n" pattern="\d{4}" maxlength="²"></label>')
    put(one, "番号", value)
    with pytest.raises(NotPlain):
        one.submission(SEND)
    assert put(one, "番号", "1234") is Verdict.OK
    assert sent(one) == b"n=1234"


@pytest.mark.parametrize("value", ["a\0b", "a\x0bb", "a\x1bb", "\ud800", "\na"])
def test_letters_that_stand_in_no_page_are_the_browsers(value: str) -> None:
    with pytest.raises(NotPlain):
        put(form('<label>氏名<input name="n"></label>'), "氏名", value)


def test_line_ends_are_written_as_a_browser_does() -> None:
    one = form('<label>備考<textarea name="m"></textarea></label>')
    assert put(one, "備考", "a\r\nb\nc") is Verdict.OK
    assert sent(one) == b"m=a%0D%0Ab%0D%0Ac"


@pytest.mark.parametrize("text", ["a<b>c</b>", "a<!-- x -->b", "3<5", "a&copy=1"])
def test_signs_in_a_text_field_are_read_as_by_a_browser(text: str) -> None:
    assert parse_qsl(sent(form(f"<textarea name=m>{text}</textarea>")).decode()) == [("m", unescape(text))]


def test_a_page_that_a_browser_reads_otherwise_is_its() -> None:
    with pytest.raises(NotPlain):
        form("<p>a\0b</p>")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('method="post" action="/b?do=check"', 'method="post" action="/b?do=store"'),
        ('method="post" action="/b"', 'method="post" action="http://other/b"'),
        ('method="post" action="/b"', 'method="post" action="https://h/b"'),
        ('method="post" action="/b"', 'method="post" action="/b?auto=1"'),
    ],
)
def test_a_form_that_leads_elsewhere_is_another_page(before: str, after: str) -> None:
    assert mark(form("", before)) != mark(form("", after))


def test_a_session_in_the_address_of_a_form_is_no_other_page() -> None:
    one, two = (f'method="post" action="/b?do=check&amp;sid={sid}"' for sid in ("5f3a9c", "77ee01"))
    assert mark(form("", one)) == mark(form("", two))


@pytest.mark.parametrize("kind", ["text/x-javascript", "text/x-ecmascript", "text/javascript", "", "x/y"])
def test_old_names_of_programs_are_programs(kind: str) -> None:
    one = page("", f'<script type="{kind}">x()</script>')
    assert programs(one.document, lambda url: url)
    assert mark(one) != mark(page("", f'<script type="{kind}">y()</script>'))


@pytest.mark.parametrize(
    "script",
    [
        '<script type="module" src="/x.js"></script>',
        '<script>import("/x.js")</script>',
        "<script type=importmap>{}</script>",
    ],
)
def test_a_program_that_fetches_others_is_the_browsers(script: str) -> None:
    with pytest.raises(NotPlain):
        mark(page("", script))


def test_the_evidence_has_nothing_of_an_address_that_may_be_the_sessions() -> None:
    one = page("")
    text = written(
        [Exchange("GET", "http://h/a;jsessionid=AB12/b?sid=XY34&no=1", (), one.see())], Hidden((), (), ())
    )
    assert "AB12" not in text.decode()
    assert "XY34" not in text.decode()
    assert "/a/b?sid=" in text.decode()


def test_a_page_that_is_too_deep_to_be_read_whole_is_the_browsers() -> None:
    with pytest.raises(NotPlain, match="深く"):
        form("<font>" * 300)


def test_blanks_around_an_address_are_taken_off_as_by_a_browser() -> None:
    one = form('<input type="email" name="e" value=" a@b ">', 'method="post" action="/b" novalidate')
    assert sent(one) == b"e=a%40b"


@pytest.mark.parametrize(
    ("kind", "value", "stays"),
    [("number", "12", True), ("number", "十二", False), ("number", "", True), ("date", "2026-02-28", True),
     ("date", "2026-02-30", False), ("date", "令和8年", False), ("time", "25:00", False)],
)  # fmt: skip
def test_a_value_that_a_browser_would_clear_is_not_sent(kind: str, value: str, stays: bool) -> None:
    one = form(f'<input type="{kind}" name="v" value="{value}">', 'method="post" action="/b" novalidate')
    if stays:
        assert sent(one) == f"v={value}".encode()
    else:
        with pytest.raises(NotPlain):
            one.submission(SEND)
