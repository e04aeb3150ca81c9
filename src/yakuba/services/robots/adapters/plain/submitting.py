"""What a browser would send for a form or a link: the HTML standard's form submission, for plain forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import quote, quote_plus, urljoin, urlsplit, urlunsplit

from yakuba.services.robots.adapters.plain.filling import disabled, off, selected, value_of
from yakuba.services.robots.adapters.plain.finding import Field, Fields, type_of
from yakuba.services.robots.adapters.plain.letters import Unwritable, encoded
from yakuba.services.robots.adapters.plain.parsing import Document, Node
from yakuba.services.robots.adapters.watch import Sending
from yakuba.services.robots.engine.errors import NotPlain

URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
BOUNDARY = "----YakubaFormBoundary"
_OWN_WINDOW = frozenset({"", "_self", "_top", "_parent"})
_DRAWN = frozenset({"range", "color"})  # they have a value that nobody gave
_CLEANED = frozenset({"number", "date", "month", "week", "time", "datetime-local"})
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BUTTONS = frozenset({"submit", "button", "image", "reset"})
_BLANKS = re.compile("[\t\n\f\r ]+")  # wide blanks stay
_NUMBER = re.compile(r"-?[0-9]{1,15}")
_KEPT = "/%:=&~+!$,;'@()*[]?"


@dataclass(frozen=True)
class Part:
    """One pair of what is sent, with the control it comes from."""

    name: str
    value: str = field(repr=False)
    control: Node = field(repr=False)


@dataclass(frozen=True)
class Submission:
    """A request with its pairs in order; a link has none."""

    sending: Sending
    parts: tuple[Part, ...] = ()


def follow(document: Document, link: Node) -> Submission:
    """What pressing a link asks for. Raises `NotPlain`."""
    _own_window(link)
    href = (link.get("href") or "").strip()
    if link.get("download") is not None or href.startswith("#") or not href:
        raise NotPlain("このリンクは画面のプログラムを使うため、ブラウザーで入力します。")
    return Submission(Sending("GET", _address(document, href)))


def submit(document: Document, fields: Fields, button: Field) -> Submission:
    """What pressing a button sends. Raises `NotPlain`."""
    pressed = button.first
    form = fields.form_of(pressed)
    if form is None or type_of(pressed) != "submit" or disabled(pressed):
        raise NotPlain("このボタンは画面のプログラムを使うため、ブラウザーで入力します。")
    _own_window(form)
    _own_window(pressed, "formtarget")
    method = (pressed.get("formmethod") or form.get("method") or "get").strip().lower()
    kind = (pressed.get("formenctype") or form.get("enctype") or URLENCODED).strip().lower()
    if method not in ("get", "post") or kind not in (URLENCODED, MULTIPART) or form.get("accept-charset"):
        raise NotPlain("この送り方はブラウザーで行います。")
    owned = list(_controls(document, fields, form))
    if form.get("novalidate") is None and pressed.get("formnovalidate") is None:
        for one in owned:
            _check(one)
    parts = tuple(_parts(document, owned, pressed))
    action = _address(document, (pressed.get("formaction") or form.get("action") or "").strip())
    if method == "get":
        pieces = urlsplit(action)
        action = urlunsplit(pieces._replace(query=_urlencoded(document, parts)))
        return Submission(Sending("GET", action), parts)
    if kind == MULTIPART:
        body, kind = _multipart(document, parts), f"{MULTIPART}; boundary={BOUNDARY}"
    else:
        body = _urlencoded(document, parts).encode("ascii")
    return Submission(Sending("POST", action, body, kind), parts)


def _own_window(node: Node, attribute: str = "target") -> None:
    if (node.get(attribute) or "").strip().lower() not in _OWN_WINDOW:
        raise NotPlain("この操作は別の窓を開くため、ブラウザーで入力します。")


def _address(document: Document, written: str) -> str:
    url = urlsplit(urljoin(document.url, written))
    if url.scheme not in ("http", "https"):
        raise NotPlain("この操作は画面のプログラムを使うため、ブラウザーで入力します。")
    path = quote(url.path or "/", safe=_KEPT)
    try:
        query = quote(encoded(url.query, document.codec), safe=_KEPT)
    except Unwritable:
        raise NotPlain("画面の文字コードで書けない行き先のため、ブラウザーで入力します。") from None
    return urlunsplit((url.scheme, url.netloc, path, query, ""))


def _controls(document: Document, fields: Fields, form: Node) -> Iterator[Node]:
    for one in document.root.iter("input", "select", "textarea", "button"):
        if fields.form_of(one) is form and next(one.iterancestors("datalist", "template"), None) is None:
            yield one


def _parts(document: Document, owned: list[Node], pressed: Node) -> Iterator[Part]:
    for one in owned:
        if disabled(one) or not one.get("name"):
            continue
        if one.get("dirname") is not None or (one.tag == "input" and type_of(one) in _DRAWN):
            raise NotPlain("この欄は画面の部品が値を決めるため、ブラウザーで入力します。")
        if one.tag == "input" and type_of(one) in _CLEANED and not _stays(one):
            raise NotPlain("この欄の値は画面の部品が直すため、ブラウザーで入力します。")
        for value in _sent(document, one, pressed):
            yield Part(one.get("name"), value, one)


def _stays(one: Node) -> bool:
    """Whether a browser would leave the value of a number or a date as it stands; where nobody can say, it is not."""
    value = value_of(one)
    if type_of(one) == "date" and _DATE.fullmatch(value):
        try:
            return bool(date.fromisoformat(value))
        except ValueError:
            return False
    return not value or (type_of(one) == "number" and bool(_NUMBER.fullmatch(value)))


def _sent(document: Document, one: Node, pressed: Node) -> list[str]:
    """The values that a control gives."""
    kind = type_of(one)
    if one.tag == "select":
        return [_worth(option) for option in selected(one) if not off(option)]
    if one.tag == "button" or (one.tag == "input" and kind in _BUTTONS):
        return [one.get("value") or ""] if one is pressed else []
    if one.tag == "input" and kind in ("radio", "checkbox"):
        return [one.get("value", "on")] if one.get("checked") is not None else []
    if kind == "hidden":
        return [document.charset if one.get("name") == "_charset_" else one.get("value") or ""]
    return [value_of(one)]


def _worth(option: Node) -> str:
    value = option.get("value")
    return _BLANKS.sub(" ", "".join(option.itertext())).strip(" ") if value is None else value


def _check(control: Node) -> None:
    """The page's own rules for its fields, as far as they are plain; what is beyond them the browser judges."""
    kind = type_of(control)
    if (
        disabled(control)
        or control.get("readonly") is not None
        or kind in ("hidden", "submit", "button", "reset")
    ):
        return
    if control.tag == "input" and kind in ("radio", "checkbox"):
        value = "on" if control.get("checked") is not None else ""
        if control.get("required") is not None and (kind == "radio" or not value):
            raise _rules() if kind == "checkbox" else NotPlain("必須の選択肢は、ブラウザーで確かめます。")
        return
    value = (
        "".join(one.get("value", " ") for one in selected(control))
        if control.tag == "select"
        else value_of(control)
    )
    if control.get("required") is not None and not value:
        raise _rules()
    if not value or control.tag == "select":
        return
    least, pattern = control.get("minlength") or "0", control.get("pattern")
    if (
        not (least.isascii() and least.isdecimal())
        or len(value) < int(least)
        or (pattern is not None and not _fits(pattern, value))
    ):
        raise _rules()
    beyond = any(control.get(name) is not None for name in ("min", "max", "step"))
    if control.tag == "input" and (
        kind in ("email", "url") or (kind == "number" and (beyond or not _NUMBER.fullmatch(value)))
    ):
        raise _rules()


