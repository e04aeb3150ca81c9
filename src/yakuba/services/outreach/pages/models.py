"""Risk models: trained, looked at, approved."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.pages import button
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.outreach.actions import risks
from yakuba.services.outreach.engine.risk import KINDS
from yakuba.services.outreach.forms.campaigns import ReasonForm
from yakuba.services.outreach.forms.tables import ModelForm, TableChoiceForm
from yakuba.services.outreach.models import Purpose, RiskModel, TownTable, Worked
from yakuba.services.outreach.operations import models as operations
from yakuba.services.outreach.pages.tables import ABOVE, STATES
from yakuba.services.outreach.queries import charts


def _state(row: RiskModel) -> Cell:
    if row.ended_at:
        return status("stopped", "使うのをやめた")
    if row.approved_at:
        return status("success", "承認済み")
    return status(STATES[Worked.State(row.state)], row.get_state_display())


MODELS = Listing(
    "outreach.models",
    "リスクのモデル",
    "モデル",
    columns=(
        Column("name", "モデル", lambda row: Cell(str(row), url=reverse("outreach:model", args=[row.pk])), ("name", "version")),
        Column("number", "番号", lambda row: row.pk, ("pk",), number=True),
        Column("kind", "作り方", lambda row: KINDS.get(row.figures.get("kind", ""), "―")),
        Column("created", "作った日", lambda row: timezone.localdate(row.created_at), ("created_at",)),
        Column("state", "状態", _state, ("state", "pk")),
    ),
    rows=lambda: RiskModel.objects.order_by("-pk"),
    nothing=Nothing("モデルはまだありません", "結果の分かっている年度が2つ以上ある表から作れます。", ("モデルを作る", reverse_lazy("outreach:new_model"))),
    filters=(Filter("state", "状態", lambda: Worked.State.choices),),
    actions=(("モデルを作る", reverse_lazy("outreach:new_model")),),
    trail=(ABOVE,),
)  # fmt: skip


@permission_required("outreach.view")
def models(request: HttpRequest) -> HttpResponseBase:
    """All models."""
    return respond(request, MODELS)


@permission_required("outreach.model")
def new_model(request: HttpRequest) -> HttpResponse:
    """Which table; then what the model looks at."""
    tables = TownTable.objects.filter(state="done").order_by("-pk")
    choice = TableChoiceForm(request.GET or None, tables=tables)
    if not (request.GET and choice.is_valid()):
        return render(
            request, "outreach/start.html", {"form": choice, "none": not tables.exists(), "model": True}
        )
    table = choice.cleaned_data["table"]
    headings = [one.heading for one in table.specs if one.role not in risks.NO_FEATURES] + (
        [risks.AGE] if table.heading("birth") else []
    )
    form = ModelForm(
        request.POST or None,
        purposes=Purpose.objects.filter(ended_at=None).order_by("-pk"),
        headings=headings,
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with told_in(form):
            row = operations.train(
                person_of(request), outreach_table_id=table.pk, purpose_id=given["purpose"].pk, name=given["name"], features=given["features"], decided=given["decided"]
            )  # fmt: skip
            return redirect("outreach:model", row.pk)
    return render(
        request, "outreach/new_model.html", {"form": form, "table": table}, status=422 if form.errors else 200
    )


@permission_required("outreach.view")
def model(request: HttpRequest, risk_model_id: int) -> HttpResponse:
    """One model: what it is worth, and whether it may choose people."""
    row = get_object_or_404(
        RiskModel.objects.select_related("table", "purpose", "approved_by"), pk=risk_model_id
    )
    figures = row.figures
    chosen = figures["compared"][figures["kind"]] if figures else {}
    proposed = Approval.objects.filter(
        kind=risks.KIND, subject=f"riskmodel:{row.pk}", state=Approval.State.PROPOSED
    ).exists()
    context = {
        "model": row, "state": _state(row), "work": work_of(risks.JOB, row.job_key), "figures": figures, "chosen": chosen, "kind": KINDS.get(figures.get("kind", "")),
        "compared": [(KINDS[name], one) for name, one in figures.get("compared", {}).items()], "calibration": charts.calibration(chosen),
        "by_year": charts.by_year(chosen), "proposed": proposed, "reason_form": ReasonForm(), "may_model": allowed(request.user, "outreach.model"),
        "may_end": allowed(request.user, "outreach.approve"),
    }  # fmt: skip
    return render(request, "outreach/model.html", context)


@permission_required("outreach.model")
@require_POST
def propose_model(request: HttpRequest, risk_model_id: int) -> HttpResponse:
    """Ask another person."""
    row = get_object_or_404(RiskModel.objects, pk=risk_model_id)
    operations.propose_model(person_of(request), risk_model_id=row.pk, reason=request.POST.get("reason", ""))
    messages.success(request, "承認を求めました。別の職員が承認すると、人を選ぶのに使えます。")
    return redirect("outreach:model", row.pk)


end_model = button(operations.end_model, "outreach:model", "使うのをやめました。", of=RiskModel)
