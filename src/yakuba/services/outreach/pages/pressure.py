"""Home blood pressure: readings in, means, and a nurse's tasks. No page says that somebody is ill."""

from __future__ import annotations

from typing import BinaryIO, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.audit.chain import record
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations import Upload
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.outreach.engine import pressure as engine
from yakuba.services.outreach.forms.pressure import DoneForm, PressureForm
from yakuba.services.outreach.models import PressureNotice, Purpose
from yakuba.services.outreach.models.tables import masked
from yakuba.services.outreach.operations import pressure as operations
from yakuba.services.outreach.pages.tables import ABOVE

STATES = {"none": "neutral", "open": "person", "done": "success"}


def _judged(row: PressureNotice) -> Cell:
    if row.high is None:
        return status("waiting", f"日数が足りません（{engine.DAYS}日から）")
    return status("warning", "基準以上") if row.high else status("success", "基準より下")


NOTICES = Listing(
    "outreach.pressure",
    "家庭血圧",
    "人",
    columns=(
        Column("number", "宛名番号", lambda row: Cell(masked(row.number), url=reverse("outreach:pressure_notice", args=[row.pk]))),
        Column("high", "平均と基準", _judged, ("high", "pk")),
        Column("days", "日数", lambda row: row.means["days"], number=True),
        Column("file", "ファイル", lambda row: row.file.name, ("file__name", "pk")),
        Column("state", "状態", lambda row: status(STATES[row.state], row.get_state_display()), ("state", "pk")),
    ),
    rows=lambda: PressureNotice.objects.select_related("file").order_by("-high", "-pk"),
    nothing=Nothing("測定はまだありません", "家庭で測った血圧の表を入れると、平均が出ます。", ("測定を入れる", reverse_lazy("outreach:load_pressure"))),
    filters=(Filter("state", "状態", lambda: PressureNotice.State.choices),),
    actions=(("測定を入れる", reverse_lazy("outreach:load_pressure")),),
    trail=(ABOVE,),
)  # fmt: skip


@permission_required("outreach.pressure")
def notices(request: HttpRequest) -> HttpResponseBase:
    """Everybody's means, those at or above the threshold first."""
    if request.GET:
        record("outreach.pressure_listed", subject="pressurenotices", actor=person_of(request))
    standard = engine.standard_on(timezone.localdate())
    return respond(
        request,
        NOTICES,
        "outreach/pressure.html",
        lambda wanted: {"standard": standard, "standards": engine.standards(), "scores": engine.scores()},
    )


@permission_required("outreach.pressure")
def load_pressure(request: HttpRequest) -> HttpResponse:
    """Readings are taken in."""
    form = PressureForm(
        request.POST or None,
        request.FILES or None,
        purposes=Purpose.objects.filter(ended_at=None).exclude(approved_at=None),
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["file"]
        with told_in(form):
            upload = Upload(str(given.name), cast(BinaryIO, given.file))
            row = operations.load_pressure(
                person_of(request), file=upload, purpose_id=form.cleaned_data["purpose"].pk
            )
            messages.success(
                request,
                f"{row.people:,}人の{row.readings:,}回を入れました。使えない行は{row.bad:,}です。{''.join(row.faults[:3])}",
            )
            return redirect("outreach:pressure")
    return render(request, "outreach/load_pressure.html", {"form": form}, status=422 if form.errors else 200)


@permission_required("outreach.pressure")
def notice(request: HttpRequest, pressure_notice_id: int) -> HttpResponse:
    """One person's means; POST says what a nurse did. The look is recorded."""
    get_object_or_404(PressureNotice.objects, pk=pressure_notice_id)
    row = operations.show_notice(person_of(request), pressure_notice_id=pressure_notice_id)
    form = DoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            operations.done(person_of(request), pressure_notice_id=row.pk, note=form.cleaned_data["note"])
            messages.success(request, "したことを記録しました。")
            return redirect("outreach:pressure")
    standard = next(
        (one for one in engine.standards() if one.name == row.file.standard), engine.standards()[-1]
    )
    context = {
        "notice": row,
        "means": row.means,
        "form": form,
        "standard": standard,
        "days": engine.DAYS,
        "masked": masked(row.number),
    }
    return render(request, "outreach/pressure_notice.html", context, status=422 if form.errors else 200)
