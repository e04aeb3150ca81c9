"""Processes of bodies beside one another: the list, one process, and the tasks from which a body's figures come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.pages import button
from yakuba.kernel.refusals import Invalid, Missing, Problem
from yakuba.kernel.tables import importing
from yakuba.kernel.tables.reading import Row
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.ui import wording
from yakuba.kernel.ui.doors import may_open
from yakuba.kernel.values.characters import comparable
from yakuba.services.reform.engine.compared_tables import BODIES, PROCESSES, processes_of, register_of
from yakuba.services.reform.engine.comparison import BANDS, band
from yakuba.services.reform.forms.comparison import ProcessTableForm, WhichBodiesForm
from yakuba.services.reform.models import Body, ImportedProcess
from yakuba.services.reform.operations import comparison as operations
from yakuba.services.reform.queries import comparison as queries
from yakuba.services.robots import facade as robots

ABOVE = ("団体を比べる", reverse_lazy("reform:compare"))
TABLE = importing.TableKind(operations.PROCESSES_TABLE, "団体の業務", PROCESSES, largest=operations.LARGEST)
REGISTER = importing.TableKind(operations.BODIES_TABLE, "団体の人口", BODIES, largest=operations.LARGEST)
MINUTES = "分/件"


def address(page: str, **given: str) -> str:
    """The page with these words in its address."""
    return f"{reverse(f'reform:{page}')}?{urlencode(given)}"


def _minutes(value: Any) -> Cell | None:
    if value is None:
        return None
    return Cell(round(float(value), 2), shown=f"{wording.grouped(value, 1)}分")


def _mark(one: queries.ComparedProcess) -> Any:
    if one.best is None:
        return Cell("―", shown="―", behind=one.mark.why)
    return [
        status("success", one.best.body),
        Cell(f"{len(one.mark.codes)}団体" if len(one.mark.codes) > 1 else "", small=True),
    ]


def _own(one: queries.ComparedProcess) -> Cell | None:
    return _minutes(one.own.per_case) if one.own else None


def _gap(one: queries.ComparedProcess) -> Cell | None:
    """Hours a year between the own town and the marked one, over the own cases."""
    if (
        not one.own
        or not one.best
        or one.own.per_case is None
        or one.best.per_case is None
        or one.own.cases is None
    ):
        return None
    hours = (one.own.per_case - one.best.per_case) * one.own.cases / 60
    return Cell(round(float(hours), 1), shown=f"{wording.grouped(hours, 1)}時間")


def _contains(rows: list[queries.ComparedProcess], text: str) -> list[queries.ComparedProcess]:
    return [row for row in rows if comparable(text) in row.key]


def _listing(rows: list[queries.ComparedProcess]) -> Listing:
    return Listing(
        "reform.compare",
        "団体を比べる",
        "業務",
        columns=(
            Column("name", "業務", lambda one: Cell(one.name, url=address("compare_process", name=one.name)), ("name",)),
            Column("bodies", "団体", lambda one: len(one.figures), number=True),
            Column("own", "自分の分/件", _own, number=True),
            Column("best", "いちばん短い団体", _mark),
            Column("least", "その分/件", lambda one: _minutes(one.best.per_case) if one.best else None, number=True),
            Column("gap", "差（1年の時間）", _gap, number=True),
        ),
        rows=lambda: rows,
        nothing=Nothing("比べる業務はまだありません", "課が棚卸しに答えるか、ほかの団体が出すか、表を取り込むと、ここに並びます。"),
        search=Search(_contains, "業務の名前"),
        filters=(
            Filter("own", "自分の団体", lambda: [("yes", "ある業務"), ("no", "ない業務")],
                   lambda found, wanted: [one for one in found if (one.own is not None) == (wanted == "yes")]),
            Filter("mark", "印", lambda: [("yes", "付いた業務"), ("no", "付かない業務")],
                   lambda found, wanted: [one for one in found if (one.best is not None) == (wanted == "yes")]),
        ),
        actions=(("集まりに出す業務", reverse("reform:sharing")), ("ほかの団体の表", reverse("reform:compared_tables"))),
        sort="name",
        remembered=False,
    )  # fmt: skip


@permission_required("reform.inventory")
def compare(request: HttpRequest) -> HttpResponseBase:
    """Every process that any body has."""
    rows = queries.compared()
    beside = {"group": robots.group(), "towns": len(queries.others()), "bands": BANDS}
    return respond(request, _listing(rows), "reform/compare.html", lambda wanted: beside)


@permission_required("reform.inventory")
def compare_process(request: HttpRequest) -> HttpResponse:
    """One process of every body: figures, the mark and why, and the steps beside one another."""
    form = WhichBodiesForm(request.GET)
    if not form.is_valid():
        return redirect("reform:compare")
    given = form.cleaned_data
    found = operations.one_compared(given["name"], given["band"], given["medium"])
    figures = sorted(found.figures, key=lambda one: (one.per_case is None, one.per_case or 0, one.code))
    context = {
        "found": found,
        "form": form,
        "figures": [
            (one, one.code in found.mark.codes, found.mark.left.get(one.code, "")) for one in figures
        ],
        "chart": queries.minutes_chart(found),
    }
    return render(request, "reform/compare_process.html", context)


@permission_required("reform.inventory")
def compare_body(request: HttpRequest) -> HttpResponse:
    """The tasks from which a body's figures were added up."""
    name, code = request.GET.get("name", "")[:80], request.GET.get("code", "")[:6]
    if not name:
        return redirect("reform:compare")
    rows = queries.rows_of(comparable(name), code)
    if not rows:
        raise Missing("この団体のこの業務は見られません。団体が出すのをやめたか、名前が違います。")
    found = operations.one_compared(name)
    one = next(one for one in found.figures if one.code == code)
    return render(request, "reform/compare_body.html", {"rows": rows, "one": one, "found": found})


