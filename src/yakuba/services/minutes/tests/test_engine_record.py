"""What is found in speeches, what each copy shows, and the three documents."""

from __future__ import annotations

import io

import docx
from docx.oxml.ns import qn

from yakuba.services.minutes.adapters import word
from yakuba.services.minutes.contracts import Form
from yakuba.services.minutes.engine import copies, layout, opendata, points, withholding
from yakuba.services.minutes.engine.copies import Hidden, Matter, Point, Record, Said

TALK = [
    (1, "ただいまから委員会を開会します。"),
    (2, "除雪の委託料について質問します。委託料はなぜ増えたのですか。"),
    (3, "除雪の委託料は、単価の改定により増えました。内訳は建設課が12月10日までに資料を提出します。"),
    (4, "本件は原案のとおり可決することに決定しました。次回は12月15日に開催します。"),
]


def test_decisions_tasks_and_the_next_meeting_are_sentences_that_were_said():
    found = {one.kind: one for one in points.found(TALK)}
    assert found["decision"].sentence == "本件は原案のとおり可決することに決定しました。"
    assert (found["task"].who, found["task"].until) == ("建設課", "12月10日まで")
    assert found["next"].sentence == "次回は12月15日に開催します。"
    assert not points.found([(1, "いつ決定しましたか。")]), "a question decides nothing"
    said = dict(TALK)
    chosen = points.summary(TALK)
    assert chosen
    assert all(one.sentence in said[one.key] for one in chosen)


def test_personal_data_is_found_and_who_sat_there_is_not():
    text = "乙川二郎さんの電話は03-1234-5678で、住所は本町1丁目2番3号です。甲野委員長と市民の皆さんに聞きました。"
    found = dict(withholding.found(text, {"甲野一郎"}))
    assert {"乙川二郎", "03-1234-5678"} <= set(found)
    assert any(why == "住所" for why in found.values())
    assert not any("甲野" in words or "皆" in words for words in found)
    assert not withholding.found("甲野一郎君が説明します。", {"甲野一郎"})
    assert [words for words, _ in withholding.found("乙川太郎さんです。", ())] == ["乙川太郎"], (
        "once, and whole"
    )
    assert withholding.found("番号は1234-5678-9018です。", ()) == [("1234-5678-9018", "個人番号")]


SAID = (
    Said(1, "heading", "日程第1　議案第12号"),
    Said(2, "speech", "開会します。", "議長（甲野一郎君）", name="甲野一郎", office="議長"),
    Said(3, "speech", "乙川二郎さんの件は不適切でした。乙川二郎さんです。", "A委員", hidden=(Hidden("乙川二郎"), Hidden("不適切", True))),
    Said(4, "speech", "秘密の話。", "A委員", secret=True),
    Said(5, "speech", "続く秘密。", "B委員", secret=True),
    Said(6, "speech", "全部取り消します。", "B委員", hidden=(Hidden("", True),)),
    Said(7, "vote", "原案可決（賛成多数）"),
)  # fmt: skip
RECORD = Record(
    "令和8年第4回定例会", "assembly", (("開催日", ("令和8年11月20日",)), ("出席者", ("A委員", "B委員"))), SAID,
    (Matter("議案", "議案第12号", outcome="原案可決", ayes=10, noes=3),),
    (Point(2, "decision", "開会します。"), Point(3, "summary", "乙川二郎さんです。"), Point(2, "summary", "開会します。")),
    ("C議員", "D議員"),
    {"issueID": "x-1", "date": "2026-11-20"},
)  # fmt: skip


