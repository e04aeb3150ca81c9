"""The page of a button: an operation that needs no more than what stands in its address."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.accounts.permissions import View
from yakuba.kernel.operations.operation import Operation


def button(operation: Operation, back: str, sentence: str = "") -> View:
    """A view that does it with the fields that stand in the address, says `sentence`, and leads to the page `back`, whose
    address has the same fields."""

    @require_POST
    @permission_required(operation.permission)
    def press(request: HttpRequest, **fields: Any) -> HttpResponse:
        operation(person_of(request), **fields)
        if sentence:
            messages.success(request, sentence)
        return redirect(back, **fields)

    return press
