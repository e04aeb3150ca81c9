"""Standard process models: composed, looked at as a flow chart, edited, put into use, proposed to a section, BPMN in and out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.lists import Cell, Column, Listing, Nothing, Search, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.arguments import Upload
from yakuba.kernel.operations.pages import button, typed
from yakuba.kernel.refusals import attempt
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.reform.contracts import Medium
from yakuba.services.reform.engine.flow import step_of
from yakuba.services.reform.engine.flow_chart import flow_chart
from yakuba.services.reform.forms.standards import (
    BpmnForm,
    SectionForm,
    StepRow,
    given_again,
    part_of,
    parts_of,
    rows_of,
    rows_sent,
    steps_in,
)
from yakuba.services.reform.models import SectionInventory, StandardModel
from yakuba.services.reform.operations import standards as operations
from yakuba.services.reform.queries import inventory

ABOVE = ("標準の流れ", reverse_lazy("reform:standards"))
KINDS = {"draft": "waiting", "used": "success", "retired": "stopped"}

LISTED = Listing(
    "reform.standards",
    "標準の流れ",
    "版",
    columns=(
        Column("name", "業務", lambda row: Cell(row.name, url=reverse("reform:standard", args=[row.pk]), about=f"第{row.version}版"), ("name", "version")),
        Column("version", "版", lambda row: row.version, ("version", "pk"), number=True),
        Column("state", "状態", lambda row: status(KINDS[row.state], row.get_state_display()), ("state", "pk")),
        Column("steps", "工程", lambda row: len(row.steps), number=True),
        Column("notes", "決めること", lambda row: len(row.notes), number=True),
        Column("changed", "変えた日時", lambda row: row.changed_at, ("changed_at", "pk")),
    ),
    rows=lambda: StandardModel.objects.all(),
    nothing=Nothing(
        "標準の流れはまだありません",
        "「団体を比べる」の業務の画面で組み立てるか、BPMNのファイルを取り込みます。",
        ("団体を比べる", reverse_lazy("reform:compare")),
    ),
    search=Search(lambda rows, text: rows.filter(name__icontains=text), "業務の名前"),
    actions=(("BPMNを取り込む", reverse_lazy("reform:load_bpmn")),),
    trail=(("団体を比べる", reverse_lazy("reform:compare")),),
    remembered=False,
)  # fmt: skip


@permission_required("reform.inventory")
def standards(request: HttpRequest) -> HttpResponseBase:
    """Every version of every model."""
    return respond(request, LISTED)


@permission_required("reform.inventory")
def standard(request: HttpRequest, standard_id: int) -> HttpResponse:
    """One version: its flow chart and table, what is to be decided, and what can be done with it."""
    row = get_object_or_404(StandardModel.objects.select_related("changed_by"), pk=standard_id)
    sections = _sections(request.user)
    context = {
        "row": row,
        "kind": KINDS[row.state],
        "chart": flow_chart(row.name, operations.steps_of(row)),
        "left": [step_of(plain) for plain in row.left],
        "manages": allowed(request.user, "reform.manage"),
        "form": SectionForm(sections=sections) if sections else None,
    }
    return render(request, "reform/standard.html", context)


def _sections(user: Any) -> list[SectionInventory]:
    """Those into which the person may write now."""
    if not allowed(user, "reform.answer"):
        return []
    rows = inventory.seen_by(user).filter(round__closed=False).exclude(state=SectionInventory.State.ANSWERED)
    return [row for row in rows if inventory.may_write(user, row)]


@require_POST
@permission_required("reform.manage")
def compose(request: HttpRequest) -> HttpResponse:
    """A draft from the bodies that are ticked."""
    made = operations.compose(
        person_of(request), name=request.POST.get("name", "")[:80], codes=request.POST.getlist("code")
    )
    messages.success(request, "標準の流れの下書きを組み立てました。決めることを見て、直してください。")
    return redirect("reform:standard", made.pk)


@permission_required("reform.manage")
def load_bpmn(request: HttpRequest) -> HttpResponse:
    """A draft of a file."""
    form = BpmnForm(request.POST or None, request.FILES or None)

    def load() -> HttpResponse:
        file = form.cleaned_data["file"]
        made = operations.load_bpmn(
            person_of(request), file=Upload(file.name, file.file), name=form.cleaned_data["name"]
        )
        messages.success(request, "取り込みました。読まなかったものがあれば、「決めること」に出ます。")
        return redirect("reform:standard", made.pk)

    return form_page(request, form, load, "reform/load_bpmn.html", {})


@permission_required("reform.manage")
def edit_standard(request: HttpRequest, standard_id: int) -> HttpResponse:
    """The steps of a draft as rows, with what is to be decided."""
    row = get_object_or_404(StandardModel.objects, pk=standard_id)
    every = operations.steps_of(row)
    start, end = part_of(request.POST.get("from", request.GET.get("from", "")), len(every))
    rows = rows_of(every[start:end], [step_of(plain) for plain in row.left])
    told: list[str] = []
    before = row.revision
    if request.method == "POST":
        rows = rows_sent(request.POST)
        steps = [
            *map(given_again, every[:start]),
            *steps_in(rows),
            *map(given_again, every[end:]),
        ]
        open_notes = [note for at, note in enumerate(row.notes) if f"note-{at}" not in request.POST]
        sent = request.POST.get("before", "")
        before = int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 10 else -1
        told = _faults(rows)
        if not told:
            asked = {"standard_id": row.pk, "steps": steps, "notes": open_notes, "before": before}
            _, refused = attempt(operations.save_steps, person_of(request), **asked)
            if refused is None:
                messages.success(request, "保存しました。")
                return redirect("reform:standard", row.pk)
            told, before = [str(refused)], row.revision
    context = {
        "row": row,
        "rows": rows,
        "told": told,
        "before": before,
        "media": Medium.choices(),
        "start": start,
        "parts": parts_of(len(every)),
    }
    return render(request, "reform/edit_standard.html", context, status=422 if told else 200)


def _faults(rows: list[StepRow]) -> list[str]:
    return [f"{row.at + 1}行目：{told}" for row in rows for told in row.errors.values()]


use_standard = button(operations.use_standard, "reform:standard", "この版を使い始めました。")
draft_standard = button(
    operations.draft_standard,
    lambda row: reverse("reform:standard", args=[row.pk]),
    "新しい下書きを作りました。",
)
remove_standard = button(
    operations.remove_standard, lambda told: reverse("reform:standards"), lambda told: f"{told}を消しました。"
)


@require_POST
@permission_required("reform.answer")
def propose_standard(request: HttpRequest, standard_id: int) -> HttpResponse:
    """Its tasks into a section's inventory."""
    row = get_object_or_404(StandardModel.objects, pk=standard_id)
    form = SectionForm(request.POST, sections=_sections(request.user))
    section = int(typed(form, "課を選んでください。")["section"])
    added = operations.propose_standard(person_of(request), standard_id=row.pk, section_id=section)
    messages.success(request, f"{added:,}の作業を書きかけとして入れました。件数と時間を書いてください。")
    return redirect("reform:section", section)


@permission_required("reform.inventory")
def bpmn(request: HttpRequest, standard_id: int) -> HttpResponseBase:
    """BPMN 2.0 with its diagram."""
    return operations.bpmn(person_of(request), standard_id=standard_id).answer()
