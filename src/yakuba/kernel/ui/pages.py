"""The login page and the home page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from yakuba.kernel.accounts import throttle
from yakuba.kernel.ui.forms import StaffLoginForm
from yakuba.kernel.ui.today import todays_work


class StaffLoginView(LoginView):
    """Login with 職員ID and password. Who has failed too often waits (`accounts.throttle`)."""

    template_name = "ui/login.html"
    authentication_form = StaffLoginForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Try the password, if one may be tried now."""
        username = request.POST.get("username", "")
        if not username or not request.POST.get("password"):
            return super().post(request, *args, **kwargs)
        tried = throttle.try_of(request, username)
        if not throttle.begin(tried):
            return self._locked()
        answer = super().post(request, *args, **kwargs)
        if request.user.is_authenticated:
            throttle.passed(tried)
            throttle.remember_device(answer, tried, secure=settings.SESSION_COOKIE_SECURE)
            return answer
        return self._locked() if throttle.failed(tried) else answer

    def _locked(self) -> HttpResponse:
        return render(self.request, "ui/locked.html", status=429)


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """今日の仕事. Every logged-in person may open it; it shows only what the person may see."""
    if getattr(request.user, "municipality_id", None) is None:
        return render(request, "ui/nobody.html", status=403)
    return render(request, "ui/home.html", todays_work(request.user) | {"today": timezone.localdate()})
