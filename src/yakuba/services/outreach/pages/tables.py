"""Tables, purposes, who wants no letters."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.audit.chain import record
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations import Upload
from yakuba.kernel.operations.pages import button
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.outreach.actions import tables as actions
from yakuba.services.outreach.engine.columns import CLASSES, KINDS, ROLES
from yakuba.services.outreach.forms.tables import ColumnsForms, OptOutForm, PurposeForm, TableForm
from yakuba.services.outreach.models import OptOut, Purpose, TownTable, Worked
from yakuba.services.outreach.models.tables import masked
from yakuba.services.outreach.operations import tables as operations

ABOVE = ("勧奨の施策", reverse_lazy("outreach:index"))
STATES = {
    Worked.State.DRAFT: "person", Worked.State.WAITING: "waiting", Worked.State.DONE: "success", Worked.State.FAILED: "warning",
}  # fmt: skip


def state_of(row: Any) -> Cell:
    """How far a worker is."""
    return status(STATES[Worked.State(row.state)], row.get_state_display())


TABLES = Listing(
    "outreach.tables",
    "勧奨の表",
    "表",
    columns=(
        Column("name", "表", lambda row: Cell(row.name, url=reverse("outreach:table", args=[row.pk])), ("name", "pk")),
        Column("created", "入れた日", lambda row: timezone.localdate(row.created_at), ("created_at",)),
        Column("rows", "行", lambda row: row.rows, ("rows", "pk"), number=True),
        Column("bad", "直すところ", lambda row: row.bad, ("bad", "pk"), number=True),
        Column("state", "状態", state_of, ("state", "pk")),
    ),
    rows=lambda: TownTable.objects.order_by("-pk"),
    nothing=Nothing("表はまだありません", "対象者の表（CSVかExcel）を入れると、ここに並びます。", ("表を入れる", reverse_lazy("outreach:load_table"))),
    filters=(Filter("state", "状態", lambda: Worked.State.choices),),
    actions=(("表を入れる", reverse_lazy("outreach:load_table")),),
    trail=(ABOVE,),
)  # fmt: skip


def _purpose_state(row: Purpose) -> Cell:
    if row.ended_at:
        return status("stopped", "終わった")
    return status("success", "承認済み") if row.approved_at else status("waiting", "承認待ち")


PURPOSES = Listing(
    "outreach.purposes",
    "情報を使う目的",
    "目的",
    columns=(
        Column("name", "目的", lambda row: row.name, ("name", "pk")),
        Column("classes", "使う情報", lambda row: "、".join(row.class_labels)),
        Column("basis", "根拠", lambda row: row.basis[:120]),
        Column("state", "状態", _purpose_state, ("approved_at", "pk")),
    ),
    rows=lambda: Purpose.objects.order_by("-pk"),
    nothing=Nothing("目的はまだありません", "何のために、どの種類の情報を使うかを書き、別の職員が承認します。"),
    trail=(ABOVE,),
)  # fmt: skip
OPT_OUTS = Listing(
    "outreach.optouts",
    "勧奨を望まない人",
    "人",
    columns=(
        Column("number", "宛名番号", lambda row: masked(row.number)),
        Column("purpose", "目的", lambda row: str(row.purpose or "どの勧奨も")),
        Column("since", "申し出た日", lambda row: row.since, ("since", "pk")),
        Column("note", "メモ", lambda row: row.note),
    ),
    rows=lambda: OptOut.objects.select_related("purpose").order_by("-pk"),
    nothing=Nothing("望まないと申し出た人は、まだいません", "電話や窓口で聞いたら、宛名番号を入れます。どの施策からも除きます。"),
    trail=(ABOVE,),
)  # fmt: skip


@permission_required("outreach.view")
def table_list(request: HttpRequest) -> HttpResponseBase:
    """All tables."""
    return respond(request, TABLES)


@permission_required("outreach.load")
def load_table(request: HttpRequest) -> HttpResponse:
    """A table is handed in; its columns are asked next."""
    form = TableForm(request.POST or None, request.FILES or None, initial={"year": _year()})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["file"]
        with told_in(form):
            row = operations.load_table(
                person_of(request), file=Upload(str(given.name), cast(BinaryIO, given.file)), name=form.cleaned_data["name"], year=form.cleaned_data["year"]
            )  # fmt: skip
            return redirect("outreach:table", row.pk)
    return render(request, "outreach/load_table.html", {"form": form}, status=422 if form.errors else 200)


def _year() -> int:
    today = timezone.localdate()
    return today.year - (today.month < 4)


@permission_required("outreach.view")
def table(request: HttpRequest, outreach_table_id: int) -> HttpResponse:
    """One table: its columns, what could not be read; POST says what the columns are and lets a worker read it."""
    row = get_object_or_404(TownTable.objects, pk=outreach_table_id)
    may = allowed(request.user, "outreach.load") and row.file_id is not None
    forms = ColumnsForms(request.POST or None, initial=row.columns, prefix="column")
    refusal = ""
    if request.method == "POST" and may and forms.is_valid():
        try:
            operations.define_table(
                person_of(request), outreach_table_id=row.pk, columns=[one.cleaned_data for one in forms]
            )
        except Invalid as error:
            refusal = str(error)
        else:
            messages.success(request, "列を決めました。読み終えると、行の数がここに出ます。")
            return redirect("outreach:table", row.pk)
    context = {
        "table": row, "state": STATES[Worked.State(row.state)], "work": work_of(actions.JOB, row.job_key), "forms": forms, "may": may,
        "refusal": refusal, "untold": max(0, row.bad - len(row.faults)), "open": row.state in ("draft", "failed"),
        "specs": [(one, ROLES[one.role], KINDS[one.kind], CLASSES[one.data_class]) for one in row.specs],
    }  # fmt: skip
    return render(
        request,
        "outreach/table.html",
        context,
        status=422 if refusal or (forms.is_bound and not forms.is_valid()) else 200,
    )


remove_table = button(
    operations.remove_table, lambda _: reverse("outreach:tables"), "表を消しました。", of=TownTable
)


@permission_required("outreach.view")
def purposes(request: HttpRequest) -> HttpResponseBase:
    """For what data may be used; POST asks for another."""
    form = PurposeForm(request.POST or None)
    may = allowed(request.user, "outreach.plan")
    if request.method == "POST" and may and form.is_valid():
        with told_in(form):
            operations.ask_purpose(person_of(request), **form.cleaned_data)
            messages.success(request, "承認を求めました。別の職員が承認すると使えます。")
            return redirect("outreach:purposes")
    beside = {
        "form": form,
        "may": may,
        "ended": allowed(request.user, "outreach.approve"),
        "held": Purpose.objects.filter(ended_at=None).exclude(approved_at=None),
    }
    if form.errors:
        return render(request, "outreach/purpose_form.html", beside, status=422)
    return respond(request, PURPOSES, "outreach/purposes.html", lambda wanted: beside)


end_purpose = button(
    operations.end_purpose,
    lambda _: reverse("outreach:purposes"),
    "目的を終えました。もう使えません。",
    of=Purpose,
)


@permission_required("outreach.optout")
def opt_outs(request: HttpRequest) -> HttpResponseBase:
    """Who wants no letters; POST adds some."""
    form = OptOutForm(request.POST or None, purposes=Purpose.objects.filter(ended_at=None))
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            purpose = form.cleaned_data["purpose"]
            made = operations.add_opt_outs(
                person_of(request), numbers=form.cleaned_data["numbers"].split(), purpose_id=purpose.pk if purpose else 0, since=form.cleaned_data["since"],
                note=form.cleaned_data["note"],
            )  # fmt: skip
            messages.success(request, f"{len(made)}人を加えました。")
            return redirect("outreach:optouts")
    if form.errors:
        return render(request, "outreach/optout_form.html", {"form": form}, status=422)
    if request.GET:  # the bare address only leads on to the one that says all conditions
        record("outreach.optouts_listed", subject="optouts", actor=person_of(request))
    return respond(request, OPT_OUTS, "outreach/optouts.html", lambda wanted: {"form": form})


remove_opt_out = button(
    operations.remove_opt_out, lambda _: reverse("outreach:optouts"), "外しました。", of=OptOut
)
