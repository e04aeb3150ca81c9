"""What the house refuses, on a page: in the form where it was asked, or as a message on the page the person came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from yakuba.kernel.accounts.proof import ProofNeeded
from yakuba.kernel.refusals import Refused

BACK = "proof_back"  # a field of a form that went through the question for a proof: where it was typed


class RefusalsOnPages:
    """Turns a refusal that a view lets through into an answer.

    A button (POST) leads back to the page on which it was pressed, with the sentence on top; part of a page (htmx) gets
    the sentence as a notice in its place; anything else is a page of its own with the kind's status.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The answer to a refusal; None for what is none."""
        if not isinstance(error, Refused):
            return None
        if request.headers.get("HX-Request"):
            # htmx puts only a 200 into the page, and in the region there is something to read then.
            return render(request, "ui/notice.html", {"kind": "error", "text": str(error)})
        if request.method == "POST" and (back := came_from(request)):
            messages.error(request, str(error))
            return HttpResponseRedirect(back)
        return render(request, "ui/refused.html", {"refusal": error}, status=error.status)


@dataclass
class Told:
    """What became an error of a form, for a page that makes more of it than a sentence."""

    refusal: Refused | None = None


@contextmanager
def told_in(form: forms.BaseForm, field: str | None = None) -> Iterator[Told]:
    """What is refused inside becomes an error of `form`, so that the page is shown again with all that was typed. field:
    at which it stands, where the refusal is of one.

    `return` the answer inside the block; what follows the block is reached only after a refusal.
    """
    told = Told()
    try:
        yield told
    except ProofNeeded:  # asked for on a page of its own, from which what was typed goes on
        raise
    except Refused as error:
        told.refusal = error
        form.add_error(field, [str(one) for one in error.problems] or str(error))


@contextmanager
def told_on(request: HttpRequest, *kinds: type[Refused]) -> Iterator[None]:
    """What is refused inside stands on top of the page that comes next, where that is another one than the person came
    from: the next of a pile, or what a question belongs to. kinds: of what; without any, of every refusal."""
    try:
        yield
    except Refused as error:
        if isinstance(error, ProofNeeded) or (kinds and not isinstance(error, kinds)):
            raise
        messages.warning(request, str(error))


def form_page(
    request: HttpRequest,
    form: forms.BaseForm,
    action: Callable[[], HttpResponse],
    template: str,
    context: Mapping[str, Any],
) -> HttpResponse:
    """What `action` answers where the form was sent and holds; else the form's page (with `form` in its context), again
    with all that was typed and what is wrong with it."""
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            return action()
    return render(request, template, {"form": form, **context}, status=422 if form.errors else 200)


def came_from(request: HttpRequest) -> str:
    """The page of this house on which the form was typed; else empty."""
    page = (request.method == "POST" and request.POST.get(BACK)) or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
        return ""
    return page
