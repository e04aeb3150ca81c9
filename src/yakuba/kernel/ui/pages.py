"""The pages that belong to no room: today's work, search, the manual, one's own password."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import PasswordChangeView
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils import timezone

from yakuba.kernel.accounts import person_of, sessions, throttle
from yakuba.kernel.audit.chain import record
from yakuba.kernel.tenancy import municipality_or_none
from yakuba.kernel.ui import manual as documents
from yakuba.kernel.ui.forms import OwnPasswordForm
from yakuba.kernel.ui.search import LONGEST, search, stands_as_typed
from yakuba.kernel.ui.spelling import nearby
from yakuba.kernel.ui.today import todays_work


class OwnPasswordView(PasswordChangeView):
    """One's own password, whoever made the one before. The person's other sessions end."""

    template_name = "ui/own_password.html"
    form_class = OwnPasswordForm
    success_url = reverse_lazy("home")
    wrong = False  # the password so far, as it was typed

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Change it. A try at the password so far draws on the budgets of the login: it could be guessed here, and where
        there is no second factor it is the proof."""
        tried = throttle.try_of(request, person_of(request).username)
        if not throttle.begin(tried):
            return render(request, "ui/locked.html", status=429)
        answer = super().post(request, *args, **kwargs)
        if self.wrong:
            throttle.failed(tried)
        else:
            throttle.passed(tried)
        return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show it again."""
        self.wrong = "old_password" in form.errors
        return super().form_invalid(form)

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep it, and leave a trace."""
        answer = super().form_valid(form)
        sessions.end_all(person_of(self.request), but=self.request.session.get(sessions.WORD, ""))
        if municipality_or_none() is not None:
            subject = f"user:{self.request.user.pk}"
            record(
                "accounts.staff_saved", subject=subject, actor=person_of(self.request), password_changed=True
            )
        messages.success(self.request, "パスワードを変えました。")
        return answer


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """今日の仕事. Every logged-in person may open it; it shows only what the person may see."""
    if getattr(request.user, "municipality_id", None) is None:
        return render(request, "ui/nobody.html", status=403)
    return render(request, "ui/home.html", todays_work(request.user) | {"today": timezone.localdate()})


@login_required
def find(request: HttpRequest) -> HttpResponse:
    """Search over cases, pages and the manual; shows only what the person may open."""
    text, only = request.GET.get("text", "").strip()[:LONGEST], request.GET.get("only", "")
    results = search(request.user, text, only)
    offered = nearby(text) if not only and not stands_as_typed(text, results) else ""
    return render(
        request, "ui/search.html", {"text": text, "only": only, "results": results, "nearby": offered}
    )


@login_required
def manual(request: HttpRequest, page: str = documents.INDEX) -> HttpResponse:
    """A page of the manual, for all staff."""
    if page not in documents.names():
        raise Http404("手引きにこのページはありません。")
    return render(request, "ui/manual.html", {"page": documents.page(page), "index": documents.INDEX})


@login_required
def manual_picture(request: HttpRequest, name: str) -> FileResponse:
    """A picture of the manual."""
    path = documents.pictures().get(name)
    if path is None:
        raise Http404("手引きにこの図はありません。")
    return FileResponse(path.open("rb"), content_type="image/png")
