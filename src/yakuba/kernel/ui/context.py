"""What every page needs: the menu the person may use, the municipality it is about, and the page of the manual."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import get_script_prefix, reverse

from yakuba.kernel.accounts import allowed, used_manifests
from yakuba.kernel.registry import Group
from yakuba.kernel.tenancy import municipality_or_none
from yakuba.kernel.ui.manual import manual_page

LAID_OPEN = 9  # entries of a menu that stand side by side; of more, each group unfolds


class May:
    """What the person may do, for templates: `{% if may.nursery.edit %}`. Only permissions that a manifest declares."""

    def __init__(self, user: object, room: str = "") -> None:
        self._user, self._room = user, room

    def __getitem__(self, name: str) -> May | bool:
        return allowed(self._user, f"{self._room}.{name}") if self._room else May(self._user, name)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Template context: `navigation` as `ui/base.html` shows it (groups, each with its entries), whether the groups
    are `folded`, `municipality`, the page of the manual for `help`, and `may`."""
    municipality = municipality_or_none()
    if municipality is None or not hasattr(request, "user"):
        return {"navigation": [], "municipality": municipality}
    groups = _groups(request)
    return {
        "navigation": groups,
        "folded": sum(len(group["entries"]) for group in groups) > LAID_OPEN,
        "municipality": municipality,
        "help": manual_page(request),
        "may": May(request.user),
    }


@cache
def _address(url_name: str, _prefix: str) -> str:
    """Of an entry; every page asks for all of them, and they change with nothing but the prefix of all addresses."""
    return reverse(url_name)


def _groups(request: HttpRequest) -> list[dict[str, Any]]:
    found: dict[Group, list[dict[str, Any]]] = {group: [] for group in Group}
    for manifest in used_manifests(request.user):
        found[manifest.group] += [
            {"label": item.label, "url": _address(item.url_name, get_script_prefix())}
            for item in manifest.navigation
            if allowed(request.user, item.permission)
        ]
    urls = [entry["url"] for entries in found.values() for entry in entries]
    here = max((url for url in urls if request.path.startswith(url)), key=len, default="")
    for entries in found.values():
        for entry in entries:
            entry["current"] = entry["url"] == here
    return [
        {
            "label": group.value,
            "entries": entries,
            "current": any(entry["current"] for entry in entries),
        }
        for group, entries in found.items()
        if entries
    ]
