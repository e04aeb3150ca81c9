"""Login with the account of the town's directory, and what the town makes of it."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from yakuba.kernel.accounts import permission_required, proof, throttle
from yakuba.kernel.accounts import person_of as person_at
from yakuba.kernel.accounts.actions import MANAGE
from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Refused
from yakuba.kernel.signin.directory import actions, protocol
from yakuba.kernel.signin.directory.configured import directories
from yakuba.kernel.signin.forms import DirectoryForm
from yakuba.kernel.signin.pages.login import begin_half
from yakuba.kernel.signin.queries import has_second_factor
from yakuba.kernel.tenancy import active_municipality, current_municipality
from yakuba.kernel.tenancy.models import Municipality
from yakuba.kernel.ui.refusals import form_page


def leave_for(request: HttpRequest, town_code: str) -> HttpResponse:
    """To the directory."""
    if request.user.is_authenticated:
        return redirect("home")
    directory = directories().get(town_code)
    if directory is None:
        raise Http404("この自治体の認証サーバーは登録されていません。")
    try:
        return redirect(protocol.begin(request, directory, request.GET.get("next", "")))
    except Refused as error:
        return _told(request, error)


def back(request: HttpRequest) -> HttpResponse:
    """From the directory: in, or on to the own second factor."""
    if request.user.is_authenticated:
        return redirect("home")
    try:
        answered = protocol.finish(request)
        town = Municipality.objects.filter(code=answered.directory.code).first()
        if town is None:
            raise actions.NotKnown
        with active_municipality(town):
            user = actions.person_of(answered)
            actions.take_roles(user, answered.claims)
            return _in(request, user, answered)
    except Refused as error:
        return _told(request, error)


def _in(request: HttpRequest, user: User, answered: protocol.Answered) -> HttpResponse:
    second = actions.has_second(answered.claims)
    record("signin.by_directory", subject=f"user:{user.pk}", actor=user, second=second)
    if has_second_factor(user) and not second:
        tried = throttle.try_of(request, user.username)
        if not throttle.begin(tried):  # counts until the second factor is right, as the password's try
            return render(request, "ui/locked.html", status=429)
        return begin_half(request, user, answered.then)
    login(request, user)
    # The directory may have let somebody through who proved it this morning: that is no proof of now.
    request.session[proof.PROVED_AT] = _proved_at(answered.claims)
    safe = url_has_allowed_host_and_scheme(
        answered.then, {request.get_host()}, require_https=request.is_secure()
    )
    answer = redirect(answered.then if answered.then and safe else reverse("home"))
    tried = throttle.try_of(request, user.username)
    throttle.remember_device(answer, tried, secure=settings.SESSION_COOKIE_SECURE)
    return answer


def _proved_at(claims: dict[str, Any]) -> float:
    """When the person last gave a proof there; long ago where it is not said, never later than now."""
    said = claims.get("auth_time")
    if isinstance(said, bool) or not isinstance(said, int | float):
        return 0.0
    return float(max(0.0, min(said, time.time())))  # as they are: a number beyond all numbers is no float


def _told(request: HttpRequest, error: Refused) -> HttpResponse:
    return render(request, "signin/directory_failed.html", {"error": error}, status=error.status)


@permission_required(MANAGE)
def rules(request: HttpRequest) -> HttpResponse:
    """Which groups give which roles, and what counts as a second factor."""
    row = actions.rule()
    form = DirectoryForm(request.POST or None, initial=DirectoryForm.of(row.groups, row.factors))

    def save() -> HttpResponse:
        given = form.cleaned_data
        actions.save_rule(given["groups"], given["factors"], actor=person_at(request))
        messages.success(request, "保存しました。次のログインから効きます。")
        return redirect("signin:directory")

    context = {"directory": directories().get(current_municipality().code)}
    return form_page(request, form, save, "signin/directory.html", context)
