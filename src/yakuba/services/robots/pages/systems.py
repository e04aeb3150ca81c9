"""Target systems: list and form. Secrets go in and never come out."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.outbound import allowed_targets
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.robots.actions.systems import set_system
from yakuba.services.robots.forms import SystemForm
from yakuba.services.robots.models import System
from yakuba.services.robots.pages.lists import SYSTEMS
from yakuba.services.robots.queries import register


@permission_required("robots.view")
def systems(request: HttpRequest) -> HttpResponseBase:
    """All target systems, and what is missing to use them."""
    hosts = "、".join(sorted(allowed_targets())) or "まだありません"
    return respond(request, replace(SYSTEMS, lead=f"接続してよい相手：{hosts}"))


@sensitive_post_parameters()
@permission_required("robots.manage")
def edit(request: HttpRequest, system_id: int = 0) -> HttpResponse:
    """Register a system, or change one."""
    system = get_object_or_404(System, pk=system_id) if system_id else None
    names = register.wanted_secrets(system) if system else ("職員番号", "パスワード")
    form = SystemForm(request.POST or None, system=system, names=names)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            saved = set_system(
                form.cleaned_data["name"],
                form.cleaned_data["base_url"],
                form.cleaned_data["settle_seconds"],
                form.secrets(),
                idempotent=form.cleaned_data["idempotent"],
                actor=person_of(request),
            )
            messages.success(request, f"接続先「{saved}」を登録しました。")
            return redirect("robots:systems")
    context = {"form": form, "system": system, "hosts": sorted(allowed_targets())}
    return render(request, "robots/system.html", context, status=422 if form.errors else 200)
