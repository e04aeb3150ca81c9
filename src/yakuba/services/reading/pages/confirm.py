"""Confirming: one doubtful value at a time, its picture beside it, by keyboard alone."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches as close
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of, proof, require
from yakuba.kernel.audit.chain import record
from yakuba.kernel.definitions.procedures import FieldDefinition, ProcedureDefinition
from yakuba.kernel.ledger.masking import REVEAL
from yakuba.kernel.ledger.models import CaseValue
from yakuba.kernel.ledger.sight import KIND, sight
from yakuba.kernel.protection.pages import way_to_open
from yakuba.kernel.protection.policy import require_open
from yakuba.kernel.refusals import attempt
from yakuba.kernel.ui.looking import about_this, seconds_since, shown_token
from yakuba.kernel.ui.refusals import told_in, told_on
from yakuba.kernel.values import TYPES, Picks
from yakuba.services.reading import operations
from yakuba.services.reading.actions import questions as actions
from yakuba.services.reading.actions import together
from yakuba.services.reading.actions.answers import may_insist, plausible
from yakuba.services.reading.actions.crosscheck import related_fields
from yakuba.services.reading.actions.uploads import WrongStep
from yakuba.services.reading.forms import AnswerForm, HoldForm
from yakuba.services.reading.models import Batch, Question
from yakuba.services.reading.queries import covering
from yakuba.services.reading.queries import questions as queries
from yakuba.services.reading.queries.together import differing

SEEN = "reading_case_seen"
WHOLE = "reading_whole_page"


@permission_required("reading.confirm")
def confirm(request: HttpRequest) -> HttpResponse:
    """Lead to the next value of the wanted scope, or say that nothing is left."""
    scope = _scope(request)
    question = actions.take_next(person_of(request), **scope)
    if question is not None:
        return redirect(_with_scope(reverse("reading:question", args=[question.pk]), scope))
    batch_id = scope["batch_id"]
    context = {
        "batch": Batch.objects.filter(pk=batch_id).first() if batch_id else None,
        "progress": queries.progress(**scope),
        "elsewhere": queries.progress().open,
    }
    return render(request, "reading/nothing_left.html", context)


@permission_required("reading.confirm")
def question(request: HttpRequest, question_id: int) -> HttpResponse:
    """Show one value, or take the answer. Who may open what is hidden is led there first."""
    asked = get_object_or_404(Question.objects.select_related("case__procedure"), pk=question_id)
    if covering.hides_question(request.user, asked) and (way := way_to_open(request, KIND, asked.case_id)):
        return way
    row = _question(question_id, request.user)
    if row.people > 1 and (kept := _done_or_mine(row, request.user)):
        messages.info(request, kept)
        return redirect(_with_scope(reverse("reading:confirm"), _scope(request)))
    if request.method == "POST":
        return _answer(request, row)
    if row.state != Question.State.ANSWERED:
        actions.lease(row, person_of(request))
    _note_view(request, row)
    value = CaseValue.objects.filter(case=row.case, field=row.field).values_list("value", flat=True).first()
    token = request.GET.get("shown", "")  # the same look goes on when only the whole page was opened
    if not seconds_since(token, request.user, _subject(row)):
        token = shown_token(request.user, _subject(row))
    form = AnswerForm(row, row.case.procedure.definition, value or "", initial={"shown": token})
    return _page(request, row, form)


def _done_or_mine(row: Question, user: Any) -> str:
    """Why this person takes no part in a value that two confirm; nothing where they do."""
    _, refused = attempt(together.require_another, row, user)
    return str(refused or "")


def _answer(request: HttpRequest, row: Question) -> HttpResponse:
    """Take what was entered, from the very look at this value that the note speaks of, and from no other."""
    scope = _scope(request)
    here = _with_scope(reverse("reading:question", args=[row.pk]), scope)
    if not about_this(request.POST.get("shown", ""), request.user, _subject(row)):
        messages.warning(request, _stale(row))
        return redirect(here)
    definition = row.case.procedure.definition
    form = AnswerForm(row, definition, "", request.POST)
    if not form.is_valid() and not request.POST.get("candidate"):
        return _page(request, row, form, status=422)
    if "whole" in request.POST:  # what is half typed stays
        _whole(request)
        shown = {"shown": form.cleaned_data["shown"], "value": form.cleaned_data["value"]}
        return _page(request, row, AnswerForm(row, definition, "", initial=shown))
    seconds = seconds_since(request.POST.get("shown", ""), request.user, _subject(row))
    raw = request.POST.get("candidate") or form.raw_value()
    insist = request.POST.get("insist") == raw  # the same a second time; anything else is looked at anew
    with told_in(form, "value") as told:
        with told_on(request, WrongStep):  # somebody else was faster: on to the next
            actions.answer(row.pk, raw, actor=person_of(request), seconds=seconds, insist=insist)
        return redirect(_with_scope(reverse("reading:confirm"), scope))
    return _page(request, row, form, doubted=raw if may_insist(told.refusal) else None, status=422)


def _stale(row: Question) -> str:
    if row.state == Question.State.ANSWERED:
        return "この値は、この画面を開いたあとに確定されています。いまの値を確かめてください。"
    return "画面が古くなっていたため、入力は受け取っていません。画像と値をもう一度確かめてください。"


@require_POST
@permission_required("reading.confirm")
def hold(request: HttpRequest, question_id: int) -> HttpResponse:
    """Leave a value for later, with a reason."""
    row = _question(question_id, request.user)
    form = HoldForm(request.POST)
    if not form.is_valid():
        messages.error(request, "保留の理由を入れてください。例：字が読めない、申請者に電話で確認中")
        return redirect(_with_scope(reverse("reading:question", args=[row.pk]), _scope(request)))
    seconds = seconds_since(form.cleaned_data["shown"], request.user, _subject(row))
    with told_on(request, WrongStep):
        operations.hold_question(
            person_of(request),
            question_id=row.pk,
            reason=form.cleaned_data["reason"],
            seconds=min(seconds, actions.LONGEST_LOOK),
        )
        messages.success(request, f"「{label_of(row)}」を保留にしました。")
    return redirect(_with_scope(reverse("reading:confirm"), _scope(request)))


def _page(
    request: HttpRequest, row: Question, form: AnswerForm, *, doubted: str | None = None, status: int = 200
) -> HttpResponse:
    scope = _scope(request)
    definition = row.case.procedure.definition
    item = definition.field(row.field)
    words = item.words
    back = queries.previous_of(row, request.user)
    context = {
        "question": row,
        "item": item,
        "form": form,
        "hold_form": HoldForm(initial={"shown": form["shown"].value()}, auto_id="hold_%s"),
        "doubted": doubted,
        "may_insist": doubted is not None,
        "words": words,
        "candidates": _choices(request.user, row, item, doubted),
        "differs": bool(differing(row, request.user)),
        "related": _related(request.user, row, definition),
        "progress": queries.progress(**scope),
        "batch": Batch.objects.filter(pk=scope["batch_id"]).first() if scope["batch_id"] else None,
        "whole": _whole(request),
        "scope": urlencode({k: v for k, v in _parameters(scope).items() if v}),
        "back": _with_scope(reverse("reading:question", args=[back.pk]), scope) if back else "",
    }
    return render(request, "reading/confirm.html", context, status=status)


def _whole(request: HttpRequest) -> bool:
    """Whether the whole page stands beside the value; the wish is remembered for the visit."""
    wish = request.POST.get("whole") or request.GET.get("whole")
    if wish in ("0", "1"):
        request.session[WHOLE] = wish == "1"
    return bool(request.session.get(WHOLE))


def _choices(user: Any, row: Question, item: FieldDefinition, doubted: str | None) -> list[tuple[str, str]]:
    """What one key takes, and how it is written; where two people entered different values, both of them."""
    both = differing(row, user)
    if both:
        return [(text, item.shown(text, revealed=True) or "（空欄）") for text in both]
    return [(text, text) for text in candidates_of(row, item, item.words, told=doubted is not None)]


def candidates_of(
    row: Question, item: FieldDefinition, words: Sequence[str], *, told: bool = False
) -> list[str]:
    """Other readings worth a key, of a closed list its likeliest words; marks and dates are quicker anew. What is asked
    blind has none before the person was `told` that the machine read otherwise."""
    if row.blind:
        if row.people > 1:
            return []
        free = told and not item.kind.masked and item.kind.picks is Picks.NONE
        return [row.value] if free and row.value else []
    if (
        item.kind.masked
        or item.kind.picks is not Picks.NONE
        or item.kind.line_script
        or row.state == Question.State.ANSWERED
    ):
        return []
    if words:
        texts = [
            text for read in (row.value or row.raw, *row.candidates) for text in close(read, words, 2, 0.5)
        ]
    else:
        texts = [text for text in row.candidates if plausible(row.case.procedure.definition, item.code, text)]
    return [text for text in dict.fromkeys(texts) if text not in (row.value, row.raw)][:4]


def _related(user: Any, row: Question, definition: ProcedureDefinition) -> list[dict[str, Any]]:
    """The other fields of a contradiction, with their values."""
    if row.kind != Question.Kind.CROSS_CHECK:
        return []
    stored = {value.field: value for value in CaseValue.objects.filter(case=row.case)}
    items = [definition.field(code) for code in related_fields(definition, row.field)]
    seen = sight(user, row.case)
    return [
        {"item": item, "value": stored[item.code], "shown": seen.shown(item, stored[item.code].value)}
        for item in items
        if item.code in stored and not seen.hides(item)
    ]


def _question(question_id: int, user: Any) -> Question:
    rows = Question.objects.select_related("case__procedure", "sheet__file", "sheet__batch")
    row: Question = get_object_or_404(rows, pk=question_id)
    item = row.case.procedure.definition.by_code.get(row.field)
    if item is None:
        raise Http404("a newer version of the procedure no longer has this field")
    if item.kind.masked:
        require(user, REVEAL)
        proof.require(user)
    if covering.hides_question(user, row):
        require_open(user, KIND, row.case_id)
    return row


def label_of(row: Question) -> str:
    labels = {item.code: item.label for item in row.case.procedure.definition.fields}
    return labels.get(row.field, row.field)


def _subject(row: Question) -> str:
    """The value as it stands: after an answer a page that was open before speaks of another."""
    return f"question:{row.pk}:{row.answered_at.timestamp() if row.answered_at else 0}"


def _note_view(request: HttpRequest, row: Question) -> None:
    """Who looked at whom: once for each case a person works on in a row."""
    if request.session.get(SEEN) != row.case_id:
        request.session[SEEN] = row.case_id
        record("reading.case_viewed", subject=f"case:{row.case_id}", actor=person_of(request))


def _scope(request: HttpRequest) -> dict[str, Any]:
    """What the person confirms: one batch or all, one type or all."""
    batch = request.GET.get("batch", "")
    type_ = request.GET.get("type", "")
    return {
        "batch_id": int(batch) if batch.isascii() and batch.isdigit() else None,
        "type_": type_ if type_ in TYPES else "",
    }


def _parameters(scope: dict[str, Any]) -> dict[str, Any]:
    return {"batch": scope["batch_id"], "type": scope["type_"]}


def _with_scope(url: str, scope: dict[str, Any]) -> str:
    chosen = {key: value for key, value in _parameters(scope).items() if value}
    return f"{url}?{urlencode(chosen)}" if chosen else url
