"""The lists of runs and of what came of one: by child, by facility."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse

from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search, status
from yakuba.kernel.protection.policy import HIDDEN
from yakuba.services.nursery.contracts import AGES
from yakuba.services.nursery.models import Run
from yakuba.services.nursery.pages.lists import by_child, by_whom, choices, linked, state, trail
from yakuba.services.nursery.queries import covering, names


def _run(row: Run) -> list[Cell]:
    name = f"{row}（試算）" if row.is_what_if else str(row)
    told = [Cell(name, url=reverse("nursery:run", args=[row.pk]))]
    return [*told, status("success", "採用")] if row.round.adopted_id == row.pk else told


RUNS = Listing(
    "nursery.runs",
    "この選考回の計算",
    "計算",
    columns=(
        Column("run", "計算", _run),
        Column("state", "状態", state),
        Column("placed", "入所", lambda row: row.counts["placed"] if row.is_done else None, number=True),
        Column(
            "unstable", "不安定な世帯", lambda row: len(row.blocking) if row.is_done else None, number=True
        ),
        Column("started", "いつ・だれ", by_whom("started")),
    ),
    rows=lambda: Run.objects.none(),
    nothing=Nothing("まだ計算していません"),
)

RESULTS = {
    "placed": ("席がある", ~Q(slot="")),
    "unplaced": ("保留", Q(slot="")),
    "unstable": ("不安定な世帯", Q(unstable=True)),
}


def children(run: Run, placements: Any, user: Any) -> Listing:
    """The result of a run by child."""
    places = names.facility_names(run.round)
    closed = covering.unnamed(user, run.round_id)

    def result(row: Any) -> list[Cell]:
        if row.application_id in closed:
            return [Cell(HIDDEN)]
        told = [Cell(names.slot_name(row.slot, places) or "保留")]
        return [*told, status("warning", "不安定")] if row.unstable else told

    def wish(row: Any) -> str:
        return f"第{row.wish}" if row.wish else "継続" if row.slot else ""

    def slots() -> list[tuple[str, str]]:
        return [(slot, names.slot_name(slot, places)) for slot in sorted(run.slots)]

    receipt = linked("placement", lambda row: row.application.receipt_number)
    return Listing(
        "nursery.children",
        "児童ごとの結果",
        "児童",
        columns=(
            Column("receipt", "受付番号", receipt, ("application__receipt_number",)),
            Column("name", "児童", lambda row: row.application.name, ("application__name",)),
            Column("index", "指数", lambda row: row.index, ("index",), number=True),
            Column("result", "結果", result, ("slot",)),
            Column("wish", "希望", wish, ("wish",), number=True),
        ),
        rows=lambda: placements,
        nothing=Nothing("児童はいません"),
        search=Search(by_child("application__"), label="受付番号か氏名", also="q"),
        filters=(
            Filter("result", "結果", choices(RESULTS), lambda rows, one: rows.filter(RESULTS[one][1])),
            Filter(
                "slot",
                "枠",
                slots,
                lambda rows, one: rows.filter(slot=one).exclude(application__in=closed),
            ),
        ),
        sort="receipt",
        lead="計算の結果です。個別の決定や辞退は、児童の画面に出ます。",
        trail=trail(run.round, (str(run), reverse("nursery:run", args=[run.pk]))),
        taken="nursery.output",
        remembered=False,
    )


def _seats(age: int) -> Callable[[Any], list[Cell]]:
    def told(place: Any) -> list[Cell]:
        found = []
        for one in place.slots[age]:
            label = f"{one['reserved']} " if one["reserved"] else ""
            found.append(Cell(f"{label}{one['seated']}/{one['capacity']}人"))
            rest = [f"最下位{one['cutoff']}"] if one["cutoff"] is not None else []
            rest += [f"待ち{one['waiting']}"] if one["waiting"] else []
            found += [Cell("　".join(rest), small=True)] if rest else []
        return found

    return told


def results(run: Run, found: Callable[[], Sequence[Any]]) -> Listing:
    """The result of a run by facility; a row has `facility` and its `slots` by age."""

    def name(place: Any) -> Cell:
        return Cell(
            place.facility.name, url=reverse("nursery:run_facility", args=[run.pk, place.facility.pk])
        )

    return Listing(
        "nursery.results",
        "施設ごとの結果",
        "施設",
        columns=(
            Column("name", "施設", name, ("facility.name",)),
            *(Column(f"age{age}", f"{age}歳児", _seats(age)) for age in AGES),
        ),
        rows=found,
        nothing=Nothing("結果はまだありません"),
        search=Search(
            lambda rows, text: [row for row in rows if text in row.facility.name], label="施設の名前"
        ),
        lead="入所した人数／枠です。最下位は、その枠に入った児童のうち順位がいちばん後ろの児童の指数。名前と順番は施設を開くと見られます。",
        trail=trail(run.round, (str(run), reverse("nursery:run", args=[run.pk]))),
        taken="nursery.output",
        remembered=False,
        page_size=100,
    )
