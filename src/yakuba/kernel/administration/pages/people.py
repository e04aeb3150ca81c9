"""People: who works here, in which department, with which roles."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import actions, permission_required, person_of, proof
from yakuba.kernel.accounts.models import User
from yakuba.kernel.accounts.queries import staff
from yakuba.kernel.administration.forms import PersonForm
from yakuba.kernel.administration.pages.lists import PEOPLE
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.signin import actions as signin
from yakuba.kernel.signin import inviting
from yakuba.kernel.signin.queries import has_second_factor
from yakuba.kernel.tenancy import every_municipality
from yakuba.kernel.ui.refusals import told_in

MANAGE = "accounts.manage"


@permission_required(MANAGE)
def people(request: HttpRequest) -> HttpResponseBase:
    """The list."""
    return respond(request, PEOPLE)


@permission_required(MANAGE)
def new(request: HttpRequest) -> HttpResponse:
    """A new member of staff, with a password that is shown once."""
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with told_in(form):
            proof.require(request.user)  # before the person is there: the form is sent once more
            with every_municipality("a name is one person's in the whole installation"):
                taken = User.objects.filter(username=given["username"]).exists()
            if taken:
                raise actions.NotAccepted(
                    f"職員ID「{given['username']}」はもう使われています。別のIDにしてください。"
                )
            return _password_once(request, _save(given["username"], given, request))
    context = {"form": form, "person": None}
    return render(request, "administration/person.html", context, status=422 if form.errors else 200)


@permission_required(MANAGE)
def person(request: HttpRequest, user_id: int) -> HttpResponse:
    """One member of staff."""
    row = _one(user_id)
    form = PersonForm(request.POST or None, person=row)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            _save(row.username, form.cleaned_data, request)
            messages.success(request, f"{row} を直しました。")
            return redirect("administration:people")
    context = {"form": form, "person": row, "second_factor": has_second_factor(row)}
    return render(request, "administration/person.html", context, status=422 if form.errors else 200)


@permission_required(MANAGE)
@require_POST
def active(request: HttpRequest, user_id: int) -> HttpResponse:
    """Let the person log in, or no longer."""
    row = _one(user_id)
    actions.set_active(row, "back" in request.POST, actor=person_of(request))
    messages.success(
        request, f"{row} は{'ログインできます' if row.is_active else 'ログインできなくなりました'}。"
    )
    return redirect("administration:person", user_id)


@permission_required(MANAGE)
@require_POST
def password(request: HttpRequest, user_id: int) -> HttpResponse:
    """A new password, shown once."""
    return _password_once(request, _one(user_id))


@permission_required(MANAGE)
@require_POST
def unlock(request: HttpRequest, user_id: int) -> HttpResponse:
    """Let the person try to log in again at once."""
    row = _one(user_id)
    actions.unlock(row, actor=person_of(request))
    messages.success(request, f"{row} は、待たずにまたログインを試せます。")
    return redirect("administration:person", user_id)


@permission_required(MANAGE)
@require_POST
def forget_factor(request: HttpRequest, user_id: int) -> HttpResponse:
    """The person has lost the telephone and the recovery codes."""
    row = _one(user_id)
    signin.reset(row, actor=person_of(request))
    messages.success(
        request, f"{row} の二つ目の確認を外しました。次のログインのあと、設定し直してもらってください。"
    )
    return redirect("administration:person", user_id)


@permission_required(MANAGE)
@require_POST
def invite(request: HttpRequest, user_id: int) -> HttpResponse:
    """A link by which the person sets the own password, shown once."""
    row = _one(user_id)
    link = reverse("invitation", args=[inviting.invite(row, actor=person_of(request))])
    context = {"heading": f"{row} への招待", "back": "administration:people"}
    context["secret"] = request.build_absolute_uri(link)
    context["text"] = (
        f"本人にだけ渡してください。本人が開いてパスワードを決めます。1回だけ、{inviting.LASTS.days}日間使えます。"
    )
    return render(request, "administration/once.html", context)


def _one(user_id: int) -> User:
    return get_object_or_404(staff(), pk=user_id)


def _save(username: str, given: dict[str, object], request: HttpRequest) -> User:
    return actions.save_staff(
        username,
        name=str(given["display_name"]),
        department=str(given["department"]),
        roles=list(given["roles"]),  # type: ignore[call-overload]  # a list of names
        actor=person_of(request),
    )


def _password_once(request: HttpRequest, person: User) -> HttpResponse:
    secret = actions.reset_password(person, actor=person_of(request))
    context = {"heading": f"{person} のパスワード", "secret": secret, "back": "administration:people"}
    context["text"] = (
        f"職員ID {person.username} のログインに使います。本人にだけ伝え、ログインのあとで本人に変えてもらってください。"
    )
    return render(request, "administration/once.html", context)
