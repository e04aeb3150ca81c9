"""The lists of rounds and rule sets, and what a round has: applications, facilities, decisions, notices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from operator import attrgetter
from typing import Any

from django.db.models import F, Q
from django.urls import reverse, reverse_lazy

from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search, status
from yakuba.kernel.protection.policy import HIDDEN
from yakuba.services.nursery.contracts import AGES
from yakuba.services.nursery.models import (
    Application,
    Decision,
    Facility,
    NoticePrint,
    Round,
    RuleSet,
)
from yakuba.services.nursery.queries import covering, names, rules
from yakuba.services.nursery.queries import rounds as queries
from yakuba.services.nursery.templatetags.nursery import KINDS

ENCODINGS = {"csv": "utf-8", "sjis.csv": "cp932"}  # of a table, by the ending in its address
NURSERY = ("入所選考", reverse_lazy("nursery:index"))
NO_RULES = Nothing(
    "選考基準がまだ登録されていません",
    "はじめに、指数の表や同点のときの順番を書いた選考基準のファイルを登録します。登録できる職員に頼んでください。",
    ("選考基準を登録する", reverse_lazy("nursery:rules_load")),
)


def linked(name: str, shown: Callable[[Any], Any] = str) -> Callable[[Any], Cell]:
    """A cell that leads to the row's page `nursery:<name>`."""
    return lambda row: Cell(shown(row), url=reverse(f"nursery:{name}", args=[row.pk]))


def by_whom(doing: str) -> Callable[[Any], tuple[Cell, Cell]]:
    """When and by whom something was done: the fields `<doing>_at` and `<doing>_by`."""
    when, who = attrgetter(f"{doing}_at"), attrgetter(f"{doing}_by")
    return lambda row: (Cell(when(row)), Cell(str(who(row)), small=True))


def choices(options: Mapping[str, tuple[str, Any]]) -> Callable[[], list[tuple[str, str]]]:
    """What a filter offers of value → (label, how it narrows)."""
    return lambda: [(value, label) for value, (label, _) in options.items()]


def trail(round: Round, *further: tuple[str, str]) -> tuple[tuple[str, Any], ...]:
    """The way to a page of a round."""
    return (NURSERY, (round.title, reverse("nursery:round", args=[round.pk])), *further)


def state(row: Any) -> Cell:
    """Where a round, a run or a decision stands."""
    return status(KINDS[row.state], row.get_state_display())


ROUNDS = Listing(
    "nursery.rounds",
    "入所選考",
    "選考回",
    columns=(
        Column("title", "選考回", linked("round"), ("title",)),
        Column("state", "状態", state, ("state",)),
        Column("start", "入所日", lambda row: row.start, ("start", "number")),
        Column("active", "申込", lambda row: row.active, ("active",), number=True),
        Column("open", "承認待ち", lambda row: row.open_decisions, ("open_decisions",), number=True),
    ),
    rows=queries.with_counts,
    nothing=Nothing(
        "選考回はまだありません",
        "入所日と選考基準を決めて選考回を作ると、施設と申込を取り込めます。",
        ("選考回を作る", reverse_lazy("nursery:round_new")),
    ),
    search=Search(lambda rows, text: rows.filter(title__icontains=text), label="選考回の名前"),
    filters=(Filter("state", "状態", lambda: Round.State.choices),),
    sort="-start",
    lead="申込から入所の決定まで。決めた選考基準のとおりに割り当て、結果を証明し、理由を説明します。",
    actions=(
        ("選考回を作る", reverse_lazy("nursery:round_new")),
        ("選考基準", reverse_lazy("nursery:rules")),
    ),
    page_size=20,
)

