"""How the checks stand: numbers, rules by version, trials and checks."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.pages import button
from yakuba.kernel.ui.definitions import DefinitionPage, load_definition
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.claims import queries
from yakuba.services.claims.actions import running
from yakuba.services.claims.engine.rules import KINDS as RULE_KINDS
from yakuba.services.claims.engine.rules import read_rules
from yakuba.services.claims.engine.samples import RULES
from yakuba.services.claims.forms import MonthsForm
from yakuba.services.claims.models import CheckRun, Finding, RuleSet
from yakuba.services.claims.operations import checks as operations

ABOVE = ("レセプト点検", reverse_lazy("claims:index"))
STATES = {
    RuleSet.State.DRAFT: "waiting",
    RuleSet.State.PUBLISHED: "success",
    RuleSet.State.WITHDRAWN: "stopped",
}
RUN_STATES = {
    CheckRun.State.WAITING: "waiting",
    CheckRun.State.DONE: "success",
    CheckRun.State.FAILED: "warning",
}
RULE_SETS = Listing(
    "claims.rules",
    "点検の規則",
    "版",
    columns=(
        Column("version", "版", lambda row: Cell(str(row), url=reverse("claims:rule_set", args=[row.pk])), ("version",)),
        Column("note", "直したところ", lambda row: row.note, ("note", "pk")),
        Column("state", "状態", lambda row: status(STATES[RuleSet.State(row.state)], row.get_state_display()), ("state", "pk")),
        Column("created", "作った日", lambda row: timezone.localdate(row.created_at), ("created_at",)),
    ),
    rows=queries.rule_sets,
    nothing=Nothing("規則はまだありません", "規則のファイルを入れると、下書きができます。", ("規則を作る", reverse_lazy("claims:new_rules"))),
    filters=(Filter("state", "状態", lambda: RuleSet.State.choices),),
    actions=(("規則を作る", reverse_lazy("claims:new_rules")),),
    trail=(ABOVE,),
)  # fmt: skip
RUNS = Listing(
    "claims.runs",
    "点検の記録",
    "点検",
    columns=(
        Column("name", "点検", lambda row: Cell(str(row), url=reverse("claims:run", args=[row.pk])), ("pk",)),
        Column("rules", "規則", lambda row: str(row.rules or "―")),
        Column("claims", "レセプト", lambda row: row.claims, ("claims", "pk"), number=True),
        Column("findings", "見つけたもの", lambda row: row.findings, ("findings", "pk"), number=True),
        Column("state", "状態", lambda row: status(RUN_STATES[CheckRun.State(row.state)], row.get_state_display()), ("state", "pk")),
        Column("created", "始めた日", lambda row: timezone.localdate(row.created_at), ("created_at",)),
    ),
    rows=queries.runs,
    nothing=Nothing("点検はまだありません", "診療年月を選んで点検すると、ここに並びます。", ("レセプト点検", reverse_lazy("claims:index"))),
    filters=(Filter("state", "状態", lambda: CheckRun.State.choices),),
    trail=(ABOVE,),
)  # fmt: skip


@permission_required("claims.view")
def index(request: HttpRequest) -> HttpResponse:
    """What there is, the next thing to do, and how right the rules are."""
    months = queries.months()
    rows = queries.rule_rows()
    context = {
        "months": list(months.items())[:24], "form": MonthsForm(months=list(months.items())[:24]), "published": queries.published(),
        "may_run": allowed(request.user, "claims.run"), "rules": rows, "named": [row for row in rows if row["mostly_wrong"] or row["capped"]],
        "silent": [row for row in rows if row["silent"]], "open": Finding.objects.filter(outcome=Finding.Outcome.OPEN).count(),
        "runs": queries.runs()[:5], "states": RUN_STATES,
    }  # fmt: skip
    return render(request, "claims/index.html", context)


@permission_required("claims.run")
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Check the chosen months."""
    form = MonthsForm(request.POST, months=list(queries.months().items()))
    if form.is_valid():
        with told_in(form):
            run = operations.check(
                person_of(request), months=[int(one) for one in form.cleaned_data["months"]]
            )
            return redirect("claims:run", run.pk)
    context = {
        "form": form,
        "rules": [],
        "months": list(queries.months().items()),
        "may_run": True,
        "published": queries.published(),
    }
    return render(request, "claims/index.html", context, status=422)


