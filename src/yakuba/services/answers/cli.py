"""`yakuba answers …`: the operations, and measuring on files, which needs no database."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import typer

from yakuba.kernel.cli.output import errors, fail, print_json, print_rows
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.definitions.given import content
from yakuba.kernel.operations.commands import JSON, add_commands
from yakuba.kernel.refusals import Problem
from yakuba.services.answers.operations import OPERATIONS

app = verbs("問い合わせ応答")
add_commands(app, OPERATIONS)

LARGEST = 100_000_000  # bytes of a table
MOST_TOLD = 20
HEADINGS = {
    "queries": "質問の数",
    "s1": "1番目が正しい",
    "s5": "5番目までにある",
    "mrr": "MRR",
    "ndcg10": "nDCG@10",
    "answered": "1つだけで答えた",
    "wrong_of_answered": "そのうち誤り",
    "answered_three": "3つまで示した",
    "wrong_of_three": "そのうち誤り",
    "answered_out_of_scope": "答えがないのに答えた",
    "labels": "学んだ組",
    "ms_per_query": "1問のミリ秒",
}


@app.command("evaluate")
def evaluate(
    faq: Path = typer.Option(..., "--faq", help="答えの表（CSVかExcel。列 id,question,answer）"),
    queries: Path = typer.Option(
        ..., "--queries", help="質問の表（列 query,relevant。relevantは 番号:段階;番号:段階…）"
    ),
    cross_validate: int = typer.Option(
        0, "--cross-validate", help="質問をこの数に分け、ほかの組で学んで測る（2〜20）"
    ),
    seed: int = typer.Option(1, "--seed", help="分け方の種"),
    by_answer: bool = typer.Option(
        False, "--by-answer", help="質問ではなく答えで分ける（初めて聞かれる答えで測る）"
    ),
    as_json: bool = JSON,
) -> None:
    """質問にどれだけ正しく答えるかを、手元の表で測る（データベースは要らない）"""
    from yakuba.services.answers.engine import reading
    from yakuba.services.answers.engine.evaluating import Evaluation

    if cross_validate and not 2 <= cross_validate <= 20:
        raise fail("--cross-validate は2から20で指定してください。", 2)
    entries, faults = reading.faq(_rows(faq, ("id", "question", "answer")))
    _tell(faq, faults)
    asked, faults = reading.queries(_rows(queries, ("query", "relevant")), entries)
    _tell(queries, faults)
    if not entries or len(asked) < max(cross_validate, 1):
        raise fail("測れる質問がありません。答えの表と質問の表で、番号が同じか確かめてください。")
    measured = Evaluation(entries, asked)
    figures = asdict(
        measured.crossed(cross_validate, seed, by_answer=by_answer) if cross_validate else measured.plain()
    )
    figures.pop("extra")
    if as_json:
        print_json(figures)
    else:
        rows = [{"what": HEADINGS[key], "value": _shown(value)} for key, value in figures.items()]
        print_rows(rows, {"what": "何を", "value": "値"}, as_json=False)


def _rows(path: Path, required: tuple[str, ...]) -> list:  # type: ignore[type-arg]
    from yakuba.kernel.tables.reading import rows

    problems: list[Problem] = []
    found = list(rows(content(path, LARGEST), required, problems))
    _tell(path, problems)
    if not found:
        raise fail(f"{path.name}: 読める行がありません。列 {','.join(required)} のある表にしてください。")
    return found


def _tell(path: Path, problems: list[Problem]) -> None:
    for one in problems[:MOST_TOLD]:
        errors.print(f"{path.name} {one}", style="yellow", markup=False, highlight=False)
    if len(problems) > MOST_TOLD:
        errors.print(f"{path.name}: ほかに{len(problems) - MOST_TOLD}行", style="yellow", markup=False)


def _shown(value: float) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
