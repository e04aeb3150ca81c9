"""Similar cases: what happened to others, how many are gone, and what a person decides."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.outreach.actions.care import NOT_COMPARED
from yakuba.services.outreach.engine.neighbours import FEWEST
from yakuba.services.outreach.forms.care import CareForm, DecisionForm
from yakuba.services.outreach.forms.tables import TableChoiceForm
from yakuba.services.outreach.models import CareLook, Purpose, TownTable
from yakuba.services.outreach.models.tables import masked
from yakuba.services.outreach.operations import care as operations


@permission_required("outreach.care")
def similar(request: HttpRequest) -> HttpResponse:
    """Which table; then whose similar cases."""
    tables = TownTable.objects.filter(state="done").order_by("-pk")
    choice = TableChoiceForm(request.GET or None, tables=tables)
    if not (request.GET and choice.is_valid()):
        return render(
            request, "outreach/start.html", {"form": choice, "none": not tables.exists(), "care": True}
        )
    table = choice.cleaned_data["table"]
    headings = [one.heading for one in table.specs if one.role not in NOT_COMPARED]
    form = CareForm(
        request.POST or None,
        purposes=Purpose.objects.filter(ended_at=None).exclude(approved_at=None),
        headings=headings,
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with told_in(form):
            row = operations.similar(
                person_of(request), outreach_table_id=table.pk, purpose_id=given["purpose"].pk, number=given["number"], features=given["features"],
                plan=given["plan"], outcome=given["outcome"],
            )  # fmt: skip
            return redirect("outreach:care_look", row.pk)
    return render(
        request, "outreach/care_form.html", {"form": form, "table": table}, status=422 if form.errors else 200
    )


@permission_required("outreach.care")
def care_look(request: HttpRequest, care_look_id: int) -> HttpResponse:
    """What was found; POST records what a person decided. The look is recorded."""
    get_object_or_404(CareLook.objects, pk=care_look_id)
    row = operations.show_look(person_of(request), care_look_id=care_look_id)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            operations.decide_care(
                person_of(request), care_look_id=row.pk, decision=form.cleaned_data["decision"]
            )
            messages.success(request, "決めたことを記録しました。")
            return redirect("outreach:care_look", row.pk)
    context = {
        "look": row,
        "result": row.result,
        "form": form,
        "fewest": FEWEST,
        "masked": masked(row.number),
    }
    return render(request, "outreach/care_look.html", context, status=422 if form.errors else 200)
