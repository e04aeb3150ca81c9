"""From checked speeches to what everybody reads: withheld, documents, approval by a second person, page and open file."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pypdfium2 import PdfDocument

from yakuba.kernel.accounts.models import ApiToken
from yakuba.kernel.approvals.actions import ApprovalRefused
from yakuba.kernel.refusals import Forbidden, Invalid, Missing
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.minutes.actions import deciding, editing, publishing
from yakuba.services.minutes.contracts import NewMeeting, Transcript, Utterance
from yakuba.services.minutes.models import Change, Mark, Matter, Meeting, Point, Publication, Speech
from yakuba.services.minutes.queries import meetings as queries
from yakuba.services.minutes.queries import record

SAID = (
    Utterance("委員長（甲野一郎君）", "開会します。"),
    Utterance("A委員", "乙川二郎さんの電話は03-1234-5678です。不適切な発言です。"),
    Utterance(
        "委員長（甲野一郎君）", "本件は可決することに決定しました。資料は建設課が次回までに提出します。"
    ),
)


@pytest.fixture
def page(in_yakuba_city, clerk):
    client = Client()
    client.force_login(clerk)
    return client


@pytest.fixture
def meeting(in_yakuba_city, clerk):
    """A meeting whose speeches have all been checked."""
    row = editing.take_in(
        NewMeeting("総務委員会", held_on="2026-11-20"), Transcript(SAID), "a.txt", actor=clerk
    )
    for speech in Speech.objects.all():
        editing.edit(speech.pk, speech.version, speech.text, actor=clerk, checked=True)
    return row


def test_what_is_withheld_decided_and_recorded_reaches_everybody_by_a_second_person(
    page, meeting, clerk, make_staff, yakuba_city
):
    number = meeting.pk
    page.post(reverse("minutes:marks_find", args=[number]))
    page.post(reverse("minutes:points_find", args=[number]))
    stopped = page.get(reverse("minutes:propose", args=[number])).content.decode()
    assert "公開してよいか決めていない所が" in stopped
    for mark in Mark.objects.all():
        page.post(reverse("minutes:mark", args=[number, mark.pk]), {"hide": "1"})
    form = {"place": "2", "words": "不適切な発言です。", "kind": "withdrawn", "reason": "取消し"}
    page.post(reverse("minutes:hide", args=[number]), form)
    for point in Point.objects.exclude(kind="summary"):
        page.post(
            reverse("minutes:point", args=[number, point.pk]),
            {"keep": "1", "who": "建設課", "until": point.until},
        )
    page.post(
        reverse("minutes:matter_new", args=[number]),
        {"kind": "bill", "title": "議案第12号", "outcome": "可決", "ayes": "5"},
    )
    given = {
        "title": "総務委員会",
        "kind": "committee",
        "openness": "partly",
        "held_on": "R8.11.20",
        "present": "A委員",
    }
    refused = page.post(reverse("minutes:record", args=[number]), given)
    assert "非公開の理由を書いてください" in refused.content.decode()
    page.post(reverse("minutes:record", args=[number]), given | {"closed_reason": "個人の情報のため"})
    assert Meeting.objects.get().closed_reason == "個人の情報のため"
    sent = page.post(reverse("minutes:propose", args=[number]), {"reason": "確定しました"}, follow=True)
    assert "別の職員が承認すると公開されます" in sent.content.decode()
    publication = Publication.objects.get()
    own = page.post(reverse("minutes:answer", args=[publication.pk]), {"approve": "1"}, follow=True)
    assert "起案した本人は承認できません" in own.content.decode()
    other = Client()
    other.force_login(make_staff(yakuba_city, "minutes.view", "minutes.approve"))
    shown = other.get(publication.url).content.decode()
    assert "乙川" not in shown
    other.post(reverse("minutes:answer", args=[publication.pk]), {"approve": "1"})
    stranger = Client()
    address = reverse("records:one", args=["990019", number])
    assert stranger.get(address).status_code == 404, "the town has not opened its minutes"
    set_values({"minutes.public": True}, actor=clerk)
    read = stranger.get(address)
    text = read.content.decode()
    assert "●●さんの電話は●●です。――――（発言取消し）" in text
    assert "本件は可決することに決定しました。" in text
    assert not read.cookies
    assert "総務委員会" in stranger.get(reverse("records:index", args=["990019"])).content.decode()
    file = stranger.get(reverse("records:file", args=["990019", number])).json()
    assert file["speechRecord"][1]["speakerPosition"] == "委員長"
    assert "乙川" not in str(file)
    assert "revision" not in file
    # What is mended afterwards is published only when it was approved anew.
    speech = Speech.objects.order_by("position").first()
    editing.edit(speech.pk, speech.version, "開会いたします。", actor=clerk)
    assert "開会します。" in stranger.get(address).content.decode()
    assert "公開後に直した" in page.get(reverse("minutes:meeting", args=[number])).content.decode()
    page.post(reverse("minutes:withdraw", args=[number]))
    assert stranger.get(address).status_code == 404


def test_work_for_an_hour_of_meeting_is_measured_for_the_reform(page, meeting, make_staff, yakuba_city):
    assert queries.work().meetings == 0, "without a length nothing is said"
    Speech.objects.filter(position=1).update(start=0.0, end=600.0)
    Speech.objects.filter(position=3).update(start=600.0, end=1800.0)
    Change.objects.filter(kind=Change.Kind.CHECKED).update(seconds=200.0)
    assert queries.work().minutes_per_hour == pytest.approx(20.0)
    head = Client()
    head.force_login(make_staff(yakuba_city, "reform.view"))
    assert "会議1時間あたり20分" in head.get(reverse("reform:effects"), follow=True).content.decode()
    assert "会議1時間あたり20分" in page.get(reverse("minutes:meeting", args=[meeting.pk])).content.decode()


def test_what_changed_since_it_was_proposed_is_not_approved(page, meeting, clerk, make_staff, yakuba_city):
    publication = publishing.propose(meeting, "確定", actor=clerk)
    speech = Speech.objects.order_by("position").first()
    editing.edit(speech.pk, speech.version, "直しました。", actor=clerk)
    other = Client()
    other.force_login(make_staff(yakuba_city, "minutes.view", "minutes.approve"))
    refused = other.post(reverse("minutes:answer", args=[publication.pk]), {"approve": "1"}, follow=True)
    assert "起案のあとで会議録が直されました" in refused.content.decode()
    assert Meeting.objects.get().published is None
    other.post(reverse("minutes:answer", args=[publication.pk]), {"answer": "もう一度"})
    assert "もう一度" in page.get(reverse("minutes:meeting", args=[meeting.pk])).content.decode()


def test_words_that_were_mended_away_stop_the_publication(meeting, clerk):
    speech = Speech.objects.get(position=2)
    deciding.hide(speech, "withheld", "乙川二郎", "", actor=clerk)
    editing.edit(speech.pk, speech.version, "乙川次郎さんです。", actor=clerk)
    assert any("今の文にありません" in one for one in record.hindrances(meeting))
    last = Speech.objects.get(position=3)
    editing.edit(last.pk, last.version, "建設課の件です。", actor=clerk)
    deciding.hide(last, "withheld", "建設課", "", actor=clerk)
    assert not Mark.objects.filter(state="found").exists()
    first = Speech.objects.get(position=1)
    editing.edit(first.pk, first.version, "建設課が説明します。", actor=clerk)
    assert deciding.find_marks(meeting, actor=clerk) >= 1
    asked = Mark.objects.get(state="found", speech=first)
    assert asked.words == "建設課", "what is withheld once is asked about wherever it stands"
    with pytest.raises(Invalid):
        publishing.propose(meeting, "確定", actor=clerk)
    with pytest.raises(Invalid, match="この発言にありません"):
        deciding.hide(speech, "withheld", "無い言葉", "", actor=clerk)


def test_documents_are_taken_along(page, meeting, clerk):
    deciding.hide(Speech.objects.get(position=2), "withheld", "乙川二郎", "", actor=clerk)
    address = reverse("minutes:documents", args=[meeting.pk])
    assert "文書を受け取る" in page.get(address).content.decode()
    word = page.get(address, {"form": "verbatim", "file": "docx", "vertical": "1"})
    assert word["Content-Type"].endswith("wordprocessingml.document")
    pdf = page.get(address, {"form": "verbatim", "file": "pdf", "which": "original"}).content
    text = "".join(one.get_textpage().get_text_range() for one in PdfDocument(pdf))
    assert "〔非公開：乙川二郎〕" in text.replace("\r\n", "")
    assert page.get(address, {"form": "nonsense"}).status_code == 422


def test_secret_sittings_are_marked_from_to(page, meeting):
    page.post(reverse("minutes:secret", args=[meeting.pk]), {"first": "2", "last": "2"})
    assert list(Speech.objects.filter(secret=True).values_list("position", flat=True)) == [2]
    assert Change.objects.filter(kind=Change.Kind.SECRET).count() == 1
    wrong = page.post(reverse("minutes:secret", args=[meeting.pk]), {"first": "8", "last": "9"}, follow=True)
    assert "変わる発言がありません" in wrong.content.decode()


def test_what_was_withheld_stays_withheld_in_a_speech_that_is_joined(meeting, clerk):
    for place, hide in ((2, False), (3, True)):
        speech = Speech.objects.get(position=place)
        Mark.objects.create(
            speech=speech, kind="withheld", words="乙川", state="confirmed" if hide else "dismissed"
        )
        editing.edit(speech.pk, speech.version, "乙川です。", actor=clerk, checked=not hide)
    last = Speech.objects.get(position=3)
    Speech.objects.filter(pk=last.pk).update(checked_at=None)
    joined = editing.merge(last.pk, last.version, actor=clerk)
    assert [mark.state for mark in joined.marks.all()] == ["confirmed"]
    assert "確かめていない発言が1件あります。" in record.hindrances(meeting), (
        "nobody has read the joined part"
    )


def test_withheld_words_that_were_typed_into_another_speech_stop_the_publication(meeting, clerk):
    deciding.hide(Speech.objects.get(position=2), "withheld", "乙川二郎", "", actor=clerk)
    assert not record.hindrances(meeting)
    first = Speech.objects.get(position=1)
    editing.edit(first.pk, first.version, "乙川二郎さんの件です。", actor=clerk)
    assert any("1番目の発言にもあります" in one for one in record.hindrances(meeting))
    deciding.find_marks(meeting, actor=clerk)
    for mark in Mark.objects.filter(state="found"):
        deciding.decide_mark(meeting, mark.pk, mark.words == "乙川二郎", actor=clerk)
    assert not record.hindrances(meeting)


def test_a_proposal_of_what_became_a_consultation_is_seen_by_few(
    page, meeting, clerk, make_staff, yakuba_city
):
    publication = publishing.propose(meeting, "確定", actor=clerk)
    Meeting.objects.update(kind="consultation")
    other = Client()
    other.force_login(make_staff(yakuba_city, "minutes.view", "minutes.approve"))
    assert other.get(publication.url).status_code == 404
    assert page.get(publication.url).status_code == 200


def test_what_was_said_behind_closed_doors_is_read_by_who_edits_alone(
    page, meeting, clerk, make_staff, yakuba_city
):
    deciding.find_points(meeting, actor=clerk)
    deciding.set_secret(meeting, 2, 3, True, actor=clerk)
    reader = make_staff(yakuba_city, "minutes.view")
    client = Client()
    client.force_login(reader)
    words = ("不適切", "可決することに決定", "乙川二郎")
    for name in ("read", "changes", "points", "meeting"):
        address = reverse(f"minutes:{name}", args=[meeting.pk])
        told, whole = (one.get(address).content.decode() for one in (client, page))
        assert not [one for one in words if one in told], name
        assert name == "meeting" or [one for one in words if one in whole], name
    assert "秘密会の発言2件は" in client.get(reverse("minutes:read", args=[meeting.pk])).content.decode()
    token = ApiToken.issue(reader, "x", ["minutes.view"], proved=True)[1]
    headers = {"Authorization": f"Bearer {token}"}
    spoken = client.get(f"/api/v1/minutes/meetings/{meeting.pk}/speeches", headers=headers).json()
    assert [one["text"] for one in spoken] == ["開会します。"]
    for speech in Speech.objects.filter(secret=True):
        with pytest.raises(Missing):
            queries.speech(reader, speech.pk)
    documents = reverse("minutes:documents", args=[meeting.pk])
    assert client.get(documents, {"form": "verbatim", "file": "docx", "which": "original"}).status_code == 403
    assert client.get(documents, {"form": "verbatim", "file": "docx"}).status_code == 200
    with pytest.raises(Forbidden, match="秘密会"):
        queries.require_whole(meeting, reader)


@pytest.mark.parametrize(
    ("where", "heading"),
    [("agenda", "議題"), ("title", "会議の名前"), ("matter", "議案と採決"), ("who", "担当と期限")],
)
def test_withheld_words_beside_the_speeches_stop_the_publication(meeting, clerk, where, heading):
    deciding.hide(Speech.objects.get(position=2), "withheld", "乙川二郎", "", actor=clerk)
    assert queries_of(meeting) == []
    if where == "matter":
        Matter.objects.create(meeting=meeting, title="乙川二郎さんの件")
    elif where == "who":
        speech = Speech.objects.get(position=3)
        given = {
            "kind": "task",
            "sentence": "資料は建設課が次回までに提出します。",
            "who": "乙川二郎",
            "state": "confirmed",
        }
        Point.objects.create(speech=speech, **given)
    else:
        Meeting.objects.filter(pk=meeting.pk).update(**{where: "乙川二郎さんについて"})
    (told,) = queries_of(meeting)
    assert "乙川二郎" in told
    assert heading in told


def test_what_was_found_after_the_proposal_stops_the_approval(meeting, clerk, make_staff, yakuba_city):
    proposed = publishing.propose(meeting, "確かめた", actor=clerk)
    Mark.objects.create(speech=Speech.objects.get(position=2), words="乙川二郎", kind="withheld")
    boss = make_staff(yakuba_city, "minutes.view", "minutes.approve")
    with pytest.raises(ApprovalRefused, match="決めていない所"):
        publishing.approve(proposed, actor=boss)
    meeting.refresh_from_db()
    assert meeting.published is None


def queries_of(meeting):
    meeting.refresh_from_db()
    return record.hindrances(meeting)
