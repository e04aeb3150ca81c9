"""自治体の設定: one page, a form for each part of the house that lets a town decide."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yakuba.kernel.accounts import permission_required, person_of, used_manifests
from yakuba.kernel.townsettings import actions
from yakuba.kernel.townsettings.forms import form_of, values
from yakuba.kernel.ui.refusals import told_in


@permission_required("townsettings.change")
def settings_of_town(request: HttpRequest) -> HttpResponse:
    """The forms. POST keeps one of them."""
    wanted = request.POST.get("part")
    shown = [one for one in used_manifests(request.user) if one.town_settings]
    if request.method == "POST" and wanted not in {one.name for one in shown}:
        raise Http404("この設定はありません。")
    parts = [
        (one, form_of(one.town_settings, request.POST if one.name == wanted else None, one.name))
        for one in shown
    ]
    for manifest, form in parts:
        if manifest.name == wanted and form.is_valid():
            with told_in(form):
                changed = actions.set_values(values(form), actor=person_of(request))
                messages.success(
                    request,
                    f"{manifest.label}の設定を{'変えました' if changed else '変えずに保存しました'}。",
                )
                return redirect("townsettings:settings")
    wrong = any(form.errors for _, form in parts if form.is_bound)
    return render(request, "townsettings/settings.html", {"parts": parts}, status=422 if wrong else 200)
