"""Campaigns: planned, followed step by step, and what they did."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any, BinaryIO

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.accounts.proof import step_up
from yakuba.kernel.audit.chain import record
from yakuba.kernel.definitions import DefinitionRefused, Problem
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.pages import button
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tables import importing
from yakuba.kernel.ui.definitions import DefinitionPage, load_definition
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.outreach.actions import campaigns as actions
from yakuba.services.outreach.actions import letters, results
from yakuba.services.outreach.engine import naha, samples, sizes
from yakuba.services.outreach.forms.campaigns import (
    CampaignForm,
    NahaForm,
    PersonForm,
    ReasonForm,
    SizeForm,
    StartForm,
    UntilForm,
    initial,
)
from yakuba.services.outreach.models import Campaign, Purpose, TownTable
from yakuba.services.outreach.operations import campaigns as operations
from yakuba.services.outreach.operations import prints
from yakuba.services.outreach.pages.tables import ABOVE, STATES
from yakuba.services.outreach.queries import campaigns as queries
from yakuba.services.outreach.queries import charts
from yakuba.services.outreach.queries import results as found

EXAMINED = importing.TableKind("outreach.examined", "受診した人", results.COLUMNS)
CAMPAIGN_STATES = {
    "draft": "person", "approved": "waiting", "assigned": "waiting", "withdrawn": "waiting", "printed": "running", "reported": "success",
}  # fmt: skip
CAMPAIGNS = Listing(
    "outreach.campaigns",
    "勧奨の施策",
    "施策",
    columns=(
        Column("name", "施策", lambda row: Cell(row.name, url=reverse("outreach:campaign", args=[row.pk])), ("name", "pk")),
        Column("purpose", "目的", lambda row: str(row.purpose)),
        Column("people", "対象者", lambda row: row.people, ("people", "pk"), number=True),
        Column("state", "状態", lambda row: status(CAMPAIGN_STATES[row.state], row.get_state_display()), ("state", "pk")),
    ),
    rows=queries.campaigns,
    nothing=Nothing("施策はまだありません", "対象者の表と、承認された目的があれば作れます。", ("施策を作る", reverse_lazy("outreach:new_campaign"))),
    filters=(Filter("state", "状態", lambda: Campaign.State.choices),),
    actions=(("施策を作る", reverse_lazy("outreach:new_campaign")),),
)  # fmt: skip


@permission_required("outreach.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """All campaigns, and the ways to what they need."""
    return respond(request, CAMPAIGNS, "outreach/index.html", lambda wanted: {})


@permission_required("outreach.plan")
def new_campaign(request: HttpRequest) -> HttpResponse:
    """Which table and purpose; then the plan."""
    tables = TownTable.objects.filter(state="done").order_by("-pk")
    purposes = Purpose.objects.filter(ended_at=None).order_by("-pk")
    start = StartForm(request.GET or None, tables=tables, purposes=purposes)
    if not (request.GET and start.is_valid()):
        return render(
            request,
            "outreach/start.html",
            {"form": start, "none": not tables.exists() or not purposes.exists()},
        )
    table, purpose = start.cleaned_data["table"], start.cleaned_data["purpose"]
    given = (
        initial(samples.plan(max(int(one) for one in table.years)))
        if table.invented
        else {"year": max(int(one) for one in table.years)}
    )
    form = CampaignForm(request.POST or None, initial=given)
    if request.method == "POST" and form.is_valid():
        with _told(form):
            row = operations.draw_up(
                person_of(request), outreach_table_id=table.pk, purpose_id=purpose.pk, text=form.text
            )
            return redirect("outreach:campaign", row.pk)
    context = {
        "form": form,
        "table": table,
        "purpose": purpose,
        "title": "施策を作る",
        "columns": table.columns,
    }
    return render(request, "outreach/plan_form.html", context, status=422 if form.errors else 200)


class _told:  # noqa: N801 - reads as what it does
    """A refused plan becomes errors of the form, each fault a sentence."""

    def __init__(self, form: Any) -> None:
        self._form = form

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        if isinstance(error, DefinitionRefused):
            for one in error.problems:
                self._form.add_error(None, one.message)
            return True
        return False


@permission_required("outreach.plan")
def edit_campaign(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Another plan, by form."""
    row = get_object_or_404(Campaign.objects.select_related("table", "purpose"), pk=campaign_id)
    form = CampaignForm(request.POST or None, initial=initial(row.text))
    if request.method == "POST" and form.is_valid():
        with _told(form), told_in(form):
            operations.change(person_of(request), campaign_id=row.pk, text=form.text)
            return redirect("outreach:campaign", row.pk)
    context = {
        "form": form,
        "table": row.table,
        "purpose": row.purpose,
        "title": f"{row}の計画を直す",
        "campaign": row,
        "columns": row.columns,
    }
    return render(request, "outreach/plan_form.html", context, status=422 if form.errors else 200)


