"""Whatever holds a text has all terms of it: what the index leaves out cannot hold it."""

from hypothesis import given
from hypothesis import strategies as st

from yakuba.kernel.search import parts
from yakuba.kernel.search.cutting import BLOTTED, part_terms
from yakuba.kernel.search.entry import Text
from yakuba.kernel.search.indexing import rebuild, take_in
from yakuba.kernel.search.models import Waiting
from yakuba.kernel.search.noting import changed
from yakuba.kernel.search.postings import counted, number_of
from yakuba.kernel.search.tests.source import lay, lift
from yakuba.kernel.tenancy import active_municipality

LETTERS = "渡邊辺神髙高あアｱｶﾞﾊﾟンーaAＡß0123456789０１-－,． 　。=+%_*の々🏠\ufa19"
MY_NUMBER = "123456789018"


@given(
    st.text(LETTERS, max_size=30),
    st.integers(0, 30),
    st.integers(0, 30),
    st.sampled_from(["", MY_NUMBER, "1234-5678-9018"]),
)
def test_what_holds_a_text_has_its_terms(said, start, end, number):
    said = said[: len(said) // 2] + number + said[len(said) // 2 :]
    has = set(counted([Text(said, exact=True)]))
    letters, digits = part_terms(said[start:end])
    assert {number_of(term) for term in letters} <= has
    assert {number_of(term) for term in digits} <= has or number_of(BLOTTED) in has


def test_digits_in_the_middle_are_found_and_other_entries_are_not(source, in_yakuba_city):
    lay("1", "渡辺静 0312345678", exact=True)
    lay("2", "渡辺静 0398765432", exact=True)
    lay("3", "阿部一郎", exact=True)
    rebuild(source)
    assert parts.candidates(source, ["2345"]) == {"1"}
    assert parts.candidates(source, ["渡辺"]) == {"1", "2"}
    assert parts.candidates(source, ["渡辺", "阿部"]) == {"1", "2", "3"}
    assert parts.candidates(source, ["渡辺 0398"]) == {"2"}
    assert parts.candidates(source, ["鈴木"]) == set()


def test_what_waits_is_among_them(source, in_yakuba_city):
    lay("1", "渡辺静", exact=True)
    rebuild(source)
    lay("2", "渡辺花子", exact=True)
    changed(source, "2")
    assert parts.candidates(source, ["渡辺"]) == {"1", "2"}
    lift("1")
    changed(source, "1")
    take_in(source)
    assert parts.candidates(source, ["渡辺"]) == {"2"}
    assert not Waiting.objects.exists()


def test_another_town_s_entries_are_not(source, yakuba_city, neighbour_town):
    for town in (yakuba_city, neighbour_town):
        with active_municipality(town):
            lay(town.code, "渡辺静", exact=True)
            rebuild(source)
    with active_municipality(neighbour_town):
        assert parts.candidates(source, ["渡辺"]) == {neighbour_town.code}
