"""Numbers and tables are shown and read again as they are: signs, fractions, signs between cells, editions that never went out."""

from __future__ import annotations

import json

import pytest

from yakuba.services.surveys.actions import answers, definitions
from yakuba.services.surveys.contracts import Body, BodyClass
from yakuba.services.surveys.engine.answers import AnswerRefused, canonical, shown, table_text
from yakuba.services.surveys.engine.reading import read_definition
from yakuba.services.surveys.engine.tally import tally
from yakuba.services.surveys.forms.answering import AnswersForm
from yakuba.services.surveys.models import Answers, Asked
from yakuba.services.surveys.queries import editions as queries
from yakuba.services.surveys.tests import examples

TEXT = """
survey: numbers
title: 例
edition: "2026"
as_of: 2026-04-01
sections:
  - title: 数
    questions:
      - {code: change, label: 増減, kind: number, unit: 件, decimals: 2, least: -1000000}
      - {code: systems, label: 仕組み, kind: table, columns: {name: 名前, users: 人数（数）}, most_rows: 3}
      - {code: ai, label: 導入, kind: choice, options: {yes: はい, no: いいえ}, base: answered}
"""


@pytest.mark.parametrize(
    ("typed", "kept", "told"),
    [
        ("-0.5", "-0.5", "-0.5件"), ("△０．２５", "-0.25", "-0.25件"), ("-0", "0", "0件"), ("-1,234.50", "-1234.5", "-1,234.5件"),
        ("0.00", "0", "0件"), ("1234567", "1234567", "1,234,567件"),
    ],
)  # fmt: skip
def test_a_number_keeps_its_sign_and_its_fraction(typed, kept, told):
    question, field = read_definition(TEXT).fields["change"]
    assert canonical(question, field, typed) == kept
    assert shown(question, field, kept) == told


def test_totals_and_medians_of_fractions_keep_their_sign():
    bodies = [Body(str(at), "", "", BodyClass.TOWN) for at in range(3)]
    sheets = [{"change": "-0.5"}, {"change": "0.25"}, {"change": "-0.25"}]
    group = {one.key: one.groups for one in tally(read_definition(TEXT), bodies, sheets)}["change"]["all"]
    assert (group.total, group.median) == ("-0.5", "-0.25")


def test_nobody_answered_and_nobody_was_asked_give_no_rate():
    bodies = [Body(str(at), "", "", BodyClass.TOWN) for at in range(3)]
    group = {one.key: one.groups for one in tally(read_definition(TEXT), bodies, [{}, None, {}])}["ai"]["all"]
    assert (group.answered, group.unanswered) == (0, 3)
    assert group.share("yes", "answered").shown == "―"
    assert group.share("yes", "asked").shown == "0.0%"
    assert all(not one.groups for one in tally(read_definition(TEXT), [], []))


@pytest.mark.parametrize(
    "rows",
    [[["住基、税", "1200"]], [["a,b", "3"], ["台帳", "4"]], [["台帳", ""]], [["", "5"]], [["台帳，旧", ""]]],
)
def test_a_table_that_is_shown_to_be_corrected_is_read_again_as_it_was(rows):
    definition = read_definition(TEXT)
    value = json.dumps(rows, ensure_ascii=False)
    form = AnswersForm(definition, values={"systems": value})
    again = AnswersForm(definition, {"systems": form.initial["systems"]})
    assert again.is_valid(), again.errors
    assert json.loads(again.values["systems"]) == rows


def test_a_line_with_more_cells_than_columns_is_told_and_not_cut():
    definition = read_definition(TEXT)
    form = AnswersForm(definition, {"systems": "台帳、1,234"})
    assert not form.is_valid()
    assert "1行目の欄が3つあります" in str(form.errors)
    with pytest.raises(AnswerRefused, match="1行目"):
        table_text(definition.by_code["systems"], [["台帳", "1", "234"]])
    assert (
        table_text(definition.by_code["systems"], [["台帳\n（旧）", "1,234"]]) == '[["台帳 （旧）", "1234"]]'
    )


def test_an_edition_that_never_went_out_is_not_last_years(in_yakuba_city, clerk):
    first = examples.opened(clerk, edition="2024", as_of="2024-04-01")
    asked = Asked.objects.get(edition=first, code="131016")
    answers.keep(asked, {"cases": "10"}, Answers.Way.PROXY, actor=None, reason="例")
    definitions.load(examples.text(edition="2025", as_of="2025-04-01"), actor=clerk)
    now = examples.opened(clerk)
    assert queries.answers_before(now)["131016"] == {"cases": "10"}
