"""Open data as everybody reads it, without a login: the list, a page for each data set, CSV, GeoJSON, and the catalogue."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import islice
from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from yakuba.kernel.residents import for_residents
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.cityhub.engine import openness
from yakuba.services.cityhub.models import OpenDataset
from yakuba.services.cityhub.pages.opendata import file_of
from yakuba.services.cityhub.queries import opendata as queries

SHOWN = 50


def for_everybody(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Nothing is changed there, and no cookie is set."""
    return for_residents("cityhub", "cityhub.open_data")(require_safe(view))


def _one(code: str) -> OpenDataset:
    row = queries.published_one(code)
    if row is None:
        raise Http404
    return row


@for_everybody
def index(request: HttpRequest) -> HttpResponse:
    """What is published."""
    context = {"town": current_municipality(), "rows": queries.published()}
    return render(request, "cityhub/public/index.html", context)


@for_everybody
def one(request: HttpRequest, dataset_code: str) -> HttpResponse:
    """One data set, with its newest lines."""
    row = _one(dataset_code)
    context = {
        "town": current_municipality(),
        "row": row,
        "head": openness.HEADS[row.detail],
        "lines": list(islice(queries.lines(row, SHOWN), SHOWN)),
        "shown": SHOWN,
        "most": openness.MOST_ROWS,
        "licence_url": openness.LICENCES.get(row.licence, ""),
    }
    return render(request, "cityhub/public/dataset.html", context)


@for_everybody
def table(request: HttpRequest, dataset_code: str) -> HttpResponse:
    """CSV in UTF-8."""
    return cast(HttpResponse, file_of(_one(dataset_code), "utf-8"))


@for_everybody
def places(request: HttpRequest, dataset_code: str) -> HttpResponse:
    """GeoJSON of the last values."""
    return cast(HttpResponse, file_of(_one(dataset_code), "geojson"))


@for_everybody
def catalogue(request: HttpRequest) -> HttpResponse:
    """What there is, for programs."""
    town = current_municipality()

    def address(name: str, *arguments: str) -> str:
        return request.build_absolute_uri(reverse(f"opendata:{name}", args=[town.code, *arguments]))

    entries = [
        openness.Entry(
            row.code,
            row.title,
            row.description,
            row.licence,
            row.cycle,
            timezone.localtime(row.published_at).isoformat(timespec="seconds"),
            address("one", row.code),
            address("csv", row.code),
            address("geojson", row.code),
        )
        for row in queries.published()
    ]
    content = openness.catalogue(f"{town.name} オープンデータ", town.name, entries)
    return HttpResponse(
        json.dumps(content, ensure_ascii=False, indent=1), content_type="application/ld+json; charset=utf-8"
    )
