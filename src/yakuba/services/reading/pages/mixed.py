"""Mixed confirmation: one picture of one value after another, of mixed sheets, and nothing beside it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.ledger.models import CaseValue
from yakuba.kernel.ui.looking import about_this, seconds_since, shown_token
from yakuba.kernel.ui.refusals import told_in, told_on
from yakuba.services.reading.actions import mixed as actions
from yakuba.services.reading.actions.answers import may_insist
from yakuba.services.reading.actions.uploads import WrongStep
from yakuba.services.reading.forms import AnswerForm
from yakuba.services.reading.models import Question, Turn
from yakuba.services.reading.pages.confirm import candidates_of
from yakuba.services.reading.queries import pictures
from yakuba.services.reading.queries.mixed import alone, mixable


@permission_required("reading.mixed")
def mixed(request: HttpRequest) -> HttpResponse:
    """The value whose turn it is; the picture of the next one is fetched meanwhile."""
    return _page(request, actions.turns(person_of(request)))


@require_POST
@permission_required("reading.mixed")
def turn(request: HttpRequest, handle: UUID) -> HttpResponse:
    """Take the answer to one value."""
    row = _mine(request, handle)
    shown = request.POST.get("shown", "")
    if row.done_at is not None or not about_this(shown, request.user, _subject(row)):
        messages.info(request, actions.GONE)
        return redirect("reading:mixed")
    form = AnswerForm(row.question, row.question.case.procedure.definition, "", request.POST)
    if not form.is_valid() and not request.POST.get("candidate"):
        return _again(request, row, form, None)
    raw = request.POST.get("candidate") or form.raw_value()
    seconds = seconds_since(shown, request.user, _subject(row))
    insist = request.POST.get("insist") == raw
    with told_in(form, "value") as told:
        with told_on(request, WrongStep):
            actions.answer(row, raw, actor=person_of(request), seconds=seconds, insist=insist)
        return redirect("reading:mixed")
    return _again(request, row, form, raw if may_insist(told.refusal) else None)


@require_POST
@permission_required("reading.mixed")
def pass_on(request: HttpRequest, handle: UUID) -> HttpResponse:
    """Leave a value to somebody who sees its sheet."""
    row = _mine(request, handle)
    seconds = seconds_since(request.POST.get("shown", ""), request.user, _subject(row))
    with told_on(request, WrongStep):
        actions.pass_on(row, actor=person_of(request), seconds=seconds)
    return redirect("reading:mixed")


@permission_required("reading.mixed")
def picture(request: HttpRequest, handle: UUID) -> HttpResponse:
    """PNG of the value alone, for whose turn it is."""
    rows = Turn.objects.filter(question__in=alone(Question.objects.all()).values("pk"))  # as it is now
    row = get_object_or_404(rows, handle=handle, person=request.user, done_at=None)
    value = CaseValue.objects.filter(case=row.question.case_id, field=row.question.field).first()
    content = pictures.lone_picture(value, request.user) if value else None
    if content is None:
        raise Http404("there is no picture of it alone")
    answer = HttpResponse(content, content_type="image/png")
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _mine(request: HttpRequest, handle: UUID) -> Turn:
    """This person's turn, also one that is done; of others, and of what was left for long, nothing is there."""
    rows = Turn.objects.select_related("question__case__procedure")
    row: Turn = get_object_or_404(rows, handle=handle, person=request.user)
    return row


def _again(request: HttpRequest, row: Turn, form: AnswerForm, doubted: str | None) -> HttpResponse:
    """The same value once more, with what is wrong at the field."""
    rows = actions.turns(person_of(request))
    if not rows or rows[0].pk != row.pk:
        messages.info(request, actions.GONE)
        return redirect("reading:mixed")
    return _page(request, rows, form, doubted, status=422)


def _page(
    request: HttpRequest,
    rows: list[Turn],
    form: AnswerForm | None = None,
    doubted: str | None = None,
    status: int = 200,
) -> HttpResponse:
    if not rows:
        return render(request, "reading/mixed_nothing.html", {"waiting": mixable().exists()})
    question = rows[0].question
    definition = question.case.procedure.definition
    item = definition.field(question.field)
    value = CaseValue.objects.filter(case=question.case_id, field=question.field).first()
    token = shown_token(request.user, _subject(rows[0]))
    context = {
        "turn": rows[0],
        "following": rows[1] if len(rows) > 1 else None,
        "question": question,
        "item": item,
        "form": form
        or AnswerForm(question, definition, value.value if value else "", initial={"shown": token}),
        "candidates": candidates_of(question, item, item.words, told=doubted is not None),
        "words": item.words,
        "doubted": doubted,
    }
    return render(request, "reading/mixed.html", context, status=status)


def _subject(row: Turn) -> str:
    return f"turn:{row.handle}"