def _rules() -> NotPlain:
    return NotPlain("画面の入力規則に合うかどうかを、ブラウザーで確かめます。")


def _fits(pattern: str, value: str) -> bool:
    if "\\" in pattern and not value.isascii():
        return False  # what digits, letters and blanks are is another thing in a browser
    try:
        return bool(re.fullmatch(pattern, value, re.ASCII))
    except re.error:
        return False


def _encoded(document: Document, text: str) -> bytes:
    crlf = re.sub("\r\n|\r|\n", "\r\n", text)
    try:
        return encoded(crlf, document.codec)
    except Unwritable:
        raise NotPlain("画面の文字コードで書けない文字があるため、ブラウザーで入力します。") from None


def _urlencoded(document: Document, parts: tuple[Part, ...]) -> str:
    def one(text: str) -> str:
        return quote_plus(_encoded(document, text), safe="*").replace("~", "%7E")

    return "&".join(f"{one(part.name)}={one(part.value)}" for part in parts)


def _multipart(document: Document, parts: tuple[Part, ...]) -> bytes:
    pieces = []
    for part in parts:
        name = _encoded(document, part.name).replace(b'"', b"%22").replace(b"\r\n", b"%0D%0A")
        head = b'Content-Disposition: form-data; name="' + name + b'"'
        if type_of(part.control) == "file":
            head += b'; filename=""\r\nContent-Type: application/octet-stream'
        value = _encoded(document, part.value)
        if BOUNDARY.encode() in name + value:
            raise NotPlain("区切りと同じ文字の値があるため、ブラウザーで入力します。")
        pieces.append(b"--" + BOUNDARY.encode() + b"\r\n" + head + b"\r\n\r\n" + value + b"\r\n")
    return b"".join(pieces) + b"--" + BOUNDARY.encode() + b"--\r\n"
