"""The device register: the list, one device with its key and its calibrations, the register as a table, what was put aside."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, BinaryIO

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of, proof, require
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search, ago, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.tables import files, importing
from yakuba.kernel.tables.columns import Column as TableColumn
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.cityhub.actions import devices as actions
from yakuba.services.cityhub.engine.register import HEAD, REQUIRED
from yakuba.services.cityhub.forms import CalibrationForm, DeviceForm
from yakuba.services.cityhub.models import Calibration, Device, PutAside
from yakuba.services.cityhub.operations import devices as operations
from yakuba.services.cityhub.queries import devices as queries

TRAIL = (("都市OS", reverse_lazy("cityhub:index")),)
SHOWN = 20
SLOW = 300.0  # seconds from measuring to arrival that are worth a word


def _state(row: Any) -> Cell:
    if not row.active:
        return status("stopped", "止めている")
    if not row.digest:
        return status("waiting", "鍵がない")
    if row.aside:
        return status("warning", f"この7日に{row.aside:,}個をよけた")
    return status("success", "受ける") if row.heard_at else status("waiting", "まだ届かない")


DEVICES = Listing(
    "cityhub.devices",
    "機器台帳",
    "機器",
    columns=(
        Column(
            "code",
            "機器番号",
            lambda row: Cell(row.code, url=reverse("cityhub:device", args=[row.pk])),
            ("code",),
        ),
        Column("name", "名前", lambda row: row.name, ("name", "pk")),
        Column("entity", "実体", lambda row: row.entity_id, ("entity_id", "pk")),
        Column("place", "場所", lambda row: row.place, ("place", "pk")),
        Column(
            "heard",
            "最後に届いた",
            lambda row: ago(row.heard_at) if row.heard_at else "まだ",
            ("heard_at", "pk"),
        ),
        Column("state", "状態", _state),
    ),
    rows=queries.devices,
    nothing=Nothing(
        "機器はまだ登録されていません",
        "一つずつ登録するか、表で入れると、機器ごとの鍵で値を受けられます。",
        ("機器を登録する", reverse_lazy("cityhub:new_device")),
    ),
    search=Search(queries.searched, label="機器番号、名前、場所、実体"),
    trail=TRAIL,
)

PUT_ASIDE = Listing(
    "cityhub.put_aside",
    "よけた値",
    "よけたわけ",
    columns=(
        Column(
            "device",
            "機器",
            lambda row: Cell(row.device.code, url=reverse("cityhub:device", args=[row.device_id])),
            ("device__code", "pk"),
        ),
        Column("name", "送られた名前", lambda row: row.name or "（全体）", ("name", "pk")),
        Column("reason", "わけと、すること", lambda row: row.reason, ("reason", "pk")),
        Column("given", "送られたもの（最後の一つ）", lambda row: row.given),
        Column("count", "回数", lambda row: row.count, ("count", "pk"), number=True),
        Column("last", "最後", lambda row: ago(row.last_at), ("last_at", "pk")),
    ),
    rows=queries.put_aside,
    nothing=Nothing(
        "よけた値はありません", "機器が送った値のうち使えないものが、わけとともにここに並びます。"
    ),
    filters=(
        Filter(
            "device",
            "機器",
            lambda: [
                (str(pk), code) for pk, code in Device.objects.order_by("code").values_list("pk", "code")
            ],
            lambda rows, wanted: rows.filter(device=wanted) if wanted.isdecimal() else rows.none(),
        ),
    ),
    sort="-last",
    trail=(*TRAIL, ("機器台帳", reverse_lazy("cityhub:devices"))),
)

TABLE = importing.TableKind(
    "cityhub.devices",
    "機器台帳",
    tuple(TableColumn(name, (name,), required=name in REQUIRED) for name in HEAD),
)


@permission_required("cityhub.view")
def devices(request: HttpRequest) -> HttpResponseBase:
    """The list."""
    return respond(request, DEVICES, "cityhub/devices.html")


@permission_required("cityhub.view")
def put_aside(request: HttpRequest) -> HttpResponseBase:
    """What was put aside."""
    return respond(request, PUT_ASIDE, "cityhub/put_aside.html")


@permission_required("cityhub.manage")
def device_table(request: HttpRequest, table_form: str) -> HttpResponseBase:
    """The whole register, as it is taken in again."""
    if table_form not in files.FORMATS:
        raise Http404
    proof.require(request.user)
    rows = queries.table_rows()
    content = files.written([Table("機器台帳", HEAD, rows)], table_form, accept=True)
    record(
        "lists.exported", actor=person_of(request), list="cityhub.devices", form=table_form, rows=len(rows)
    )
    ending = "xlsx" if table_form == "xlsx" else "json" if table_form == "json" else "csv"
    return Download(f"devices.{ending}", files.MEDIA_TYPES[table_form], content.read()).answer()


@permission_required("cityhub.manage")
def load_devices(request: HttpRequest) -> HttpResponseBase:
    """The register out of a table, looked at before."""

    def take(file: BinaryIO, renamed: Mapping[str, str]) -> HttpResponse:
        number = actions.take_file(file, dict(renamed), actor=person_of(request))
        messages.success(
            request, f"{number}台の機器を登録しました。鍵のない機器は、それぞれの画面で鍵を作ります。"
        )
        return redirect("cityhub:devices")

    above = (("都市OS", reverse("cityhub:index")), ("機器台帳", reverse("cityhub:devices")))
    page = importing.ImportPage(above, "1行に測るもの一つ。同じ機器番号の行は、一台の機器になります。")
    return importing.respond(request, TABLE, actions.table_faults, take, page)


@permission_required("cityhub.manage")
def new_device(request: HttpRequest) -> HttpResponse:
    """Enter a device."""
    return _edited(request, None)


@permission_required("cityhub.manage")
def edit_device(request: HttpRequest, device_id: int) -> HttpResponse:
    """Change a device."""
    return _edited(request, get_object_or_404(Device.objects, pk=device_id))


def _edited(request: HttpRequest, row: Device | None) -> HttpResponse:
    form = DeviceForm(request.POST or None, initial=_initial(row) if row else None)
    if row is not None:
        form.fields["code"].disabled = True
        form.fields["code"].initial = row.code
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            if row is None and Device.objects.filter(code=form.cleaned_data["code"]).exists():
                form.add_error("code", "この機器番号は、もう登録されています。別の番号にしてください。")
            else:
                saved = operations.set_device(person_of(request), **form.cleaned_data)
                messages.success(request, f"{saved.name}を登録しました。")
                return redirect("cityhub:device", saved.pk)
    context = {"form": form, "device": row}
    return render(request, "cityhub/edit_device.html", context, status=422 if form.errors else 200)


def _initial(row: Device) -> dict[str, Any]:
    names = ("code", "name", "entity_id", "entity_type", "place", "latitude", "longitude", "note")
    lines = [
        ", ".join(
            [
                one.attribute,
                one.sent,
                one.unit,
                "" if one.least is None else f"{one.least:g}",
                "" if one.most is None else f"{one.most:g}",
            ]
        )
        for one in row.measures.order_by("pk")
    ]
    return {name: getattr(row, name) for name in names} | {"measures": "\n".join(lines)}


@permission_required("cityhub.view")
def device(request: HttpRequest, device_id: int) -> HttpResponse:
    """One device; POST enters a calibration."""
    row = get_object_or_404(Device.objects, pk=device_id)
    form = _calibration_form(request, row)
    if request.method == "POST":
        require(request.user, "cityhub.manage")
        if form.is_valid():
            given = form.cleaned_data
            with told_in(form):
                operations.calibrate(
                    person_of(request),
                    measure_id=given["measure_id"],
                    from_at=timezone.make_aware(datetime.combine(given["day"], given["time"])),
                    factor=given["factor"],
                    offset=given["offset"],
                    note=given["note"],
                )
                messages.success(
                    request, "校正を登録しました。その日時からの値は、まもなく計算し直されます。"
                )
                return redirect("cityhub:device", row.pk)
    return _shown(request, row, form)


def _calibration_form(request: HttpRequest, row: Device) -> CalibrationForm:
    listed = [(one.pk, one.attribute) for one in row.measures.order_by("pk")]
    return CalibrationForm(request.POST or None, measures=listed)


def _shown(request: HttpRequest, row: Device, form: CalibrationForm, key: str = "") -> HttpResponse:
    context = {
        "device": row,
        "measures": row.measures.order_by("pk"),
        "calibrations": Calibration.objects.filter(measure__device=row)
        .select_related("measure", "entered_by")
        .order_by("measure", "-from_at"),
        "aside": PutAside.objects.filter(device=row).order_by("-last_at")[:SHOWN],
        "form": form,
        "key": key,
        "slow": row.lag is not None and abs(row.lag) > SLOW,
        "lag": round(abs(row.lag or 0)),
        "ahead": (row.lag or 0) < 0,
        "manages": allowed(request.user, "cityhub.manage"),
    }
    return render(request, "cityhub/device.html", context, status=422 if form.errors else 200)


@require_POST
@permission_required("cityhub.manage")
def device_key(request: HttpRequest, device_id: int) -> HttpResponse:
    """A new key, shown once: there is no address at which it could be seen again."""
    row = get_object_or_404(Device.objects, pk=device_id)
    made, key = operations.make_device_key(person_of(request), device_id=row.pk)
    listed = [(one.pk, one.attribute) for one in made.measures.order_by("pk")]
    return _shown(request, made, CalibrationForm(measures=listed), key)


@require_POST
@permission_required("cityhub.manage")
def switch_device(request: HttpRequest, device_id: int) -> HttpResponse:
    """Use it, or not."""
    row = get_object_or_404(Device.objects, pk=device_id)
    active = request.POST.get("active") == "1"
    operations.switch_device(person_of(request), device_id=row.pk, active=active)
    messages.success(
        request, "また値を受けます。" if active else "止めました。この鍵では、もう入れられません。"
    )
    return redirect("cityhub:device", row.pk)
