"""Where the proof is asked for: once, for all pages. And who must have a second factor is led to set one up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from yakuba.kernel.accounts import proof, sessions
from yakuba.kernel.accounts.models import SignedIn
from yakuba.kernel.refusals import Refused
from yakuba.kernel.signin import asking
from yakuba.kernel.signin.queries import lacks_a_factor
from yakuba.kernel.townsettings import value
from yakuba.kernel.ui.refusals import came_from

WITHOUT_FACTOR = frozenset(
    {
        "signin:own",
        "signin:phone",
        "signin:phone-begin",
        "signin:codes",
        "signin:proof",
        "signin:passkey-new",
        "signin:passkey-remove",
    }
)
IDLE = "_idle_row"  # of the request: the row of a session that was not used for too long, with a form that was typed
ALWAYS = frozenset(
    {
        "login",
        "logout",
        "login-second",
        "login-passkey",
        "login-directory",
        "login-directory-back",
        "own-password",
        "invitation",
    }
)


class SecondFactors:
    """Stands innermost: a view's `ProofNeeded` is asked for here before anybody turns it into a refusal."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, arguments: list[Any], named: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Take the proof that came with a form; lead to the set-up who lacks a factor that a role demands."""
        user, name = request.user, request.resolver_match.view_name if request.resolver_match else ""
        idle: SignedIn | None = getattr(request, IDLE, None)
        if idle is not None and (request.FILES or not asking.given(request)):
            return asking.idle(request) if not request.FILES else _out(request)
        if not user.is_authenticated or user.municipality_id is None or request.path.startswith("/api/"):
            return None
        if name not in ALWAYS | WITHOUT_FACTOR and lacks_a_factor(user):
            return redirect("signin:own")
        if request.method == "POST" and name != "signin:proof" and asking.given(request):
            try:
                asking.take(request)
            except Refused as error:
                return asking.again(request, error)
            if idle is not None:
                sessions.note_seen(idle)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Ask for the proof; then what was asked for goes on."""
        if not isinstance(error, proof.ProofNeeded):
            return None
        if request.headers.get("HX-Request"):
            here = urlsplit(request.headers.get("HX-Current-URL", "/"))
            answer = HttpResponse()
            answer["HX-Redirect"] = _asking(f"{here.path}?{here.query}" if here.query else here.path)
            return answer
        if request.method == "POST":
            return asking.again(request)
        return redirect(_asking(request.get_full_path(), came_from(request)))


def _asking(then: str, back: str = "") -> str:
    asked = {"next": then} | ({"back": back} if back else {})
    return f"{reverse('signin:proof')}?{urlencode(asked)}"


class Sessions:
    """Stands behind the one that makes the municipality active: a session that is over sees no page. A form that was typed
    in one that is merely idle is not lost: `SecondFactors` asks for a proof and lets it go on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated and request.user.municipality_id is not None:
            row = sessions.row_of(request.session, request.user)
            idle = row is not None and sessions.is_idle(row, _longest())
            if row is None or sessions.is_old(row) or (idle and not _is_typed(request)):
                return self._over(request)
            if idle:
                setattr(request, IDLE, row)
            # What a page asks for by itself, to show how far something is, is nobody's deed.
            elif not request.headers.get("HX-Request"):
                sessions.note_seen(row)
        return self.get_response(request)

    def _over(self, request: HttpRequest) -> HttpResponseBase:
        """A program and the login itself see a stranger."""
        if request.path.startswith(("/api/", reverse("login"), reverse("logout"))):
            logout(request)
            return self.get_response(request)
        return _out(request)


def _longest() -> timedelta:
    return timedelta(minutes=int(value("signin.idle_minutes")))


def _is_typed(request: HttpRequest) -> bool:
    """Whether it is a form that must not be lost. One with a password or a code in it begins anew."""
    own = ("/api/", *map(reverse, ("login", "logout", "own-password", "signin:own")))
    return request.method == "POST" and not request.path.startswith(own)


def _out(request: HttpRequest) -> HttpResponseBase:
    """To the login, and from there to where the person was."""
    then = request.get_full_path() if request.method == "GET" else came_from(request) or "/"
    logout(request)
    return redirect_to_login(then)
