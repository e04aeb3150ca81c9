"""Values out of a conversation, each with its sentence."""

from __future__ import annotations

from pathlib import Path

from yakuba.kernel.definitions.procedures import load_procedure
from yakuba.services.minutes.engine import consultation

BUS_PASS = Path(__file__).parents[5] / "samples" / "procedures" / "bus-pass.yaml"
TALK = [
    (1, "お名前を教えてください。"),
    (2, "見本花子と申します。"),
    (3, "生年月日はいつですか。"),
    (4, "昭和25年4月3日です。"),
    (5, "住所と電話番号をお願いします。"),
    (6, "住所は本町1-2-3です。電話は03-1234-5678です。"),
    (7, "受取方法は窓口と郵送のどちらになさいますか。"),
    (8, "郵送でお願いします。"),
    (9, "申請の区分は70歳以上でよろしいですか。"),
    (10, "はい。利用する路線は東ルートと西ルートです。"),
]


def test_values_are_suggested_with_the_sentence_that_they_stand_in():
    found = consultation.suggestions(load_procedure(BUS_PASS), TALK)
    values = {(one.field, one.value) for one in found}
    assert ("name", "見本花子") in values
    assert ("birth", "1950-04-03") in values
    assert ("address", "本町1-2-3") in values
    assert ("phone", "0312345678") in values
    assert ("category", "elderly") in values
    assert ("routes", "east,west") in values
    assert ("delivery", "post") in values
    assert ("delivery", "counter") not in values, "a question offers, the answer says"
    texts = dict(TALK)
    assert all(one.sentence in texts[one.key] for one in found)
    assert not any(one.field == "receipt_number" for one in found)
    assert not consultation.suggestions(load_procedure(BUS_PASS), [(1, "よろしくお願いします。")])
