"""Login with a passkey alone, for the staff of towns that allow it."""

from __future__ import annotations

import json

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from yakuba.kernel.accounts import throttle
from yakuba.kernel.accounts.models import User
from yakuba.kernel.refusals import Forbidden, Refused
from yakuba.kernel.signin import passkeys
from yakuba.kernel.signin.asking import PASSKEY
from yakuba.kernel.signin.relying import trouble
from yakuba.kernel.tenancy import active_municipality, every_municipality
from yakuba.kernel.townsettings import value
from yakuba.kernel.townsettings.models import TownSetting

SETTING = "signin.passkey_login"


def is_offered(request: HttpRequest) -> bool:
    """Whether somebody could come in by it here: a stranger is not asked of which town."""
    rows = TownSetting.all_municipalities.filter(name=SETTING, value=True)
    with every_municipality("a stranger at the login has no town yet"):
        return not trouble(request) and rows.exists()


def by_passkey(request: HttpRequest) -> HttpResponse:
    """Ask for a passkey of anybody; who it is, the passkey says."""
    if request.user.is_authenticated:
        return redirect("home")
    if not is_offered(request):
        return redirect("login")
    error: Refused | None = None
    if request.method == "POST":
        tried = throttle.try_of(request, "")
        if not throttle.begin(tried):
            return render(request, "ui/locked.html", status=429)
        try:
            return _in(request, _person(request), tried)
        except Refused as refused:
            error = refused
            throttle.failed(tried)
    options = json.dumps(passkeys.options_for_proof(request, None))
    context = {
        "passkey_options": options,
        "error": error,
        "next": request.POST.get("next") or request.GET.get("next", ""),
    }
    return render(request, "signin/passkey_login.html", context, status=error.status if error else 200)


def _person(request: HttpRequest) -> User:
    """Whose passkey it is. Raises PasskeyRefused, and Forbidden where that person's town wants the password as well."""
    user = passkeys.who(request, request.POST.get(PASSKEY, ""))
    with active_municipality(user.municipality):  # type: ignore[arg-type]  # whoever has a passkey has one
        if not value(SETTING):
            raise Forbidden(
                "あなたの役場では、パスキーだけでは入れません。",
                remedy="職員IDとパスワードで入ってください。",
            )
    return user


def _in(request: HttpRequest, user: User, tried: throttle.Try) -> HttpResponse:
    throttle.passed(tried)
    login(request, user)
    then = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(then, {request.get_host()}, require_https=request.is_secure())
    answer = redirect(then if then and safe else reverse("home"))
    named = throttle.try_of(request, user.username)
    throttle.remember_device(answer, named, secure=settings.SESSION_COOKIE_SECURE)
    return answer
