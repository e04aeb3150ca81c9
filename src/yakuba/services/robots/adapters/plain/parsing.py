"""A page as parsed: its tree, its letters, and the text that people would see of it."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from lxml import etree

from yakuba.services.robots.adapters.plain.letters import decoded
from yakuba.services.robots.adapters.plain.wire import Got
from yakuba.services.robots.engine.errors import NotPlain

Node = Any  # lxml's elements have no types

#: What the encoding standard calls by other names than Python, and writes a little otherwise.
_CODECS = {
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932",
    "ms932": "cp932", "ms_kanji": "cp932", "csshiftjis": "cp932", "utf-8": "utf-8", "utf8": "utf-8",
    "unicode-1-1-utf-8": "utf-8", "euc-jp": "euc_jp", "x-euc-jp": "euc_jp", "us-ascii": "cp1252",
    "ascii": "cp1252", "iso-8859-1": "cp1252", "latin1": "cp1252", "windows-1252": "cp1252",
}  # fmt: skip
_NAMES = {"cp932": "Shift_JIS", "utf-8": "UTF-8", "euc_jp": "EUC-JP", "cp1252": "windows-1252"}
_IN_HEAD = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.IGNORECASE)
_IN_TYPE = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9_.:-]+)""", re.IGNORECASE)

# Only what script programs or several documents make of a page; the browser does those.
_NEVER = "iframe", "frame", "frameset", "object", "embed", "applet", "base"
_WITH_ID = etree.XPath("//*[@id]")
_UNSEEN = frozenset({"script", "style", "head", "title", "template", "noscript", "datalist", "link", "meta"})
_BLOCK = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "optgroup",
        "option",
        "p",
        "pre",
        "search",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
_HIDDEN_STYLE = re.compile(r"(display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)

_MARKED = r"[(\[【〔<]?(?:必須|任意|要入力)[)\]】〕>]?"
_MARKS = re.compile(rf"^(?:[※*●○■□◆◇▼▶・★☆]|{_MARKED}(?=.))+|(?:[※*★:]|{_MARKED})+$")
_OTHERS = re.compile("[^\uf900-\ufaff\U0002f800-\U0002fa1f]+")
_BLANK = re.compile(r"[\s\ufeff]+")


@lru_cache(4096)
def bare(text: str) -> str:
    """Text as labels are compared; see `page/text.js`."""
    squeezed = _OTHERS.sub(lambda part: unicodedata.normalize("NFKC", part[0]), text)
    return _MARKS.sub("", _BLANK.sub("", squeezed))


def line(text: str | None) -> str:
    """Text with every run of blanks as one."""
    return " ".join((text or "").split())


class Document:
    """One page. codec: Python's name of its encoding; charset: the standard's.  Raises `NotPlain` where nobody can say
    how it is written, or where it is made of several documents."""

    def __init__(self, got: Got) -> None:
        self.url, self.status = got.url, got.status
        if got.kind.partition(";")[0].strip().lower() not in ("text/html", "application/xhtml+xml"):
            raise NotPlain("相手がHTMLでない答えを返したため、ブラウザーで入力します。")
        self.codec = _codec(got)
        self.charset = _NAMES[self.codec]
        try:
            text = decoded(got.body, "utf-8" if got.as_utf8 else self.codec)
        except UnicodeDecodeError:
            raise NotPlain("画面の文字コードが読み取れないため、ブラウザーで入力します。") from None
        try:
            parser = etree.HTMLParser(
                encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False
            )
            self.root: Node = etree.fromstring(text.removeprefix("\ufeff").encode("utf-8"), parser)
        except (etree.ParseError, ValueError):
            self.root = None
        if self.root is None:
            raise NotPlain("画面が空のため、ブラウザーで入力します。")
        last = parser.error_log.last_error
        if (
            last is not None and last.level_name == "FATAL"
        ):  # the parser has stopped: what stands below is not seen
            raise NotPlain("画面の部品が深く重なりすぎるため、ブラウザーで入力します。")
        if "\0" in text or any(len(one) for one in self.root.iter("textarea", "title")):
            raise NotPlain("この画面の書き方は、ブラウザーと同じには読み取れません。ブラウザーで入力します。")
        for one in self.root.iter(*_NEVER, "meta"):
            if one.tag != "meta" or (one.get("http-equiv") or "").lower() == "refresh":
                raise NotPlain("この画面は枠や自動の移動を使うため、ブラウザーで入力します。")
        self.by_id = {one.get("id"): one for one in reversed(_WITH_ID(self.root))}
        self._visible: dict[Node, bool] = {}

    def visible(self, node: Node) -> bool:
        """Whether neither the element nor one around it says that it is not drawn. Style sheets are not looked at."""
        known = self._visible.get(node)
        if known is None:
            parent = node.getparent()
            known = not _hides(node) and (parent is None or self.visible(parent))
            self._visible[node] = known
        return known

    def ids_text(self, node: Node, attribute: str) -> str:
        """The texts of the elements that an attribute names."""
        named = (self.by_id.get(one) for one in (node.get(attribute) or "").split())
        return line(" ".join("".join(one.itertext()) for one in named if one is not None))


def _codec(got: Got) -> str:
    if got.body.startswith(codecs.BOM_UTF8):
        return "utf-8"
    said = _IN_TYPE.search(got.kind)
    found = said[1] if said else ""
    if not found and (in_head := _IN_HEAD.search(got.body[:1024])):
        found = in_head[1].decode("ascii")
    codec = _CODECS.get(found.lower())
    if codec is None:
        raise NotPlain(
            f"画面の文字コード（{found or '書かれていない'}）を扱えないため、ブラウザーで入力します。"
        )
    return codec


def _hides(node: Node) -> bool:
    tag, about = node.tag, node.attrib
    if tag in _UNSEEN or not isinstance(tag, str):
        return True
    if not about:
        return False
    if "hidden" in about or (tag == "input" and (about.get("type") or "").lower() == "hidden"):
        return True
    return "style" in about and bool(_HIDDEN_STYLE.search(about["style"]))


def lines_of(document: Document, node: Node) -> list[str]:
    """The text that a person sees in an element, by lines; cells of a row are parted by a blank."""
    pieces: list[str] = []
    _collect(document, node, pieces)
    return [found for one in "".join(pieces).split("\n") if (found := line(one))]


def seen_text(document: Document, node: Node) -> str:
    return " ".join(lines_of(document, node))


def _collect(document: Document, node: Node, pieces: list[str]) -> None:
    if _hides(node) or node.tag == "textarea":
        return
    edge = "\n" if node.tag in _BLOCK else " " if node.tag in ("td", "th") else ""
    pieces.append(edge)
    if node.tag == "pre":
        pieces.append(node.text or "")
    elif node.text and node.tag != "select":
        pieces.append(node.text.replace("\n", " "))
    for one in node:
        if isinstance(one.tag, str):
            _collect(document, one, pieces)
        if one.tail and node.tag != "select":
            pieces.append(one.tail.replace("\n", " "))
    pieces.append(edge)


def elements(document: Document, *tags: str) -> Iterator[Node]:
    """The elements of these tags that are drawn, in the order of the page."""
    return (one for one in document.root.iter(*tags) if document.visible(one))
