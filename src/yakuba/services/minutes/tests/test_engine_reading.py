"""Transcripts as programs write them, and files that are none."""

from __future__ import annotations

import io

import docx
import pytest
from docx.oxml.ns import qn

from yakuba.kernel.refusals import Invalid
from yakuba.services.minutes.engine import heads, reading
from yakuba.services.minutes.engine.speakers import office_and_name

VTT = """WEBVTT

NOTE 見本

1
00:01.000 --> 00:03.500 align:start
<v 議長>ただいまから、

00:00:03.500 --> 00:00:06.000
<v 議長>委員会を<i>開会</i>します。</v>

00:00:06.000 --> 00:00:09.000
<v 委員A>質問です &amp; 要望です。
"""
SRT = "1\r\n00:00:01,000 --> 00:00:02,500\r\n課長：お答えします。\r\n\r\n2\r\n00:00:02,400 --> 00:00:04,000\r\n続きです。\r\n"
TEXT = "日時：令和8年11月20日　午後1時30分～午後2時\n場所：第1委員会室\n出席者：A委員、B委員\n\n○委員長（甲野一郎君）　開会します。\n\n" \
    "　続きの段落です。\n○総務課長　10:30からです。\n"  # fmt: skip


def said(content: str | bytes) -> list[tuple[str, str]]:
    content = content.encode() if isinstance(content, str) else content
    return [(one.speaker, one.text) for one in reading.read(content).utterances]


def test_subtitles_give_speeches_with_times():
    found = reading.read(VTT.encode()).utterances
    assert [(one.speaker, one.text) for one in found] == [
        ("議長", "ただいまから、委員会を開会します。"),
        ("委員A", "質問です & 要望です。"),
    ]
    assert (found[0].start, found[0].end) == (1.0, 6.0)
    assert said("\ufeff" + SRT) == [("課長", "お答えします。続きです。")]
    assert said(SRT.encode("cp932")) == said(SRT)
    assert said(SRT.encode("utf-16")) == said(SRT)


def test_odd_cues_are_taken_and_told():
    text = "WEBVTT\n\n00:05.000 --> 00:07.000\n後です。\n\n00:01.000 --> 00:06.000\n先です。\n\n00:08.000 --> 00:08.000\n零秒。\n"
    found = reading.read(text.encode())
    assert "".join(one.text for one in found.utterances) == "先です。後です。零秒。"
    assert len(found.notes) == 3, found.notes


def test_text_names_speakers_in_many_ways():
    found = reading.read(TEXT.encode())
    assert [(one.speaker, one.text) for one in found.utterances] == [
        ("委員長（甲野一郎君）", "開会します。\n　続きの段落です。".replace("\n　", "\n")),
        ("総務課長", "10:30からです。"),
    ]
    facts = heads.facts_of(found.facts)
    assert facts["held_on"] == "2026-11-20"
    assert facts["opened"] == "午後1時30分"
    assert facts["present"] == "A委員\nB委員"
    assert said("話者1 00:00:12\nこんにちは\n話者2 00:01:20\nはい") == [
        ("話者1", "こんにちは"),
        ("話者2", "はい"),
    ]
    assert said("[00:12] 山田：こんにちは\n【田中】はい") == [("山田", "こんにちは"), ("田中", "はい")]
    assert said("名前のない文。\n\n次の段落。") == [("", "名前のない文。"), ("", "次の段落。")]
    assert office_and_name("議長（山田太郎君）") == ("議長", "山田太郎")
    assert office_and_name("総務課長") == ("総務課長", "")
    assert office_and_name("山田") == ("", "山田")


def test_word_gives_its_paragraphs():
    document = docx.Document()
    document.add_paragraph("○議長　開会します。")
    document.add_table(1, 1).cell(0, 0).text = "○委員　質問です。"
    buffer = io.BytesIO()
    document.save(buffer)
    assert said(buffer.getvalue()) == [("議長", "開会します。"), ("委員", "質問です。")]


def test_a_very_long_speech_is_cut_behind_sentences():
    found = reading.read(("山田：" + "これは長い発言です。" * 3000).encode()).utterances
    assert all(len(one.text) <= reading.LONGEST_SPEECH and one.text.endswith("。") for one in found)
    assert sum(len(one.text) for one in found) == 30_000


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "空"),
        (b" \n\t", "空"),
        ("\ufeff\n".encode(), "文字がありません"),
        (b"<!DOCTYPE html><html><body>x</body></html>", "HTML"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "音声"),
        (b"ID3\x04", "音声"),
        (b"%PDF-1.7", "PDF"),
        (b"\x00\x01\x02\x03 binary", "文字のファイルではありません"),
        (b"\xff\xff\xfd\x80\x81", "文字コード"),
        (b"PK\x03\x04 broken", "Word"),
        (b"WEBVTT\n\n", "発言がありません"),
        (b"WEBVTT\n\n00:03.000 --> 00:01.000\nx", "1か所"),
        (b"1\n00:00:xx,000 --> 00:00:02,000\nx\n\n2\n00:00:03 -> 5\n", "1か所"),
    ],
)
def test_what_is_no_transcript_is_refused_with_a_sentence(content, told):
    with pytest.raises(Invalid) as refused:
        reading.read(content)
    assert told in str(refused.value)


def test_what_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(reading, "LARGEST", 10)
    with pytest.raises(Invalid, match="大きすぎます"):
        reading.read(b"x" * 11)
    monkeypatch.undo()
    monkeypatch.setattr(reading, "MOST_SPEECHES", 1)
    with pytest.raises(Invalid, match="発言が多すぎます"):
        reading.read("甲：あ\n乙：い".encode())


def test_what_never_ends_is_not_looked_through_from_each_of_its_beginnings():
    cue = "WEBVTT\n\n00:01.000 --> 00:02.000\nはい。"
    for broken in ("<a" * 60_000, "<v" + " " * 120_000, "{\\a" * 40_000):
        assert reading.read(f"{cue}{broken}".encode()).utterances[0].text.startswith("はい。")
    said = reading.read(("○議長　はい。\n" + "続き\n" * 60_000).encode())
    assert said.utterances[-1].text.endswith("続き\n続き")
    assert reading.read(f"{' ' * 200_000}x".encode()).utterances[0].text == "x"


def test_what_was_moved_in_word_is_taken_where_it_stands_now():
    document = docx.Document()
    document.add_paragraph("○議長　").add_run("開会します。")
    run = document.paragraphs[0].runs[-1]._r
    moved = run.makeelement(qn("w:moveFrom"), {})
    run.addprevious(moved)
    moved.append(run)
    document.paragraphs[0].add_run("閉会します。")
    file = io.BytesIO()
    document.save(file)
    assert [one.text for one in reading.read(file.getvalue()).utterances] == ["閉会します。"]
