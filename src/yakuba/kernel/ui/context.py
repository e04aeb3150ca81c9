"""What every page needs: the menu the person may use, and the municipality it is about."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from yakuba.kernel.accounts import allowed
from yakuba.kernel.registry import manifests
from yakuba.kernel.tenancy import municipality_or_none


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Template context: `navigation` as `ui/base.html` shows it, and `municipality`."""
    municipality = municipality_or_none()
    if municipality is None or not hasattr(request, "user"):
        return {"navigation": [], "municipality": municipality}
    items = [item for manifest in manifests() for item in manifest.navigation]
    entries = [
        {"label": item.label, "url": reverse(item.url_name)}
        for item in items
        if allowed(request.user, item.permission)
    ]
    here = max(
        (entry["url"] for entry in entries if request.path.startswith(entry["url"])), key=len, default=""
    )
    for entry in entries:
        entry["current"] = entry["url"] == here  # type: ignore[assignment]
    return {"navigation": entries, "municipality": municipality}
