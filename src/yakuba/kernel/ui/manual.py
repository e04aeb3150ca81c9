"""The manual inside the house: the Markdown of docs/manual (and what it links to) as pages, and the page that helps
where a person is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from yakuba.kernel.registry import manifests

INDEX = "README"
PICTURES = "pictures"
_EXTERNAL = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.I)


@dataclass(frozen=True)
class ManualPage:
    """One page: its name in addresses, its title, its headings and text without marks (for the search), and its HTML."""

    name: str
    title: str
    headings: str
    text: str
    html: SafeString


def folder() -> Path:
    """Where the documents lie; the manual is its folder `manual`."""
    return Path(settings.YAKUBA_DOCUMENTS)


@cache
def names() -> dict[str, Path]:
    """Every page that the house serves, by its name: those of the manual, the operator's and the glossary. An address
    is looked up here and never becomes a path, so nothing else can be read."""
    root = folder()
    found = {path.stem: path for path in sorted((root / "manual").glob("*.md"))}
    found |= {f"operate/{path.stem}": path for path in sorted((root / "operate").glob("*.md"))}
    glossary = root / "glossary.md"
    return found | ({"glossary": glossary} if glossary.exists() else {})


@cache
def pictures() -> dict[str, Path]:
    """The manual's pictures by their file names."""
    return {path.name: path for path in sorted((folder() / PICTURES).glob("*.png"))}


@cache
def page(name: str) -> ManualPage:
    """The page of that name. Raises KeyError where there is none."""
    path = names()[name]
    # No HTML of the source goes through, no address with a scheme of its own but http, https and mailto.
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(path.read_text(encoding="utf-8"))
    _lead_inside(tokens, path)
    title = next((one.content for one in _after(tokens, "heading_open")), name)
    headings = [one.content for one in _after(tokens, "heading_open")][1:]
    text = "\n".join(one.content for one in tokens if one.type in ("inline", "fence", "code_block"))
    html = reader.renderer.render(_without_title(tokens), reader.options, {})
    return ManualPage(name, title, _unmarked("\n".join(headings)), _unmarked(text), mark_safe(html))  # noqa: S308  # made here, escaped


def _unmarked(text: str) -> str:
    return re.sub(r"!?\[|\]\([^)]*\)|[\[\]*`|]", "", text)


def pages() -> Iterator[ManualPage]:
    """All of them."""
    return map(page, names())


def address(name: str) -> str:
    """Where a page of the manual is."""
    return reverse("manual") if name == INDEX else reverse("manual-page", args=[name])


def manual_page(request: HttpRequest) -> str:
    """The address of the page that helps where the person is."""
    place = request.resolver_match
    room = place.namespace if place else ""
    manual = next((one.manual for one in manifests() if one.name == room), {})
    name = manual.get(place.url_name or "", manual.get("", INDEX)) if place else INDEX
    return address(name if name in names() else INDEX)


def _after(tokens: list[Token], kind: str) -> Iterator[Token]:
    return (tokens[index + 1] for index, one in enumerate(tokens[:-1]) if one.type == kind)


def _without_title(tokens: list[Token]) -> list[Token]:
    """The title stands in the page's head already."""
    if tokens and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        return tokens[3:]
    return tokens


def _lead_inside(tokens: list[Token], source: Path) -> None:
    """Let links and pictures lead to the pages inside the house; a link to a file that the house does not serve
    leads nowhere and loses its address. Tables and code can be scrolled by keyboard."""
    for token in tokens:
        for child in token.children or []:
            if child.type == "link_open":
                child.attrs["href"] = _link(str(child.attrs.get("href", "")), source)
            elif child.type == "image":
                name = PurePosixPath(unquote(str(child.attrs.get("src", "")))).name
                child.attrs["src"] = reverse("manual-picture", args=[name]) if name in pictures() else ""
                child.attrs["loading"] = "lazy"
        if token.type == "table_open":
            token.attrs |= {"class": "table table--plain"}
        elif token.type in ("fence", "code_block"):
            token.attrs |= {"tabindex": "0"}


def _link(target: str, source: Path) -> str:
    if _EXTERNAL.match(target) or target.startswith("#"):
        return target
    path, _, place = unquote(target).partition("#")
    wanted = (source.parent / path).resolve()
    found = next((name for name, one in names().items() if one.resolve() == wanted), None)
    if found is None:
        return reverse("manual")
    return address(found) + (f"#{place}" if place else "")
