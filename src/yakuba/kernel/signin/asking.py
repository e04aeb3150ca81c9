"""Asking for a proof between a form and what it does: nothing of what was typed is lost."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yakuba.kernel.accounts import demands_passkey, person_of, proof
from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Forbidden, Refused
from yakuba.kernel.signin import actions, passkeys
from yakuba.kernel.signin.queries import factors
from yakuba.kernel.signin.relying import trouble
from yakuba.kernel.ui.refusals import BACK, came_from

CODE, PASSWORD, PASSKEY = "proof_code", "proof_password", "proof_passkey"  # names of fields
NOT_CARRIED = frozenset({CODE, PASSWORD, PASSKEY, BACK, "csrfmiddlewaretoken"})


class Idle(Forbidden):
    """The session was not used for long."""

    def __init__(self) -> None:
        super().__init__("しばらく使われていなかったので、本人の確認が要ります。入れた内容は残っています。")


def given(request: HttpRequest) -> actions.Given:
    """The proof that came with the form; false for none."""
    asked = request.POST
    return actions.Given(asked.get(CODE, "").strip(), asked.get(PASSWORD, ""), asked.get(PASSKEY, ""))


def passkey_context(request: HttpRequest, person: User) -> dict[str, Any]:
    """For `signin/passkey_button.html`: what the browser is asked with, or why it cannot be; nothing for who has no passkey."""
    if not factors(person).passkeys:
        return {}
    why_not = trouble(request)
    options = {} if why_not else {"passkey_options": json.dumps(passkeys.options_for_proof(request, person))}
    return {"passkey_trouble": why_not} | options


def take(request: HttpRequest) -> None:
    """Take it: the session's person has proved it for ten minutes. Raises WrongProof and TooManyTries."""
    person = person_of(request)
    actions.prove(request, person, given(request))
    proof.note(request.session)
    proof.from_session(request.user, request.session)
    record("signin.proved", subject=f"user:{person.pk}", actor=person)


def again(request: HttpRequest, error: Refused | None = None) -> HttpResponse:
    """The page that asks, with the whole form in it: sent again together with the proof. Files cannot be carried along:
    with some, the person comes back to the form."""
    fields = [
        (name, text) for name, texts in request.POST.lists() if name not in NOT_CARRIED for text in texts
    ]
    if request.FILES:
        return page(
            request,
            error,
            then=came_from(request) or "/",
            note="ファイルは、確認のあとで選び直してください。",
        )
    return page(request, error, fields=fields, action=request.get_full_path(), back=came_from(request))


def idle(request: HttpRequest) -> HttpResponse:
    """The same for who has not used the session for long."""
    return again(request, Idle())


def page(
    request: HttpRequest,
    error: Refused | None = None,
    *,
    fields: list[tuple[str, str]] | None = None,
    action: str = "",
    then: str = "",
    back: str = "",
    note: str = "",
) -> HttpResponse:
    """What asks for a proof. fields: of the form that goes on to `action`; else the person goes on to `then`."""
    person = person_of(request)
    context = {
        **passkey_context(request, person),
        "factors": factors(person),
        "passkey_demanded": demands_passkey(person),
        "error": error,
        "fields": fields or [],
        "action": action,
        "then": then,
        "back": back,
        "note": note,
    }
    status = error.status if error else 200 if request.method == "GET" else 403
    return render(request, "signin/proof.html", context, status=status)
