"""What leaves a calculation: fairness, comparison, files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.operations import Answer, Rows, Trace
from yakuba.services.nursery.actions import files
from yakuba.services.nursery.engine.telling.comparing import Comparison
from yakuba.services.nursery.models import Run
from yakuba.services.nursery.operations import answers
from yakuba.services.nursery.operations import asked as given
from yakuba.services.nursery.operations.table import OPERATIONS
from yakuba.services.nursery.queries import outputs
from yakuba.services.nursery.queries.finding import decision_of, run_of
from yakuba.services.nursery.queries.refusal import Unknown

SHARE_COLUMNS = {
    "label": "区分", "count": "申込", "placed": "希望がかなった", "placed_percent": "割合(%)", "first": "第1希望",
    "first_percent": "割合(%)", "withheld": "示さない",
}  # fmt: skip
COUNT_COLUMNS = {
    "gains": "よくなる", "losses": "悪くなる", "others": "どちらとも言えない", "same": "変わらない",
    "placed_before": "席のある児童（前）", "placed_after": "（後）",
}  # fmt: skip
MOVE_COLUMNS = {
    "receipt_number": "受付番号", "before": "前の枠", "wish_before": "希望", "after": "後の枠", "wish_after": "希望",
}  # fmt: skip
MOVES = {"gains": "よくなる児童", "losses": "悪くなる児童", "others": "どちらとも言えない児童"}
EXCEL = Answer(media_type=files.EXCEL)


def exported(what: str) -> dict[str, Any]:
    """The event of an operation that gives that file of a calculation out, and its trace."""
    return {
        "event": "nursery.exported",
        "trace": lambda asked, file: Trace(f"run:{asked.matching_id}", {"what": what}),
    }


def _with_percents(row: dict[str, Any]) -> dict[str, Any]:
    rates = {"placed_percent": row["placed_rate"], "first_percent": row["first_rate"]}
    return row | {name: None if rate is None else f"{100 * rate:.1f}" for name, rate in rates.items()}


def _shares(facts: dict[str, Any]) -> Iterator[Rows]:
    for table in facts["tables"]:
        yield Rows([_with_percents(row) for row in table["rows"]], SHARE_COLUMNS, table["title"])


def _moves(facts: dict[str, Any]) -> Iterator[Rows]:
    yield Rows([facts | facts["counts"]], COUNT_COLUMNS)
    yield from (Rows(facts[name], MOVE_COLUMNS, title) for name, title in MOVES.items() if facts[name])


@OPERATIONS.add(
    "公平性",
    "nursery.view",
    "GET runs/{matching_id}/fairness",
    "round fairness",
    help="指数・きょうだい・転園・地区・生まれ月ごとに、希望がかなった割合を出す",
    answer=Answer(answers.FairnessOut, tables=_shares),
)
def show_fairness(asked: given.FairnessIn, actor: Actor) -> dict[str, Any]:
    """Placement and first-wish counts by groups; `final` for the adopted calculation only."""
    return answers.fairness_facts(run_of(asked.matching_id), final=asked.result == "final")


@OPERATIONS.add(
    "二つの計算を比べる",
    "nursery.view",
    "GET runs/{matching_id}/comparison",
    "round compare",
    help="もとの計算からこの計算に変えると、だれがよくなり、だれが悪くなるかを出す",
    answer=Answer(answers.ComparisonOut, lambda found: answers.comparison_facts(*found), tables=_moves),
    by_operator=False,
    event="nursery.runs_compared",
    trace=lambda asked, found: Trace(f"run:{asked.matching_id}", {"before": found[0].pk}),
)
def show_comparison(asked: given.ComparisonIn, actor: User) -> tuple[Run, Run, Comparison]:
    """Who gains and who loses from `before` (of a what-if its base unless stated) to this calculation."""
    run = run_of(asked.matching_id)
    other = outputs.other(run, asked.before)
    return other, run, outputs.compared(other, run)


@OPERATIONS.add(
    "表をCSVで書き出す",
    "nursery.output",
    "GET runs/{matching_id}/table.csv",
    answer=Answer(media_type="text/csv"),
    event="nursery.exported",
    trace=lambda asked, file: Trace(
        f"run:{asked.matching_id}", {"what": asked.table, "encoding": asked.encoding}
    ),
    step_up=True,
)
def export_table(asked: given.TableIn, actor: User) -> Download:
    """A table: children, wishes, slots, waiting, points, shares or (of the adopted calculation) final_shares. encoding:
    utf-8 or cp932; characters that it lacks are told (409) unless `accept`, which puts 〓 for them."""
    return files.take_table(
        run_of(asked.matching_id), asked.table, asked.encoding, accept=asked.accept, actor=actor
    )


@OPERATIONS.add(
    "すべての表をExcelで書き出す",
    "nursery.output",
    "GET runs/{matching_id}/tables.xlsx",
    answer=EXCEL,
    **exported("excel"),
    step_up=True,
)
def export_workbook(asked: given.OneRun, actor: User) -> Download:
    """All tables, a sheet each."""
    return files.take_workbook(run_of(asked.matching_id), actor=actor)


@OPERATIONS.add(
    "承認する決定のもとになった表をExcelで書き出す",
    "nursery.approve",
    "GET decisions/{decision_id}/tables.xlsx",
    answer=EXCEL,
    event="nursery.exported",
    trace=lambda asked, file: Trace(f"run:{decision_of(asked.decision_id).run_id}", {"what": "excel"}),
    step_up=True,
)
def export_for_decision(asked: given.OneDecision, actor: User) -> Download:
    """All results on which a decision is to be made, for who has to approve it."""
    run = decision_of(asked.decision_id).run
    if run is None:
        raise Unknown("この決定には、もとになる計算がありません。")
    return files.take_workbook(run, actor=actor)


@OPERATIONS.add(
    "計算の結果を書き出す",
    "nursery.output",
    command="round export",
    help="計算の結果をCSVかExcelのファイルに書き出す（だれが書き出したかを記録する）",
    answer=EXCEL,
    step_up=True,
)
def export(asked: given.ExportIn, actor: Actor) -> Download:
    """One table, or all of them where none is named."""
    if asked.table:
        return export_table(actor, **asked.model_dump())
    return export_workbook(actor, matching_id=asked.matching_id)
