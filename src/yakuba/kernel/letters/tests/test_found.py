"""The search of the whole house finds letters by what they say, as the town has them today."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from yakuba.kernel.letters import actions, found
from yakuba.kernel.letters.tests.test_word_pages import HELD, whole
from yakuba.kernel.registry import letter_kinds
from yakuba.kernel.search import indexing
from yakuba.kernel.search.tests.asking import switched_off, titles

SOURCE = "letters.kinds"
OWN = "竹林の小道にお越しください。"


def built(person, text: str) -> list[str]:
    """The index follows another version of the source by itself, as `jobs.build_everywhere` has it."""
    if not indexing.is_built(SOURCE):
        indexing.rebuild(SOURCE)
    return titles(SOURCE, person, text)


def test_a_letter_is_found_as_the_house_has_it_and_as_the_town_wrote_it(in_yakuba_city, clerk):
    kind = letter_kinds()[HELD]
    assert kind.label in built(clerk, kind.label)
    assert built(clerk, "竹林の小道") == []
    row = actions.take(kind, "保留.docx", whole(OWN), actor=clerk)
    assert OWN in row.text
    assert built(clerk, "竹林の小道") == [], "a draft is nobody's letter"
    actions.use(row, timezone.localdate() + timedelta(days=1), actor=clerk)
    assert built(clerk, "竹林の小道") == [], "from tomorrow on"
    row.since = timezone.localdate()  # as the day comes
    row.save()
    assert built(clerk, "竹林の小道") == [kind.label]
    (entry,) = found.entries([HELD])
    assert "第1版" in entry.detail
    actions.withdraw(row, actor=clerk)
    assert built(clerk, "竹林の小道") == []


def test_only_who_may_exchange_letters_finds_them_and_only_of_rooms_in_use(
    in_yakuba_city, clerk, make_staff, yakuba_city
):
    label = letter_kinds()[HELD].label
    assert label in built(make_staff(yakuba_city, "letters.templates"), label)
    assert built(make_staff(yakuba_city, "ledger.view"), label) == []
    again = switched_off("nursery", clerk)
    assert label not in titles(SOURCE, again, label), "at once"
    assert label not in built(again, label)
    assert not any(key.startswith("nursery.") for key in found.keys(""))
