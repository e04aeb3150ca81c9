"""Rules of advice by version, vegetation indices, and links for farmers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.lists import Cell, Column, Listing, Nothing, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.townsettings import value
from yakuba.kernel.ui.definitions import DefinitionPage, load_definition
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.cityhub import facade as cityhub
from yakuba.services.fieldwork.actions import advice_indices
from yakuba.services.fieldwork.actions import advice_rules as actions
from yakuba.services.fieldwork.engine.advice.measures import MEASURES
from yakuba.services.fieldwork.engine.advice.rules import EXAMPLE, read_rules
from yakuba.services.fieldwork.forms.advice import FarmerLinkForm, IndexForm, TrialForm
from yakuba.services.fieldwork.models import AdviceRuleSet, FarmerLink, IndexRun
from yakuba.services.fieldwork.operations import advice as operations
from yakuba.services.fieldwork.operations import advice_rules as of_rules
from yakuba.services.fieldwork.queries import advice as queries

ABOVE = ("農作業の助言", reverse_lazy("fieldwork:advice"))
SIGNS = {"draft": "waiting", "published": "success", "withdrawn": "stopped"}
RUNS = {"waiting": "running", "done": "success", "failed": "error"}

RULE_SETS = Listing(
    "fieldwork.advice_rules",
    "助言の決まり",
    "版",
    columns=(
        Column(
            "version",
            "版",
            lambda row: Cell(str(row), url=reverse("fieldwork:advice_rule_set", args=[row.pk])),
            ("version",),
        ),
        Column(
            "state", "状態", lambda row: status(SIGNS[row.state], row.get_state_display()), ("state", "pk")
        ),
        Column("note", "直したところ", lambda row: row.note),
        Column("made", "作った", lambda row: f"{row.created_by or ''}"),
        Column("published", "公開した", lambda row: f"{row.published_by or ''}"),
    ),
    rows=queries.rule_sets,
    nothing=Nothing(
        "助言の決まりはまだありません",
        "決まりがないうちは、何も助言しません。見本から作り、試して、別の職員が公開します。",
        ("決まりを作る", reverse_lazy("fieldwork:new_advice_rules")),
    ),
    actions=(("決まりを作る", reverse_lazy("fieldwork:new_advice_rules")),),
    trail=(ABOVE,),
)


@permission_required("fieldwork.advice")
def rule_sets(request: HttpRequest) -> HttpResponseBase:
    """All versions."""
    return respond(request, RULE_SETS)


@permission_required("fieldwork.advice_rules")
def new_rules(request: HttpRequest) -> HttpResponse:
    """A file of rules is read; the draft stands, or every fault with its line."""
    newest = queries.rule_sets().first()

    def take(text: str) -> HttpResponse:
        row = of_rules.load_advice_rules(person_of(request), text=text)
        messages.success(request, f"{row}の下書きを作りました。試してから、別の職員が公開します。")
        return redirect("fieldwork:advice_rule_set", row.pk)

    lead = f"見るもの：{'、'.join(MEASURES)}。一つの決まりに、条件、範囲、助言、出典を書きます。範囲の外では助言しません。"
    page = DefinitionPage(
        "助言の決まり",
        (("農作業の助言", "fieldwork:advice"), ("助言の決まり", "fieldwork:advice_rules")),
        lead,
        text=newest.text if newest else EXAMPLE,
    )
    return load_definition(request, page, take)


@permission_required("fieldwork.advice")
def rule_set(request: HttpRequest, advice_rules_id: int) -> HttpResponse:
    """One version: what it says, what came of it, the next thing."""
    row = get_object_or_404(queries.rule_sets(), pk=advice_rules_id)
    return _shown(request, row, TrialForm())


def _shown(request: HttpRequest, row: AdviceRuleSet, form: TrialForm) -> HttpResponse:
    context: dict[str, Any] = {
        "row": row,
        "sign": SIGNS[row.state],
        "rules": read_rules(row.text),
        "form": form,
        "work": work_of(actions.JOB, row.job_key),
        "may_rules": allowed(request.user, "fieldwork.advice_rules"),
        "may_publish": allowed(request.user, "fieldwork.advice_publish"),
        "own": row.created_by == request.user,
    }
    return render(request, "fieldwork/advice/rule_set.html", context, status=422 if form.errors else 200)


@require_POST
@permission_required("fieldwork.advice_rules")
def try_rules(request: HttpRequest, advice_rules_id: int) -> HttpResponse:
    """Try a draft."""
    row = get_object_or_404(queries.rule_sets(), pk=advice_rules_id)
    form = TrialForm(request.POST)
    if form.is_valid():
        with told_in(form):
            of_rules.try_advice_rules(
                person_of(request), advice_rules_id=row.pk, days=form.cleaned_data["days"]
            )
            return redirect("fieldwork:advice_rule_set", row.pk)
    return _shown(request, row, form)


@require_POST
@permission_required("fieldwork.advice_publish")
def publish_rules(request: HttpRequest, advice_rules_id: int) -> HttpResponse:
    """They hold from now on."""
    row = of_rules.publish_advice_rules(person_of(request), advice_rules_id=advice_rules_id)
    messages.success(request, f"{row}を公開しました。助言はこの版で出ます。")
    return redirect("fieldwork:advice_rule_set", row.pk)


@require_POST
@permission_required("fieldwork.advice_publish")
def withdraw_rules(request: HttpRequest, advice_rules_id: int) -> HttpResponse:
    """Nothing is advised by them any more."""
    row = of_rules.withdraw_advice_rules(person_of(request), advice_rules_id=advice_rules_id)
    messages.success(request, f"{row}を取り下げました。公開した版がないので、助言は出ません。")
    return redirect("fieldwork:advice_rule_set", row.pk)


@permission_required("fieldwork.advice")
def indices(request: HttpRequest) -> HttpResponse:
    """Vegetation indices: what was reckoned, and a new one."""
    pictures = [(one.number, f"{one.day} {one.title}（{one.bands}バンド）") for one in cityhub.pictures()]
    works = allowed(request.user, "fieldwork.advice_data")
    form = IndexForm(request.POST or None, pictures=pictures)
    if request.method == "POST" and works and form.is_valid():
        with told_in(form):
            operations.begin_field_index(person_of(request), **form.cleaned_data)
            messages.success(request, "計算を始めました。終わると、この画面に出ます。")
            return redirect("fieldwork:indices")
    context = {
        "form": form if works else None,
        "pictures": pictures,
        "runs": [
            (row, RUNS[row.state], list(row.fields.select_related("field"))) for row in queries.runs()[:20]
        ],
        "live": IndexRun.objects.filter(state=IndexRun.State.WAITING).exists(),
    }
    return render(request, "fieldwork/advice/indices.html", context, status=422 if form.errors else 200)


@permission_required("fieldwork.advice_data")
def farmer_links(request: HttpRequest) -> HttpResponse:
    """Links of farmers, and a new one, shown once."""
    form = FarmerLinkForm(request.POST or None, farmers=queries.farmers())
    link = ""
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            _, key = operations.make_farmer_link(person_of(request), **form.cleaned_data)
            path = reverse("field_advice:page", args=[current_municipality().code, key])
            link = request.build_absolute_uri(path)
    context = {
        "form": form,
        "link": link,
        "links": queries.links()[:300],
        "open": bool(value(advice_indices.SETTING)),
        "now": timezone.now(),
    }
    return render(request, "fieldwork/advice/links.html", context, status=422 if form.errors else 200)


@require_POST
@permission_required("fieldwork.advice_data")
def revoke_link(request: HttpRequest, farmer_link_id: int) -> HttpResponse:
    """It opens nothing from now on."""
    row = get_object_or_404(FarmerLink.objects, pk=farmer_link_id)
    operations.revoke_farmer_link(person_of(request), farmer_link_id=row.pk)
    messages.success(request, f"{row.farmer}のリンクを止めました。")
    return redirect("fieldwork:farmer_links")
