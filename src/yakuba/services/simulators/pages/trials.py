"""The register of trials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of, proof
from yakuba.kernel.audit.chain import record
from yakuba.kernel.lists import Cell, Column, Listing, Nothing, Search, status
from yakuba.kernel.lists.files import file_page, write
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.tables import importing
from yakuba.kernel.tables.files import FORMATS
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.simulators import queries
from yakuba.services.simulators.actions import trials as actions
from yakuba.services.simulators.forms.trials import (
    IndicatorForm,
    MeasurementForm,
    TrialForm,
    indicator_initial,
    trial_initial,
)
from yakuba.services.simulators.models import Indicator, Measurement, Trial
from yakuba.services.simulators.operations import trials as operations
from yakuba.services.simulators.queries import shown

KINDS = {"reached": "success", "below": "warning", "open": "waiting", "free": "neutral"}
TABLE = importing.TableKind(operations.TABLE, "実験と指標", actions.COLUMNS)
LIST = ("実験の記録", reverse_lazy("simulators:trials"))


def _newest(row: Indicator) -> float | None:
    found = queries.latest(row)
    return None if found is None else float(found.value)


TRIALS = Listing(
    "simulators.trials",
    "実験の記録",
    "指標",
    columns=(
        Column(
            "trial",
            "実験",
            lambda row: Cell(row.trial.title, url=reverse("simulators:trial", args=[row.trial_id])),
            ("trial__title",),
        ),
        Column("label", "指標", lambda row: row.label, ("label",)),
        Column("unit", "単位", lambda row: row.unit),
        Column(
            "baseline",
            "始めの値",
            lambda row: None if row.baseline is None else float(row.baseline),
            number=True,
        ),
        Column(
            "target",
            "目標",
            lambda row: None if row.target is None else float(row.target),
            ("target",),
            number=True,
        ),
        Column(
            "year", "目標の年度", lambda row: row.target_year and f"{row.target_year}年度", ("target_year",)
        ),
        Column("value", "いちばん新しい値", _newest, number=True),
        Column(
            "state",
            "目標と比べて",
            lambda row: status(KINDS[one := queries.state_of(row)], queries.STATES[one]),
        ),
    ),
    rows=queries.indicators,
    nothing=Nothing(
        "実験の記録はまだありません",
        "「実験を加える」か「表から取り込む」で始めます。",
        ("実験を加える", reverse_lazy("simulators:new_trial")),
    ),
    search=Search(lambda rows, text: rows.filter(trial__title__icontains=text), label="実験の名前"),
    lead="実験ごとに、何で測り、目標はいくつで、いま幾つかを残します。",
    actions=(
        ("実験を加える", reverse_lazy("simulators:new_trial")),
        ("表から取り込む", reverse_lazy("simulators:load_trials")),
        ("取り込める表で取り出す", reverse_lazy("simulators:trials_table")),
    ),
)


@permission_required("simulators.view")
def trials(request: HttpRequest) -> HttpResponseBase:
    """The list; trials without an indicator are named above it."""
    bare = Trial.objects.filter(indicators=None).order_by("title")[:20]
    return respond(request, TRIALS, "simulators/trials.html", lambda wanted: {"bare": bare})


@permission_required("simulators.view")
def trials_table(request: HttpRequest) -> HttpResponseBase:
    """The whole register as a table that can be loaded again."""
    proof.require(request.user)
    form = request.GET.get("form", "xlsx")
    form = form if form in FORMATS else "xlsx"

    def made() -> Any:
        table = shown.register_table(list(queries.trials()))
        file = write([table], "simulators-trials", form, accept="accept" in request.GET)
        record("simulators.register_taken", actor=person_of(request), form=form)
        return file

    return file_page(request, made, "実験の記録", reverse("simulators:trials"))


@permission_required("simulators.edit")
def load_trials(request: HttpRequest) -> HttpResponse:
    """A table, looked at before: all of it, or every fault with its line."""

    def take(file: BinaryIO, renamed: Mapping[str, str]) -> HttpResponse:
        number = actions.load(file, renamed, actor=person_of(request))
        record("simulators.trials_loaded", subject="trials", actor=person_of(request), trials=number)
        messages.success(request, f"{number}の実験を取り込みました。")
        return redirect("simulators:trials")

    lead = "1行に1つの測った値。まだ測っていない指標は、測った日・値・根拠を空にします。表が空のところは、今の記録が残ります。"
    page = importing.ImportPage((("実験の記録", reverse("simulators:trials")),), lead)
    return importing.respond(request, TABLE, actions.faults, take, page)


@permission_required("simulators.edit")
def new_trial(request: HttpRequest) -> HttpResponse:
    """A new one."""
    form = TrialForm(request.POST or None, use_required_attribute=False)

    def done() -> HttpResponse:
        row = operations.add_trial(person_of(request), **form.cleaned_data)
        messages.success(request, f"「{row}」を加えました。次に、何で測るか（指標）を加えます。")
        return redirect("simulators:new_indicator", row.pk)

    context = {"title": "実験を加える", "press": "加える", "back": reverse("simulators:trials"), "above": []}
    return form_page(request, form, done, "simulators/form.html", context)


@permission_required("simulators.edit")
def edit_trial(request: HttpRequest, kpi_trial_id: int) -> HttpResponse:
    """Another wording."""
    row = get_object_or_404(Trial, pk=kpi_trial_id)
    form = TrialForm(request.POST or None, initial=trial_initial(row), use_required_attribute=False)

    def done() -> HttpResponse:
        operations.change_trial(person_of(request), kpi_trial_id=row.pk, **form.cleaned_data)
        messages.success(request, "直しました。")
        return redirect("simulators:trial", row.pk)

    return form_page(request, form, done, "simulators/form.html", _within(row, "実験を直す", "直す"))


def _within(row: Trial, title: str, press: str) -> dict[str, Any]:
    back = reverse("simulators:trial", args=[row.pk])
    return {"title": title, "press": press, "back": back, "above": [(row.title, back)]}


@permission_required("simulators.edit")
def new_indicator(request: HttpRequest, kpi_trial_id: int) -> HttpResponse:
    """What it is measured by."""
    row = get_object_or_404(Trial, pk=kpi_trial_id)
    form = IndicatorForm(request.POST or None, use_required_attribute=False)

    def done() -> HttpResponse:
        operations.add_indicator(person_of(request), kpi_trial_id=row.pk, **form.cleaned_data)
        messages.success(request, f"指標「{form.cleaned_data['label']}」を加えました。")
        return redirect("simulators:trial", row.pk)

    return form_page(request, form, done, "simulators/form.html", _within(row, "指標を加える", "加える"))


@permission_required("simulators.edit")
def edit_indicator(request: HttpRequest, kpi_indicator_id: int) -> HttpResponse:
    """Another wording; values stay."""
    row = get_object_or_404(Indicator.objects.select_related("trial"), pk=kpi_indicator_id)
    form = IndicatorForm(request.POST or None, initial=indicator_initial(row), use_required_attribute=False)

    def done() -> HttpResponse:
        operations.change_indicator(person_of(request), kpi_indicator_id=row.pk, **form.cleaned_data)
        messages.success(request, "直しました。")
        return redirect("simulators:trial", row.trial_id)

    return form_page(request, form, done, "simulators/form.html", _within(row.trial, "指標を直す", "直す"))


@permission_required("simulators.edit")
def measure(request: HttpRequest, kpi_indicator_id: int) -> HttpResponse:
    """A measured value."""
    row = get_object_or_404(Indicator.objects.select_related("trial"), pk=kpi_indicator_id)
    form = MeasurementForm(request.POST or None, use_required_attribute=False)

    def done() -> HttpResponse:
        operations.measure(person_of(request), kpi_indicator_id=row.pk, **form.cleaned_data)
        messages.success(request, f"「{row}」の値を加えました。")
        return redirect("simulators:trial", row.trial_id)

    context = _within(row.trial, f"「{row}」の測った値を加える", "加える")
    return form_page(request, form, done, "simulators/form.html", context)


@permission_required("simulators.view")
def trial(request: HttpRequest, kpi_trial_id: int) -> HttpResponse:
    """A trial with its indicators, a chart each."""
    row = get_object_or_404(queries.trials(), pk=kpi_trial_id)
    indicators = [
        {
            "row": one,
            "state": queries.STATES[state := queries.state_of(one)],
            "kind": KINDS[state],
            "measured": list(one.measurements.all()),
            "chart": shown.indicator_chart(one) if len(one.measurements.all()) > 1 else None,
        }
        for one in row.indicators.all()
    ]
    return render(request, "simulators/trial.html", {"trial": row, "indicators": indicators})


@require_POST
@permission_required("simulators.edit")
def discard_trial(request: HttpRequest, kpi_trial_id: int) -> HttpResponse:
    """With indicators and values."""
    row = get_object_or_404(Trial, pk=kpi_trial_id)
    operations.discard_trial(person_of(request), kpi_trial_id=row.pk)
    messages.success(request, f"「{row}」を捨てました。")
    return redirect("simulators:trials")


@require_POST
@permission_required("simulators.edit")
def unmeasure(request: HttpRequest, kpi_measurement_id: int) -> HttpResponse:
    """A value that was entered wrongly."""
    row = get_object_or_404(Measurement.objects.select_related("indicator"), pk=kpi_measurement_id)
    trial_id = row.indicator.trial_id
    operations.unmeasure(person_of(request), kpi_measurement_id=row.pk)
    messages.success(request, "測った値を取り消しました。")
    return redirect("simulators:trial", trial_id)
