"""「約束と実際」: what was promised of each form, what a blind check of the readings says, and why something was tightened."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.operations.pages import button
from yakuba.kernel.values import TYPES
from yakuba.services.reading.forms import PROMISES, PromiseForm
from yakuba.services.reading.models import FormDefinition, Tightening
from yakuba.services.reading.operations import promises as declared
from yakuba.services.reading.queries import promises as queries
from yakuba.services.reading.queries.forms import form_in_use, forms_in_use


@permission_required("reading.view")
def promises(request: HttpRequest) -> HttpResponse:
    """All forms in use."""
    states = queries.form_states(forms_in_use().select_related("procedure"))
    unseen = [_told(row) for row in queries.tightenings().filter(until=None, seen_by=None)]
    context = {
        "states": states,
        "unseen": unseen,
        "may_set": allowed(request.user, "reading.promise"),
        "shipped": queries.shipped_sentence(),
    }
    return render(request, "reading/promises.html", context)


@permission_required("reading.view")
def promise(request: HttpRequest, code: str) -> HttpResponse:
    """One form: its fields with their promises, the trend, the strata, and what was tightened."""
    form = _form(code)
    seen = queries.seen_of(form.code)
    (state,) = queries.form_states([form])
    context = {
        "form": form,
        "state": state,
        "rows": queries.standing_of(form, queries.promised(form.code), seen),
        "strata": queries.strata_of(seen),
        "chart": queries.trend(form),
        "tightenings": [_told(row) for row in queries.tightenings(form.code)[:20]],
        "may_set": allowed(request.user, "reading.promise"),
        "choices": PROMISES,
        "people": queries.PEOPLE.items(),
        "shipped": queries.shipped_sentence(),
    }
    return render(request, "reading/promise.html", context)


set_promise = button(
    declared.set_promise,
    lambda row: reverse("reading:promise", args=[row.form]),
    "変えました。次に読む用紙から効きます。",
    of=lambda code, field: _form(code),
    form=PromiseForm,
    otherwise="約束を一覧から選んでください。",
)


@require_POST
@permission_required("reading.promise")
def seen(request: HttpRequest, tightening_id: int) -> HttpResponse:
    """Take note of a tightening."""
    row = get_object_or_404(Tightening, pk=tightening_id)
    declared.see_tightening(person_of(request), tightening_id=row.pk)
    return redirect("reading:promise", row.form)


def _form(code: str) -> FormDefinition:
    row = form_in_use(code)
    if row is None:
        raise Http404("no form of that code is in use")
    return row


def _told(row: Tightening) -> dict[str, Any]:
    form = form_in_use(row.form)
    return {
        "row": row,
        "form": form.title if form else row.form,
        "type": TYPES[row.type].label if row.type in TYPES else row.type,
        "rate": queries.rate(row.per_million),
    }
