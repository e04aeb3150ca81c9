"""Rule sets: list, one version, loading."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from yakuba.kernel.accounts import permission_required
from yakuba.services.nursery.actions import rules as actions
from yakuba.services.nursery.engine.rules import RulesRefused
from yakuba.services.nursery.forms.rounds import RulesFileForm
from yakuba.services.nursery.models import RuleSet
from yakuba.services.nursery.pages.rights import rights
from yakuba.services.nursery.queries import rules as queries
from yakuba.services.nursery.queries.refusal import NotPossible


@permission_required("nursery.view")
def rules(request: HttpRequest) -> HttpResponse:
    """All versions, the newest first."""
    context = rights(request.user) | {"rule_sets": queries.rule_sets()}
    return render(request, "nursery/rules.html", context)


@permission_required("nursery.view")
def rule_set(request: HttpRequest, rule_set_id: int) -> HttpResponse:
    """One version in words, with its text."""
    row = get_object_or_404(RuleSet.objects.select_related("loaded_by"), pk=rule_set_id)
    context: dict[str, Any] = rights(request.user) | {"rule_set": row, "rounds": row.rounds.order_by("-pk")}
    try:
        context["rules"] = queries.parsed(row)
    except RulesRefused as refused:
        context["problems"] = refused.problems
    return render(request, "nursery/rule_set.html", context)


@permission_required("nursery.rules")
def load(request: HttpRequest) -> HttpResponse:
    """Load a rule file."""
    form = RulesFileForm(request.POST or None, request.FILES or None)
    problems: Any = ()
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.load(form.cleaned_data["text"], actor=request.user)
        except RulesRefused as refused:
            problems = refused.problems
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"「{row}」を登録しました。選考回で選べます。")
            return redirect("nursery:rule_set", row.pk)
    status = 422 if problems or form.errors else 200
    return render(request, "nursery/rules_load.html", {"form": form, "problems": problems}, status=status)
