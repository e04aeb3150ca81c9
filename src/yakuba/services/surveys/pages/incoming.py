"""Inquiries that came in: registered, split, answered by sections, sent as one reply."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.accounts.proof import step_up
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.pages import button
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.surveys.engine.answers import remarks, shown
from yakuba.services.surveys.forms.answering import AnswersForm
from yakuba.services.surveys.forms.asking import QuestionForm, ReasonForm
from yakuba.services.surveys.forms.incoming import InquiryForm, PartForm, SplitForm
from yakuba.services.surveys.models import Incoming, IncomingPart
from yakuba.services.surveys.operations import incoming as operations

KINDS = {Incoming.State.OPEN: "running", Incoming.State.PROPOSED: "waiting", Incoming.State.SENT: "success"}
ABOVE = ("届いた照会", reverse_lazy("surveys:incoming"))


def _state(row: Incoming) -> list[Cell]:
    late = (
        row.state == Incoming.State.OPEN and row.deadline is not None and row.deadline < timezone.localdate()
    )
    cells = [status(KINDS[Incoming.State(row.state)], row.get_state_display())]
    return [*cells, Cell("期限を過ぎた", small=True)] if late else cells


def _parts(row: Incoming) -> str:
    parts = list(row.parts.all())
    return (
        f"{sum(part.answered_at is not None for part in parts)}/{len(parts)}課"
        if parts
        else "まだ分けていない"
    )


INQUIRIES = Listing(
    "surveys.inquiries",
    "届いた照会",
    "照会",
    columns=(
        Column("title", "件名", lambda row: Cell(row.title, url=reverse("surveys:inquiry", args=[row.pk])), ("title",)),
        Column("sender", "どこから", lambda row: row.sender, ("sender",)),
        Column("came", "届いた日", lambda row: row.came_on, ("came_on",)),
        Column("deadline", "期限", lambda row: [Cell(row.deadline), Cell(row.deadline_text, small=True)], ("deadline",)),
        Column("parts", "課の答え", _parts),
        Column("state", "状態", _state, ("state",)),
    ),
    rows=lambda: Incoming.objects.prefetch_related("parts"),
    nothing=Nothing("届いた照会はありません", "紙やメールで届いた照会は、ここで登録します。", ("照会を登録する", reverse_lazy("surveys:new_incoming"))),
    search=Search(lambda rows, text: rows.filter(title__icontains=text) | rows.filter(sender__icontains=text), "件名かどこから"),
    filters=(Filter("state", "状態", lambda: Incoming.State.choices),),
    actions=(("照会を登録する", reverse_lazy("surveys:new_incoming")),),
    sort="deadline",
)  # fmt: skip


@permission_required("surveys.answer")
def index(request: HttpRequest) -> HttpResponseBase:
    """What came in."""
    return respond(request, INQUIRIES)


@permission_required("surveys.coordinate")
def new(request: HttpRequest) -> HttpResponse:
    """Register one that came on paper or by mail."""
    form = InquiryForm(request.POST or None)

    def take() -> HttpResponse:
        row = operations.register_inquiry(person_of(request), **form.cleaned_data)
        messages.success(request, "照会を登録しました。次に、答える課に分けます。")
        return redirect("surveys:split", row.pk)

    context = {"form": form, "title": "照会を登録する", "press": "登録する", **_trail(request)}
    return form_page(request, form, take, "surveys/form.html", context)


def _trail(request: HttpRequest, row: Incoming | None = None) -> dict[str, Any]:
    """What stands above the page, and where one goes back to: only pages that the person may open."""
    above = [ABOVE, *([(row.title, reverse("surveys:inquiry", args=[row.pk]))] if row else [])]
    if not allowed(request.user, "surveys.answer"):
        return {"above": [], "back": reverse("home")}
    return {"above": above, "back": above[-1][1]}


def _inquiry(incoming_id: int) -> Incoming:
    return get_object_or_404(Incoming.objects, pk=incoming_id)


@permission_required("surveys.answer")
def inquiry(request: HttpRequest, incoming_id: int) -> HttpResponse:
    """One inquiry: its parts, the answers beside last year's, what lacks, the one next thing."""
    row = _inquiry(incoming_id)
    definition = row.definition
    lines: list[Any] = []
    told: list[Any] = []
    if definition is not None:
        lines = [
            (
                field.label,
                shown(question, field, row.values.get(key, "")),
                shown(question, field, row.last.get(key, "")),
            )
            for key, (question, field) in definition.fields.items()
        ]
        told = remarks(definition, row.values, row.last)
    parts = list(row.parts.select_related("department", "answered_by"))
    context = {
        "inquiry": row, "kind": KINDS[Incoming.State(row.state)], "lines": lines, "remarks": told, "parts": parts, "definition": definition,
        "may_coordinate": allowed(request.user, "surveys.coordinate"), "reason": ReasonForm(), "question_form": QuestionForm(),
        "ready": bool(parts) and all(part.answered_at for part in parts) and not any(one.must for one in told),
    }  # fmt: skip
    return render(request, "surveys/inquiry.html", context)


