"""Sound beside the text, kept encrypted and gone after its days; speeches found with their place."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import blob_path
from yakuba.kernel.retention.actions import sweep
from yakuba.kernel.search import finding, indexing
from yakuba.services.minutes.actions import deciding, editing, erasing
from yakuba.services.minutes.contracts import MeetingKind, NewMeeting, Transcript, Utterance
from yakuba.services.minutes.models import Sound, Speech
from yakuba.services.minutes.tests.test_engine_sound import wav

SAID = (
    Utterance("A委員", "除雪の委託料について質問します。", 65.0, 70.0),
    Utterance("B委員", "街灯の件です。", 70.0, 80.0),
)


@pytest.fixture
def page(in_yakuba_city, clerk):
    client = Client()
    client.force_login(clerk)
    return client


@pytest.fixture
def meeting(in_yakuba_city, clerk):
    return editing.take_in(NewMeeting("建設委員会"), Transcript(SAID), "a.vtt", actor=clerk)


def test_sound_is_given_in_the_pieces_that_are_asked_for_and_goes(page, meeting):
    address = reverse("minutes:sound", args=[meeting.pk])
    refused = page.post(address, {"file": SimpleUploadedFile("a.wav", b"<html>no sound")})
    assert "音声のファイルではない" in refused.content.decode()
    content = wav()
    page.post(address, {"file": SimpleUploadedFile("録音.wav", content)})
    assert Sound.objects.get().seconds == 2.0
    assert content not in blob_path(StoredFile.objects.get()).read_bytes(), "it is kept encrypted"
    file = reverse("minutes:sound_file", args=[meeting.pk])
    whole = page.get(file)
    assert (whole.status_code, b"".join(whole), whole["Accept-Ranges"]) == (200, content, "bytes")
    for asked, status, first, last in (
        ("bytes=100-199", 206, 100, 199),
        ("bytes=32000-", 206, 32_000, len(content) - 1),
        ("bytes=-44", 206, len(content) - 44, len(content) - 1),
        ("bytes=0-99999999", 200, 0, len(content) - 1),
        ("items=1", 200, 0, len(content) - 1),
    ):
        answer = page.get(file, headers={"range": asked})
        assert (answer.status_code, b"".join(answer)) == (status, content[first : last + 1]), asked
    assert page.get(file, headers={"range": "bytes=999999-"}).status_code == 416
    assert "1:05から聞く" in page.get(reverse("minutes:read", args=[meeting.pk])).content.decode()
    assert "data-play" in page.get(reverse("minutes:edit", args=[meeting.pk])).content.decode()
    page.post(address, {"file": SimpleUploadedFile("別.wav", wav(3.0))})
    assert (Sound.objects.get().seconds, StoredFile.objects.count()) == (3.0, 1), (
        "one in the place of the other"
    )
    sweep(timezone.now() + timedelta(days=181))
    assert not Sound.objects.exists()
    assert not StoredFile.objects.exists()
    assert Speech.objects.count() == 2, "the minutes stay"
    assert page.get(file).status_code == 404


def test_speeches_are_found_with_their_place(meeting, clerk, make_staff, yakuba_city):
    hidden = editing.take_in(
        NewMeeting("相談", MeetingKind.CONSULTATION),
        Transcript((Utterance("相談員", "除雪の相談です。"),)),
        "b.txt",
        actor=clerk,
    )
    indexing.take_in("minutes.speeches")
    reader = make_staff(yakuba_city, "minutes.view")
    found = finding.find("minutes.speeches", reader, "除雪 委託料")
    assert [hit.entry.title for hit in found.hits] == ["建設委員会　A委員"]
    assert found.hits[0].entry.url.endswith("#speech-1")
    assert "1:05" in found.hits[0].entry.detail
    assert {hit.entry.title for hit in finding.find("minutes.speeches", clerk, "除雪").hits} == {
        "建設委員会　A委員",
        "相談　相談員",
    }
    speech = Speech.objects.exclude(meeting=hidden).order_by("position").first()
    editing.edit(speech.pk, speech.version, "公園の遊具について質問します。", actor=clerk)
    deciding.set_secret(meeting, 2, 2, True, actor=clerk)
    indexing.take_in("minutes.speeches")
    assert not finding.find("minutes.speeches", reader, "除雪").hits
    assert finding.find("minutes.speeches", reader, "遊具").hits
    assert not finding.find("minutes.speeches", reader, "街灯").hits, "what was said behind closed doors"


def test_meetings_go_whole_by_their_kind(page, meeting, clerk):
    page.post(reverse("minutes:sound", args=[meeting.pk]), {"file": SimpleUploadedFile("録音.wav", wav())})
    units = {unit.code: unit for unit in erasing.units()}
    later = timezone.now() + timedelta(days=1)
    assert units["minutes:consultation"].due(later) == []
    keys = units["minutes:committee"].due(later)
    assert keys == [meeting.pk]
    assert "街灯の件です。" in erasing.values(keys)
    assert erasing.export(keys, clerk)[2].startswith(b"PK")
    assert [file.name for file in erasing.erase(keys)] == ["録音.wav"]
    assert not Speech.objects.exists()
    assert not Sound.objects.exists()
