"""宛名: the register in use, and who in it is meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.lists import Cell, Column, Listing, Nothing
from yakuba.kernel.lists.shown import Part
from yakuba.kernel.persons import jobs, loading, queries
from yakuba.kernel.persons.looking import looked_up
from yakuba.kernel.persons.matching import Probe
from yakuba.kernel.persons.models import Load
from yakuba.kernel.tables.importing import ImportPage, respond
from yakuba.kernel.ui.forms import JapaneseDateField, TypedField

LOADS_SHOWN = 5


class ProbeForm(forms.Form):
    """What is known of the person; it travels by POST, so that no address keeps it."""

    name = TypedField("name", label="氏名", max_length=120, required=False)
    kana = TypedField("kana", label="フリガナ", max_length=120, required=False)
    birth = JapaneseDateField(label="生年月日", required=False)
    address = TypedField("address", label="住所", max_length=200, required=False)
    number = forms.CharField(label="宛名番号", max_length=20, required=False)

    def clean(self) -> None:
        if not self.errors and not any(self.cleaned_data.values()):
            raise forms.ValidationError("どれか1つは入力してください。")

    def probe(self) -> Probe:
        """What was filled in."""
        birth = self.cleaned_data["birth"]
        given = {key: self.cleaned_data[key] for key in ("name", "kana", "address", "number")}
        return Probe(birth=birth.isoformat() if birth else "", **given)


def _problems(load: Load) -> Cell:
    if not load.problems:
        return Cell("なし")
    told = [
        f"{one['line']}行目：{one['problem']}" if one["line"] else str(one["problem"])
        for one in load.problems
    ]
    return Cell(f"{len(told)}行", behind="\n".join(told))


LOADS = Listing(
    "persons.loads",
    "取り込みの記録",
    "取り込み",
    columns=(
        Column("finished", "日時", lambda load: load.finished_at),
        Column("file", "ファイル", lambda load: load.file_name),
        Column("rows", "人数", lambda load: load.rows, number=True),
        Column("problems", "読めなかった行", _problems),
    ),
    rows=lambda: Load.objects.none(),
    nothing=Nothing("まだ取り込んでいません"),
)


@permission_required("persons.view")
def index(request: HttpRequest) -> HttpResponse:
    """Look for a person; below it what was loaded last."""
    form = ProbeForm(request.POST if request.method == "POST" else None)
    found = looked_up(form.probe(), actor=person_of(request)) if form.is_valid() else None
    context = {
        "form": form,
        "found": found,
        "current": queries.current(),
        "under_way": jobs.under_way(),
        "loads": Part(
            LOADS, Load.objects.exclude(finished_at=None).order_by("-pk")[:LOADS_SHOWN], request.user
        ),
    }
    return render(request, "persons/index.html", context)


class FewerForm(forms.Form):
    """What the file is allowed to bring."""

    accept_fewer = forms.BooleanField(label="いまより人数が1割以上少なくても取り込む", required=False)


@permission_required("persons.load")
def load(request: HttpRequest) -> HttpResponse:
    """Look at a register and have it loaded. What columns are chosen here, the nightly file is read by as well."""

    def take(file: BinaryIO, renamed: Mapping[str, str]) -> HttpResponse:
        fewer = "accept_fewer" in request.POST
        jobs.ask("宛名の表", file.read(), accept_fewer=fewer, actor=person_of(request))
        messages.success(request, "取り込みを始めました。読み終わるまでは、前の登録簿が使われます。")
        return redirect("persons:index")

    lead = "住民記録システムから書き出した宛名の表で、登録簿を置き換えます。"
    page = ImportPage((("宛名", reverse("persons:index")),), lead, FewerForm())
    return respond(request, loading.REGISTER, loading.check, take, page)
