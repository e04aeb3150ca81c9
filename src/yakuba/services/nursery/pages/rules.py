"""Rule sets: list, one version, loading."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.refusals import attempt
from yakuba.kernel.ui.definitions import DefinitionPage, load_definition
from yakuba.services.nursery.models import RuleSet
from yakuba.services.nursery.operations.rounds import load_rules
from yakuba.services.nursery.pages.lists import RULE_SETS
from yakuba.services.nursery.queries import rules as queries

LOADING = DefinitionPage(
    "選考基準",
    (("入所選考", "nursery:index"), ("選考基準", "nursery:rules")),
    file_help="書き方は「選考基準の書き方」にあります。",
)


@permission_required("nursery.view")
def rules(request: HttpRequest) -> HttpResponseBase:
    """All versions, the newest first."""
    return respond(request, RULE_SETS)


@permission_required("nursery.view")
def rule_set(request: HttpRequest, rule_set_id: int) -> HttpResponse:
    """One version in words, with its text."""
    row = get_object_or_404(RuleSet.objects.select_related("loaded_by"), pk=rule_set_id)
    read, unfit = attempt(queries.parsed, row)
    context = {
        "rule_set": row,
        "rounds": row.rounds.order_by("-pk"),
        "rules": read,
        "problems": unfit and unfit.problems,
    }
    return render(request, "nursery/rule_set.html", context)


@permission_required("nursery.rules")
def load(request: HttpRequest) -> HttpResponse:
    """Load a rule file."""

    def put(text: str) -> HttpResponse:
        row = load_rules(person_of(request), text=text)
        messages.success(request, f"「{row}」を登録しました。選考回で選べます。")
        return redirect("nursery:rule_set", row.pk)

    return load_definition(request, LOADING, put)
