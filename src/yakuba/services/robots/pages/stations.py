"""Stations: the list with our own keys, one station with what to do next, handing over, and what does not agree."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.accounts.proof import step_up
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.lists import Bulk, Cell, Column, Filter, Listing, Nothing, Search, ago, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations import Upload
from yakuba.kernel.operations.pages import button
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.robots.actions.stations.turns import Turned
from yakuba.services.robots.engine.stationfile import MOST_ROWS
from yakuba.services.robots.forms import HandOverForm, StationChangeForm, StationFileForm, StationForm
from yakuba.services.robots.models import Row, Run, Station
from yakuba.services.robots.operations import stations as operations
from yakuba.services.robots.pages.lists import ROBOTS
from yakuba.services.robots.queries import register, station_keys
from yakuba.services.robots.queries import runs as run_queries
from yakuba.services.robots.queries import stations as queries

RUNS_SHOWN = 20
STATIONS_TRAIL = ("別の端末", reverse_lazy("robots:stations"))


def _trouble(station: Station) -> str:
    return station.fault or queries.silence(station) or next(iter(queries.refusals(station)), "")


def _standing(station: Station) -> list[Cell]:
    if not station.in_use:
        return [status("stopped", "休止中")]
    if trouble := _trouble(station):
        return [status("warning", "困りごと"), Cell(trouble, small=True)]
    return [Cell(queries.next_step(station), small=True)]


STATIONS = Listing(
    "robots.stations",
    "別の端末",
    "端末",
    columns=(
        Column(
            "name",
            "名称",
            lambda one: Cell(one.name, url=reverse("robots:station", args=[one.pk])),
            ("name",),
        ),
        Column("role", "役割", lambda one: one.get_role_display(), ("role", "name")),
        Column("away", "渡した行", lambda one: one.away_rows, ("away_rows", "name"), number=True),
        Column("since", "いつから", lambda one: ago(one.since) if one.since else "", ("since", "name")),
        Column("heard", "最後の便り", lambda one: one.heard_at or "", ("heard_at", "name")),
        Column("next", "次にすること", _standing),
    ),
    rows=queries.stations,
    nothing=Nothing(
        "別の端末はまだありません",
        "基幹システムに別のパソコンからしか届かないとき、そのパソコンを端末として登録します。",
        ("端末を登録する", reverse_lazy("robots:station_new")),
    ),
    search=Search(lambda rows, text: rows.filter(name__icontains=text), label="名称"),
    filters=(Filter("role", "役割", lambda: Station.Role.choices),),
    sort="name",
    trail=(ROBOTS,),
    actions=(("端末を登録する", reverse_lazy("robots:station_new")),),
)
CONTRADICTED = Listing(
    "robots.contradicted",
    "別の端末の結果と食い違う申請",
    "申請",
    columns=(
        Column(
            "receipt",
            "受付番号",
            lambda row: Cell(row.case.receipt_number, url=reverse("robots:row", args=[row.pk])),
            ("case__receipt_number",),
        ),
        Column("procedure", "手続", lambda row: str(row.case.procedure), ("case__procedure__title",)),
        Column("said", "食い違い", lambda row: row.contradiction, ("contradiction", "pk")),
        Column("since", "いつから", lambda row: ago(row.contradicted_at), ("contradicted_at",)),
    ),
    rows=queries.contradicted,
    nothing=Nothing("食い違う申請はありません"),
    search=Search(lambda rows, text: rows.filter(case__receipt_number__contains=text), label="受付番号"),
    bulk=(Bulk("基幹システムで確かめた", operations.look_into, "row_id"),),
    sort="since",
    lead="取り戻したあとや判断のあとに、端末から違う結果が届いたものです。基幹システムを見て、二重の登録や記録の違いを直してから「確かめた」にします。",
    trail=(ROBOTS, STATIONS_TRAIL),
)


@permission_required("robots.view")
def stations(request: HttpRequest) -> HttpResponseBase:
    """All of them, our own keys, and a file to take."""
    context = {
        "fingerprint": station_keys.own_fingerprint(),
        "file_form": StationFileForm(),
        "contradicted": queries.contradicted().count(),
    }
    return respond(request, STATIONS, "robots/stations.html", lambda wanted: context)


@permission_required("robots.manage")
def accept(request: HttpRequest) -> HttpResponse:
    """Register one by its file of keys and the fingerprint that was read aloud."""
    form = StationForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        file = given.pop("file")
        with told_in(form):
            row = operations.accept_station(person_of(request), file=Upload(file.name, file), **given)
            messages.success(request, f"「{row}」を登録しました。指紋は合っています。")
            return redirect("robots:station", row.pk)
    return render(
        request,
        "robots/station_new.html",
        {"form": form, "fingerprint": station_keys.own_fingerprint()},
        status=422 if form.errors else 200,
    )


make_key = button(
    operations.make_station_key,
    "robots:stations",
    "この設備の鍵を作りました。指紋を相手に電話で読み上げ、鍵のファイルを渡してください。",
)


@permission_required("robots.view")
def key_file(request: HttpRequest) -> HttpResponseBase:
    """The public half of our keys."""
    return operations.take_station_key(person_of(request)).answer()


@permission_required("robots.view")
def station(request: HttpRequest, station_id: int) -> HttpResponse:
    """One station: what is away, since when, the last sign of life, and what to do next."""
    return _page(request, _station(station_id))


@permission_required("robots.manage")
@require_POST
def change(request: HttpRequest, station_id: int) -> HttpResponse:
    """Its folder, and whether it is used."""
    row, form = _station(station_id), StationChangeForm(request.POST)
    if form.is_valid():
        with told_in(form):
            operations.change_station(person_of(request), station_id=row.pk, **form.cleaned_data)
            messages.success(request, "保存しました。")
            return redirect("robots:station", row.pk)
    return _page(request, row, change=form)


@permission_required("robots.run")
@step_up
def carry_out(request: HttpRequest, station_id: int) -> HttpResponseBase:
    """The newest file for it."""
    _station(station_id)
    return operations.take_station_file(person_of(request), station_id=station_id).answer()


turn = button(operations.turn_station, "robots:station", "フォルダで受け渡しました。", of=Station)


@permission_required("robots.run")
def take(request: HttpRequest) -> HttpResponse:
    """A file of the other side."""
    form = StationFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        with told_in(form):
            done = operations.load_station_file(person_of(request), file=Upload(file.name, file))
            _tell(request, done)
            return redirect("robots:station", done.station.pk)
    return render(request, "robots/station_take.html", {"form": form}, status=422 if form.errors else 200)


def _tell(request: HttpRequest, done: Turned) -> None:
    if done.stale:
        messages.info(
            request, "もっと新しいファイルを、もう取り込んでいます。この古いファイルでは何も変えていません。"
        )
        return
    what = "行を任されました" if done.station.is_sender else "行の結果が届きました"
    messages.success(request, f"「{done.station}」のファイルを取り込みました。新しく{done.new}{what}。")
    if done.contradictions:
        messages.warning(
            request,
            f"{done.contradictions}行が、職員の判断と食い違います。「別の端末の結果と食い違う申請」で確かめてください。",
        )
    for sentence in done.sentences:
        messages.warning(request, sentence)


@permission_required("robots.run")
def hand_over(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """Which station enters the waiting cases, how many, and whether only to rehearse."""
    scenario = get_object_or_404(register.scenarios(), pk=scenario_id)
    form = HandOverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        with told_in(form):
            run = operations.hand_over(
                person_of(request), scenario_id=scenario.pk, station_id=given.pop("station"), **given
            )
            messages.success(request, f"{run.rows.count()}件を「{run.away_at}」に渡しました。")
            return redirect("robots:run", run.pk)
    waiting = Case.objects.filter(procedure=scenario.procedure, status=Status.READY)
    context = {
        "form": form,
        "scenario": scenario,
        "version": register.latest_version(scenario),
        "waiting": waiting.count(),
        "most": MOST_ROWS,
        "stations": queries.for_hand_over().exists(),
        "obstacles": register.obstacles(scenario, away=True),
    }
    return render(request, "robots/hand_over.html", context, status=422 if form.errors else 200)


take_back = button(
    operations.take_back,
    "robots:run",
    "取り戻しました。端末が入力したかもしれない申請は「ロボットが決められない申請」で1件ずつ判断します。",
    of=Run,
)


@permission_required("robots.decide")
def contradicted(request: HttpRequest) -> HttpResponseBase:
    """What a station says otherwise than a person has decided."""
    return respond(request, CONTRADICTED)


look_into = button(operations.look_into, "robots:row", "確かめたことを記録しました。", of=Row)


def _station(station_id: int) -> Station:
    return get_object_or_404(queries.stations(), pk=station_id)


def _page(request: HttpRequest, row: Station, change: StationChangeForm | None = None) -> HttpResponse:
    change = change or StationChangeForm(initial={"folder": row.folder, "in_use": row.in_use})
    found = (queries.entrusted_by(row) if row.is_sender else queries.away_at(row))[:RUNS_SHOWN]
    context: dict[str, Any] = {
        "station": row,
        "fingerprint": station_keys.fingerprint_of(row),
        "troubles": [one for one in (row.fault, queries.silence(row), *queries.refusals(row)) if one],
        "next": queries.next_step(row),
        "runs": [(run, run_queries.counts(run).items()) for run in found],
        "change_form": change,
        "file_form": StationFileForm(),
    }
    return render(request, "robots/station.html", context, status=422 if change.errors else 200)
