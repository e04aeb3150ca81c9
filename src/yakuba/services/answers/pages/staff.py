"""The page on which staff ask: with sources, versions and the section that answers for an entry."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.services.answers.actions import asking
from yakuba.services.answers.contracts import Channel
from yakuba.services.answers.forms import QuestionForm, number_in
from yakuba.services.answers.operations import audiences_of
from yakuba.services.answers.queries import telling


@permission_required("answers.ask")
def ask(request: HttpRequest) -> HttpResponse:
    """The question, and what it came to; `answer` in the address shows one of what was offered."""
    audiences = audiences_of(person_of(request))
    form, reply = QuestionForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        reply = asking.ask(given["question"], Channel.STAFF, audiences, given["before"])
    chosen = number_in(request.GET.get("answer", ""))
    one = telling.one(chosen, audiences) if chosen is not None else None
    context = {
        "form": form,
        "reply": reply,
        "question": form.cleaned_data["question"] if reply else "",
        "told": [one] if one else [],
        "before": reply.told[0].id if reply and reply.told else (one.id if one else ""),
    }
    return render(request, "answers/ask.html", context, status=422 if form.errors else 200)
