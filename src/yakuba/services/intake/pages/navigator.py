"""The pages on which staff write, check, compare and publish life events."""

from __future__ import annotations

import difflib
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.definitions import LARGEST_BYTES
from yakuba.kernel.operations.pages import button
from yakuba.kernel.ui.definitions import DefinitionPage, load_definition
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.intake.actions import navigator as actions
from yakuba.services.intake.engine.navigator.event import Event, When
from yakuba.services.intake.models import LifeEvent
from yakuba.services.intake.operations import navigator as operations
from yakuba.services.intake.pages.guide import Asked, asked_of, guide_context
from yakuba.services.intake.queries import navigator as queries

MOST_DIFFERENCES = 400  # lines
KINDS = {"draft": "waiting", "waiting": "person", "published": "success", "changed": "warning"}
LOADING = DefinitionPage(
    "出来事",
    (("届出ナビ", "intake:navigator"),),
    lead="質問、届出、表を書いたファイルを、下書きとして取り込みます。同じコードの出来事があれば、その下書きが入れ替わります。",
    file_help="YAMLのファイル（UTF-8）",
)


class LifeEventReasonForm(forms.Form):
    """Why it is to be published."""

    reason = forms.CharField(
        label="公開する理由",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="担当課のだれが読んで確かめたかも書きます。",
    )


class LifeEventForm(forms.Form):
    """The file in the page."""

    text = forms.CharField(
        label="出来事のファイル",
        max_length=LARGEST_BYTES,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 30, "spellcheck": "false"}),
        help_text="書き方はマニュアルの「届出ナビの出来事を書く」にあります。",
    )


@permission_required("intake.view")
def index(request: HttpRequest) -> HttpResponse:
    """Every event with its state."""
    rows = [(one, KINDS[one.state]) for one in queries.standings()]
    have = {one.row.code for one, _ in rows}
    context = {"rows": rows, "samples": len(set(queries.samples()) - have)}
    return render(request, "intake/navigator/index.html", context)


@permission_required("intake.view")
def life_event(request: HttpRequest, life_event_id: int) -> HttpResponse:
    """One event: what is to be mended, its table, how it differs from the shipped one, and the way to its publication."""
    row = get_object_or_404(LifeEvent.objects.select_related("changed_by"), pk=life_event_id)
    now = queries.standing(row)
    form = LifeEventReasonForm(request.POST or None)

    def propose() -> HttpResponse:
        operations.propose_life_event(
            person_of(request), life_event_id=row.pk, reason=form.cleaned_data["reason"]
        )
        messages.success(request, "承認に出しました。別の職員が承認すると公開されます。")
        return redirect("intake:navigator-event", row.pk)

    context = {
        "now": now,
        "row": row,
        "kind": KINDS[now.state],
        "columns": [one.name for one in now.event.questions] if now.event else [],
        "table": table_of(now.event) if now.event else [],
        "told_table": now.state == "changed",
        "differences": differences(queries.samples().get(row.code, ""), row.text)
        if now.sample == "changed"
        else [],
        "may_edit": allowed(request.user, "intake.edit"),
    }
    return form_page(request, form, propose, "intake/navigator/event.html", context)


@permission_required("intake.edit")
def edit(request: HttpRequest, life_event_id: int) -> HttpResponse:
    """The draft in the page; what cannot be read is shown again with every line that is wrong."""
    row = get_object_or_404(LifeEvent, pk=life_event_id)
    form = LifeEventForm(request.POST or None, initial={"text": row.text})

    def keep() -> HttpResponse:
        written = actions.write(form.cleaned_data["text"], actor=person_of(request))
        messages.success(request, _kept(written))
        return redirect("intake:navigator-event", written.pk)

    return form_page(request, form, keep, "intake/navigator/edit.html", {"row": row})


@permission_required("intake.edit")
def load(request: HttpRequest) -> HttpResponse:
    """A file as a draft."""

    def put(text: str) -> HttpResponse:
        written = actions.write(text, actor=person_of(request))
        messages.success(request, _kept(written))
        return redirect("intake:navigator-event", written.pk)

    return load_definition(request, LOADING, put)


@permission_required("intake.view")
def export(request: HttpRequest, life_event_id: int) -> HttpResponseBase:
    """The draft as a file."""
    return operations.export_life_event(person_of(request), life_event_id=life_event_id).answer()


@permission_required("intake.view")
def preview(request: HttpRequest, life_event_id: int) -> HttpResponse:
    """The draft as residents would see it; nothing is kept."""
    row = get_object_or_404(LifeEvent, pk=life_event_id)
    told = queries.Told(row.code, queries.read(row.text), "draft")
    here = reverse("intake:navigator-preview", args=[row.pk])
    asked: Asked = asked_of(request, told)
    context = guide_context(told, asked, here) | {"row": row, "preview": True}
    return render(request, "intake/navigator/preview.html", context, status=asked.status)


take_samples = button(
    operations.take_life_event_samples,
    lambda taken: reverse("intake:navigator"),
    lambda taken: f"見本の出来事を{taken}件取り込みました。担当課が読んでから公開してください。",
)
withdraw = button(
    operations.withdraw_life_event, "intake:navigator-event", "公開をやめました。下書きは残っています。"
)


def table_of(event: Event) -> list[dict[str, Any]]:
    """The rows as a person reads them: the answers to each question, and what comes of it."""
    return [
        {
            "number": number,
            "cells": [(one.name, _cell(row.when, one.name)) for one in event.questions],
            "tasks": row.tasks,
            "without": row.without,
            "advice": row.advice,
        }
        for number, row in enumerate(event.rows, start=1)
    ]


def differences(sample: str, text: str) -> list[tuple[str, str]]:
    """(＋ or －, line) of what was added to the shipped file and taken from it."""
    found = difflib.ndiff(sample.splitlines(), text.splitlines()) if sample else []
    signs = {"+ ": "＋", "- ": "－"}
    return [(signs[one[:2]], one[2:]) for one in found if one[:2] in signs][:MOST_DIFFERENCES]


def _cell(when: When, question: str) -> str:
    return next(("・".join(words) for name, words in when.wanted if name == question), "")


def _kept(row: LifeEvent) -> str:
    faults = len(queries.checked(row.text).faults)
    return "下書きに残しました。" + (f"公開するには、{faults}か所を直します。" if faults else "")
