"""The forms in use, each with its blank page and the boxes that are read."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from yakuba.kernel.accounts import permission_required
from yakuba.services.reading.models import FormDefinition, FormPage
from yakuba.services.reading.queries.forms import box_rects

KINDS = {"comb": "マス目", "line": "1行の欄", "mark": "印をつける欄", "date": "日付の欄"}


@permission_required("reading.view")
def forms(request: HttpRequest) -> HttpResponse:
    """All forms in use."""
    rows = FormDefinition.objects.filter(current=True).select_related("procedure").prefetch_related("pages")
    return render(request, "reading/forms.html", {"forms": rows.order_by("title")})


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
