"""Login: 職員ID and password, then the second factor of who has one."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from yakuba.kernel.accounts import throttle
from yakuba.kernel.accounts.models import User
from yakuba.kernel.refusals import Refused
from yakuba.kernel.signin import actions, asking
from yakuba.kernel.signin.directory.configured import directories
from yakuba.kernel.signin.forms import CodeForm
from yakuba.kernel.signin.pages.passkey_login import is_offered
from yakuba.kernel.signin.queries import has_second_factor
from yakuba.kernel.tenancy import every_municipality
from yakuba.kernel.tenancy.models import Municipality
from yakuba.kernel.ui.forms import StaffLoginForm

HALF = "signin_half"  # in the session of whoever has given the password and not yet the second factor
HALF_SECONDS = 300.0


class StaffLoginView(LoginView):
    """Login with 職員ID and password. Who has failed too often waits (`accounts.throttle`)."""

    template_name = "ui/login.html"
    authentication_form = StaffLoginForm
    redirect_authenticated_user = True

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """With the door for passkeys, where some town has opened it."""
        return super().get_context_data(**more) | {
            "passkey_login": is_offered(self.request),
            "directories": _directories(),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Try the password, if one may be tried now."""
        request.session.pop(HALF, None)  # of an earlier try: it must not hide that this one failed
        username = request.POST.get("username", "")
        if not username or not request.POST.get("password"):
            return super().post(request, *args, **kwargs)
        tried = throttle.try_of(request, username)
        if not throttle.begin(tried):
            return _locked(request)
        answer = super().post(request, *args, **kwargs)
        if HALF in request.session:
            return (
                answer  # the try counts until the second factor is right, or that could be guessed for ever
            )
        if request.user.is_authenticated:
            throttle.passed(tried)
            throttle.remember_device(answer, tried, secure=settings.SESSION_COOKIE_SECURE)
            return answer
        return _locked(request) if throttle.failed(tried) else answer

    def form_valid(self, form: Any) -> HttpResponse:
        """The password is right."""
        user = form.get_user()
        if user.municipality_id is None or not has_second_factor(user):
            return super().form_valid(form)
        return begin_half(self.request, user, self.get_redirect_url())


def begin_half(request: HttpRequest, user: User, then: str) -> HttpResponse:
    """The first factor is right: on to the second."""
    request.session.cycle_key()
    request.session[HALF] = {
        "user": user.pk,
        "password": user.get_session_auth_hash(),
        "at": time.time(),
        "next": then,
    }
    return redirect("login-second")


def second(request: HttpRequest) -> HttpResponse:
    """The second factor. Whoever has not given the password within five minutes begins again."""
    user = _half(request)
    if user is None:
        request.session.pop(HALF, None)
        return redirect("login")
    form, refused = CodeForm(request.POST or None), None
    answered = actions.Given(passkey=request.POST.get(asking.PASSKEY, ""))
    if request.method == "POST" and (answered or form.is_valid()):
        try:
            actions.prove(request, user, answered or actions.Given(code=form.cleaned_data["code"]))
            return _in(request, user)
        except actions.TooManyTries:
            return _locked(request)
        except Refused as error:
            form = CodeForm()
            refused = error
    context = {"form": form, "error": refused, **asking.passkey_context(request, user)}
    status = 422 if form.errors or refused else 200
    return render(request, "signin/second.html", context, status=status)


@every_municipality("who is half in has no town yet")
def _half(request: HttpRequest) -> User | None:
    """Who has given the password here."""
    half = request.session.get(HALF)
    if request.user.is_authenticated or not half or not 0 <= time.time() - half["at"] <= HALF_SECONDS:
        return None
    user = User.objects.filter(pk=half["user"], is_active=True).select_related("municipality").first()
    return user if user and user.get_session_auth_hash() == half["password"] else None


def _in(request: HttpRequest, user: User) -> HttpResponse:
    then = request.session.pop(HALF)["next"]
    tried = throttle.try_of(request, user.username)
    throttle.passed(tried)  # the password's try
    login(request, user)
    safe = url_has_allowed_host_and_scheme(then, {request.get_host()}, require_https=request.is_secure())
    answer = redirect(then if then and safe else reverse("home"))
    throttle.remember_device(answer, tried, secure=settings.SESSION_COOKIE_SECURE)
    return answer


def _directories() -> list[Municipality]:
    """The towns whose staff have a directory."""
    codes = directories()
    return list(Municipality.objects.filter(code__in=codes).order_by("code")) if codes else []


def _locked(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/locked.html", status=429)
