"""Search over the whole house: the pages a person may open, what the rooms find, and the manual."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from yakuba.kernel.accounts import allowed, used_manifests
from yakuba.kernel.registry import Found, resolve
from yakuba.kernel.ui import manual
from yakuba.kernel.ui.doors import may_open

LONGEST = 100  # characters of what is looked for
MOST = 20  # of one heading
AROUND = 40  # characters of the manual before and behind what was found


@dataclass(frozen=True)
class Results:
    """What was found under one heading. `more`: some were left out."""

    heading: str
    found: list[Found]
    more: bool = False


def search(user: Any, text: str) -> list[Results]:
    """Everything that holds `text`, only of what the person may open; headings without results are left out."""
    wanted = text.strip()[:LONGEST]
    if not wanted:
        return []
    results = [_limited("画面", _places(user, wanted))]
    for manifest in used_manifests(user):
        if manifest.search:
            found = [one for one in resolve(manifest.search)(user, wanted) if may_open(user, one.url)]
            results.append(_limited(manifest.label, found))
    results.append(_limited("手引き", _manual(wanted)))
    return [one for one in results if one.found]


def _limited(heading: str, found: list[Found]) -> Results:
    return Results(heading, found[:MOST], len(found) > MOST)


def _places(user: Any, wanted: str) -> list[Found]:
    return [
        Found(item.label, reverse(item.url_name), manifest.description)
        for manifest in used_manifests(user)
        for item in manifest.navigation
        if allowed(user, item.permission)
        and _holds(f"{item.label} {manifest.label} {manifest.description}", wanted)
    ]


def _manual(wanted: str) -> list[Found]:
    """Pages whose title or text holds every word, those with it in the title first."""
    rows = [page for page in manual.pages() if _holds(f"{page.title} {page.text}", wanted)]
    rows.sort(key=lambda page: not _holds(page.title, wanted))
    return [Found(page.title, manual.address(page.name), _around(page.text, wanted)) for page in rows]


def _holds(text: str, wanted: str) -> bool:
    plain = _plain(text)
    return all(word in plain for word in _plain(wanted).split())


def _around(text: str, wanted: str) -> str:
    place = _plain(text).find(_plain(wanted).split()[0])
    if place < 0:
        return ""
    start = max(0, place - AROUND)
    return ("…" if start else "") + text[start : place + AROUND].strip() + "…"


def _plain(text: str) -> str:
    """Without the differences of width and case that a person does not see."""
    return unicodedata.normalize("NFKC", text).casefold()
