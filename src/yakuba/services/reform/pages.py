"""業務改革: what was saved, for a head of section who has to show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone

from yakuba.kernel.accounts import allowed, permission_required, person_of, require
from yakuba.kernel.audit.chain import record
from yakuba.kernel.charts import Chart, before_after, person_and_machine
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.ui.doors import may_open
from yakuba.services.reform import actions, queries
from yakuba.services.reform.adapters.pdf import PdfUnavailable, to_pdf
from yakuba.services.reform.contracts import Effect, Promise
from yakuba.services.reform.engine.effect import total
from yakuba.services.reform.forms import BaselineForm
from yakuba.services.reform.queries.promises import promises as measured


@permission_required("reform.view")
def effects(request: HttpRequest) -> HttpResponse:
    """All procedures: a table, the sum, and two charts."""
    return render(request, "reform/effects.html", _context(queries.effects()))


@permission_required("reform.view")
def effects_pdf(request: HttpRequest) -> HttpResponse:
    """The same as a PDF for a meeting."""
    context = _context(queries.effects()) | {
        "municipality": current_municipality(),
        "today": timezone.localdate(),
    }
    try:
        content = to_pdf(render_to_string("reform/report.html", context))
    except PdfUnavailable as error:
        messages.error(request, str(error))
        return redirect("reform:effects")
    record("reform.report_made", actor=person_of(request))
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="effect-{timezone.localdate():%Y%m%d}.pdf"'
    return answer


@permission_required("reform.view")
def promises(request: HttpRequest) -> HttpResponse:
    """The four promises, how each is watched, and what was measured here."""
    listed = [_openable(promise, request.user) for promise in measured()]
    return render(request, "reform/promises.html", {"promises": listed, "today": timezone.localdate()})


@permission_required("reform.view")
def promises_pdf(request: HttpRequest) -> HttpResponse:
    """The same as a paper for decision (決裁) and audit."""
    context = {
        "promises": measured(),
        "municipality": current_municipality(),
        "today": timezone.localdate(),
        "person": request.user,
    }
    try:
        content = to_pdf(render_to_string("reform/promises_paper.html", context))
    except PdfUnavailable as error:
        messages.error(request, str(error))
        return redirect("reform:promises")
    record("reform.promises_printed", actor=person_of(request))
    return Download(f"promises-{timezone.localdate():%Y%m%d}.pdf", "application/pdf", content).answer()


def _openable(promise: Promise, user: Any) -> Promise:
    """Without the links that the person may not open."""
    figures = [one if may_open(user, one.url) else replace(one, url="") for one in promise.figures]
    return replace(promise, figures=tuple(figures))


@permission_required("reform.view")
def procedure(request: HttpRequest, code: str) -> HttpResponse:
    """One procedure: its figures, and the form with which the time before is stated."""
    row = get_object_or_404(Procedure.objects, code=code)
    baseline = queries.baseline_of(row)
    form = BaselineForm(request.POST or None, initial=vars(baseline))
    if request.method == "POST":
        require(request.user, "reform.manage")
        if form.is_valid():
            actions.state_baseline(row, form.baseline, actor=person_of(request))
            messages.success(request, "前にかかった時間を登録しました。")
            return redirect("reform:procedure", code=code)
    effect = queries.effect(row)
    context = _context([effect]) | {
        "effect": effect,
        "form": form,
        "may_manage": allowed(request.user, "reform.manage"),
    }
    return render(request, "reform/procedure.html", context)


def _context(effects: Sequence[Effect]) -> dict[str, Any]:
    finished = [effect for effect in effects if effect.cases]
    return {"effects": effects, "total": total(effects), "finished": finished, "charts": _charts(finished)}


def _charts(effects: Sequence[Effect]) -> list[Chart]:
    before = [(effect.title, effect.before, effect.person) for effect in effects]
    apart = [(effect.title, effect.person, effect.machine) for effect in effects]
    return [
        before_after(before, title="職員がかけた時間（前と今）"),
        person_and_machine(apart, title="今かかっている時間（職員と機械）"),
    ]
