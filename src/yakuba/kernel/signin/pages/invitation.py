"""Where somebody who was invited sets the own password."""

from __future__ import annotations

from django.contrib.auth import login
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yakuba.kernel.refusals import Refused
from yakuba.kernel.signin import inviting
from yakuba.kernel.signin.queries import has_second_factor
from yakuba.kernel.tenancy import active_municipality


class OwnPasswordForm(SetPasswordForm):
    """The new password, twice."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["new_password1"].label = "新しいパスワード"
        self.fields["new_password1"].help_text = "10文字以上。よくあるものは使えません。"
        self.fields["new_password2"].label = "新しいパスワード（もう一度）"


def invitation(request: HttpRequest, invitation_code: str) -> HttpResponse:
    """Set the password; then the person is in, and is led to the second factor. Whoever has one gives it at the login."""
    row = inviting.open_invitation(invitation_code)
    if row is None:
        return render(request, "signin/no_invitation.html", status=404)
    form = OwnPasswordForm(row.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with active_municipality(row.user.municipality):  # type: ignore[arg-type]  # an invited person has one
            try:
                user = inviting.accept(row, form.cleaned_data["new_password1"])
            except Refused:
                return render(request, "signin/no_invitation.html", status=404)
            if has_second_factor(user):
                return redirect("login")
        login(request, user)
        return redirect("signin:own")
    context = {"form": form, "person": row.user}
    return render(request, "signin/invitation.html", context, status=422 if form.errors else 200)
