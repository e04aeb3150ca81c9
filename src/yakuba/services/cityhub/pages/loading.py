"""Readings from a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.tables import importing
from yakuba.kernel.tables.columns import Column as TableColumn
from yakuba.services.cityhub.actions import taking

TABLE = importing.TableKind(
    "cityhub.readings",
    "測定値",
    (
        TableColumn("id", ("実体", "センサー", "機器"), required=True),
        TableColumn("type", ("型", "種類"), required=True),
        TableColumn("attribute", ("属性", "項目"), required=True),
        TableColumn("at", ("日時", "時刻", "観測日時"), required=True),
        TableColumn("value", ("値", "測定値"), required=True),
        TableColumn("unit", ("単位",)),
    ),
)


@permission_required("cityhub.write")
def load(request: HttpRequest) -> HttpResponseBase:
    """Readings from a table, looked at before: all of it, or every fault with its line."""

    def take(file: BinaryIO, renamed: Mapping[str, str]) -> HttpResponse:
        number = taking.take_file(file, dict(renamed), actor=person_of(request))
        messages.success(request, f"{number}件の測定値を入れました。")
        return redirect("cityhub:index")

    page = importing.ImportPage((("都市OS", reverse("cityhub:index")),))
    return importing.respond(request, TABLE, lambda rows: taking.checked(rows)[1], take, page)
