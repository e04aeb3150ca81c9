"""Where one is logged in, and ending it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import person_of, sessions
from yakuba.kernel.accounts.models import SignedIn
from yakuba.kernel.audit.chain import record
from yakuba.kernel.signin.pages.own import own_person


@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """All of one's own sessions."""
    person = own_person(request)
    here = sessions.row_of(request.session, person)
    rows = SignedIn.objects.filter(user=person).order_by("-seen_at", "-pk")
    return render(request, "signin/sessions.html", {"rows": rows, "here": here.pk if here else 0})


@require_POST
@login_required
def end(request: HttpRequest, session_id: int) -> HttpResponse:
    """End one of them; the own last."""
    person = own_person(request)
    row = get_object_or_404(SignedIn.objects, pk=session_id, user=person)
    row.delete()
    record("signin.session_ended", subject=f"user:{person.pk}", actor=person)
    messages.success(request, "終わらせました。")
    return redirect("signin:sessions")


@require_POST
@login_required
def end_others(request: HttpRequest) -> HttpResponse:
    """End all but this one."""
    person = person_of(request)
    number = sessions.end_all(own_person(request), but=request.session.get(sessions.WORD, ""))
    record("signin.session_ended", subject=f"user:{person.pk}", actor=person, sessions=number)
    messages.success(request, "ほかのログインを、すべて終わらせました。")
    return redirect("signin:sessions")