@permission_required("outreach.plan")
def campaign_text(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """The plan as a file."""
    row = get_object_or_404(Campaign.objects, pk=campaign_id)

    def take(text: str) -> HttpResponse:
        operations.change(person_of(request), campaign_id=row.pk, text=text)
        return redirect("outreach:campaign", row.pk)

    page = DefinitionPage(
        "計画",
        ((str(ABOVE[0]), "outreach:index"),),
        "だれに、何を、いつ、どう割り付けるかを書いたファイルです。",
        text=row.text,
    )
    return load_definition(request, page, take)


@permission_required("outreach.plan")
def follow(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """An adaptive campaign after this one."""
    row = get_object_or_404(Campaign.objects.select_related("table", "purpose"), pk=campaign_id)

    def take(text: str) -> HttpResponse:
        made = operations.follow(person_of(request), campaign_id=row.pk, text=text)
        return redirect("outreach:campaign", made.pk)

    text = row.text if "割り付け:" in row.text else row.text.replace("文面:", "割り付け: 逐次\n文面:", 1)
    lead = "もとの施策の結果から、よい文面を多く割り付けます。どの文面も手紙の10%より少なくなりません。対照群はそのままです。年度と日を直してください。"
    page = DefinitionPage("続きの施策", ((str(ABOVE[0]), "outreach:index"),), lead, text=text)
    return load_definition(request, page, take)


@permission_required("outreach.view")
def campaign(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """One campaign: the next thing, who is in it, and what it did."""
    row = get_object_or_404(
        Campaign.objects.select_related("table", "purpose", "parent", "created_by", "approved_by"),
        pk=campaign_id,
    )
    plan = row.plan
    arms = found.arm_results(row, plan) if row.assigned_at else []
    work = work_of(actions.JOB, row.job_key)
    made = list(row.prints.order_by("-pk")[:5])
    context = {
        "campaign": row, "plan": plan, "state": CAMPAIGN_STATES[row.state], "arms": arms, "funnel": charts.funnel(row.funnel), "work": work,
        "proposed": actions.is_proposed(row), "reason_form": ReasonForm(), "may_plan": allowed(request.user, "outreach.plan"),
        "may_load": allowed(request.user, "outreach.load"), "may_persons": allowed(request.user, "outreach.persons"),
        "prints": [(one, STATES[one.state], work_of(letters.JOB, one.job_key)) for one in made], "strata": len(row.strata),
        "power": _power(row, plan, arms), "report": row.report, "waiting": any(one.state == "waiting" for one in made),
        "effects": charts.effects(row.report), "named": charts.named(row.report), "own": row.created_by_id == request.user.pk,
    }  # fmt: skip
    return render(request, "outreach/campaign.html", context)


def _power(row: Campaign, plan: Any, arms: list[Any]) -> dict[str, Any] | None:
    """What the campaign can find with as many people as it has."""
    people = sum(one.n for one in arms) or (row.funnel[-1][1] if row.funnel else 0)
    if not people:
        return None
    treated, control = round(people * (1 - plan.control)), round(people * plan.control)
    needed = sizes.needed(plan.before, plan.expected, plan.control / (1 - plan.control))
    return {
        "people": people, "power": sizes.power(plan.before, plan.expected, treated, control), "least": sizes.smallest_found(plan.before, treated, control),
        "needed": needed,
    }  # fmt: skip


@permission_required("outreach.plan")
@require_POST
def propose(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Ask another person."""
    row = get_object_or_404(Campaign.objects, pk=campaign_id)
    operations.ask_approval(person_of(request), campaign_id=row.pk, reason=request.POST.get("reason", ""))
    messages.success(request, "承認を求めました。別の職員が承認すると、割り付けられます。")
    return redirect("outreach:campaign", row.pk)


assign = button(operations.assign, "outreach:campaign", "割り付けを始めました。", of=Campaign)
withdraw = button(
    operations.withdraw,
    "outreach:campaign",
    "受診した人、望まない人、支援措置の人を、どの群からも同じ決まりで除きました。",
    of=Campaign,
)
print_letters = button(prints.print_letters, "outreach:campaign", "手紙を作り始めました。", of=Campaign)
look = button(operations.look, "outreach:campaign", "結果を計算しました。", of=Campaign)


@permission_required("outreach.load")
def load_examined(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """The list of who was examined."""
    row = get_object_or_404(Campaign.objects, pk=campaign_id)
    plan = row.plan
    until = plan.cutoff if row.state == Campaign.State.ASSIGNED else plan.ends
    extra = UntilForm(request.POST if "take" in request.POST else None, initial={"until": until})

    def take(file: BinaryIO, renamed: Mapping[str, str]) -> HttpResponse:
        if not extra.is_valid():
            raise Invalid("いつまでの一覧か、日を入れてください。")
        taken = results.take(row, file, extra.cleaned_data["until"], renamed=renamed)
        record(
            "outreach.results_taken",
            subject=row.subject,
            actor=person_of(request),
            rows=taken.rows,
            members=taken.members,
        )
        messages.success(
            request,
            f"{taken.rows:,}人の一覧を入れました。そのうち{taken.members:,}人が、この施策の対象者です。",
        )
        return redirect("outreach:campaign", row.pk)

    def check(rows: Any) -> list[Problem]:
        problems: list[Problem] = []
        results.examined(rows, problems, date.max, results.begins(row))
        return problems

    page = importing.ImportPage(
        ((str(ABOVE[0]), str(ABOVE[1])), (row.name, reverse("outreach:campaign", args=[row.pk]))),
        "宛名番号と受診日の一覧です。前の一覧と置きかわります。",
        extra,
    )
    return importing.respond(request, EXAMINED, check, take, page)


@permission_required("outreach.persons")
@step_up
def letters_pdf(request: HttpRequest, invitation_print_id: int) -> HttpResponseBase:
    """The letters."""
    return prints.letters_pdf(person_of(request), invitation_print_id=invitation_print_id).answer()


@permission_required("outreach.persons")
@step_up
def mailing(request: HttpRequest, invitation_print_id: int) -> HttpResponseBase:
    """The list for the envelopes."""
    return prints.mailing_list(person_of(request), invitation_print_id=invitation_print_id).answer()


@permission_required("outreach.persons")
@step_up
def members(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """Everybody with arm and probability."""
    get_object_or_404(Campaign.objects, pk=campaign_id)
    return operations.members_table(person_of(request), campaign_id=campaign_id).answer()


@permission_required("outreach.view")
@step_up
def report(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """The result as a workbook."""
    get_object_or_404(Campaign.objects, pk=campaign_id)
    return operations.report_table(person_of(request), campaign_id=campaign_id).answer()


@permission_required("outreach.persons")
def person(request: HttpRequest) -> HttpResponse:
    """What somebody who calls was assigned to; the look is recorded."""
    form, rows = PersonForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            rows = operations.person(person_of(request), **form.cleaned_data)
    return render(
        request, "outreach/person.html", {"form": form, "rows": rows}, status=422 if form.errors else 200
    )


@permission_required("outreach.view")
def size(request: HttpRequest) -> HttpResponse:
    """How many people an experiment needs."""
    form = SizeForm(request.GET or None)
    given = (
        form.cleaned_data
        if form.is_bound and form.is_valid()
        else {"before": 37.7, "more": 1.9, "ratio": 1.0}
    )
    found_ = None
    try:
        found_ = sizes.needed(given["before"] / 100, given["more"] / 100, given["ratio"])
    except ValueError:
        form.add_error(None, "割合は0%と100%の間で、差は0でないようにしてください。")
    table = [
        (more, sizes.needed(given["before"] / 100, more / 100).per_arm)
        for more in (0.6, 1, 1.9, 3, 5)
        if given["before"] + more < 100
    ]
    return render(
        request,
        "outreach/size.html",
        {"form": form, "size": found_, "given": given, "table": table},
        status=422 if form.errors else 200,
    )


@permission_required("outreach.view")
def naha_city(request: HttpRequest) -> HttpResponse:
    """The worked example: published figures and what they can and cannot say."""
    form = NahaForm(request.GET or None)
    given = form.cleaned_data if form.is_bound and form.is_valid() else {"share": 32, "people": 5000}
    read = partial(naha.reading, people=given["people"])
    context = {
        "form": form, "given": given, "reading": read(given["share"] / 100), "rows": [(share, read(share / 100)) for share in (20, 32, 50)],
        "needed": sizes.needed(naha.BEFORE, naha.INVITED),
    }  # fmt: skip
    return render(request, "outreach/naha.html", context, status=422 if form.errors else 200)
