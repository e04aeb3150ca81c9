"""The lists of robots, their runs, the rows of a run, what waits for a decision, and the systems."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse, reverse_lazy

from yakuba.kernel.lists import Bulk, Cell, Column, Filter, Listing, Nothing, Search, ago, shortened, status
from yakuba.kernel.ui import wording
from yakuba.services.robots import operations
from yakuba.services.robots.contracts import Lane, RowState
from yakuba.services.robots.models import Row, Run, RunState, Scenario
from yakuba.services.robots.queries import register
from yakuba.services.robots.queries import runs as queries
from yakuba.services.robots.queries.lanes import has_fast_rows
from yakuba.services.robots.templatetags.robots import ROW_KINDS, RUN_KINDS

ROBOTS = ("ロボット", reverse_lazy("robots:index"))
LONGEST_REASON = 80


def _run_status(run: Run) -> Cell:
    state = RunState(run.state)
    return status(RUN_KINDS[state], state.label)


def _row_status(row: Row) -> Cell:
    return status(ROW_KINDS[row.row_state], row.row_state.label)


def _run_link(run: Run) -> Cell:
    return Cell(run.started_at, url=reverse("robots:run", args=[run.pk]))


def _counts(pair: tuple[Run, queries.Progress]) -> str:
    counts = pair[1].counts
    return "、".join(f"{state.label} {wording.grouped(number)}" for state, number in counts.items())


def _done(pair: tuple[Run, queries.Progress]) -> Cell:
    done, total = pair[1].done, pair[1].total
    return Cell(f"{done}/{total}", shown=f"{wording.grouped(done)}/{wording.grouped(total)}")


RUNS = Listing(
    "robots.runs",
    "実行の一覧",
    "実行",
    columns=(
        Column("started", "始めた日時", lambda pair: _run_link(pair[0]), ("started_at",)),
        Column(
            "scenario",
            "シナリオ",
            lambda pair: f"{pair[0].scenario}{pair[0].kind_label}",
            ("scenario__name",),
        ),
        Column("state", "状態", lambda pair: _run_status(pair[0]), ("state",)),
        Column("done", "済み", _done, number=True),
        Column("counts", "内訳", _counts),
        Column("by", "実行者", lambda pair: str(pair[0].started_by), ("started_by__username",)),
    ),
    rows=queries.runs,
    each=lambda rows: [(run, queries.progress(run)) for run in rows],
    nothing=Nothing(
        "実行はまだありません",
        "シナリオを選んで動かすと、ここに記録が残ります。",
        ("シナリオを選ぶ", reverse_lazy("robots:index")),
    ),
    search=Search(lambda rows, text: rows.filter(scenario__name__icontains=text), label="シナリオの名前"),
    filters=(
        Filter("state", "状態", lambda: RunState.choices),
        Filter(
            "kind",
            "本番・試行",
            lambda: [("real", "本番"), ("dry", "試行")],
            lambda rows, one: rows.filter(dry_run=one == "dry"),
        ),
    ),
    sort="-started",
    trail=(ROBOTS,),
)


def rows_of(run: Run, found: queries.Progress) -> Listing:
    """The rows of a run. While it is under way nothing can be done with them."""
    return Listing(
        "robots.rows",
        f"実行{run.pk}の行",
        "行",
        columns=(
            Column(
                "number",
                "行",
                lambda row: Cell(row.number, url=reverse("robots:row", args=[row.pk])),
                ("number",),
                number=True,
            ),
            Column("receipt", "受付番号", lambda row: row.case.receipt_number, ("case__receipt_number",)),
            Column("state", "状態", _row_status, ("state",)),
            Column("target", "登録番号", lambda row: row.target_number, ("target_number",)),
            *([Column("lane", "方法", _lane, ("lane",))] if has_fast_rows(run) else []),
            Column("seconds", "秒", lambda row: round(row.total_seconds, 1), number=True),
            Column("reason", "理由", _reason),
        ),
        rows=lambda: queries.rows(run),
        nothing=Nothing("行はありません"),
        search=Search(_by_number, label="受付番号か登録番号"),
        filters=(
            Filter("state", "状態", RowState.choices),  # of all states: what is renewed below has others soon
        ),
        bulk=() if found.is_live else (Bulk("もう一度流す", operations.retry_row, "row_id"),),
        sort="number",
        remembered=False,
    )


def _lane(row: Row) -> str:
    return Lane(row.lane).label if row.lane else ""


def _by_number(rows: Any, text: str) -> Any:
    return rows.filter(case__receipt_number__contains=text) | rows.filter(target_number__icontains=text)


def _reason(row: Row) -> Cell:
    return shortened(queries.reason(row), LONGEST_REASON)


UNDECIDED = Listing(
    "robots.undecided",
    "ロボットが決められない申請",
    "申請",
    columns=(
        Column(
            "receipt",
            "受付番号",
            lambda row: Cell(row.case.receipt_number, url=reverse("robots:row", args=[row.pk])),
            ("case__receipt_number",),
        ),
        Column("procedure", "手続", lambda row: str(row.case.procedure), ("case__procedure__title",)),
        Column("reason", "理由", lambda row: queries.reason(row)),
        Column("since", "いつから", lambda row: ago(row.changed_at), ("changed_at",)),
        Column(
            "work",
            "操作",
            lambda row: Cell(
                "判断する",
                url=reverse("robots:decide", args=[row.pk]),
                about=row.case.receipt_number,
                button=True,
            ),
            filed=False,
        ),
    ),
    rows=queries.undecided,
    nothing=Nothing(
        "判断を待つ申請はありません",
        "ロボットが決められないものが出ると、ここに表示されます。",
        ("ロボットを見る", reverse_lazy("robots:index")),
    ),
    search=Search(_by_number, label="受付番号"),
    filters=(
        Filter(
            "procedure",
            "手続",
            lambda: (
                queries.undecided()
                .order_by("case__procedure__title")
                .values_list("case__procedure__code", "case__procedure__title")
                .distinct()
            ),
            lambda rows, code: rows.filter(case__procedure__code=code),
        ),
    ),
    bulk=(Bulk("基幹システムを照会する", operations.look_up_row, "row_id"),),
    sort="since",
    lead="登録されたかどうかを確かめられなかったものです。基幹システムで照会してから判断します。",
    trail=(ROBOTS,),
)


def _robots(scenarios: Sequence[Scenario]) -> list[dict[str, Any]]:
    waiting = {procedure.pk: number for procedure, (number, _) in queries.ready_by_procedure().items()}
    return [
        {
            "scenario": scenario,
            "url": reverse("robots:scenario", args=[scenario.pk]),
            "version": register.latest_version(scenario),
            "waiting": waiting.pop(scenario.procedure_id, 0),
            "last": queries.runs().filter(scenario=scenario).first(),
            "obstacles": register.obstacles(scenario),
        }
        for scenario in scenarios
    ]


def _scenario(robot: dict[str, Any]) -> list[Cell]:
    scenario, version = robot["scenario"], robot["version"]
    told = [Cell(str(scenario), url=robot["url"])]
    if version:
        told.append(Cell(f"第{version.version}版", small=True))
    if not scenario.in_use:
        told.append(status("stopped", "休止中"))
    elif robot["obstacles"]:
        told.append(status("warning", "動かせません"))
    return told


def _review(robot: dict[str, Any]) -> list[Cell]:
    scenario = robot["scenario"]
    told = [Cell(scenario.review_on, shown=wording.wareki_short(scenario.review_on))]
    return [*told, status("warning", "過ぎています")] if register.review_is_due(scenario) else told


def _last(robot: dict[str, Any]) -> list[Cell]:
    run = robot["last"]
    return [_run_link(run), _run_status(run)] if run else [Cell("まだありません")]


def _next(robot: dict[str, Any]) -> list[Cell]:
    name = str(robot["scenario"])
    if robot["obstacles"]:
        return [Cell("理由を見る", url=robot["url"], about=name, button=True)]
    if robot["waiting"]:
        start = reverse("robots:start", args=[robot["scenario"].pk])
        return [Cell("動かす", url=start, about=name, button=True)]
    return []


SCENARIOS = Listing(
    "robots.scenarios",
    "シナリオの台帳",
    "シナリオ",
    columns=(
        Column("scenario", "シナリオ", _scenario, ("name",)),
        Column(
            "procedure",
            "手続・接続先",
            lambda robot: (
                Cell(str(robot["scenario"].procedure)),
                Cell(str(robot["scenario"].system), small=True),
            ),
            ("procedure__title", "system__name"),
        ),
        Column(
            "owner",
            "責任者・後任",
            lambda robot: (
                Cell(str(robot["scenario"].owner)),
                Cell(f"後任：{robot['scenario'].successor or '未定'}", small=True),
            ),
            ("owner__username",),
        ),
        Column("review", "見直し期限", _review, ("review_on",)),
        Column("last", "最後の実行", _last),
        Column("waiting", "入力待ち", lambda robot: robot["waiting"], number=True),
        Column("work", "操作", _next, filed=False),
    ),
    rows=register.scenarios,
    each=_robots,
    nothing=Nothing(
        "シナリオがまだありません",
        "ロボットの手順書（YAMLファイル）を登録すると、ここに表示されます。",
        ("シナリオを登録する", reverse_lazy("robots:load")),
    ),
    search=Search(lambda rows, text: rows.filter(name__icontains=text), label="シナリオの名前"),
    filters=(
        Filter(
            "use",
            "使用",
            lambda: [("yes", "使用中"), ("no", "休止中")],
            lambda rows, one: rows.filter(in_use=one == "yes"),
        ),
    ),
    sort="scenario",
)


def _secrets(pair: tuple[Any, Sequence[str]]) -> list[Cell]:
    system, missing = pair
    if missing:
        return [status("warning", "足りません"), Cell("、".join(missing), small=True)]
    if system.credential_names:
        return [status("success", "登録済み"), Cell("、".join(system.credential_names), small=True)]
    return [Cell("まだありません")]


def _settles(pair: tuple[Any, Sequence[str]]) -> str:
    system = pair[0]
    return f"{wording.duration(system.settle_seconds)}{'（同じ番号を断る）' if system.idempotent else ''}"


SYSTEMS = Listing(
    "robots.systems",
    "接続先",
    "接続先",
    columns=(
        Column(
            "name",
            "名称",
            lambda pair: Cell(str(pair[0]), url=reverse("robots:system", args=[pair[0].pk])),
            ("name",),
        ),
        Column("address", "アドレス", lambda pair: pair[0].base_url, ("base_url",)),
        Column("settles", "落ち着くまで", _settles, ("settle_seconds", "name")),
        Column("secrets", "秘密", _secrets),
        Column("updated", "更新", lambda pair: pair[0].updated_at, ("updated_at",)),
    ),
    rows=register.systems,
    each=lambda rows: [(system, register.missing_secrets(system)) for system in rows],
    nothing=Nothing(
        "接続先がまだありません",
        "ロボットが操作するシステムの場所と、ログインに使う秘密を登録します。",
        ("接続先を登録する", reverse_lazy("robots:system_new")),
    ),
    sort="name",
    trail=(ROBOTS,),
    actions=(("接続先を登録する", reverse_lazy("robots:system_new")),),
)
