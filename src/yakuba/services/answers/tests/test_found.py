"""The search of the whole house finds the answers that are published, as they are told."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from yakuba.kernel.localwords.actions import set_words
from yakuba.kernel.search.models import Waiting
from yakuba.kernel.search.tests.asking import indexed, switched_off, titles
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.answers import facade
from yakuba.services.answers.actions import entries
from yakuba.services.answers.contracts import Draft, SectionFacts
from yakuba.services.answers.models import Entry, Version
from yakuba.services.answers.tests.conftest import JUMINHYO

SOURCE = "answers.entries"


def test_what_is_published_is_found_as_it_is_told(published, clerk):
    assert titles(SOURCE, clerk, "住民票　手数料")[0] == JUMINHYO.question
    assert titles(SOURCE, clerk, "300") == [JUMINHYO.question], "by the town's word"
    set_words({"住民票の手数料": "450円"}, actor=clerk)
    assert titles(SOURCE, clerk, "450") == [JUMINHYO.question]
    assert titles(SOURCE, clerk, "300") == []
    facade.set_sections([SectionFacts("市民課", "0120-000-777")], actor=clerk)
    assert titles(SOURCE, clerk, "0120-000-777") == [JUMINHYO.question]


def test_a_draft_is_not_found_and_a_withdrawn_answer_no_more(published, clerk, approver):
    entries.write(Draft("bus", "循環バスの時刻は", "交通課へ。"), actor=clerk)
    assert titles(SOURCE, clerk, "循環バス") == []
    facade.publish_all("足しました", proposed_by=clerk, approved_by=approver)
    assert titles(SOURCE, clerk, "循環バス") == ["循環バスの時刻は"]
    row = Entry.objects.get(code="bus")
    entries.withdraw(row.pk)
    assert titles(SOURCE, clerk, "循環バス") == []
    assert indexed(SOURCE) == 3


def test_only_who_may_see_answers_finds_them_and_only_where_the_room_is_used(
    published, clerk, make_staff, yakuba_city, neighbour_town, neighbour
):
    assert titles(SOURCE, make_staff(yakuba_city, "answers.view"), "犬の登録")
    assert titles(SOURCE, make_staff(yakuba_city, "ledger.view"), "犬の登録") == []
    with active_municipality(neighbour_town):
        assert titles(SOURCE, neighbour, "犬の登録") == []
    assert titles(SOURCE, switched_off("answers", clerk), "犬の登録") == []


def test_an_answer_whose_days_are_over_is_not_found(published, clerk):
    Version.objects.filter(entry__code="inu").update(
        valid_until=timezone.localdate() - timedelta(days=1)
    )  # as a day passes
    assert titles(SOURCE, clerk, "犬の登録") == []


def test_a_publication_writes_one_note_an_answer_and_no_more(published, clerk):
    indexed(SOURCE)
    entries.write(Draft("inu", "犬の登録はどこですか", "環境課です。"), actor=clerk)
    assert not Waiting.objects.filter(source=SOURCE).exists(), "a draft concerns the index not"
    entries.withdraw(Entry.objects.get(code="inu").pk)
    assert Waiting.objects.filter(source=SOURCE).count() == 1
