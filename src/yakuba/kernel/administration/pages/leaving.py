"""A person leaves: one page that lists what is in the person's hands, and who takes it over."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.accounts.queries import at_work, staff
from yakuba.kernel.administration.forms import LeavingForm
from yakuba.kernel.transfers import leaving
from yakuba.kernel.ui.refusals import told_in

MANAGE = "accounts.manage"


@permission_required(MANAGE)
def leave(request: HttpRequest, user_id: int) -> HttpResponse:
    """What is in the person's hands. POST hands it over and ends everything."""
    row = get_object_or_404(staff(), pk=user_id)
    form = LeavingForm(request.POST or None, person=row)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            name = form.cleaned_data["successor"]
            successor = at_work().get(username=name) if name else None
            for sentence in leaving.leave(row, successor, actor=person_of(request)):
                messages.warning(request, f"{sentence}は、引き継ぐ人が決まるまで止まります。")
            messages.success(request, f"{row} はログインできなくなりました。")
            return redirect("administration:person", row.pk)
    context = {"form": form, "person": row, "hands": leaving.in_hands(row)}
    return render(request, "administration/leaving.html", context, status=422 if form.errors else 200)
