"""The forms in use, each with its blank page and the boxes that are read."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse, reverse_lazy

from yakuba.kernel.accounts import permission_required
from yakuba.kernel.lists import Cell, Column, Listing, Nothing
from yakuba.kernel.lists.pages import respond
from yakuba.services.reading.models import FormDefinition, FormPage
from yakuba.services.reading.pages.batches import READING
from yakuba.services.reading.queries.forms import box_rects

KINDS = {"comb": "マス目", "line": "1行の欄", "mark": "印をつける欄", "date": "日付の欄"}


@permission_required("reading.view")
def forms(request: HttpRequest) -> HttpResponseBase:
    """All forms in use."""
    return respond(request, FORMS)


def _forms() -> QuerySet[FormDefinition]:
    return FormDefinition.objects.filter(current=True).select_related("procedure").prefetch_related("pages")


def _title(row: FormDefinition) -> Cell:
    first = next(iter(row.pages.all()), None)
    picture = reverse("reading:form_picture", args=[first.pk]) if first else ""
    return Cell(row.title, url=reverse("reading:form", args=[row.pk]), picture=picture)


FORMS = Listing(
    "reading.forms",
    "様式",
    "様式",
    columns=(
        Column("title", "様式", _title, ("title",)),
        Column("procedure", "手続", lambda row: row.procedure.title, ("procedure__title", "title")),
        Column("version", "版", lambda row: row.version, number=True),
        Column("pages", "ページ", lambda row: len(row.pages.all()), number=True),
        Column("loaded", "登録", lambda row: row.loaded_at, ("loaded_at",)),
    ),
    rows=_forms,
    nothing=Nothing(
        "様式がまだありません",
        "「様式を画面で作る」で白紙の様式を入れると、記入欄を見つけて様式にします。ファイルで登録する書き方は、手引きの「帳票を登録する」にあります。",
    ),
    sort="title",
    lead="読み取れる申請書の様式",
    trail=READING,
    actions=(("様式を画面で作る", reverse_lazy("reading:designs")),),
)


@permission_required("reading.view")
def form(request: HttpRequest, form_id: int) -> HttpResponse:
    """One form: every page with its boxes drawn, and the table of the boxes."""
    row = get_object_or_404(FormDefinition.objects.select_related("procedure"), pk=form_id)
    labels = {item.code: item.label for item in row.procedure.definition.fields}
    images = {page.number: page for page in row.pages.all()}
    pages = [_page(page, images[int(page["page"])], labels) for page in row.document["pages"]]
    return render(request, "reading/form.html", {"form": row, "pages": pages})


def _page(document: dict[str, Any], row: FormPage, labels: dict[str, str]) -> dict[str, Any]:
    boxes = [
        {
            "number": number,
            "field": box["field"],
            "label": labels.get(box["field"], box["field"]),
            "kind": KINDS.get(box["kind"], box["kind"]),
            "cells": box.get("cells", ""),
            "rects": _rects(box),
        }
        for number, box in enumerate(document["boxes"], start=1)
    ]
    return {"row": row, "number": row.number, "width": row.width, "height": row.height, "boxes": boxes}


def _rects(box: dict[str, Any]) -> list[dict[str, int]]:
    """The rectangles of a box as SVG attributes."""
    return [{"x": x, "y": y, "width": width, "height": height} for x, y, width, height in box_rects(box)]
