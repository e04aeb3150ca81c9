"""What was asked: what has no answer yet, and the figures."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.refusals import Invalid
from yakuba.services.answers import operations
from yakuba.services.answers.actions import asking
from yakuba.services.answers.forms import number_in, numbers_in
from yakuba.services.answers.models import Confirmed, Knowledge
from yakuba.services.answers.queries import asked as queries


@permission_required("answers.edit")
def unanswered(request: HttpRequest) -> HttpResponse:
    """Questions without an answer, put together; and those of which people picked an entry, to be confirmed."""
    row = Knowledge.objects.first()
    context = {
        "groups": queries.unanswered(),
        "picked": queries.to_confirm(),
        "confirmed": Confirmed.objects.count(),
        "learned": operations.learned_facts(row) if row else None,
        "learned_at": row.learned_at if row else None,
    }
    return render(request, "answers/unanswered.html", context)


@permission_required("answers.edit")
@require_POST
def settle(request: HttpRequest) -> HttpResponse:
    """Deal with a group: a draft, an entry that answers it, or nothing."""
    numbers = numbers_in(request.POST.getlist("asked"))
    person, entry = person_of(request), number_in(request.POST.get("entry", ""))
    if "draft" in request.POST:
        version = asking.draft_from(numbers, actor=person)
        messages.success(request, "下書きを作りました。答えを書いてください。")
        return redirect("answers:edit", version.entry_id)
    if entry is not None:
        asking.confirm(numbers, entry, actor=person)
        messages.success(request, "この聞き方でも、その答えが見つかるようになりました。")
    elif "aside" in request.POST:
        asking.set_aside(numbers, actor=person)
        messages.success(request, "片付けました。")
    else:
        raise Invalid("どうするかのボタンを押してください。")
    return redirect("answers:unanswered")


@permission_required("answers.view")
def figures(request: HttpRequest) -> HttpResponse:
    """The last 90 days in figures."""
    context = {"counts": queries.counts(), "charts": queries.charts(), "days": queries.DAYS}
    return render(request, "answers/figures.html", context)


@permission_required("answers.view")
def figures_file(request: HttpRequest) -> HttpResponseBase:
    """The same, question by question, as CSV."""
    file: HttpResponseBase = operations.figures(person_of(request)).answer()
    return file


@permission_required("answers.edit")
@require_POST
def learn(request: HttpRequest) -> HttpResponse:
    """Learn anew from the confirmed questions."""
    found = operations.learned_facts(operations.learn(person_of(request)))
    if found["labels"]:
        messages.success(
            request,
            f"確かめた質問{found['labels']}件から学びました（当たりやすさ {found['before']:.2f} → {found['after']:.2f}）。",
        )
    else:
        messages.info(request, "確かめた質問が少ないので、まだ学べません（60件から）。今のままで使えます。")
    return redirect("answers:unanswered")
