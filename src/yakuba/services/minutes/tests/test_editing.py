"""A transcript becomes speeches that several people mend without overwriting each other."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.minutes.actions import editing
from yakuba.services.minutes.contracts import MeetingKind, NewMeeting
from yakuba.services.minutes.engine import reading
from yakuba.services.minutes.models import Change, Mark, Meeting, Point, Speaker, Speech
from yakuba.services.minutes.tests.test_engine_reading import TEXT, VTT


@pytest.fixture
def page(in_yakuba_city, clerk):
    client = Client()
    client.force_login(clerk)
    return client


@pytest.fixture
def meeting(in_yakuba_city, clerk):
    return editing.take_in(NewMeeting("総務委員会"), reading.read(VTT.encode()), "a.vtt", actor=clerk)


def first() -> Speech:
    return Speech.objects.order_by("position").first()


def sent(page, meeting, speech, do, **more):
    data = {"speech": speech.pk, "version": speech.version, "text": speech.text, "do": do}
    data |= {"speaker": speech.speaker.label if speech.speaker else "", "kind": speech.kind} | more
    return page.post(reverse("minutes:edit", args=[meeting.pk]), data, follow=True)


def test_a_file_becomes_a_meeting_that_is_mended_by_keyboard(page):
    file = SimpleUploadedFile("会議.txt", TEXT.encode("cp932"))
    answer = page.post(
        reverse("minutes:new"), {"file": file, "title": "総務委員会", "kind": "committee"}, follow=True
    )
    assert "2件の発言を取り込みました" in answer.content.decode()
    meeting = Meeting.objects.get()
    assert (str(meeting.held_on), meeting.place, meeting.opened) == (
        "2026-11-20",
        "第1委員会室",
        "午後1時30分",
    )
    assert [str(one) for one in Speaker.objects.order_by("pk")] == ["委員長　甲野一郎", "総務課長"]
    shown = page.get(reverse("minutes:edit", args=[meeting.pk])).content.decode()
    assert 'data-key="Ctrl+Enter"' in shown
    assert "開会します。" in shown
    answer = sent(page, meeting, first(), "next", text="開会いたします。")
    assert answer.context["opened"].speech.position == 2, "it goes on to the next one"
    speech = first()
    assert (speech.text, speech.original.split("\n")[0]) == ("開会いたします。", "開会します。")
    assert speech.checked_at is not None
    change = Change.objects.get(kind=Change.Kind.EDITED)
    assert 0.0 <= change.seconds < 300.0, "measured by the page"
    assert (change.after, change.by_id) == ("開会いたします。", speech.checked_by_id)


def test_a_file_that_is_no_transcript_is_told_in_the_form(page):
    file = SimpleUploadedFile("a.vtt", b"WEBVTT\n\n00:03.000 --> 00:01.000\nx")
    answer = page.post(reverse("minutes:new"), {"file": file, "title": "会議", "kind": "staff"})
    assert answer.status_code == 422
    assert "終わりが始まりより前" in answer.content.decode()
    assert not Meeting.objects.exists()


def test_who_comes_second_is_told_and_loses_nothing(page, meeting):
    seen = first()
    editing.edit(seen.pk, seen.version, "先の人の直し。", actor=seen.meeting.made_by)
    answer = sent(page, meeting, seen, "next", text="後の人の直し。")
    said = answer.content.decode()
    assert answer.status_code == 409
    assert "変えました。あなたの直しは入れていません" in said
    assert "後の人の直し。" in said, "what was typed is still there"
    assert first().text == "先の人の直し。"
    other = Speech.objects.order_by("position").last()
    sent(page, meeting, other, "next", text="別の発言は直せます。")
    assert Speech.objects.get(pk=other.pk).text == "別の発言は直せます。"


def test_cutting_and_joining_keep_times_and_what_was_decided(page, meeting):
    speech = first()
    Mark.objects.create(speech=speech, kind="withheld", words="委員会", state="confirmed")
    Point.objects.create(speech=speech, kind="decision", sentence="委員会を開会します。")
    sent(page, meeting, speech, "split", cursor=str(speech.text.index("委員会")))
    rows = list(Speech.objects.order_by("position"))
    assert [one.text for one in rows] == ["ただいまから、", "委員会を開会します。", "質問です & 要望です。"]
    assert rows[0].end == rows[1].start
    assert 1.0 < rows[0].end < 6.0
    assert [one.marks.count() for one in rows] == [0, 1, 0]
    assert rows[1].points.count() == 1
    sent(page, meeting, rows[1], "merge", text="委員会を開会いたします。")
    joined = first()
    assert joined.text == "ただいまから、\n委員会を開会いたします。", "what was typed is kept first"
    assert (joined.end, joined.marks.count(), Speech.objects.count()) == (6.0, 1, 2)
    with pytest.raises(Invalid, match="はじめの発言"):
        editing.merge(joined.pk, joined.version, actor=None)
    with pytest.raises(Invalid, match="分ける所"):
        editing.split(joined.pk, joined.version, "分けない", 0, actor=None)
    Mark.objects.create(speech=joined, kind="withdrawn", words="", state="confirmed")
    last = Speech.objects.order_by("position").last()
    with pytest.raises(Conflict, match="公開しないと決めて"):
        editing.merge(last.pk, last.version, actor=None)


def test_fillers_go_from_all_speeches_and_come_back_one_by_one(page, meeting):
    speech = first()
    sent(page, meeting, speech, "stay", text="えー、開会します。")
    page.post(reverse("minutes:fillers", args=[meeting.pk]))
    assert first().text == "開会します。"
    change = Change.objects.get(kind=Change.Kind.FILLERS)
    listed = page.get(reverse("minutes:changes", args=[meeting.pk])).content.decode()
    assert "えー、開会します。" in listed
    page.post(reverse("minutes:undo", args=[meeting.pk, change.pk]))
    assert first().text == "えー、開会します。"
    refused = page.post(reverse("minutes:undo", args=[meeting.pk, change.pk]), follow=True)
    assert "そのあとにまた直されています" in refused.content.decode()


def test_a_hint_is_taken_into_what_was_typed(page, meeting):
    speech = first()
    sent(page, meeting, speech, "stay", text="検討して下さい。")
    sent(page, meeting, first(), "hint-0", text="よく検討して下さい。")
    assert first().text == "よく検討してください。"


def test_speakers_are_named_once_and_put_together(page, meeting):
    one, two = Speaker.objects.order_by("pk")
    form = {
        f"s{one.pk}-office": "議長",
        f"s{one.pk}-name": "甲野一郎",
        f"s{two.pk}-office": "",
        f"s{two.pk}-name": "乙川二郎",
    }
    page.post(reverse("minutes:speakers", args=[meeting.pk]), form)
    assert {str(row.speaker) for row in Speech.objects.select_related("speaker__meeting")} == {
        "議長　甲野一郎",
        "乙川二郎",
    }
    sent(page, meeting, first(), "stay", other="書記")
    assert str(first().speaker) == "書記"
    page.post(reverse("minutes:join", args=[meeting.pk]), {"one": two.pk, "into": one.pk})
    assert set(Speaker.objects.values_list("label", flat=True)) == {"議長", "書記"}
    sent(page, meeting, first(), "line", line_kind="heading", line_text="日程第1")
    assert list(Speech.objects.order_by("position").values_list("kind", flat=True)) == [
        "speech",
        "heading",
        "speech",
    ]


def test_consultations_are_seen_only_by_who_may(in_yakuba_city, meeting, clerk, make_staff, yakuba_city):
    hidden = editing.take_in(
        NewMeeting("相談", MeetingKind.CONSULTATION), reading.read(VTT.encode()), "b.vtt", actor=clerk
    )
    other = Client()
    other.force_login(make_staff(yakuba_city, "minutes.view", "minutes.edit"))
    assert other.get(reverse("minutes:meeting", args=[hidden.pk])).status_code == 404
    assert other.get(reverse("minutes:edit", args=[hidden.pk])).status_code == 404
    assert "総務委員会" in (listed := other.get(reverse("minutes:index"), follow=True).content.decode())
    assert ">相談<" not in listed
