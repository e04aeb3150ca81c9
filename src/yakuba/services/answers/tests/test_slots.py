"""Places in an answer that are left over, and what a file may say of an entry: nothing unfinished is told to residents."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.urls import reverse

from yakuba.kernel.localwords import slots
from yakuba.kernel.localwords.actions import set_words
from yakuba.kernel.refusals import Invalid
from yakuba.services.answers.actions import entries
from yakuba.services.answers.contracts import SectionFacts
from yakuba.services.answers.models import Entry
from yakuba.services.answers.queries import entries as queries
from yakuba.services.answers.queries import telling
from yakuba.services.answers.tests.conftest import JUMINHYO

NOTE = "ここに、担当課の電話番号と受付時間を書いてください。土曜日と日曜日、祝日に休むことも忘れずに書いてください。"


@pytest.mark.parametrize(
    "answer",
    [
        "電話は{電話です。",
        "電話は電話}です。",
        "電話は{{電話}}です。",
        f"{{{NOTE}}}",
        "電話は{電話\n}です。",
        "{}",
    ],
)
def test_an_answer_with_a_brace_left_over_is_neither_proposed_nor_told(in_yakuba_city, clerk, answer):
    entries.set_section(SectionFacts("市民課", "0120-000-001", "平日", "1階"), actor=clerk)
    version = entries.write(replace(JUMINHYO, answer=answer), actor=clerk)
    assert queries.missing(version)
    with pytest.raises(Invalid, match="埋まっていない"):
        entries.propose([version.pk], "新しく", actor=clerk)


def test_what_a_section_says_of_itself_fills_its_places_unless_it_holds_one(in_yakuba_city):
    section = SectionFacts("市民課", "{電話}", "平日", "1階")
    assert slots.missing("電話は{電話}です。", queries.filling(section, {"電話": "0120-000-009"})) == ["電話"]
    assert slots.missing("{自治体}の{窓口}は{場所}です。", queries.filling(section, {})) == []
    assert slots.missing("{窓口}です。", queries.filling(None, {"窓口": "市民課"})) == ["窓口"], (
        "a word that another room's texts need says nothing of the section in charge"
    )


def test_a_language_that_is_none_is_told_and_the_page_keeps_one(in_yakuba_city, page, clerk):
    with pytest.raises(Invalid, match="言語「日本語ではなく英語など」"):
        entries.write(replace(JUMINHYO, language="日本語ではなく英語など"), actor=clerk)
    version = entries.write(replace(JUMINHYO, language="en"), actor=clerk)
    given = {"question": "Where?", "answer": "There.", "audience": "resident"}
    page.post(reverse("answers:edit", args=[version.entry_id]), given)
    version.refresh_from_db()
    assert (version.question, version.language) == ("Where?", "en")


def test_an_answer_whose_place_lost_its_value_is_told_no_more(published, clerk):
    number = Entry.objects.get(code="juminhyo").pk
    assert telling.one(number, telling.RESIDENTS) is not None
    set_words({"住民票の手数料": ""}, actor=clerk)
    assert telling.one(number, telling.RESIDENTS) is None
