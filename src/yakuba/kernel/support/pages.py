"""The town's pages of who may look, and the operator's of where."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.accounts.models import User
from yakuba.kernel.accounts.proof import step_up
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.signin.queries import has_second_factor
from yakuba.kernel.support import actions, queries, visiting
from yakuba.kernel.support.forms import GrantForm
from yakuba.kernel.support.models import SupportGrant
from yakuba.kernel.tenancy import every_municipality
from yakuba.kernel.ui.refusals import form_page

ALLOW = "support.allow"
LOOKS_A_PAGE = 100


@permission_required(ALLOW)
def grants(request: HttpRequest) -> HttpResponse:
    """Whom the town has let look."""
    page = Paginator(queries.grants(), LOOKS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "support/grants.html", {"page": page})


@permission_required(ALLOW)
def new(request: HttpRequest) -> HttpResponse:
    """Let an operator look."""
    form = GrantForm(request.POST or None)

    def allow() -> HttpResponse:
        given = form.cleaned_data
        with every_municipality("who operates the installation is of another town"):
            operator = get_object_or_404(User, pk=given["operator"])
        lasts = timedelta(hours=given["hours"])
        grant = actions.allow(
            operator, given["reason"], lasts, with_cases=given["with_cases"], actor=person_of(request)
        )
        messages.success(request, f"{operator} が見られるようになりました。")
        return redirect("support:grant", grant.pk)

    return form_page(request, form, allow, "support/new.html", {})


@permission_required(ALLOW)
def grant(request: HttpRequest, grant_id: int) -> HttpResponse:
    """One grant, and every look by it."""
    row = get_object_or_404(queries.grants(), pk=grant_id)
    page = Paginator(queries.looks(row), LOOKS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "support/grant.html", {"row": row, "page": page})


@require_POST
@permission_required(ALLOW)
def end(request: HttpRequest, grant_id: int) -> HttpResponse:
    """End it now."""
    row = get_object_or_404(SupportGrant.objects, pk=grant_id)
    actions.end(row, actor=person_of(request))
    messages.success(request, "終えました。もう見られません。")
    return redirect("support:grant", row.pk)


@login_required
def visits(request: HttpRequest) -> HttpResponse:
    """Where this person may look now, as an operator."""
    person = person_of(request)
    with every_municipality("the grants of the towns that let this person look"):
        rows = list(queries.open_to(person)) if queries.is_operator(person) else []
    return render(request, "support/visits.html", {"rows": rows, "may_enter": has_second_factor(person)})


@require_POST
@login_required
@step_up
def enter(request: HttpRequest, grant_id: int) -> HttpResponse:
    """Begin to look. Raises Conflict for who has no second factor."""
    person = person_of(request)
    rows = queries.open_to(person) if queries.is_operator(person) else SupportGrant.all_municipalities.none()
    with every_municipality("the grants of the towns that let this person look"):
        row = get_object_or_404(rows, pk=grant_id)
    if not has_second_factor(person):
        raise Conflict("ほかの自治体の画面を見るには、先に「二つ目の確認」を設定してください。")
    request.session[visiting.GRANT] = row.pk
    return redirect("home")


@require_POST
@login_required
def leave(request: HttpRequest) -> HttpResponse:
    """Back to the own organisation."""
    request.session.pop(visiting.GRANT, None)
    return redirect("support:visits")
