"""Nobody can work out a hidden number of persons or firms from what is published: not from totals that stand elsewhere under another
name, not from questions that are sums, medians, decimals or the files."""

from __future__ import annotations

import pytest

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.services.surveys.actions import answers, tallies
from yakuba.services.surveys.contracts import Body, BodyClass
from yakuba.services.surveys.engine.hiding import masks
from yakuba.services.surveys.engine.reading import read_definition
from yakuba.services.surveys.engine.tally import tally
from yakuba.services.surveys.models import Answers, Asked, Edition
from yakuba.services.surveys.pages.results import overview
from yakuba.services.surveys.queries import published, results
from yakuba.services.surveys.tests import examples

PEOPLE = """
survey: people
title: 例
edition: "2026"
as_of: 2026-04-01
bodies: ["131016", "131024", "131130", "011002"]
sections:
  - title: 人
    questions:
      - {code: men, label: 男, kind: number, unit: 人, counts_people: はい}
      - {code: women, label: 女, kind: number, unit: 人}
      - {code: both, label: 計, kind: number, unit: 人, sum_of: [men, women]}
      - {code: full, label: 常勤換算, kind: number, unit: 人, counts_people: はい, decimals: 1}
      - {code: cases, label: 件数, kind: number, unit: 件}
"""


def hidden_of(bodies, sheets, text=PEOPLE):
    definition = read_definition(text)
    return masks(definition, {one.key: one for one in tally(definition, bodies, sheets)})


def ward(code: str, prefecture: str = "東京都", kind: BodyClass = BodyClass.WARD, band: str = "") -> Body:
    return Body(code, code, prefecture, kind, None, band)


def test_one_total_under_two_names_is_hidden_under_both():
    """Without a prefecture among the bodies すべて and 全市区町村 are one number."""
    found = hidden_of([ward("1"), ward("2")], [{"full": "3"}, {"full": "2"}])
    assert found["full"] == {"all", "municipal", "class:ward", "prefecture:東京都"}


def test_a_hidden_prefecture_hides_the_total_that_stands_with_the_classes():
    """Both prefectures are small; the total under 団体区分 is their sum, and would give 4 and 5 away within 0 to 9."""
    bodies = [ward("1"), ward("2", "北海道", BodyClass.TOWN)]
    found = hidden_of(bodies, [{"full": "4"}, {"full": "5"}])
    assert {
        "prefecture:東京都",
        "prefecture:北海道",
        "class:ward",
        "class:town",
        "municipal",
        "all",
    } == found["full"]


def test_a_question_that_is_a_sum_does_not_give_its_parts_away():
    bodies = [ward("1"), ward("2", "北海道", BodyClass.TOWN), ward("3", "大阪府", BodyClass.CITY)]
    sheets = [
        {"men": "3", "women": "40", "both": "43"},
        {"men": "50", "women": "60", "both": "110"},
        {"men": "70", "women": "80", "both": "150"},
    ]
    found = hidden_of(bodies, sheets)
    assert "class:ward" in found["men"]
    assert found["both"] & {"class:ward"} or found["women"] & {"class:ward"}
    assert "cases" not in found


def test_less_than_one_person_is_small_and_not_none():
    found = hidden_of([ward("1"), ward("2", "北海道")], [{"full": "0.5"}, {"full": "80"}])
    assert "prefecture:東京都" in found["full"]
    assert "prefecture:北海道" in found["full"]


def test_bodies_of_which_nobody_knows_the_population_do_not_stop_the_tally():
    bodies = [ward("1", band="1万未満"), ward("2"), ward("3", "", BodyClass.TOWN)]
    found = hidden_of(bodies, [{"full": "3"}, {"full": "80"}, {"full": "70"}])
    assert {"band:1万未満", "prefecture:東京都"} & found["full"] == {"band:1万未満"}


def test_numbers_below_nothing_or_beyond_measure_do_not_stop_it_either_and_show_nothing():
    bodies = [ward("1"), ward("2", "北海道")]
    for amount in ("-5", "9" * 18):
        found = hidden_of(bodies, [{"men": "30", "women": amount}, {"men": "50"}])
        assert "all" in found["men"]
        assert "all" in found["women"]


def test_a_definition_that_counts_less_than_no_persons_is_refused():
    with pytest.raises(DefinitionRefused, match="0以上"):
        read_definition(
            PEOPLE.replace("unit: 人, counts_people: はい}", "unit: 人, counts_people: はい, least: -1}")
        )
    assert read_definition(PEOPLE).by_code["men"].most == 10**9


@pytest.fixture
def tied(in_yakuba_city, clerk) -> Edition:
    from yakuba.services.surveys.actions import definitions

    edition = definitions.send_out(definitions.load(PEOPLE, actor=clerk), actor=clerk)
    for code, men, women in (("131016", 3, 12), ("131024", 44, 51), ("131130", 62, 73), ("011002", 81, 90)):
        asked = Asked.objects.get(edition=edition, code=code)
        values = {
            "men": str(men),
            "women": str(women),
            "both": str(men + women),
            "full": str(men),
            "cases": "1",
        }
        answers.keep(asked, values, Answers.Way.PROXY, actor=None, reason="例")
    tallies.prepare(edition)
    edition.refresh_from_db()
    return edition


def test_neither_files_nor_pages_give_a_body_away(tied):
    """Of a body no number of persons stands anywhere, also not where a sum would tell it; numbers of other things do."""
    rows = list(published.answers_table(tied, public=True).rows)
    assert {tuple(row[6:]) for row in rows} == {("秘匿", "秘匿", "秘匿", "秘匿", 1)}
    body = Asked.objects.select_related("edition__survey").get(code="131016")
    card = {line.label: line for line in results.card(body, public=True)}
    assert [card[label].value for label in ("男", "女", "計", "常勤換算", "件数")] == ["秘匿"] * 4 + ["1件"]
    for key in ("men", "women", "both", "full"):
        found = results.result(tied, key, results.tally_of(tied, key))
        assert not any(row.median for table in found.tables for row in table.rows)
        assert results.bodies_map(tied, found, "") is None
    assert any(
        row.median for row in results.result(tied, "cases", results.tally_of(tied, "cases")).tables[0].rows
    )


def test_the_overview_hides_what_the_table_hides(in_yakuba_city, clerk):
    edition = examples.opened(clerk)
    asked = Asked.objects.get(edition=edition, code="131016")
    answers.keep(asked, {"ai": "yes", "people": "4"}, Answers.Way.PROXY, actor=None, reason="例")
    tallies.prepare(edition)
    told = {key: value for _, lines in overview(edition) for key, _, _, value in lines}
    assert told["people"] == "秘匿"
    rows = [row for row in published.tally_rows(edition) if row[0] == "people"]
    assert {row[12] for row in rows if row[13]} == {""}
    assert {row[3] for row in rows if row[13]} >= {"すべて", "特別区", "東京都"}
