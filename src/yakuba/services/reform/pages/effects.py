"""業務改革: what was saved, for a head of section who has to show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, BinaryIO

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.accounts import allowed, permission_required, person_of, require
from yakuba.kernel.charts import Chart, before_after, person_and_machine
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.lists import Cell, Column, Listing, Nothing
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.maps.map import MOST_DRAWN
from yakuba.kernel.refusals import Invalid, Problem
from yakuba.kernel.tables import importing
from yakuba.kernel.tables.columns import Column as TableColumn
from yakuba.kernel.tables.reading import Row, rows
from yakuba.kernel.ui import wording
from yakuba.kernel.ui.doors import may_open
from yakuba.services.minutes import facade as minutes
from yakuba.services.reform import queries
from yakuba.services.reform.actions import baselines
from yakuba.services.reform.contracts import Effect, Promise
from yakuba.services.reform.engine.bodies import CODE, NAME, VALUE, bodies_of
from yakuba.services.reform.engine.effect import total
from yakuba.services.reform.forms.effects import BaselineForm, BodiesForm
from yakuba.services.reform.pages.papers import paper
from yakuba.services.reform.queries.bodies import bodies_map
from yakuba.services.reform.queries.months import months_chart, saved_map
from yakuba.services.reform.queries.promises import promises as measured
from yakuba.services.worklogs import facade as worklogs
from yakuba.services.worklogs.contracts import ProcessHours


@permission_required("reform.view")
def effects(request: HttpRequest) -> HttpResponseBase:
    """All procedures: a table, the sum, and two charts."""
    every = queries.effects()
    listing = replace(EFFECTS, rows=lambda: every)
    beside = {"minutes": minutes.work(), "logged": _logged(every)}
    return respond(request, listing, "reform/effects.html", lambda wanted: _context(every) | beside)


def _logged(effects: Sequence[Effect]) -> list[tuple[str, ProcessHours]]:
    """What the operation logs measured at PCs, with the procedure's title. Apart from the effect: it is the time of all
    that the rules ascribe to a procedure, not of the cases that were entered."""
    titles = {effect.procedure: effect.title for effect in effects}
    return [
        (titles.get(one.procedure, ""), one) for one in worklogs.hours_by_process() if one.procedure in titles
    ]


def _minutes(value: float) -> Cell:
    return Cell(round(value, 1), shown=wording.duration(value * 60))


def _person(effect: Effect) -> list[Cell]:
    told = [_minutes(effect.person)]
    if effect.assumed:
        told.append(Cell(f"うち仮定 {wording.duration(effect.assumed * 60)}", small=True))
    return told


def _before(effect: Effect) -> str:
    kind = "測った値" if effect.baseline.kind == "measured" else "見積もり"
    return f"{wording.grouped(effect.baseline.minutes_per_case, 1)}分（{kind}）"


EFFECTS = Listing(
    "reform.effects",
    "効果",
    "手続",
    columns=(
        Column(
            "title",
            "手続",
            lambda effect: Cell(effect.title, url=reverse("reform:procedure", args=[effect.procedure])),
            ("title",),
        ),
        Column("cases", "件数", lambda effect: effect.cases, ("cases",), number=True),
        Column("each", "前（1件）", _before, ("baseline.minutes_per_case",), number=True),
        Column("before", "前（全体）", lambda effect: _minutes(effect.before), ("before",), number=True),
        Column("person", "今・職員", _person, ("person",), number=True),
        Column("machine", "今・機械", lambda effect: _minutes(effect.machine), ("machine",), number=True),
        Column(
            "saved",
            "減った時間",
            lambda effect: _minutes(effect.saved) if effect.cases else None,
            ("saved",),
            number=True,
        ),
        Column(
            "rate",
            "削減率",
            lambda effect: None if effect.rate is None else wording.percent(effect.rate),
            ("rate",),
            number=True,
        ),
    ),
    rows=queries.effects,
    nothing=Nothing(
        "手続はまだありません", "システム担当が手続を登録すると、手続ごとの効果がここに並びます。"
    ),
    remembered=False,
)


@permission_required("reform.view")
def effects_pdf(request: HttpRequest) -> HttpResponseBase:
    """For a meeting."""
    return paper(request, "effect", "reform/report.html", "reform.report_made", _context(queries.effects()))


@permission_required("reform.view")
def promises(request: HttpRequest) -> HttpResponse:
    """The four promises, how each is watched, and what was measured here."""
    listed = [_openable(promise, request.user) for promise in measured()]
    return render(request, "reform/promises.html", {"promises": listed, "today": timezone.localdate()})


@permission_required("reform.view")
def promises_pdf(request: HttpRequest) -> HttpResponseBase:
    """For decision (決裁) and audit."""
    context = {"promises": measured(), "person": request.user}
    return paper(request, "promises", "reform/promises_paper.html", "reform.promises_printed", context)


def _openable(promise: Promise, user: Any) -> Promise:
    """Without the links that the person may not open."""
    figures = [one if may_open(user, one.url) else replace(one, url="") for one in promise.figures]
    return replace(promise, figures=tuple(figures))


@permission_required("reform.view")
def procedure(request: HttpRequest, code: str) -> HttpResponse:
    """One procedure: its figures, and the form with which the time before is stated."""
    row = get_object_or_404(Procedure.objects, code=code)
    baseline = queries.baseline_of(row)
    form = BaselineForm(request.POST or None, initial=vars(baseline))
    if request.method == "POST":
        require(request.user, "reform.manage")
        if form.is_valid():
            baselines.state_baseline(row, form.baseline, actor=person_of(request))
            messages.success(request, "前にかかった時間を登録しました。")
            return redirect("reform:procedure", code=code)
    effect = queries.effect(row)
    context = _context([effect]) | {
        "effect": effect,
        "months": months_chart(effect),
        "form": form,
        "may_manage": allowed(request.user, "reform.manage"),
    }
    return render(request, "reform/procedure.html", context)


BODIES = importing.TableKind(
    "reform.bodies",
    "団体の値",
    (
        TableColumn(CODE, ("全国地方公共団体コード", "自治体コード", "市区町村コード"), required=True),
        TableColumn(VALUE, ("件数", "割合", "時間", "実績"), required=True),
        TableColumn(NAME, ("自治体名", "市区町村名", "名称")),
    ),
)


@permission_required("reform.view")
def bodies(request: HttpRequest) -> HttpResponse:
    """A table of bodies on a map beside it. The table is looked at and not kept."""
    form = BodiesForm(request.POST if "take" in request.POST else None)

    def check(found: Iterable[Row]) -> list[Problem]:
        return bodies_of(found).problems

    def take(file: BinaryIO, renamed: Mapping[str, str]) -> HttpResponse:
        problems: list[Problem] = []
        read = bodies_of(rows(file, (CODE, VALUE), problems, renamed=renamed))
        problems = sorted([*problems, *read.problems], key=lambda one: one.line)
        if not read.values:
            raise Invalid("地図にできる行がありません。", problems=problems)
        if len(read.values) > MOST_DRAWN:
            raise Invalid(f"{len(read.values):,}団体あります（{MOST_DRAWN:,}団体まで）。")
        if not form.is_valid():
            raise Invalid("何の値かと単位を確かめてください。")
        drawn = bodies_map(read.values, title=form.cleaned_data["title"], unit=form.cleaned_data["unit"])
        return render(request, "reform/bodies.html", {"map": drawn, "problems": problems})

    lead = (
        "団体コードと値の表から、都道府県は面、市区町村は点の地図を作ります。表は見るだけで、保存しません。"
    )
    page = importing.ImportPage([("効果", reverse("reform:effects"))], lead, form)
    return importing.respond(request, BODIES, check, take, page)


def _context(effects: Sequence[Effect]) -> dict[str, Any]:
    finished = [effect for effect in effects if effect.cases]
    return {"effects": effects, "total": total(effects), "finished": finished, "charts": _charts(finished)}


def _charts(effects: Sequence[Effect]) -> list[Chart]:
    before = [(effect.title, effect.before, effect.person) for effect in effects]
    apart = [(effect.title, effect.person, effect.machine) for effect in effects]
    return [
        before_after(before, title="職員がかけた時間（前と今）"),
        person_and_machine(apart, title="今かかっている時間（職員と機械）"),
        saved_map(effects),
    ]
