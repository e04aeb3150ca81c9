"""Fields with what is advised, for staff; the sheet to be printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from yakuba.kernel.accounts import allowed, permission_required, person_of, proof
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.letters.press import to_pdf
from yakuba.kernel.tables import importing
from yakuba.kernel.tables.columns import Column as TableColumn
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.fieldwork.actions import advice_data
from yakuba.services.fieldwork.engine.advice.measures import DAILY, SOIL
from yakuba.services.fieldwork.forms.advice import FarmFieldForm, FieldsFileForm
from yakuba.services.fieldwork.models import FarmField
from yakuba.services.fieldwork.operations import advice as operations
from yakuba.services.fieldwork.queries import advice as queries

LARGEST = 10_000_000  # bytes of a GeoJSON file
SHOWN = 300  # fields of a page; a search narrows them
ABOVE = ("農作業の助言", "fieldwork:advice")


@permission_required("fieldwork.advice")
def advice(request: HttpRequest) -> HttpResponse:
    """All fields today."""
    held, day = queries.in_force(), queries.today()
    wanted = request.GET.get("q", "").strip()
    rows = queries.fields()
    if wanted:
        rows = rows.filter(name__icontains=wanted) | rows.filter(farmer__icontains=wanted)
    listed = list(rows[:SHOWN])
    found = queries.advice(listed, held[1], day) if held else []
    context = {
        "rules": held[0] if held else None,
        "found": found,
        "listed": listed,
        "day": day,
        "q": wanted,
        "more": rows.count() > SHOWN,
        "map": queries.field_map(found) if found else None,
        "works": allowed(request.user, "fieldwork.advice_data"),
        "stations": queries.stations(),
    }
    return render(request, "fieldwork/advice/index.html", context)


@permission_required("fieldwork.advice")
def farm_field(request: HttpRequest, field_id: int) -> HttpResponse:
    """One field: what is advised and why, what lacks, what is known of it."""
    row = get_object_or_404(FarmField.objects, pk=field_id)
    held, day = queries.in_force(), queries.today()
    context = {
        "row": row,
        "rules": held[0] if held else None,
        "found": queries.advice([row], held[1], day)[0] if held else None,
        "day": day,
        "soil": queries.soil_rows(row),
        "indices": row.indices.select_related("run").order_by("-run__day", "-pk")[:20],
        "works": allowed(request.user, "fieldwork.advice_data"),
    }
    return render(request, "fieldwork/advice/field.html", context)


@permission_required("fieldwork.advice_data")
def new_field(request: HttpRequest) -> HttpResponse:
    """A new field."""
    return _edited(request, None)


@permission_required("fieldwork.advice_data")
def edit_field(request: HttpRequest, field_id: int) -> HttpResponse:
    """Change one."""
    return _edited(request, get_object_or_404(FarmField.objects, pk=field_id))


def _edited(request: HttpRequest, row: FarmField | None) -> HttpResponse:
    names = ("name", "crop", "sown_on", "farmer", "station", "entity_id", "attribute")
    first: dict[str, Any] = {name: getattr(row, name) for name in names} if row else {}
    if row is not None:
        first["outline"] = advice_data.outline_text(row)
    form = FarmFieldForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            person, given = person_of(request), form.cleaned_data
            made = (
                operations.add_field(person, **given)
                if row is None
                else operations.change_field(person, field_id=row.pk, **given)
            )
            return redirect("fieldwork:farm_field", made.pk)
    context = {"form": form, "row": row}
    return render(request, "fieldwork/advice/edit.html", context, status=422 if form.errors else 200)


@require_POST
@permission_required("fieldwork.advice_data")
def remove_field(request: HttpRequest, field_id: int) -> HttpResponse:
    """Away with it."""
    operations.remove_field(person_of(request), field_id=field_id)
    messages.success(request, "圃場を消しました。気象の値は残っています。")
    return redirect("fieldwork:advice")


@permission_required("fieldwork.advice_data")
def load_fields(request: HttpRequest) -> HttpResponse:
    """Fields of a GeoJSON file."""
    form = FieldsFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        with told_in(form):
            if file.size > LARGEST:
                form.add_error(
                    "file", f"ファイルが大きすぎます（{LARGEST // 1_000_000}MBまで）。分けてください。"
                )
            else:
                text = file.read().decode("utf-8-sig", "replace")
                number = operations.load_fields(person_of(request), text=text)
                messages.success(request, f"{number}件の圃場を入れました。")
                return redirect("fieldwork:advice")
    context = {"form": form, "title": "圃場をGeoJSONから入れる", "above": ABOVE[0], "back": reverse(ABOVE[1])}
    context |= {"press": "入れる", "files": True}
    return render(request, "fieldwork/form.html", context, status=422 if form.errors else 200)


def _columns(words: Mapping[str, Any], *first: TableColumn) -> tuple[TableColumn, ...]:
    return (*first, *(TableColumn(word, ()) for word in words))


WEATHER = importing.TableKind(
    "fieldwork.weather",
    "気象の日の値",
    _columns(
        DAILY,
        TableColumn("地点", ("観測所", "地点名"), required=True),
        TableColumn("日", ("年月日", "日付"), required=True),
    ),
)
SOILS = importing.TableKind(
    "fieldwork.soil",
    "土の値",
    _columns(
        SOIL,
        TableColumn("圃場", ("ほ場", "圃場名"), required=True),
        TableColumn("採った日", ("採取日", "採土日"), required=True),
    ),
)


@permission_required("fieldwork.advice_data")
def load_weather(request: HttpRequest) -> HttpResponseBase:
    """Weather from a table, looked at before: all of it, or every fault with its line."""

    def take(file: BinaryIO, renamed: Mapping[str, str]) -> HttpResponse:
        number = advice_data.load_weather(file, renamed, actor=person_of(request))
        messages.success(request, f"{number}日分の気象を入れました。")
        return redirect(ABOVE[1])

    page = importing.ImportPage(((ABOVE[0], reverse(ABOVE[1])),))
    return importing.respond(request, WEATHER, lambda rows: advice_data.checked_weather(rows)[1], take, page)


@permission_required("fieldwork.advice_data")
def load_soil(request: HttpRequest) -> HttpResponseBase:
    """Soil from a table."""

    def take(file: BinaryIO, renamed: Mapping[str, str]) -> HttpResponse:
        number = advice_data.load_soil(file, renamed, actor=person_of(request))
        messages.success(request, f"{number}件の土の値を入れました。")
        return redirect(ABOVE[1])

    page = importing.ImportPage(((ABOVE[0], reverse(ABOVE[1])),))
    return importing.respond(request, SOILS, lambda rows: advice_data.checked_soil(rows)[1], take, page)


@permission_required("fieldwork.advice")
@require_safe
def advice_paper(request: HttpRequest) -> HttpResponseBase:
    """A4: what is advised today, by farmer, with reason and source."""
    proof.require(request.user)
    held, day = queries.in_force(), queries.today()
    if held is None:
        messages.error(request, "公開した助言の決まりがないので、印刷するものがありません。")
        return redirect(ABOVE[1])
    rows = list(queries.fields().order_by("farmer", "name")[:SHOWN])
    context = {
        "found": queries.advice(rows, held[1], day),
        "rules": held[0],
        "day": day,
        "municipality": current_municipality(),
    }
    content = to_pdf(render_to_string("fieldwork/advice/paper.html", context))
    record("fieldwork.advice_printed", actor=person_of(request), fields=len(rows))
    return Download(f"advice-{day:%Y%m%d}.pdf", "application/pdf", content).answer()
