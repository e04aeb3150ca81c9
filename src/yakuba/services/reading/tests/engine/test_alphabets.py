"""The tables of characters: an editor that normalises a file makes two equal ones of a pair."""

from __future__ import annotations

import inspect
import re

from yakuba.services.reading.engine import alphabets


def test_no_pair_of_look_alike_kanji_is_a_pair_of_equals() -> None:
    source = inspect.getsource(alphabets)
    table = source[source.index("LOOKALIKE_KANJI") : source.index("STANDARD_FORMS")]
    pairs = [
        one.encode("ascii", "backslashreplace").decode("unicode_escape")
        for one in re.findall('"(.+)"', table)
    ]
    assert len(pairs) > 20
    assert [pair for pair in pairs if len(pair) < 2 or len(set(pair)) < len(pair)] == []


def test_no_form_is_folded_into_itself() -> None:
    groups = alphabets._GLYPHS.split()
    assert [one for one in groups if len(one) < 2 or one[0] in one[1:]] == []


def test_a_standard_form_is_another_character_and_kana_and_kanji_of_one_shape_differ() -> None:
    assert [old for old, new in alphabets.STANDARD_FORMS.items() if old == new] == []
    assert [kana for kana, kanji in alphabets.SAME_SHAPE.items() if kana == kanji] == []


def test_compatibility_kanji_are_look_alikes_of_their_kanji() -> None:
    for pair in ("福\ufa1b", "朗\uf929", "晴\ufa12", "都\ufa26"):
        assert set(pair) <= alphabets.LOOKALIKE_KANJI
