"""The login page and the home page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from yakuba.kernel.ui.forms import StaffLoginForm
from yakuba.kernel.ui.today import todays_work


class StaffLoginView(LoginView):
    """Login with 職員ID and password; five failures lock the pair of name and address for a while."""

    template_name = "ui/login.html"
    authentication_form = StaffLoginForm
    redirect_authenticated_user = True


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """今日の仕事. Every logged-in person may open it; it shows only what the person may see."""
    if getattr(request.user, "municipality_id", None) is None:
        return render(request, "ui/nobody.html", status=403)
    return render(request, "ui/home.html", todays_work(request.user) | {"today": timezone.localdate()})