RULE_SETS = Listing(
    "nursery.rules",
    "選考基準",
    "選考基準",
    columns=(
        Column("name", "選考基準", linked("rule_set"), ("name", "version")),
        Column("loaded", "登録", by_whom("loaded"), ("loaded_at",)),
        Column("used", "使っている選考回", lambda row: row.used, ("used",), number=True),
    ),
    rows=rules.rule_sets,
    nothing=NO_RULES,
    sort="-loaded",
    lead="登録した版は変わりません。直すときは、版の番号を上げて新しく登録します。",
    trail=(NURSERY,),
    actions=(("選考基準を登録する", reverse_lazy("nursery:rules_load")),),
)


def by_child(prefix: str = "") -> Callable[[Any, str], Any]:
    """Narrows by a part of the receipt number or of the child's name."""

    def narrow(rows: Any, text: str) -> Any:
        plain = text.replace("　", "").replace(" ", "")
        return rows.filter(
            Q(**{f"{prefix}receipt_number__contains": plain}) | Q(**{f"{prefix}name__contains": plain})
        )

    return narrow


REMARKS = {
    "transfer": ("転園", lambda rows: rows.exclude(current="")),
    "hold": ("保留希望", lambda rows: rows.filter(wants_hold=True)),
    "corrected": ("職員が修正", lambda rows: rows.exclude(corrected={})),
}


def _remarks(row: Application) -> list[Cell]:
    words = {"transfer": row.current, "hold": row.wants_hold, "corrected": row.corrected}
    withdrawn = row.state == Application.State.WITHDRAWN
    told = [status("stopped", "取り下げ")] if withdrawn else []
    return told + [Cell(REMARKS[one][0]) for one, holds in words.items() if holds]


def applications(round: Round, user: Any) -> Listing:
    """The children of a round, as `user` sees them."""
    places = names.facility_names(round)
    closed = covering.unnamed(user, round.pk)
    receipt = linked("application", lambda row: row.receipt_number)

    def first(row: Application) -> str:
        if row.pk in closed:
            return HIDDEN
        return places.get(row.wishes[0], row.wishes[0]) if row.wishes else ""

    return Listing(
        "nursery.applications",
        "申込",
        "申込",
        columns=(
            Column("receipt", "受付番号", receipt, ("receipt_number",)),
            Column("name", "児童", lambda row: row.name, ("name", "receipt_number")),
            Column("age", "年齢", lambda row: f"{queries.age_class(row, round)}歳児", ("birth",)),
            Column("first", "第1希望", first, ("wishes__0",)),
            Column("wishes", "希望の数", lambda row: len(row.wishes), number=True),
            Column("remarks", "備考", _remarks),
        ),
        rows=lambda: queries.applications(round),
        nothing=Nothing(
            "申込はまだありません",
            "選考回の画面で、受付簿かCSVから取り込みます。",
            ("選考回を見る", reverse("nursery:round", args=[round.pk])),
        ),
        search=Search(by_child(), label="受付番号か氏名", also="q"),
        filters=(
            Filter("state", "状態", lambda: Application.State.choices),
            Filter(
                "first",
                "第1希望",
                places.items,
                lambda rows, code: rows.filter(wishes__0=code).exclude(pk__in=closed),
            ),
            Filter("remark", "備考", choices(REMARKS), lambda rows, one: REMARKS[one][1](rows)),
        ),
        sort="receipt",
        trail=trail(round),
        taken="nursery.output",
        remembered=False,
    )


def _shared(place: Facility) -> list[Cell]:
    told = []
    for one in place.shared:
        seats = f" {one['seats']}席" if one.get("seats") is not None else ""
        teachers = f" 保育士{one['teachers']}人" if one.get("teachers") is not None else ""
        told.append(Cell("・".join(f"{age}" for age in one["ages"]) + f"歳{seats}{teachers}"))
    return told