@permission_required("surveys.coordinate")
def split(request: HttpRequest, incoming_id: int) -> HttpResponse:
    """Which sections answer what, by when."""
    row = _inquiry(incoming_id)
    form = SplitForm(row, request.POST or None)

    def take() -> HttpResponse:
        if not form.parts:
            form.add_error(None, "答える課を一つは選んでください。")
            return render(request, "surveys/form.html", context, status=422)
        operations.split_inquiry(person_of(request), incoming_id=row.pk, parts=form.parts)
        messages.success(request, "課に分けました。その課の人の「今日の仕事」に出ます。")
        return redirect(_trail(request, row)["back"])

    context = {"form": form, "title": "答える課に分ける", "press": "分ける", **_trail(request, row)}
    return form_page(request, form, take, "surveys/form.html", context)


@permission_required("surveys.answer")
def part(request: HttpRequest, part_id: int) -> HttpResponse:
    """A section's part: its questions, or its words."""
    row = get_object_or_404(IncomingPart.objects.select_related("incoming", "department"), pk=part_id)
    of, definition = row.incoming, row.incoming.definition
    data = request.POST or None
    form: AnswersForm | PartForm = (
        AnswersForm(definition, data, values=of.values, last=of.last, codes=row.questions or None)
        if definition is not None
        else PartForm(data, initial={"reply": row.reply})
    )

    def take() -> HttpResponse:
        if isinstance(form, AnswersForm):
            operations.fill_inquiry(
                person_of(request), incoming_id=of.pk, values=form.values, seen=_seen(request)
            )
        reply = form.cleaned_data.get("reply", row.reply)
        done = "done" in request.POST
        operations.answer_part(person_of(request), part_id=row.pk, reply=reply, done=done)
        messages.success(request, "答え終えました。" if done else "途中まで書きました。")
        return redirect("surveys:inquiry", of.pk)

    above = [ABOVE, (of.title, reverse("surveys:inquiry", args=[of.pk]))]
    context = {
        "form": form,
        "part": row,
        "above": above,
        "back": above[-1][1],
        "inquiry": of,
        "definition": definition,
        "is_open": of.state == Incoming.State.OPEN,
        # asked when the page is written: after a refusal it is what another one wrote
        "seen": lambda: json.dumps(Incoming.objects.get(pk=of.pk).values, ensure_ascii=False),
    }
    return form_page(request, form, take, "surveys/part.html", context)


def _seen(request: HttpRequest) -> dict[str, str] | None:
    """The answers as they stood on the page; None where it does not say."""
    try:
        found = json.loads(request.POST.get("seen", ""))
        return {str(key): str(value) for key, value in found.items()}
    except (AttributeError, RecursionError, ValueError):
        return None


propose = button(
    operations.propose_reply,
    "surveys:inquiry",
    "回答を起案しました。別の職員が承認すると、回答します。",
    of=Incoming,
    form=ReasonForm,
    otherwise="理由を書いてください。",
)
send = button(operations.send_reply, "surveys:inquiry", "回答しました。")
reopen = button(
    operations.reopen_inquiry, "surveys:inquiry", "直せるようにしました。直したら、もう一度回答します。"
)
ask = button(
    operations.ask_asker,
    "surveys:inquiry",
    "質問を送りました。回答は、この画面の知らせに出ます。",
    of=Incoming,
    form=QuestionForm,
    otherwise="質問を書いてください。",
)


@permission_required("surveys.answer")
@step_up
def reply_file(request: HttpRequest, incoming_id: int) -> HttpResponseBase:
    """The whole reply as one workbook."""
    return operations.reply_file(person_of(request), incoming_id=incoming_id).answer()