@permission_required("reform.inventory")
def compared_tables(request: HttpRequest) -> HttpResponse:
    """The register of bodies, and bodies whose processes came as a table."""
    loaded: dict[str, list[Any]] = {}
    for code, body, source, year in ImportedProcess.objects.values_list("code", "body", "source", "year"):
        loaded.setdefault(code, [body, source, year, 0])[3] += 1
    own = current_municipality()
    context = {
        "bodies": [(row, band(row.population)) for row in Body.objects.all()[:200]],
        "more": max(0, Body.objects.count() - 200),
        "loaded": sorted(loaded.items()),
        "lacks_own": own.name if not Body.objects.filter(code=own.code).exists() else "",
    }
    return render(request, "reform/compared_tables.html", context)


@permission_required("reform.share")
def load_bodies(request: HttpRequest) -> HttpResponse:
    """A table of populations is looked at, and what holds is taken."""

    def check(found: Iterable[Row]) -> list[Problem]:
        return register_of(found).problems

    def take(file: BinaryIO, renamed: Mapping[str, str]) -> HttpResponse:
        read = operations.register_in(file.read(), renamed)
        taken = operations.take_looked_at_bodies(person_of(request), found=read)
        return _told(request, f"{taken.taken:,}団体の人口を取り込みました。", taken.problems)

    lead = "団体コード、人口、その日、出典の表です。表にない団体は、そのまま残ります。"
    return importing.respond(request, REGISTER, check, take, importing.ImportPage(_above(request), lead))


@permission_required("reform.share")
def load_processes(request: HttpRequest) -> HttpResponse:
    """A table of other bodies' processes is looked at, and what holds is taken."""
    form = ProcessTableForm(request.POST if "take" in request.POST else None)

    def check(found: Iterable[Row]) -> list[Problem]:
        read = processes_of(found)
        return sorted([*read.problems, *read.notes], key=lambda one: one.line)

    def take(file: BinaryIO, renamed: Mapping[str, str]) -> HttpResponse:
        if not form.is_valid():
            raise Invalid("年度と出典を確かめてください。")
        read = operations.processes_in(file.read(), renamed)
        taken = operations.take_looked_at_processes(person_of(request), found=read, **form.cleaned_data)
        return _told(request, f"{taken.taken:,}の業務を取り込みました。", taken.problems)

    lead = "団体コードと、業務、工程、作業の表です。表にある団体は、前に取り込んだものと入れ替わります。"
    return importing.respond(request, TABLE, check, take, importing.ImportPage(_above(request), lead, form))


def _above(request: HttpRequest) -> list[tuple[str, str]]:
    ways = [(ABOVE[0], str(ABOVE[1])), ("ほかの団体の表", reverse("reform:compared_tables"))]
    return [(label, url) for label, url in ways if may_open(request.user, url)]


def _told(request: HttpRequest, sentence: str, problems: list[Problem]) -> HttpResponse:
    messages.success(request, sentence)
    if problems:
        return render(
            request,
            "reform/compared_taken.html",
            {"sentence": sentence, "problems": problems, "above": _above(request)},
        )
    return redirect("reform:compared_tables")


forget_body = button(
    operations.forget_body,
    lambda number: reverse("reform:compared_tables"),
    lambda number: f"{number:,}の業務を消しました。",
)
