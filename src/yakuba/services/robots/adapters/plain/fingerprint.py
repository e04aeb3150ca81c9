"""What a page is besides its data: forms, fields with their labels and options, buttons, and its programs."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urljoin, urlsplit

from lxml import etree

from yakuba.services.robots.adapters.plain.finding import Fields, type_of
from yakuba.services.robots.adapters.plain.parsing import Document, Node, line
from yakuba.services.robots.adapters.watch import path_of
from yakuba.services.robots.engine.errors import NotPlain

_PROGRAMS = etree.XPath("//script|//*[@*[starts-with(name(), 'on')]]")
_DIGITS = re.compile(r"[0-9]+")
_WORD = re.compile(r"[A-Za-z_]{1,20}|[0-9]{1,2}")
_SAID = (
    "maxlength",
    "minlength",
    "pattern",
    "required",
    "readonly",
    "disabled",
    "multiple",
    "form",
    "formmethod",
    "formenctype",
    "formtarget",
    "formnovalidate",
)
_DATA = re.compile(
    r"(application/(ld\+)?json|text/(plain|template|html|x-(?!javascript|ecmascript)[\w.-]+))", re.IGNORECASE
)
_LOADS = re.compile(
    r"\bimport\b\s*[({*\w\"'`/]"
)  # one program that fetches another, whose bytes nobody has looked at

#: The sha256 of a program by its address, or an empty text where it cannot be had.
ProgramOf = Callable[[str], str]


def fingerprint(document: Document, fields: Fields, program_of: ProgramOf) -> str:
    """A sha256 that stays as long as a page takes and does the same; values and texts are not in it."""
    about = [
        path_of(document.url),
        document.codec,
        [_form(document, one) for one in document.root.iter("form")],
        [_control(document, one) for one in document.root.iter("input", "select", "textarea", "button")],
        [[one.kind, one.names, len(one.members)] for one in fields.fields()],
        programs(document, program_of),
    ]
    return hashlib.sha256(json.dumps(about, ensure_ascii=False).encode()).hexdigest()


def _form(document: Document, form: Node) -> list[str]:
    return [
        _where(document, form.get("action") or ""),
        *((form.get(name) or "").lower() for name in ("method", "enctype", "accept-charset", "target")),
    ]


def _where(document: Document, written: str) -> str:
    """Where a form leads: server, path, and what the address says that is to be done. Without records and sessions."""
    url = urlsplit(urljoin(document.url, written.strip()))
    server = "" if url[:2] == urlsplit(document.url)[:2] else f"{url.scheme}://{url.netloc}"
    said = [(name, value if _WORD.fullmatch(value) else "*") for name, value in parse_qsl(url.query, True)]
    return f"{server}{path_of(url.geturl())}?{said}" if said else server + path_of(url.geturl())


def _control(document: Document, node: Node) -> list[object]:
    kind = type_of(node) if node.tag != "select" else ""
    about: list[object] = [node.tag, kind, node.get("name") or ""]
    about += [[name, node.get(name)] for name in _SAID if node.get(name) is not None]
    if "formaction" in node.attrib:
        about.append(_where(document, node.get("formaction")))
    if node.tag == "select":
        about.append([[line("".join(one.itertext())), one.get("value")] for one in node.iter("option")])
    elif kind in ("radio", "checkbox", "submit", "button", "reset"):
        about.append([node.get("value"), line("".join(node.itertext()))])
    return about


def source_of(script: Node) -> str:
    """The address that a program is fetched from, as it is written; empty for one that stands in the page."""
    return next((script.get(name) for name in ("src", "href", "xlink:href") if script.get(name)), "")


def programs(document: Document, program_of: ProgramOf) -> list[str]:
    """Everything by which a page can do something of its own."""
    found = []
    for one in _PROGRAMS(document.root):
        if one.tag == "script" and not _DATA.fullmatch(one.get("type") or ""):
            source = source_of(one)
            if (one.get("type") or "").strip().lower() in ("module", "importmap") or _LOADS.search(
                one.text or ""
            ):
                raise NotPlain("画面のプログラムがほかのプログラムを読み込むため、ブラウザーで入力します。")
            found.append(program_of(urljoin(document.url, source)) if source else one.text or "")
        for name, value in one.attrib.items():
            if name.startswith("on"):
                found.append(f"{one.tag} {name} {_DIGITS.sub('0', value)}")
    return sorted(set(found))
