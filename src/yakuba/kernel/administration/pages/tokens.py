"""API tokens: issued with scopes and an end, shown once, stopped."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import actions, permission_required, person_of
from yakuba.kernel.accounts.models import ApiToken, User
from yakuba.kernel.administration.forms import TokenForm
from yakuba.kernel.administration.pages.lists import TOKENS
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.lists.shown import Shown
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.ui.refusals import told_in


@permission_required("accounts.tokens")
def tokens(request: HttpRequest) -> HttpResponseBase:
    """The list, and the form for a new one; the answer to that shows the secret, once."""
    form = TokenForm(request.POST or None, issuer=request.user)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        person = get_object_or_404(User, municipality=current_municipality(), username=given["user"])
        with told_in(form):
            secret = actions.issue_token(
                person, given["name"], given["scopes"], given["days"], actor=person_of(request)
            )
            once = {"heading": "新しいAPIトークン", "secret": secret, "back": "administration:tokens"}
            once["text"] = (
                f"「{given['name']}」のプログラムに設定します。なくしたら、止めて発行し直してください。"
            )
            return render(request, "administration/once.html", once)
    if form.errors:
        shown = Shown(request, TOKENS, TOKENS.wanted({}))
        return render(request, "administration/tokens.html", {"list": shown, "form": form}, status=422)
    return respond(request, TOKENS, "administration/tokens.html", lambda wanted: {"form": form})


@permission_required("accounts.tokens")
@require_POST
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """Stop a token at once."""
    row = get_object_or_404(_own(), pk=token_id)
    actions.revoke_token(row, actor=person_of(request))
    messages.success(request, f"トークン「{row.name}」を止めました。")
    return redirect("administration:tokens")


def _own():  # type: ignore[no-untyped-def]  # a QuerySet of tokens
    return ApiToken.objects.filter(user__municipality=current_municipality())
