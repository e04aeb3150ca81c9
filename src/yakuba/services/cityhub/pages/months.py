"""Months of readings that were written out before they went."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of, proof
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.lists import Cell, Column, Listing, Nothing, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.townsettings import value
from yakuba.services.cityhub.actions.keeping import JOB
from yakuba.services.cityhub.models import MonthFile
from yakuba.services.cityhub.operations import keeping as operations


def _state(row: MonthFile) -> Cell:
    if row.done_at is None:
        return status("running", "片付けている")
    if row.replaced_by is not None:
        return status("waiting", f"前の版（次は第{row.replaced_by.part}版）")
    return status("success", f"片付けた（遅れて{row.late}件）" if row.late else "片付けた")


MONTHS = Listing(
    "cityhub.months",
    "古い測定値",
    "月のファイル",
    columns=(
        Column("month", "月", lambda row: f"{row.month:%Y年%m月}", ("month", "part")),
        Column("part", "版", lambda row: row.part, number=True),
        Column("readings", "測定値", lambda row: row.readings, ("readings", "pk"), number=True),
        Column(
            "state",
            "状態",
            _state,
        ),
        Column(
            "file",
            "ファイル",
            lambda row: Cell(
                "Parquet", url=reverse("cityhub:month_file", args=[row.pk]), about=str(row), button=True
            ),
            filed=False,
        ),
    ),
    rows=lambda: MonthFile.objects.select_related("replaced_by").order_by("-month", "-part"),
    nothing=Nothing(
        "片付けた月はありません",
        "「自治体の設定」の「届いた値を置く月数」より古い月は、ファイルにしてから片付けます。1時間ごとの値は残ります。",
    ),
    trail=(("都市OS", reverse_lazy("cityhub:index")),),
)


@permission_required("cityhub.view")
def months(request: HttpRequest) -> HttpResponseBase:
    """The months, and how far the work is."""
    beside = {
        "work": work_of(JOB, "keep"),
        "months": int(value("cityhub.keep_months")),
        "manages": allowed(request.user, "cityhub.manage"),
    }
    return respond(request, MONTHS, "cityhub/months.html", lambda wanted: beside)


@require_POST
@permission_required("cityhub.manage")
def begin_keeping(request: HttpRequest) -> HttpResponse:
    """Let a worker do it."""
    operations.begin_keeping(person_of(request))
    messages.success(request, "片付けを始めました。")
    return redirect("cityhub:months")


@permission_required("cityhub.manage")
def month_file(request: HttpRequest, month_id: int) -> HttpResponseBase:
    """The file."""
    proof.require(request.user)
    return operations.export_month(person_of(request), month_id=month_id).answer()  # type: ignore[no-any-return]
