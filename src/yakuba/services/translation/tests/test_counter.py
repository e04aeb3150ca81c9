"""The counter page and the guest's screen."""

from __future__ import annotations

import unicodedata
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.refusals import Missing
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.translation.actions import talks
from yakuba.services.translation.contracts import Line, Phrase, SlotKind, Speaker
from yakuba.services.translation.forms import SlotForm
from yakuba.services.translation.models import Talk
from yakuba.services.translation.pages.counter import mark_of


@pytest.fixture
def talk(page):
    page.post(reverse("translation:index"), {"language": "en"})
    return Talk.objects.get()


def guest_url(talk):
    return reverse("guest:screen", args=["990019", talk.key])


def text_of(answer) -> str:
    return answer.content.decode()


def test_a_phrase_is_found_shown_to_the_guest_and_answered_without_a_login(page, talk):
    found = text_of(page.get(reverse("translation:talk", args=[talk.pk]), {"text": "在留カードはありますか"}))
    assert "Do you have a residence card?" in found
    assert "母語話者の確認はまだです" in found
    page.post(reverse("translation:say", args=[talk.pk]), {"phrase": "greeting-02"})
    guest = Client()
    seen = text_of(guest.get(guest_url(talk)))
    assert 'lang="en">Do you have a residence card?' in seen
    assert "<rt>ざいりゅう</rt>" in seen
    assert "The Japanese text is the official one." in seen
    assert "Not yet checked by a native speaker." in seen
    guest.post(guest_url(talk), {"answer": "maybe"})
    guest.post(guest_url(talk), {"answer": "yes"})
    assert not guest.cookies
    shown = text_of(page.get(reverse("translation:talk", args=[talk.pk])))
    assert "はい" in shown
    assert len(Talk.objects.get().lines) == 2
    nothing_new = guest.get(
        guest_url(talk), {"seen": mark_of(Talk.objects.get())}, headers={"HX-Request": "true"}
    )
    assert nothing_new.status_code == 204


def test_slots_are_typed_as_japanese_write_and_shown_as_the_guest_reads(page, talk):
    url = reverse("translation:say", args=[talk.pk])
    refused = page.post(
        url, {"phrase": "greeting-03", "date": "令和9年2月30日", "time": "13:30", "window": "3番"}
    )
    assert refused.status_code == 422
    page.post(url, {"phrase": "greeting-03", "date": "R9.4.1", "time": "13時30分", "window": "税務課"})
    page.post(url, {"phrase": "greeting-04", "document": "在留カード"})
    first, second = talks.lines_of(Talk.objects.get())
    assert first.text == "Please come to 「税務課」 on Thursday, April 1, 2027 at 1:30 p.m.."
    assert first.beside[0] == "令和9年4月1日（木）"
    assert first.plain.startswith("2027年4月1日（木曜日）の午後1時30分に")
    assert second.text == "Please show me your residence card（在留カード）."


def test_money_stays_in_japanese_until_it_is_checked_or_the_town_decides(page, talk, clerk):
    url, given = reverse("translation:say", args=[talk.pk]), {"phrase": "tax-01", "yen": "１，０００円"}
    page.post(url, given)
    (line,) = talks.lines_of(Talk.objects.get())
    assert (line.text, line.japanese) == ("", "1,000円を払ってください。")
    assert "お金の話で、母語話者の確認はまだです" in line.note
    set_values({"translation.unchecked_money": True}, actor=clerk)
    page.post(url, given)
    assert talks.lines_of(Talk.objects.get())[-1].text == "Please pay 1,000 yen."


def test_what_a_guest_writes_is_shown_and_what_ended_is_gone_for_everybody(page, talk):
    guest = Client()
    guest.post(guest_url(talk), {"text": "Where do I pay?"})
    assert "Where do I pay?" in text_of(page.get(reverse("translation:talk", args=[talk.pk])))
    page.post(reverse("translation:end", args=[talk.pk]))
    assert not Talk.objects.exists()
    gone = guest.get(guest_url(talk))
    assert (gone.status_code, "This conversation has ended." in text_of(gone)) == (404, True)
    assert guest.post(guest_url(talk), {"text": "x"}).status_code == 404
    assert "Where" not in str(list(AuditEvent.objects.values_list("details", flat=True)))


def test_a_talk_is_kept_only_with_a_reason_and_who_opens_it_is_recorded(page, talk, make_staff, yakuba_city):
    page.post(reverse("translation:write", args=[talk.pk]), {"japanese": "少しお待ちください"})
    url = reverse("translation:end", args=[talk.pk])
    page.post(url, {"keep": "1", "reason": " "})
    assert Talk.objects.get().reason == ""
    page.post(url, {"keep": "1", "reason": "苦情の記録"})
    assert Client().get(guest_url(talk)).status_code == 404, "the guest's key opens it no more"
    assert "少しお待ちください" in text_of(page.get(reverse("translation:kept", args=[talk.pk])))
    assert AuditEvent.objects.filter(name="translation.talk_opened").count() == 1
    other = Client()
    other.force_login(make_staff(yakuba_city, "translation.view"))
    assert other.get(reverse("translation:talk", args=[talk.pk])).status_code == 404
    assert other.get(reverse("translation:kept", args=[talk.pk])).status_code == 403


def test_what_nobody_goes_on_with_is_forgotten_and_what_is_kept_stays(page, talk, clerk):
    kept = talks.begin(Talk.Kind.COUNTER, "vi", actor=clerk)
    talks.keep(kept.pk, "苦情", actor=clerk)
    Talk.objects.update(changed_at=timezone.now() - timedelta(hours=13))
    talks.forget_everywhere()
    assert list(Talk.objects.values_list("pk", flat=True)) == [kept.pk]


def test_a_guest_of_another_language_goes_on_in_it(page, talk):
    page.post(reverse("translation:language", args=[talk.pk]), {"language": "th"})
    page.post(reverse("translation:say", args=[talk.pk]), {"phrase": "greeting-02"})
    assert 'lang="th">คุณมีบัตร' in text_of(Client().get(guest_url(talk)))
    page.post(reverse("translation:language", args=[talk.pk]), {"language": "xx"})
    assert Talk.objects.get().language == "th"


@pytest.mark.parametrize("typed", ["3", "3番", "3番窓口", "３番の窓口"])
def test_a_counter_is_named_once_however_it_is_typed(typed):
    phrase = Phrase("x", "greeting", "{window}番の窓口へどうぞ。", "", (), {"window": SlotKind.WINDOW})
    form = SlotForm(phrase, {"window": typed})
    assert form.is_valid(), form.errors
    assert unicodedata.normalize("NFKC", form.given["window"].value) == "3"


def test_nobody_adds_to_a_talk_that_is_kept(talk, clerk):
    talks.keep(talk.pk, "記録のため", actor=clerk)
    with pytest.raises(Missing):
        talks.add(talk.pk, Line(Speaker.STAFF, "あとから"))
    with pytest.raises(Missing):
        talks.end(talk.pk, actor=clerk)
