"""One report: what it says, what happened, and the next step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.storage import content_of
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.maps import Mapped, Shape, value_map
from yakuba.kernel.operations.pages import button
from yakuba.kernel.registry import CaseLink, CasePart
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.fieldwork.contracts import OPEN
from yakuba.services.fieldwork.engine.nearby import Point
from yakuba.services.fieldwork.forms.reports import DueForm, MoveForm, ReleaseForm, TextForm
from yakuba.services.fieldwork.models import Report, ReportPhoto
from yakuba.services.fieldwork.operations import reports as operations
from yakuba.services.fieldwork.pages.reports import KINDS
from yakuba.services.fieldwork.queries import proving, rounds_offers
from yakuba.services.fieldwork.queries import reports as queries
from yakuba.services.fieldwork.queries import rules as in_force

FORMS: dict[str, tuple[str, Callable[..., TextForm], dict[str, Any], Any, str]] = {
    "finish": ("対応を終える", TextForm, {"label": "したこと", "help_text": "通報した人が読みます。"}, operations.finish_report, "対応を終えました。"),
    "answer": ("途中の答えを書く", TextForm, {"label": "答え", "help_text": "通報した人が読みます。"}, operations.answer_report, "答えました。通報した人の状況のページに出ます。"),
    "move": ("別の課に移す", MoveForm, {}, operations.move_report, "課を移しました。"),
    "due": ("期限を変える", DueForm, {}, operations.set_report_due, "期限を変えました。前の期限も残ります。"),
    "close": ("対応しないと決める", TextForm, {"label": "対応しない理由", "help_text": "通報した人が読みます。"}, operations.close_report, "対応しないと決めました。"),
    "reopen": ("再開する", TextForm, {"label": "再開する理由"}, operations.reopen_report, "再開しました。"),
}  # fmt: skip
WHILE_OPEN, WHEN_OVER = ("finish", "answer", "move", "due", "close"), ("reopen", "answer")


@permission_required("fieldwork.view")
@require_safe
def report(request: HttpRequest, report_id: int) -> HttpResponse:
    """The page. Who looked at a report that names somebody is recorded."""
    row = _one(report_id)
    said = queries.said(request.user, [row.case_id])[row.case_id]
    if said.get("reporter_name") or said.get("reporter_contact"):
        record("fieldwork.report_looked_at", subject=f"report:{row.pk}", actor=person_of(request))
    return _shown(request, row, said)


@permission_required("fieldwork.handle")
@require_POST
def change(request: HttpRequest, report_id: int, report_step: str) -> HttpResponse:
    """One of the steps that ask for words. What is refused keeps what was typed."""
    if report_step not in FORMS:
        raise Http404
    row = _one(report_id)
    _, make, asked, operation, done = FORMS[report_step]
    form = make(request.POST, prefix=report_step, **asked)
    if form.is_valid():
        with told_in(form):
            operation(person_of(request), report_id=row.pk, **form.cleaned_data)
            messages.success(request, done)
            return redirect("fieldwork:report", row.pk)
    return _shown(
        request,
        _one(report_id),
        queries.said(request.user, [row.case_id])[row.case_id],
        {report_step: form},
        422,
    )


start = button(operations.start_report, "fieldwork:report", "対応を始めました。")
hide = button(operations.hide_report, "fieldwork:report", "公開をやめました。")


@permission_required("fieldwork.release")
def release(request: HttpRequest, report_id: int) -> HttpResponse:
    """What everybody may read: a text of its own, photographs chosen one by one, and a word that somebody looked."""
    row = _one(report_id)
    photos = list(ReportPhoto.objects.filter(report=row).order_by("pk"))
    pictures = [(str(one.pk), f"{number}枚目") for number, one in enumerate(photos, start=1)]
    initial = {"text": row.public_text, "photos": [str(one.pk) for one in photos if one.released]}
    form = ReleaseForm(request.POST or None, pictures=pictures, initial=initial)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            chosen = [int(one) for one in form.cleaned_data.get("photos", [])]
            operations.release_report(
                person_of(request), report_id=row.pk, text=form.cleaned_data["text"], photos=chosen
            )
            messages.success(request, "公開しました。")
            return redirect("fieldwork:report", row.pk)
    said = queries.said(request.user, [row.case_id])[row.case_id]
    context = {"report": row, "form": form, "photos": photos, "said": said}
    return render(request, "fieldwork/release.html", context, status=422 if form.errors else 200)


@permission_required("fieldwork.view")
@require_safe
def photo(request: HttpRequest, photo_id: int) -> HttpResponse:
    """A photograph of a report."""
    row = get_object_or_404(ReportPhoto.objects.select_related("file").exclude(report=None), pk=photo_id)
    return HttpResponse(content_of(row.file), content_type="image/jpeg")


def case_part(request: HttpRequest, case: Case) -> CasePart:
    """A way from the page of a case to its report."""
    row = Report.objects.filter(case=case).first()
    if row is None or not allowed(request.user, "fieldwork.view"):
        return CasePart()
    return CasePart(links=(CaseLink("この通報の画面を開く", reverse("fieldwork:report", args=[row.pk])),))


def _one(report_id: int) -> Report:
    found: Report = get_object_or_404(
        queries.reports().select_related("case__procedure", "section"), pk=report_id
    )
    return found


def _shown(
    request: HttpRequest, row: Report, said: Any, forms: dict[str, TextForm] | None = None, status: int = 200
) -> HttpResponse:
    may_handle = allowed(request.user, "fieldwork.handle")
    steps = WHILE_OPEN if row.state in OPEN else WHEN_OVER
    given = forms or {}
    steps = (
        *steps,
        *(name for name in given if name not in steps),
    )  # somebody else was faster: what was typed stays
    events = list(row.events.select_related("user").order_by("pk"))  # type: ignore[attr-defined]
    context = {
        "report": row,
        "said": said,
        "kind": KINDS[row.state],  # type: ignore[index]
        "is_late": row.state in OPEN and row.due_at < timezone.now(),
        "is_open": row.state in OPEN,
        "photos": ReportPhoto.objects.filter(report=row).order_by("pk"),
        "events": events,
        "faults": proving.disagreements(row, events),
        "steps": [_step(name, given) for name in steps] if may_handle else [],
        "may_handle": may_handle,
        "may_release": allowed(request.user, "fieldwork.release"),
        "map": _place(row),
        "near": _near(row),
        **_of_crews(request, row),
    }
    return render(request, "fieldwork/report.html", context, status=status)


def _of_crews(request: HttpRequest, row: Report) -> dict[str, Any]:
    """Plans of rounds that have it or may take it, and what crews said of it."""
    plans = allowed(request.user, "fieldwork.plan_rounds")
    may_plan = plans and row.state in OPEN and row.latitude is not None
    stops = list(rounds_offers.stops_of_report(row))
    there = {one.plan_id for one in stops}
    return {
        "stops": stops,
        "visits": rounds_offers.visits_of_report(row),
        "worked_at": rounds_offers.is_worked_at(row),
        "may_plan": may_plan,
        "plans": [one for one in rounds_offers.fillable() if one.pk not in there] if plans else [],
    }


def _step(name: str, given: dict[str, TextForm]) -> dict[str, Any]:
    label, make, asked, _, _ = FORMS[name]
    return {
        "name": name,
        "label": label,
        "form": given.get(name) or make(prefix=name, **asked),
        "open": name in given,
    }


def _place(row: Report) -> Any:
    if row.latitude is None or row.longitude is None:
        return None
    at = Mapped(row.number, 1.0, Shape(points=((row.longitude, row.latitude),)))
    known = in_force.in_force()
    around = (
        []
        if known is None
        else [
            Mapped(one.name, None, Shape(points=((one.at.longitude, one.at.latitude),)))
            for one in known.landmarks
        ]
    )
    return value_map([at, *around], title="場所（値なしは目印）", unit="", sources=())


def _near(row: Report) -> list[Any]:
    known = in_force.in_force()
    category = known.category(row.category) if known else None
    if category is None or row.latitude is None or row.longitude is None:
        return []
    found = queries.near(Point(row.latitude, row.longitude), category)
    return [(other, one) for other, one in found if other.pk != row.pk]
