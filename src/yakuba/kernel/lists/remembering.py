"""What a person wants to see in a list: asked for now, in this visit, or the last time."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from yakuba.kernel.lists.declared import Listing, Wanted
from yakuba.kernel.lists.models import Choice


def wanted(request: HttpRequest, listing: Listing) -> Wanted:
    """What the address says, else what the person chose before; remembered where the list is."""
    if not listing.remembered:
        return listing.wanted(request.GET.dict())
    before = _before(request, listing)
    if not listing.parameters & request.GET.keys():
        return before
    found = listing.wanted({"sort": before.sort, **request.GET.dict()})
    if found != before:
        _keep(request, listing, found)
    return found


def _before(request: HttpRequest, listing: Listing) -> Wanted:
    told = request.session.get(_key(listing))
    if told is None:
        told = Choice.objects.filter(**_whose(request, listing)).values_list("chosen", flat=True).first()
    return listing.wanted(told or {})


def _keep(request: HttpRequest, listing: Listing, found: Wanted) -> None:
    told = found.parameters()
    request.session[_key(listing)] = told
    chosen = {key: value for key, value in told.items() if key != "text"}
    Choice.objects.update_or_create(**_whose(request, listing), defaults={"chosen": chosen})


def _key(listing: Listing) -> str:
    return f"list:{listing.name}"


def _whose(request: HttpRequest, listing: Listing) -> dict[str, Any]:
    return {"user": request.user, "list": listing.name}
