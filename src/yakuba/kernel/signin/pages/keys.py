"""One's own passkeys: making one, and doing without one."""

from __future__ import annotations

import json

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts.proof import step_up
from yakuba.kernel.signin import actions, passkeys
from yakuba.kernel.signin.forms import PasskeyForm
from yakuba.kernel.signin.models import Passkey
from yakuba.kernel.signin.pages.own import own_person
from yakuba.kernel.signin.relying import trouble
from yakuba.kernel.ui.refusals import told_in


@login_required
@step_up
def new(request: HttpRequest) -> HttpResponse:
    """A new passkey with a name; POST takes what the browser has made."""
    person = own_person(request)
    form = PasskeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            given = form.cleaned_data
            row = passkeys.register(request, person, given["name"], given["answer"])
            if codes := actions.codes_for_the_first(person):
                return render(request, "signin/codes.html", {"codes": codes})
            messages.success(request, f"パスキー「{row.name}」を登録しました。")
            return redirect("signin:own")
    why_not = trouble(request)
    options = "" if why_not else json.dumps(passkeys.options_for_new(request, person))
    context = {"form": form, "options": options, "trouble": why_not}
    return render(request, "signin/passkey_new.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
@step_up
def remove(request: HttpRequest, passkey_id: int) -> HttpResponse:
    """Do without one."""
    person = own_person(request)
    row = get_object_or_404(Passkey.objects, pk=passkey_id, user=person)
    passkeys.remove(person, row)
    messages.success(request, f"パスキー「{row.name}」を外しました。")
    return redirect("signin:own")
