"""A run as tables: everything that staff may want to take along."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from yakuba.kernel.protection.policy import HIDDEN
from yakuba.kernel.tables.spreadsheets import Table, Value
from yakuba.kernel.ui.wording import wareki
from yakuba.services.nursery.contracts import Slot
from yakuba.services.nursery.engine.telling.fairness import Share
from yakuba.services.nursery.models import Application, Placement, Run
from yakuba.services.nursery.queries import covering, names, outputs, results, runs

PARTS = {"basic": "基本指数", "adjustment": "調整指数", "facility": "施設別"}
TOLD = attrgetter(
    "own_index", "cutoff", "distance", "deciding", "own_key", "cutoff_key", "waiting_place", "for_family", "for_staff"
)  # fmt: skip
Rows = list[list[Value]]


def children(run: Run, user: Any) -> Table:
    """One row a child; for the adopted run with what was decided by hand."""
    facilities = names.facility_names(run.round)
    closed, unnamed = covering.withheld(user, [run.round_id]), covering.unnamed(user, run.round_id)
    final = {one.placement.pk: one for one in results.finals(run.round)} if outputs.has_final(run) else {}
    columns: dict[str, Callable[[Placement], Value]] = {
        "受付番号": lambda row: row.application.receipt_number,
        "世帯": lambda row: row.application.household,
        "児童氏名": lambda row: row.application.name,
        "生年月日": lambda row: wareki(row.application.birth, weekday=False),
        "年齢クラス": lambda row: row.age,
        "地区": lambda row: row.application.district,
        "指数": lambda row: row.index,
        "結果": _result,
        "施設": lambda row: names.slot_name(row.slot, facilities),
        "希望の順位": lambda row: row.wish or None,
        "説明": lambda row: row.explanation["summary"],
        "不安定": lambda row: "はい" if row.unstable else "",
        "個別の決定のあと": lambda row: _final(final[row.pk], facilities) if row.pk in final else "",
    }
    placed = {"施設", "説明", "個別の決定のあと"}

    def cell(row: Placement, name: str) -> Value:
        number = row.application_id
        if (name == "地区" and number in closed) or (name in placed and number in unnamed):
            return HIDDEN
        return columns[name](row)

    placements = runs.placements(run, explained=True)
    rows = [[cell(row, name) for name in columns] for row in placements]
    return Table("児童ごとの結果", list(columns), rows)


def _result(row: Placement) -> str:
    if not row.slot:
        return "保留"
    return "今の席を継続" if Slot.read(row.slot).facility == row.application.current else "入所"


def _final(final: results.Final, facilities: dict[str, str]) -> str:
    if final.withdrew:
        return "辞退"
    if final.decision is None:
        return ""
    return names.slot_name(final.slot, facilities) or "保留"


def wishes(run: Run, user: Any) -> Table:
    """One row a child and wish, with the explanation."""
    unnamed = covering.unnamed(user, run.round_id)
    facilities = names.facility_names(run.round)
    rows: Rows = []
    for row in runs.placements(run, explained=True):
        child = row.application
        for wish in row.explained.wishes:
            place = (wish.number, facilities.get(wish.facility, wish.facility), wish.slot)
            told = TOLD(wish)
            if child.pk in unnamed:
                place, told = (wish.number, HIDDEN, HIDDEN), (*told[:-2], HIDDEN, HIDDEN)
            rows.append([child.receipt_number, child.name, *place, names.OUTCOMES[wish.outcome][1], *told])
    head = (
        "受付番号", "児童氏名", "希望", "施設", "枠", "結果", "指数", "最低指数", "差", "決めた項目", "本人",
        "最後の入所者", "待機の順番", "保護者への説明", "職員向けの説明",
    )  # fmt: skip
    return Table("希望ごとの説明", head, rows)


def slots(run: Run, user: Any) -> Table:
    """One row a slot."""
    facilities = names.facility_names(run.round)
    rows: Rows = []
    for _, item in runs.slots_in_order(run):
        code, seats, seated = item["facility"], item["capacity"], len(item["seated"])
        place = (code, facilities.get(code, code), item["age"], item["reserved"])
        rows.append([*place, seats, seated, seats - seated, item["cutoff"], len(item["waiting"])])
    head = ("施設番号", "施設", "年齢クラス", "優先枠", "枠", "入所", "残り", "最低指数", "待機")
    return Table("施設ごとの結果", head, rows)


def waiting(run: Run, user: Any) -> Table:
    """The waiting lists, one row a child and slot, in order; without the children whose facility is hidden."""
    unnamed = covering.unnamed(user, run.round_id)
    facilities = names.facility_names(run.round)
    rows_of_run = runs.placements(run)
    known = {row.application.receipt_number: row for row in rows_of_run}
    rows: Rows = []
    for slot, item in sorted(run.slots.items()):
        for place, child in enumerate(item["waiting"], start=1):
            if child in known and known[child].application_id not in unnamed:
                row = known[child]
                now = names.slot_name(row.slot, facilities)
                rows.append(
                    [names.slot_name(slot, facilities), place, child, row.application.name, row.index, now]
                )
    return Table("待機の順番", ("枠", "順番", "受付番号", "児童氏名", "指数", "今の結果"), rows)


def points(run: Run, user: Any) -> Table:
    """Where each index comes from, one row a line. Raises MarketRefused or RulesRefused."""
    selection = runs.selection_of(run)
    facilities = names.facility_names(run.round)
    numbers = Application.objects.filter(pk__in=covering.unnamed(user, run.round_id))
    unnamed = frozenset(numbers.values_list("receipt_number", flat=True))
    rows: Rows = []
    for _, child in selection.applications.children():
        index = selection.indices.get(child.id)
        if index is None:
            continue
        lines = [("", line) for line in index.lines]
        lines += [
            (HIDDEN if child.id in unnamed else facilities.get(at, at), line)
            for at, its_own in index.at_facility.items()
            for line in its_own
        ]
        for name, line in lines:
            what = (PARTS.get(line.part, line.part), name, line.rule, line.points, line.because)
            rows.append([child.id, child.name, *what])
    return Table("指数の内訳", ("受付番号", "児童氏名", "区分", "施設", "基準", "点", "根拠"), rows)


def shares(run: Run, user: Any) -> Table:
    """The fairness tables, small groups withheld. Raises MarketRefused or RulesRefused."""
    return _shares("公平性", outputs.shares(run))


def final_shares(run: Run, user: Any) -> Table:
    """The same of what counts after decisions by hand. Raises what `outputs.shares` raises."""
    return _shares("公平性（最終の結果）", outputs.shares(run, final=True))


def _shares(name: str, tables: list[tuple[str, list[Share]]]) -> Table:
    rows: Rows = []
    for title, table in tables:
        for share in table:
            numbers: list[Value] = [share.count, share.placed, share.first]
            rows.append([title, share.label, *([share.withheld] * 3 if share.withheld else numbers)])
    return Table(name, ("分け方", "区分", "申込", "希望がかなった", "第1希望"), rows)


TABLES: dict[str, tuple[str, Callable[[Run, Any], Table]]] = {
    "children": ("児童ごとの結果", children),
    "wishes": ("希望ごとの説明", wishes),
    "slots": ("施設ごとの結果", slots),
    "waiting": ("待機の順番", waiting),
    "points": ("指数の内訳", points),
    "shares": ("公平性（区分ごとの人数）", shares),
    "final_shares": ("公平性（最終の結果の人数）", final_shares),
}


def tables(run: Run) -> dict[str, tuple[str, Callable[[Run, Any], Table]]]:
    """Those of TABLES that the run has, each made as a person may take it along: only the adopted run has a final result."""
    wanted = set(TABLES) if outputs.has_final(run) else set(TABLES) - {"final_shares"}
    return {name: table for name, table in TABLES.items() if name in wanted}
