"""`yakuba answers evaluate` on files."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from yakuba.config.command import build
from yakuba.services.answers.tests.asked import entries, queries

KEYS = {
    *("s1", "s5", "mrr", "ndcg10", "answered", "wrong_of_answered", "ms_per_query"),
    *("answered_three", "answered_out_of_scope"),
}


def evaluate(folder, faq: str, asked: str, *more: str):
    (folder / "faq.csv").write_text(faq, encoding="utf-8")
    (folder / "queries.csv").write_text(asked, encoding="cp932")
    words = ["--faq", str(folder / "faq.csv"), "--queries", str(folder / "queries.csv"), *more]
    return CliRunner().invoke(build(), ["answers", "evaluate", *words])


@pytest.mark.slow
def test_the_figures_are_printed_with_their_names(tmp_path):
    faq = "\n".join(["id,question,answer", *(f"{one.key},{one.question},{one.answer}" for one in entries())])
    asked = "\n".join(
        ["query,relevant", *(f"{one.text},{next(iter(one.relevant))}:2;gone:1;inu:0" for one in queries())]
    )
    done = evaluate(tmp_path, faq, asked, "--cross-validate", "3", "--json")
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    assert set(figures) >= KEYS
    assert figures["queries"] == len(queries())
    assert figures["labels"] == 100
    shown = evaluate(tmp_path, faq, asked)
    assert shown.exit_code == 0, shown.output
    assert "nDCG@10" in shown.stdout


def test_doubles_and_empty_answers_are_told_by_line_and_the_rest_goes_on(tmp_path):
    faq = "id,question,answer\n1,住民票は,窓口で\n1,二重,あ\n2,犬は,\n,番号なし,あ\n"
    asked = "query,relevant\n住民票,1:2\n犬,2:1\n壊れた,1=2\n,1:1\n"
    done = evaluate(tmp_path, faq, asked, "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["queries"] == 1
    for said in (
        "3行目 id: 番号「1」は2行目にもあります",
        "4行目 answer: 「2」の答えが空です",
        "5行目 id: 番号（id）がありません",
        "3行目 relevant: 正しい答えの番号",
        "4行目 relevant: 「1=2」は「番号:段階」",
        "5行目 relevant: 質問（query）が空です",
    ):
        assert said in done.stderr.replace("\n", ""), said


def test_a_file_that_is_no_table_is_refused(tmp_path):
    done = evaluate(tmp_path, "これは表ではありません", "query,relevant\nx,1:1\n")
    assert done.exit_code == 1
    assert "読める行がありません" in done.stderr
