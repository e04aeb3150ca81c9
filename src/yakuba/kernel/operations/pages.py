"""The page of a button: an operation that needs no more than what stands in its address, and a small form beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.accounts.permissions import View
from yakuba.kernel.operations.operation import Operation
from yakuba.kernel.refusals import Invalid

Told = str | Callable[[Any], str]  # what does not hang on the outcome, or does


def button(
    operation: Operation,
    back: Told,
    sentence: Told = "",
    *,
    of: type[Model] | Callable[..., object] | None = None,
    form: type[BaseForm] | None = None,
    otherwise: str = "",
) -> View:
    """A view that does it with the fields that stand in the address, says `sentence`, and leads to the page `back`, whose
    address has the same fields, or to the address that is made of the outcome.

    form: what is typed beside the button; where that does not hold it is Invalid, with `otherwise` or what the form says.
    of: whose row the one field of the address names, or what looks for it by these fields and raises Http404. It is looked for
    first: what another town has is not there, whatever was typed.
    """

    @require_POST
    @permission_required(operation.permission)
    def press(request: HttpRequest, **fields: Any) -> HttpResponse:
        if isinstance(of, type):
            (number,) = fields.values()
            get_object_or_404(of, pk=number)
        elif of is not None:
            of(**fields)
        given = {} if form is None else typed(form(request.POST), otherwise)
        outcome = operation(person_of(request), **fields, **given)
        if sentence:
            messages.success(request, sentence(outcome) if callable(sentence) else sentence)
        return redirect(back(outcome)) if callable(back) else redirect(back, **fields)

    return press


def typed(form: BaseForm, otherwise: str = "") -> dict[str, Any]:
    """What a small form beside a button holds. Raises Invalid, with `otherwise` or what the form says, so that whoever pressed
    it is led back."""
    if not form.is_valid():
        raise Invalid(otherwise or " ".join(str(one) for found in form.errors.values() for one in found))
    return form.cleaned_data
