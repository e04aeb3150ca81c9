"""Search over the whole house: the pages a person may open, and what parts and rooms have put into the index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from yakuba.kernel.accounts import allowed, granted, used_manifests
from yakuba.kernel.registry import Found, Manifest, SearchSource, resolve
from yakuba.kernel.search.cutting import folded, query_terms
from yakuba.kernel.search.finding import find, may_ask
from yakuba.kernel.search.snippets import Snippet
from yakuba.kernel.ui.doors import may_open

LONGEST = 100  # characters of what is looked for
MOST = 20  # of one kind, where all kinds are shown
MOST_ALONE = 100
PLACES = "places"


@dataclass(frozen=True)
class Shown:
    """One thing that was found. snippet: a sentence of it with the words marked."""

    title: str
    url: str
    detail: str = ""
    snippet: Snippet = ()


@dataclass(frozen=True)
class Results:
    """What was found of one kind. more: some were left out; first: what the text names exactly is among it; note: why
    something may be missing; listing: where parts of words can be looked for."""

    kind: str
    heading: str
    found: list[Shown]
    more: bool = False
    first: bool = False
    note: str = ""
    listing: str = ""


def search(user: Any, text: str, only: str = "") -> list[Results]:
    """Everything that answers `text`, only of what the person may open; of the kind `only`, or of all. Kinds of which
    nothing was found are left out, unless they have something to say."""
    wanted = text.strip()[:LONGEST]
    if not wanted:
        return []
    most = MOST_ALONE if only else MOST
    results = [_limited(PLACES, "画面", _places(user, wanted), most)] if only in ("", PLACES) else []
    manifests = sorted(used_manifests(user), key=lambda one: one.name == __package__.rpartition(".")[2])
    for manifest in manifests:  # the manual behind the cases and rooms
        results += _of(manifest, user, wanted, only, most)
    kept = [one for one in results if one.found or one.note]
    return sorted(kept, key=lambda one: not one.first)


def stands_as_typed(text: str, results: list[Results]) -> bool:
    """Whether every word of the question stands in something that was found."""
    said = [
        folded("|".join([one.title, one.detail, "".join(part for part, _ in one.snippet)]))
        for result in results
        for one in result.found
    ]
    return all(any(folded(piece) in one for one in said) for piece in text.split())


def _of(manifest: Manifest, user: Any, wanted: str, only: str, most: int) -> list[Results]:
    results = []
    if manifest.search and only in ("", manifest.name):
        found = [one for one in resolve(manifest.search)(user, wanted) if may_open(user, one.url)]
        results.append(_limited(manifest.name, manifest.label, found, most))
    for source in manifest.search_sources:
        if only in ("", source.name) and may_ask(source, granted(user)):
            results.append(_indexed(source, user, wanted, most))
    return results


def _limited(kind: str, heading: str, found: list[Found], most: int) -> Results:
    shown = [Shown(one.title, one.url, one.detail) for one in found[:most]]
    return Results(kind, heading, shown, len(found) > most)


def _indexed(source: SearchSource, user: Any, wanted: str, most: int) -> Results:
    answer = find(source.name, user, wanted, most=most)
    shown = [
        Shown(hit.entry.title, hit.entry.url, hit.entry.detail, hit.snippet)
        for hit in answer.hits
        if may_open(user, hit.entry.url)
    ]
    listing = f"{reverse(source.listing)}?{urlencode({'text': wanted})}" if source.listing else ""
    return Results(
        source.name,
        source.label,
        shown,
        answer.more,
        answer.named,
        _note(answer.built, answer.waiting),
        listing,
    )


def _note(built: bool, waiting: int) -> str:
    if not built:
        return "索引を作っているところなので、まだ出ないものがあります。"
    return f"いま変わった{waiting:,}件は、まもなく索引に入ります。" if waiting else ""


def _places(user: Any, wanted: str) -> list[Found]:
    """Pages of the menu whose name or description holds every word, as typed or in its normalised form."""
    pieces = [folded(piece) for piece in wanted.split()]
    words = {term for term in query_terms(wanted) if term.startswith("w")}
    return [
        Found(item.label, reverse(item.url_name), manifest.description)
        for manifest in used_manifests(user)
        for item in manifest.navigation
        if allowed(user, item.permission)
        and _answers(f"{item.label} {manifest.label} {manifest.description}", pieces, words)
    ]


def _answers(said: str, pieces: list[str], words: set[str]) -> bool:
    if all(piece in folded(said) for piece in pieces):
        return True
    return bool(words) and words <= query_terms(said).keys()
