"""Advisors, requests, occasions, cases, the notice of a job."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.audit.chain import record
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.pages import button
from yakuba.kernel.ui.refusals import form_page, told_in
from yakuba.services.sharing.engine import advisors as engine
from yakuba.services.sharing.forms.advisors import (
    AdvisorForm,
    BookForm,
    CaseForm,
    JobForm,
    ReportForm,
    SupportForm,
)
from yakuba.services.sharing.models import Advisor, Case, Request, Visit
from yakuba.services.sharing.operations import advisors as operations
from yakuba.services.sharing.operations import cases as case_operations
from yakuba.services.sharing.operations import supports
from yakuba.services.sharing.pages.ways import ways
from yakuba.services.sharing.queries import advisors as queries

ADVISORS_AT = ("アドバイザー", reverse_lazy("sharing:advisors"))
REQUESTS_AT = ("支援の依頼", reverse_lazy("sharing:requests"))
CASES_AT = ("事例", reverse_lazy("sharing:cases"))
FORM = "sharing/form.html"
STATES = {Request.State.OPEN: "waiting", Request.State.ARRANGED: "running", Request.State.REPORTED: "success"}
ADVISORS = Listing(
    "sharing.advisors",
    "アドバイザー",
    "アドバイザー",
    columns=(
        Column("name", "氏名", lambda row: Cell(row.name, url=reverse("sharing:advisor", args=[row.pk])), ("name",)),
        Column("affiliation", "所属", lambda row: row.affiliation, ("affiliation", "name")),
        Column("fields", "分野", lambda row: "、".join(row.fields)),
        Column("roles", "役割", lambda row: "、".join(row.roles)),
        Column("lecturer", "講師", lambda row: "引き受ける" if row.lecturer else "", ("lecturer", "name")),
        Column("load", "今年度", lambda row: row.load, ("load", "name"), number=True),
        Column("most", "上限", lambda row: row.most, ("most", "name"), number=True),
        Column("active", "状態", lambda row: status("success", "頼める") if row.active else status("stopped", "休み"), ("active", "name")),
    ),
    rows=queries.advisors,
    nothing=Nothing("アドバイザーはまだいません", "分野と役割を登録すると、依頼に合う人を探せます。", ("アドバイザーを登録する", reverse_lazy("sharing:new_advisor"))),
    search=Search(lambda rows, text: rows.filter(name__icontains=text) | rows.filter(affiliation__icontains=text), label="氏名か所属"),
    filters=(Filter("lecturer", "講師", lambda: [("yes", "引き受ける人")], lambda rows, value: rows.filter(lecturer=True)),),
    actions=(("支援の依頼", reverse_lazy("sharing:requests")), ("アドバイザーを登録する", reverse_lazy("sharing:new_advisor")), ("募集の案を作る", reverse_lazy("sharing:job")), ("事例", reverse_lazy("sharing:cases"))),
    taken="sharing.dispatch",
)  # fmt: skip
REQUESTS = Listing(
    "sharing.requests",
    "支援の依頼",
    "依頼",
    columns=(
        Column("body", "団体", lambda row: Cell(row.body, url=reverse("sharing:request", args=[row.pk])), ("body", "pk")),
        Column("kind", "種類", lambda row: row.get_kind_display(), ("kind", "pk")),
        Column("fields", "分野", lambda row: "、".join(row.fields)),
        Column("online", "どこで", lambda row: "オンライン" if row.online else "現地", ("online", "pk")),
        Column("asked", "受けた日", lambda row: timezone.localdate(row.asked_at), ("asked_at",)),
        Column("state", "状態", lambda row: status(STATES[Request.State(row.state)], row.get_state_display()), ("state", "pk")),
    ),
    rows=queries.requests,
    nothing=Nothing("依頼はまだありません", "団体の相談したいことを受けると、合うアドバイザーを探せます。", ("依頼を受ける", reverse_lazy("sharing:new_request"))),
    filters=(Filter("state", "状態", lambda: Request.State.choices),),
    actions=(("依頼を受ける", reverse_lazy("sharing:new_request")),),
    trail=(ADVISORS_AT,),
)  # fmt: skip


def _cases(drafts: bool) -> Listing:
    return Listing(
        "sharing.cases",
        "事例",
        "事例",
        columns=(
            Column("title", "題", lambda row: Cell(row.title, url=reverse("sharing:case", args=[row.pk])), ("title", "pk")),
            Column("body", "団体", lambda row: row.body, ("body", "pk")),
            Column("population", "人口", lambda row: row.population, ("population", "pk"), number=True),
            Column("field", "分野", lambda row: row.field, ("field", "pk")),
            Column("source", "出典", lambda row: Cell(row.source, small=True)),
            Column("state", "状態", lambda row: status("success", "公開した") if row.published_at else status("waiting", "下書き"), ("published_at", "pk")),
        ),
        rows=lambda: queries.cases(drafts),
        nothing=Nothing("事例はまだありません", "支援の報告から、または直接書いて公開すると、ここに並びます。", ("事例を書く", reverse_lazy("sharing:new_case"))),
        search=Search(lambda rows, text: rows.filter(title__icontains=text) | rows.filter(text__icontains=text) | rows.filter(effect__icontains=text), label="言葉"),
        filters=(Filter("field", "分野", lambda: [(one, one) for one in engine.FIELDS]), Filter("population", "人口", queries.case_bands, queries.in_band)),
        actions=(("事例を書く", reverse_lazy("sharing:new_case")),),
    )  # fmt: skip


def _edit(
    request: HttpRequest, form: forms.Form, title: str, way: list[tuple[str, Any]], take: Callable[[], HttpResponse], lead: str = "",
) -> HttpResponse:  # fmt: skip
    way = ways(request, way)
    context = {"title": title, "press": "登録する", "above": way, "back": way[-1][1], "lead": lead}
    return form_page(request, form, take, FORM, context)


@permission_required("sharing.advisors")
def advisors(request: HttpRequest) -> HttpResponseBase:
    """All advisors. Who looked is recorded."""
    record("sharing.advisors_listed", subject="advisors", actor=person_of(request))
    return respond(request, ADVISORS)


@permission_required("sharing.dispatch")
def new_advisor(request: HttpRequest) -> HttpResponse:
    """An advisor."""
    form = AdvisorForm(request.POST or None)

    def take() -> HttpResponse:
        row = operations.add_advisor(person_of(request), **form.asked)
        messages.success(request, f"{row}さんを登録しました。")
        return redirect("sharing:advisors")

    return _edit(request, form, "アドバイザーを登録する", [ADVISORS_AT], take)


@permission_required("sharing.dispatch")
def advisor(request: HttpRequest, advisor_id: int) -> HttpResponse:
    """The record is looked at and changed."""
    row = get_object_or_404(Advisor.objects, pk=advisor_id)
    names = (
        "name",
        "affiliation",
        "roles",
        "code",
        "online",
        "lecturer",
        "topics",
        "most",
        "contact",
        "active",
    )
    initial = {name: getattr(row, name) for name in names} | {"fields_": row.fields}
    form = AdvisorForm(request.POST or None, initial=initial)

    def take() -> HttpResponse:
        operations.change_advisor(person_of(request), advisor_id=row.pk, **form.asked)
        messages.success(request, "変えました。")
        return redirect("sharing:advisors")

    return _edit(request, form, "アドバイザーの記録", [ADVISORS_AT], take)


@permission_required("sharing.advisors")
def requests(request: HttpRequest) -> HttpResponseBase:
    """All requests."""
    return respond(request, REQUESTS)


@permission_required("sharing.dispatch")
def new_request(request: HttpRequest) -> HttpResponse:
    """A request."""
    form = SupportForm(request.POST or None)

    def take() -> HttpResponse:
        row = supports.ask(person_of(request), **form.asked)
        messages.success(request, "依頼を受けました。合うアドバイザーを選んで、日を決めてください。")
        return redirect("sharing:request", row.pk)

    lead = "支援は、団体ごとに年度で、現地3回まで、またはオンライン合計10時間までです。"
    return _edit(request, form, "依頼を受ける", [ADVISORS_AT, REQUESTS_AT], take, lead)


def _request(support_id: int) -> Request:
    return get_object_or_404(Request.objects, pk=support_id)


@permission_required("sharing.advisors")
def support(request: HttpRequest, support_id: int) -> HttpResponse:
    """One request: who fits and why, its occasions, its report."""
    return _support(request, _request(support_id))


def _support(request: HttpRequest, row: Request, book: BookForm | None = None) -> HttpResponse:
    found = queries.matched(row)
    year = queries.this_year()
    used = queries.used(row.subject_body, year)
    visits = [(one, supports.team_of(one)) for one in row.visits.all()]
    context = {
        "request_row": row, "state": STATES[Request.State(row.state)], "matches": found, "used": used, "year": year, "visits": visits,
        "left": max(0, engine.MOST_VISITS - used.visits), "left_minutes": max(0, engine.MOST_MINUTES - used.minutes),
        "may": allowed(request.user, "sharing.dispatch"), "book": book or BookForm(found, initial={"online": row.online}, auto_id="book_%s"),
        "report": ReportForm(auto_id="report_%s", initial={"report": row.report, "effect": row.effect}), "above": [ADVISORS_AT, REQUESTS_AT],
        "may_report": any(one.on <= timezone.localdate() for one, _ in visits), "case": Case.objects.filter(request=row).first(),
    }  # fmt: skip
    return render(request, "sharing/request.html", context, status=422 if book is not None else 200)


@permission_required("sharing.dispatch")
@require_POST
def book(request: HttpRequest, support_id: int) -> HttpResponse:
    """An occasion with its team."""
    row = _request(support_id)
    form = BookForm(queries.matched(row), request.POST, auto_id="book_%s")
    if form.is_valid():
        with told_in(form):
            supports.book(person_of(request), support_id=row.pk, **form.asked)
            messages.success(request, "派遣の日を決めました。")
            return redirect("sharing:request", row.pk)
    return _support(request, row, form)


cancel = button(supports.cancel, lambda row: reverse("sharing:request", args=[row.pk]), "派遣を取り消しました。", of=Visit)  # fmt: skip
report = button(supports.report, "sharing:request", "報告しました。", of=Request, form=ReportForm, otherwise="支援の内容を書いてください。")  # fmt: skip
make_case = button(case_operations.make_case, lambda row: reverse("sharing:case", args=[row.pk]), "事例の下書きを作りました。", of=Request)  # fmt: skip


@permission_required("sharing.cases")
def cases(request: HttpRequest) -> HttpResponseBase:
    """Cases; drafts only for who writes them."""
    return respond(request, _cases(allowed(request.user, "sharing.dispatch")))


def _case(request: HttpRequest, shared_case_id: int) -> Case:
    row = get_object_or_404(Case.objects, pk=shared_case_id)
    if row.published_at is None and not allowed(request.user, "sharing.dispatch"):
        raise Http404
    return row


@permission_required("sharing.cases")
def case(request: HttpRequest, shared_case_id: int) -> HttpResponse:
    """One case."""
    row = _case(request, shared_case_id)
    return render(request, "sharing/case.html", {"case": row, "above": [CASES_AT]})


@permission_required("sharing.dispatch")
def new_case(request: HttpRequest) -> HttpResponse:
    """A case."""
    form = CaseForm(request.POST or None)

    def take() -> HttpResponse:
        row = case_operations.add_case(person_of(request), **form.cleaned_data)
        messages.success(request, "下書きを作りました。確かめて公開してください。")
        return redirect("sharing:case", row.pk)

    return _edit(request, form, "事例を書く", [CASES_AT], take)


@permission_required("sharing.dispatch")
def change_case(request: HttpRequest, shared_case_id: int) -> HttpResponse:
    """A draft is changed."""
    row = _case(request, shared_case_id)
    names = ("title", "body", "population", "field", "text", "effect", "source")
    form = CaseForm(request.POST or None, initial={name: getattr(row, name) for name in names})

    def take() -> HttpResponse:
        case_operations.change_case(person_of(request), shared_case_id=row.pk, **form.cleaned_data)
        messages.success(request, "直しました。")
        return redirect("sharing:case", row.pk)

    return _edit(request, form, "事例を直す", [CASES_AT, (row.title, reverse("sharing:case", args=[row.pk]))], take)  # fmt: skip


publish_case = button(case_operations.publish_case, "sharing:case", "公開しました。", of=Case)
withdraw_case = button(case_operations.withdraw_case, "sharing:case", "公開を取り下げました。", of=Case)


@permission_required("sharing.advisors")
def job(request: HttpRequest) -> HttpResponse:
    """A draft of a job notice; nothing is kept."""
    form = JobForm(request.GET if "role" in request.GET else None)
    text = operations.job_notice(person_of(request), **form.cleaned_data) if form.is_bound and form.is_valid() else ""  # fmt: skip
    context = {"form": form, "text": text, "standard": engine.standard(), "above": [ADVISORS_AT]}
    return render(request, "sharing/job.html", context, status=422 if form.errors else 200)
