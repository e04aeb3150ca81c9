"""Fillers and wording."""

from __future__ import annotations

import pytest

from yakuba.services.minutes.engine import fillers, wording


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        (
            "えー、それでは、あのー、予算について、えっと、ご説明します。",
            "それでは、予算について、ご説明します。",
        ),
        ("えーと、えー本日は", "本日は"),
        ("まあ、除雪が遅れたと。あの、質問があります。", "除雪が遅れたと。質問があります。"),
        ("あの件については、その上で検討します。", "あの件については、その上で検討します。"),
        ("ええ、そのとおりです。はい。", "ええ、そのとおりです。はい。"),
        ("エレベーターとコーヒー。", "エレベーターとコーヒー。"),
        ("えー", "えー"),  # nothing would be left of it: a person decides
    ],
)
def test_fillers_go_and_answers_stay(spoken, written):
    assert fillers.without(spoken) == written
    assert "".join(one.text for one in fillers.pieces(spoken)) == spoken


def test_hints_say_what_to_write():
    text = "見れることもあるんですけど、検討して下さい。女節がが必要"
    found = wording.hints(text, wording.terms("必要＝肝要\n空="))
    assert [(one.words, one.better) for one in found] == [
        ("れる", "られる"),
        ("んですけど", "のですが"),
        ("下さい", "ください"),
        ("女節", "除雪"),
        ("がが", "が"),
        ("必要", "肝要"),
    ]
    assert wording.mended(text, found[2]) == text.replace("下さい", "ください")
    assert wording.mended("別の文", found[2]) == "別の文"
    assert not wording.hints("見られることもありますので、検討してください。")
    assert "一文が" in wording.hints("あ" * 151 + "。")[0].why