def test_the_published_copy_leaves_out_and_the_original_keeps_all():
    copy = copies.published(RECORD)
    texts = [one.text for one in copy.said]
    whole = "".join(texts)
    assert "乙川" not in whole
    assert "不適切" not in whole
    assert texts[2] == "●●さんの件は――――（発言取消し）でした。●●さんです。"
    assert texts.count(copies.SECRET) == 1
    assert "秘密の話" not in whole
    assert [one.sentence for one in copy.points] == ["開会します。", "開会します。"], (
        "a hidden sentence sums up nothing"
    )
    kept = copies.original(RECORD)
    assert (
        kept.said[2].text
        == "〔非公開：乙川二郎〕さんの件は〔取消し：不適切〕でした。〔非公開：乙川二郎〕さんです。"
    )
    assert kept.said[3].text == "〔秘密会〕秘密の話。"
    assert copies.lost((Said(1, "speech", "直した。", hidden=(Hidden("無い"),)),)) == [(1, "無い")]


def test_the_open_file_has_the_names_of_the_diets_api():
    found = opendata.written(copies.published(RECORD))
    head, heading, first = found["speechRecord"][:3]
    assert (head["speechOrder"], head["speaker"]) == (0, "会議録情報")
    assert heading["speech"] == "日程第1　議案第12号"
    assert first["speechID"] == "x-1_002"
    assert (first["speaker"], first["speakerPosition"]) == ("甲野一郎", "議長")
    assert first["speech"] == "○議長（甲野一郎君）　開会します。"
    assert "乙川" not in str(found)


def test_documents_in_three_forms():
    copy = copies.published(RECORD)
    forms = {form: layout.blocks(copy, form) for form in Form}
    lead = [one.lead for one in forms[Form.VERBATIM] if one.style == "speech"]
    assert lead[0] == "○議長（甲野一郎君）"
    assert [one.text for one in forms[Form.VERBATIM] if one.style == "sign"] == ["", "C議員", "D議員"]
    summed = [one for one in forms[Form.SUMMARY] if one.style == "sentence"]
    assert all(one.refers for one in summed), "each sentence says where it is from"
    assert not any(one.style == "speech" for one in forms[Form.SUMMARY])
    assert any(one.text == "原案可決（賛成10、反対3）" for one in forms[Form.POINTS])


def test_word_stands_and_lies():
    blocks = layout.blocks(copies.published(RECORD), Form.VERBATIM)
    lying = docx.Document(io.BytesIO(word.written(blocks)))
    assert "○議長（甲野一郎君）　開会します。" in [one.text for one in lying.paragraphs]
    standing = docx.Document(io.BytesIO(word.written(blocks, vertical=True)))
    section = standing.sections[0]
    names = [one.tag for one in section._sectPr]
    assert section._sectPr.find(qn("w:textDirection")).get(qn("w:val")) == "tbRl"
    assert names.index(qn("w:textDirection")) < names.index(qn("w:docGrid"))
    assert section.page_width > section.page_height


def test_nothing_of_words_that_overlap_is_published():
    hidden = (Hidden("乙川二郎は北町"), Hidden("北町3丁目12番地", True), Hidden("二郎は"))
    one = Said(1, "speech", "乙川二郎は北町3丁目12番地に住む。ここは北町3丁目。", hidden=hidden)
    said = copies.published(Record("会議", "committee", (), (one,))).said[0].text
    assert said == f"{copies.WITHDRAWN}に住む。ここは北町3丁目。"
    whole = Said(1, "speech", "全部。", hidden=(Hidden("発言"), Hidden("", True)))
    assert copies.published(Record("会議", "committee", (), (whole,))).said[0].text == copies.WITHDRAWN


def test_a_document_is_made_of_letters_that_no_xml_holds():
    record = Record("会議\x0b", "committee", (), (Said(1, "speech", "前\x0c\uffff後", "A\x01委員"),))
    made = docx.Document(io.BytesIO(word.written(layout.blocks(record, Form.VERBATIM))))
    assert made.paragraphs[-1].text == "○A委員　前後"


def test_a_speech_without_any_comma_is_looked_through_once():
    assert withholding.found("あ" * 9_000 + "yakuba.1@example.jp" + "a" * 900, ())[0][1] == "メールアドレス"