@permission_required("claims.view")
def run(request: HttpRequest, check_run_id: int) -> HttpResponse:
    """One check or trial: what each rule found."""
    row = get_object_or_404(CheckRun.objects.select_related("rules", "created_by"), pk=check_run_id)
    counts = sorted(row.counts.items(), key=lambda one: (-one[1]["findings"], one[0]))
    context = {
        "run": row, "state": RUN_STATES[CheckRun.State(row.state)], "work": work_of(running.JOB, row.job_key), "counts": counts[:500],
        "untold": max(0, len(counts) - 500), "months": [f"{one // 100}年{one % 100}月" for one in row.months],
        "capped": [said["label"] for _, said in counts if said["capped"]],
        "silent": [said["label"] for _, said in counts if not said["findings"]],
    }  # fmt: skip
    return render(request, "claims/run.html", context)


@permission_required("claims.view")
def runs(request: HttpRequest) -> HttpResponseBase:
    """All checks and trials."""
    return respond(request, RUNS)


@permission_required("claims.view")
def rules(request: HttpRequest) -> HttpResponseBase:
    """All versions."""
    return respond(request, RULE_SETS)


@permission_required("claims.rules")
def new_rules(request: HttpRequest) -> HttpResponse:
    """A file of rules is read; the draft stands, or every fault with its line."""
    newest = queries.rule_sets().first()

    def take(text: str) -> HttpResponse:
        row = operations.load_rules(person_of(request), text=text)
        messages.success(request, f"{row}の下書きを作りました。前の請求で試してから、別の職員が公開します。")
        return redirect("claims:rule_set", row.pk)

    lead = f"使える種類：{'、'.join(RULE_KINDS)}。一つの規則に、符号・名前・種類・出典・重さ・文と、その種類の条件を書きます。"
    page = DefinitionPage(
        "点検の規則",
        (("レセプト点検", "claims:index"), ("点検の規則", "claims:rules")),
        lead,
        text=newest.text if newest else RULES,
    )
    return load_definition(request, page, take)


@permission_required("claims.view")
def rule_set(request: HttpRequest, claim_rules_id: int) -> HttpResponse:
    """One version: its rules, what it found when it was tried, and the next thing."""
    row = get_object_or_404(RuleSet.objects.select_related("created_by", "published_by"), pk=claim_rules_id)
    return _rule_set(request, row, MonthsForm(months=list(queries.months().items())[:24]))


def _rule_set(request: HttpRequest, row: RuleSet, form: MonthsForm) -> HttpResponse:
    trials = CheckRun.objects.filter(rules=row, trial=True).order_by("-pk")[:5]
    labels = {kind.name: label for label, kind in RULE_KINDS.items()}
    context = {
        "rules": row, "state": STATES[RuleSet.State(row.state)], "listed": [(one, labels[one.kind]) for one in read_rules(row.text)], "form": form,
        "trials": trials, "tried": any(one.state == CheckRun.State.DONE for one in trials), "may_rules": allowed(request.user, "claims.rules"),
        "may_publish": allowed(request.user, "claims.publish"), "own": row.created_by == request.user,
    }  # fmt: skip
    return render(request, "claims/rule_set.html", context, status=422 if form.errors else 200)


@permission_required("claims.rules")
@require_POST
def try_rules(request: HttpRequest, claim_rules_id: int) -> HttpResponse:
    """Try a version on claims of before."""
    row = get_object_or_404(RuleSet.objects, pk=claim_rules_id)
    form = MonthsForm(request.POST, months=list(queries.months().items()))
    if form.is_valid():
        with told_in(form):
            months = [int(one) for one in form.cleaned_data["months"]]
            made = operations.try_rules(person_of(request), claim_rules_id=row.pk, months=months)
            return redirect("claims:run", made.pk)
    return _rule_set(request, row, form)


publish = button(operations.publish_rules, "claims:rule_set", "公開しました。次の点検から使います。")
withdraw = button(operations.withdraw_rules, "claims:rule_set", "取り下げました。")
