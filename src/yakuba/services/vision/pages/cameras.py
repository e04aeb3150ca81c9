"""Cameras, the spaces of a car park, and counts by hour."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_safe

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.pages import button
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.vision.actions.again import JOB
from yakuba.services.vision.actions.cameras import written
from yakuba.services.vision.actions.eyes import LEAST_EMPTIES
from yakuba.services.vision.contracts import Purpose, Trapped
from yakuba.services.vision.engine.emptiness import LEAST
from yakuba.services.vision.forms import CameraForm, SpacesForm
from yakuba.services.vision.models import Analysis, Camera, ParkingSpace, Picture
from yakuba.services.vision.operations import cameras as operations
from yakuba.services.vision.queries import counts, pictures

TRAIL = (("カメラ", reverse_lazy("vision:cameras")),)
STOPS = (Purpose.PARKING, Purpose.TRAP)

CAMERAS = Listing(
    "vision.cameras",
    "カメラ",
    "カメラ",
    columns=(
        Column("name", "名前", lambda row: Cell(row.name, url=reverse("vision:camera", args=[row.pk])), ("name",)),
        Column("purpose", "目的", lambda row: row.get_purpose_display(), ("purpose", "name")),
        Column("spaces", "駐車ます", lambda row: row.spaces.count() if row.purpose == Purpose.PARKING else "", number=True),
        Column("entity", "都市OSの実体", lambda row: row.entity_id, ("entity_id",)),
        Column("analyses", "解析", lambda row: row.analyses.count(), number=True),
    ),
    rows=lambda: Camera.objects.prefetch_related("spaces", "analyses"),
    nothing=Nothing("カメラはまだありません", "駐車場、わな、通りなど、いつも同じ所を写すカメラを登録します。", ("カメラを登録する", reverse_lazy("vision:new_camera"))),
    filters=(Filter("purpose", "目的", Purpose.choices),),
    actions=(("カメラを登録する", reverse_lazy("vision:new_camera")), ("時間ごとの数", reverse_lazy("vision:counts"))),
    sort="name",
)  # fmt: skip


@permission_required("vision.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """The list."""
    return respond(request, CAMERAS)


@permission_required("vision.view")
@require_safe
def camera(request: HttpRequest, camera_id: int) -> HttpResponse:
    """One camera: what it still needs, its last picture, and what came out."""
    row = get_object_or_404(Camera.objects, pk=camera_id)
    seen = pictures.pictures().filter(analysis__camera=row, state=Picture.State.SEEN)
    last = seen.exclude(file=None).order_by("-taken_at", "-pk").first()
    context = {
        "row": row,
        "line": written(row.line) if row.line else "",
        "spaces": ParkingSpace.objects.filter(camera=row).order_by("code"),
        "last": last,
        "lines": pictures.lines_of(last) if last else [],
        "empties": seen.filter(truth=Trapped.EMPTY).count(),
        "least": LEAST_EMPTIES if row.purpose == Purpose.PARKING else LEAST,
        "asking": seen.filter(asks=True).count(),
        "compares": row.purpose in STOPS,
        "work": work_of(JOB, f"camera-{row.pk}"),
        "recent": [(one, pictures.result(one)) for one in seen.order_by("-taken_at", "-pk")[:40]],
        "analyses": Analysis.objects.filter(camera=row).order_by("-created_at")[:10],
    }
    return render(request, "vision/camera.html", context)


@permission_required("vision.set")
def new_camera(request: HttpRequest) -> HttpResponse:
    """A new camera."""
    form = CameraForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            row = operations.add_camera(person_of(request), **form.cleaned_data)
            messages.success(request, f"カメラ「{row}」を登録しました。")
            return redirect("vision:camera", row.pk)
    return _form(request, form, "カメラを登録する", "登録する", reverse("vision:cameras"))


@permission_required("vision.set")
def edit_camera(request: HttpRequest, camera_id: int) -> HttpResponse:
    """Another name, place or line."""
    row = get_object_or_404(Camera.objects, pk=camera_id)
    names = ("name", "purpose", "latitude", "longitude", "entity_id", "height_m", "pitch", "focal")
    initial = {name: getattr(row, name) for name in names} | {"line": written(row.line) if row.line else ""}
    form = CameraForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            operations.set_camera(person_of(request), camera_id=row.pk, **form.cleaned_data)
            messages.success(request, f"カメラ「{row}」を直しました。")
            return redirect("vision:camera", row.pk)
    return _form(request, form, f"カメラ「{row}」を直す", "直す", reverse("vision:camera", args=[row.pk]))


def _form(request: HttpRequest, form: Any, title: str, press: str, back: str) -> HttpResponse:
    context = {"form": form, "title": title, "press": press, "back": back, "above": "カメラ"}
    return render(request, "vision/form.html", context, status=422 if form.errors else 200)


@permission_required("vision.set")
def spaces(request: HttpRequest, camera_id: int) -> HttpResponse:
    """The spaces of a car park, drawn on its last picture."""
    row = get_object_or_404(Camera.objects, pk=camera_id, purpose=Purpose.PARKING)
    text = "\n".join(
        f"{one.code}: {written(one.corners)}"
        for one in ParkingSpace.objects.filter(camera=row).order_by("code")
    )
    form = SpacesForm(request.POST or None, initial={"text": text})
    if request.method == "POST" and form.is_valid():
        with told_in(form, "text"):
            operations.set_spaces(person_of(request), camera_id=row.pk, **form.cleaned_data)
            messages.success(request, "駐車ますを描きました。")
            return redirect("vision:camera", row.pk)
    last = (
        Picture.objects.filter(analysis__camera=row).exclude(file=None).order_by("-taken_at", "-pk").first()
    )
    return render(
        request,
        "vision/spaces.html",
        {"row": row, "form": form, "last": last},
        status=422 if form.errors else 200,
    )


@permission_required("vision.view")
@require_safe
def by_hour(request: HttpRequest) -> HttpResponse:
    """People and vehicles by hour, with what the numbers are."""
    chosen = request.GET.get("camera", "")
    row = Camera.objects.filter(pk=int(chosen)).first() if chosen.isdecimal() and len(chosen) < 18 else None
    listed = counts.hours(row)
    context = {
        "listed": listed[::-1][:500], "chart": counts.chart(listed), "unplaced": counts.unplaced(), "camera": row,
        "cameras": Camera.objects.filter(purpose=Purpose.TRAFFIC).order_by("name"), "measured": counts.MEASURED,
        "per_picture": counts.PER_PICTURE, "over_line": counts.OVER_LINE, "watched": any(one.watched for one in listed),
    }  # fmt: skip
    return render(request, "vision/counts.html", context)


compare_again = button(operations.compare_again, "vision:camera", "もう一度比べ始めました。", of=Camera)