def facilities(round: Round) -> Listing:
    """The facilities of a round with their free seats."""

    def name(place: Facility) -> list[Cell]:
        url = "" if round.is_frozen else reverse("nursery:facility_edit", args=[place.pk])
        return [Cell(place.name, url=url), *([Cell("職員が修正", small=True)] if place.corrected else [])]

    def free(age: int) -> Column:
        return Column(f"age{age}", f"{age}歳", lambda place: place.vacancies.get(str(age)), number=True)

    def districts() -> list[tuple[str, str]]:
        found = queries.facilities(round).exclude(district="").values_list("district", flat=True)
        return [(one, one) for one in sorted(set(found))]

    load = ("CSVから取り込む", reverse("nursery:facilities_load", args=[round.pk]))
    return Listing(
        "nursery.facilities",
        "施設と空き枠",
        "施設",
        columns=(
            Column("name", "施設", name, ("name",)),
            *(free(age) for age in AGES),
            Column("shared", "共用", _shared),
        ),
        rows=lambda: queries.facilities(round),
        nothing=Nothing("施設はまだありません", "施設と空き枠のCSVを取り込みます。", load),
        search=Search(
            lambda rows, text: rows.filter(Q(name__icontains=text) | Q(code__icontains=text)),
            label="施設の名前か番号",
        ),
        filters=(Filter("district", "地区", districts),),
        lead="年齢ごとの空き枠です。―は受け入れのない年齢です。",
        trail=trail(round),
        actions=() if round.is_frozen else (load,),
        remembered=False,
        page_size=100,
    )


def decisions(round: Round, user: Any) -> Listing:
    """The decisions of a round, what waits first, as `user` sees them."""
    places = names.facility_names(round)
    closed = covering.unnamed(user, round.pk)

    def change(row: Decision) -> str:
        if row.application is None:
            return ""
        if row.application_id in closed:
            return HIDDEN
        before, after = (names.slot_name(slot, places) or "入所なし" for slot in (row.slot_before, row.slot))
        return f"{before} → {after}"

    what = linked("decision", lambda row: f"{row.get_kind_display()}　{row.application or ''}".strip())

    return Listing(
        "nursery.decisions",
        "決定",
        "決定",
        columns=(
            Column("decision", "決定", what, ("kind", "application__receipt_number")),
            Column("change", "内容", change),
            Column("state", "状態", state, ("state",)),
            Column("proposed", "起案", by_whom("proposed"), ("proposed_at",)),
            Column("answered", "承認", lambda row: str(row.answered_by or ""), ("answered_at",)),
        ),
        rows=lambda: (
            queries.decisions().filter(round=round).order_by(F("answered_at").asc(nulls_first=True), "-pk")
        ),  # what waits first
        nothing=Nothing("決定はまだありません", "個別の決定は、児童の画面から起案します。"),
        search=Search(by_child("application__"), label="受付番号か氏名"),
        filters=(
            Filter("kind", "種類", lambda: Decision.Kind.choices),
            Filter("state", "状態", lambda: Decision.State.choices),
        ),
        trail=trail(round),
        taken="nursery.output",
        remembered=False,
    )


def _print_state(row: NoticePrint) -> list[Cell]:
    told = [Cell(row.get_state_display())]
    if row.state == NoticePrint.State.FAILED:
        told += [Cell(problem["reason"], small=True) for problem in row.problems]
    if row.held_back:
        told.append(Cell(f"作らなかった通知 {len(row.held_back)}通", small=True))
    return told


PRINTS = Listing(
    "nursery.prints",
    "これまでに作った通知",
    "通知",
    columns=(
        Column("made", "いつ", lambda row: row.made_at),
        Column("kind", "種類", lambda row: "見本" if row.draft else "本番"),
        Column("state", "状態", _print_state),
        Column("count", "枚数", lambda row: row.count, number=True),
        Column("by", "だれ", lambda row: str(row.made_by)),
    ),
    rows=lambda: NoticePrint.objects.none(),
    nothing=Nothing("まだ作っていません"),
)


def rounds() -> Listing:
    """The list of rounds, or what comes before there are any."""
    return ROUNDS if RuleSet.objects.exists() else replace(ROUNDS, nothing=NO_RULES, actions=())
