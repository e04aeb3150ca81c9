"""What programs on the clerks' machines handed over, looked at before it is used, and how they do it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.protection.policy import HIDDEN
from yakuba.kernel.ui import wording
from yakuba.kernel.ui.definitions import DefinitionPage, load_definition
from yakuba.services.intake.actions import hand_overs, visits
from yakuba.services.intake.models import HandOver, HandOverLayout

LABELS = {
    "name": "氏名",
    "kana": "フリガナ",
    "birth": "生年月日",
    "address": "住所",
    "postal_code": "郵便番号",
    "phone": "電話番号",
}
PAGE = DefinitionPage(
    "受け渡しの決まり",
    (("窓口で受け付ける", "intake:counter"), ("受け渡しの決まり", "intake:counter-layouts")),
    "カードリーダーなどのプログラムが渡すファイルの、どの列が何かです。",
)


@permission_required("intake.counter")
def waiting(request: HttpRequest, visit_id: int) -> HttpResponse:
    """What waits, whole, so that the clerk sees whom it is about; the button puts it into the visit."""
    row = visits.find(visit_id, actor=person_of(request))
    if request.method == "POST":
        number = request.POST.get("use", "")
        hand_overs.use(
            row, int(number) if number.isdecimal() and len(number) < 19 else 0, actor=person_of(request)
        )
        messages.success(request, "データを入れました。手続を選ぶと、空いているところに入ります。")
        return redirect("intake:counter-visit", row.pk)
    rows = HandOver.objects.select_related("layout").order_by("-pk")
    shown = [(one, _lines(one)) for one in rows]
    return render(request, "intake/counter/hand_overs.html", {"visit": row, "shown": shown})


def _lines(row: HandOver) -> list[tuple[str, str]]:
    found = hand_overs.content_of(row)
    if visits.is_guarded(found.person):  # every window sees what waits
        found = hand_overs.without_places(found, HIDDEN)
    lines = [(LABELS[part], _shown(part, value)) for part, value in found.person.items() if part in LABELS]
    return lines + list(found.labelled.items())


def _shown(part: str, value: str) -> str:
    return wording.wareki(date.fromisoformat(value), weekday=False) if part == "birth" else value


@permission_required("intake.edit")
def layouts(request: HttpRequest) -> HttpResponse:
    """The layouts, and where their programs put files."""
    context: dict[str, Any] = {"rows": HandOverLayout.objects.select_related("changed_by").order_by("title")}
    return render(request, "intake/counter/layouts.html", context)


@permission_required("intake.edit")
def load(request: HttpRequest) -> HttpResponse:
    """One layout, from a file or as text."""

    def take(text: str) -> HttpResponse:
        row = hand_overs.set_layout(text, actor=person_of(request))
        messages.success(request, f"「{row.title}」の決まりを使い始めました。")
        return redirect("intake:counter-layouts")

    row = HandOverLayout.objects.filter(code=request.GET.get("code", "")).first()
    return load_definition(
        request, replace(PAGE, text=row.text) if row and request.method == "GET" else PAGE, take
    )
