"""One's own second factor, and the proof before what asks for one."""

from __future__ import annotations

import base64

import zxingcpp
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import demands_passkey, demands_second_factor, person_of
from yakuba.kernel.accounts.models import User
from yakuba.kernel.accounts.proof import step_up
from yakuba.kernel.refusals import Refused
from yakuba.kernel.signin import actions, asking, totp
from yakuba.kernel.signin.forms import CodeForm
from yakuba.kernel.signin.queries import factors, passkeys_of, unconfirmed
from yakuba.kernel.signin.relying import trouble
from yakuba.kernel.ui.refusals import told_in

ISSUER = "Yakuba"
ONE = "アプリに、今出ている6けたの番号を入れてください。"


@login_required
def own(request: HttpRequest) -> HttpResponse:
    """What the person has, and what is still to be set up."""
    person = own_person(request)
    mine, demanded = factors(person), demands_second_factor(person)
    context = {
        "factors": mine,
        "demanded": demanded,
        "passkey_demanded": demands_passkey(person),
        "may_go": not demanded or mine.passkeys > 0,
        "keys": passkeys_of(person),
        "trouble": trouble(request),
    }
    return render(request, "signin/own.html", context)


@require_POST
@login_required
@step_up
def begin_phone(request: HttpRequest) -> HttpResponse:
    """A new secret."""
    actions.begin_phone(own_person(request))
    return redirect("signin:phone")


@login_required
@step_up
def phone(request: HttpRequest) -> HttpResponse:
    """The QR code of the new secret; POST confirms it by a first code."""
    person = own_person(request)
    row = unconfirmed(person)
    if row is None:
        return redirect("signin:own")
    form = CodeForm(request.POST or None)
    form.fields["code"].help_text = ONE
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            return _codes(request, actions.confirm_phone(person, form.cleaned_data["code"]))
    secret = actions.secret_of(row)
    context = {"form": form, "spelled": _in_fours(totp.spelled(secret))}
    context["picture"] = _picture(totp.address(secret, person.username, ISSUER))
    return render(request, "signin/phone.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
@step_up
def codes(request: HttpRequest) -> HttpResponse:
    """Ten new recovery codes, shown once."""
    return _codes(request, actions.make_codes(own_person(request)))


@require_POST
@login_required
@step_up
def remove_phone(request: HttpRequest) -> HttpResponse:
    """Do without the telephone."""
    actions.remove_phone(own_person(request))
    messages.success(request, "確認アプリを外しました。")
    return redirect("signin:own")


@login_required
def prove(request: HttpRequest) -> HttpResponse:
    """Ask for a proof, then lead to where the person wanted to go."""
    person = own_person(request)
    then, back = (_safe(request, name) for name in ("next", "back"))
    if request.method != "POST":
        return asking.page(request, then=then or "/", back=back)
    try:
        if asking.given(request):
            asking.take(request)
        else:
            raise actions.WrongProof(factors(person).any)
    except Refused as error:
        return asking.page(request, error, then=then or "/", back=back)
    if not back:
        return redirect(then or "/")
    return render(request, "signin/proved.html", {"then": then or "/", "back": back})


def _codes(request: HttpRequest, made: list[str]) -> HttpResponse:
    if made:
        return render(request, "signin/codes.html", {"codes": made})
    messages.success(request, "確認アプリを設定し直しました。予備の番号は、今までのものを使えます。")
    return redirect("signin:own")


def own_person(request: HttpRequest) -> User:
    """Who it is. Raises PermissionDenied for somebody of no town, who has nothing to protect."""
    person = person_of(request)
    if person.municipality_id is None:
        raise PermissionDenied("municipality")
    return person


def _safe(request: HttpRequest, name: str) -> str:
    """A page of this house; else empty."""
    given = request.POST.get(name) or request.GET.get(name, "")
    known = url_has_allowed_host_and_scheme(given, {request.get_host()}, require_https=request.is_secure())
    return given if known else ""


def _in_fours(text: str) -> str:
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def _picture(text: str) -> str:
    """A QR code as the address of a picture: the page's policy allows no style inside."""
    drawn = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode).to_svg()
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.encode()).decode()
