"""The page of a button: an operation that needs no more than what stands in its address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.accounts.permissions import View
from yakuba.kernel.operations.operation import Operation

Told = str | Callable[[Any], str]  # what does not hang on the outcome, or does


def button(operation: Operation, back: Told, sentence: Told = "") -> View:
    """A view that does it with the fields that stand in the address, says `sentence`, and leads to the page `back`, whose
    address has the same fields, or to the address that is made of the outcome."""

    @require_POST
    @permission_required(operation.permission)
    def press(request: HttpRequest, **fields: Any) -> HttpResponse:
        outcome = operation(person_of(request), **fields)
        if sentence:
            messages.success(request, sentence(outcome) if callable(sentence) else sentence)
        return redirect(back(outcome)) if callable(back) else redirect(back, **fields)

    return press
