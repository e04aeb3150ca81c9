"""What residents see without a login, and what they must not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from yakuba.kernel.localwords.actions import set_words
from yakuba.kernel.registry.models import UnusedRoom
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.answers import facade
from yakuba.services.answers.contracts import Draft
from yakuba.services.answers.models import Asked, Entry
from yakuba.services.answers.pages import public
from yakuba.services.answers.tests.conftest import JUMINHYO

PAGE = "/ask/990019/"


def asked(client: Client, question: str, url: str = PAGE, **more) -> str:
    answer = client.post(url, {"question": question, **more})
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_approved_answer_is_told_with_the_towns_own_values(stranger):
    text = asked(stranger, "住民票の写しはどこで取れますか？")
    assert "市民課の窓口で取れます。手数料は300円です。電話は0120-000-001です。" in text
    assert "https://www.example.jp/juminhyo" in text
    assert "住民基本台帳法" not in text, "the source is for staff"
    note = Asked.objects.get()
    assert (note.outcome, note.channel, note.chosen.code) == ("answered", "page", "juminhyo")


def test_what_is_near_is_offered_and_the_choice_is_noted(stranger):
    text = asked(stranger, "住民票を取りたいのですが")
    assert "どれについて知りたいですか" in text
    note = Asked.objects.get()
    signed = text.split('name="note" value="')[1].split('"')[0]
    entry = Entry.objects.get(code="juminhyo")
    chosen = stranger.post(f"{PAGE}choose/", {"note": signed, "entry": entry.pk})
    assert "300円" in chosen.content.decode()
    note.refresh_from_db()
    assert note.chosen == entry
    signed = chosen.content.decode().split('name="note" value="')[1].split('"')[0]
    stranger.post(f"{PAGE}rate/", {"note": signed, "helped": "yes"})
    note.refresh_from_db()
    assert note.helped is True


def test_what_has_no_answer_is_handed_over_with_telephone_and_hours(stranger):
    text = asked(stranger, "宇宙船の免許はどうやって更新しますか")
    assert "お答えできる内容が見つかりませんでした" in text
    assert "0120-000-000" in text
    assert "平日 8:30〜17:15" in text


def test_no_cookie_is_set_and_none_is_needed(stranger):
    for answer in (stranger.get(PAGE), stranger.post(PAGE, {"question": "犬の登録"})):
        assert not answer.cookies
        assert "no-store" in answer["Cache-Control"]
        assert b"<script" not in answer.content
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(PAGE, {"question": "犬の登録"}).status_code == 200


def test_only_what_is_published_valid_complete_and_meant_for_residents_is_there(stranger, clerk, approver):
    today = timezone.localdate()
    more = {
        "draft": replace(JUMINHYO, code="draft", question="下書きの答え"),
        "over": replace(
            JUMINHYO, code="over", question="終わった答え", valid_until=f"{today - timedelta(days=1)}"
        ),
        "soon": replace(
            JUMINHYO, code="soon", question="これからの答え", valid_from=f"{today + timedelta(days=1)}"
        ),
    }
    for name in ("over", "soon"):
        facade.write(more[name], actor=clerk)
    facade.publish_all("期間のある答え", proposed_by=clerk, approved_by=approver)
    facade.write(more["draft"], actor=clerk)
    seen = stranger.get(f"{PAGE}?field=住民票").content.decode()
    assert "住民票の写しはどこで" in seen
    for row in Entry.objects.all():
        status = stranger.get(f"{PAGE}answers/{row.pk}/").status_code
        assert status == (200 if row.code in {"juminhyo", "inu"} else 404), row.code
    for hidden in ("下書きの答え", "終わった答え", "これからの答え", "夏季休暇"):
        text = asked(stranger, hidden)
        assert f"<h2>{hidden}" not in text, hidden
        assert f"{hidden}</button>" not in text, hidden


def test_an_answer_disappears_when_its_slot_is_emptied(stranger, clerk):
    set_words({"住民票の手数料": ""}, actor=clerk)
    assert "市民課の窓口で" not in asked(stranger, "住民票の写しはどこで取れますか")


def test_no_town_is_there_that_has_not_opened_its_page(stranger, neighbour_town, clerk):
    assert stranger.get("/ask/990027/").status_code == 404
    assert stranger.get("/ask/000000/").status_code == 404
    assert stranger.post("/ask/x/", {"question": "犬"}).status_code == 404
    UnusedRoom.objects.create(room="answers")
    assert stranger.get(PAGE).status_code == 404


def test_a_town_tells_nothing_of_its_neighbour(stranger, neighbour_town, neighbour):
    entry = Entry.objects.get(code="juminhyo")
    note = asked(stranger, "住民票の写しはどこで取れますか").split('name="note" value="')[1].split('"')[0]
    with active_municipality(neighbour_town):
        set_values({"answers.public": True}, actor=neighbour)
        text = asked(stranger, "住民票の写しはどこで取れますか", "/ask/990027/")
    assert "300円" not in text
    assert "やくば市" not in text
    assert stranger.get(f"/ask/990027/answers/{entry.pk}/").status_code == 404
    stranger.post("/ask/990027/rate/", {"note": note, "helped": "no"})
    assert Asked.objects.get().helped is None
    # Also for staff of the city who look at the neighbour's page.
    signed_in = Client()
    signed_in.force_login(neighbour)
    assert "300円" in asked(signed_in, "住民票の写しはどこで取れますか")


@pytest.mark.parametrize(
    ("given", "hidden"),
    [
        ("山田太郎です。電話は090-1234-5678です", ("山田", "太郎", "1234")),
        ("マイナンバー1234 5678 9018の再発行", ("5678", "9018")),
        ("taro@example.jp に送って", ("taro", "example")),
        ("鈴木花子さんの住民票", ("鈴木", "花子")),
    ],
)
def test_what_is_personal_is_not_kept(stranger, given, hidden):
    asked(stranger, given)
    kept = Asked.objects.get().text
    assert not [word for word in hidden if word in kept], kept


@pytest.mark.parametrize("given", ["", "   ", "あ" * 501, "い" * 15_000])
def test_a_question_that_cannot_be_taken_says_what_to_do(stranger, given):
    answer = stranger.post(PAGE, {"question": given})
    assert answer.status_code == 422
    assert "書い" in answer.content.decode()
    assert not Asked.objects.exists()


def test_who_asks_too_often_waits(stranger, monkeypatch):
    monkeypatch.setattr(public, "clock", lambda: 0.0)
    codes = [stranger.post(PAGE, {"question": "犬"}).status_code for _ in range(21)]
    assert codes == [200] * 20 + [429]
    assert Client(REMOTE_ADDR="198.51.100.7").post(PAGE, {"question": "犬"}).status_code == 200
    monkeypatch.setattr(public, "clock", lambda: 3.0)
    assert stranger.post(PAGE, {"question": "犬"}).status_code == 200


def test_a_note_that_was_made_up_does_nothing(stranger):
    asked(stranger, "犬の登録")
    for note in ("", "x", "['990019', 1]"):
        assert stranger.post(f"{PAGE}rate/", {"note": note, "helped": "yes"}).status_code == 200
    assert Asked.objects.get().helped is None


def test_what_is_written_by_others_is_shown_as_text(stranger):
    assert "<b>x</b>" not in asked(stranger, "<b>x</b>")
    for value in ("9" * 30, "9" * 5000, "-1", "x", "²"):
        assert stranger.post(PAGE, {"question": "犬", "before": value}).status_code == 200
        assert stranger.post(f"{PAGE}choose/", {"entry": value}).status_code == 404
        assert stranger.get(f"{PAGE}kiosk/?answer={value}").status_code == 200


def test_a_short_question_goes_on_with_the_topic(stranger, clerk, approver):
    for code, thing in (("a", "犬の登録"), ("b", "住民票の写し")):
        facade.write(Draft(code, f"{thing}の手数料はいくらですか", f"{thing}の額です。"), actor=clerk)
    facade.publish_all("手数料", proposed_by=clerk, approved_by=approver)
    inu = Entry.objects.get(code="inu")
    text = asked(stranger, "手数料は？", before=str(inu.pk))
    assert text.index("犬の登録の手数料") < text.index("住民票の写しの手数料")


def test_an_answer_that_is_gone_says_where_to_ask_now(stranger):
    for gone in (
        stranger.get(f"{PAGE}answers/999999/"),
        stranger.post(f"{PAGE}choose/", {"entry": "999999"}),
    ):
        text = gone.content.decode()
        assert gone.status_code == 404
        assert "0120-000-000" in text
        assert f'href="{PAGE}"' in text
        assert "今日の仕事" not in text, "that is the page of the staff"


def test_the_kiosk_tells_what_is_missing_above_its_many_buttons(stranger):
    text = stranger.post(f"{PAGE}kiosk/", {"question": ""}).content.decode()
    assert text.index("聞きたいことを書いてから") < text.index('class="tiles"')
    assert text.count('id="question"') == 1


@pytest.mark.parametrize("where", [PAGE, f"{PAGE}kiosk/"])
def test_a_field_that_is_not_there_is_not_named(stranger, where):
    text = stranger.get(where, {"field": "詐欺の電話はこちら"}).content.decode()
    assert "その分野の答えは、いまはありません" in text
    assert "詐欺の電話" not in text


def test_the_kiosk_goes_from_field_to_answer_and_begins_anew(stranger):
    start = stranger.get(f"{PAGE}kiosk/").content.decode()
    assert "住民票" in start
    assert 'http-equiv="refresh"' not in start
    shown = stranger.get(f"{PAGE}kiosk/?field=住民票").content.decode()
    assert '<meta http-equiv="refresh" content="90; url=/ask/990019/kiosk/">' in shown
    entry = Entry.objects.get(code="juminhyo")
    assert "300円" in stranger.get(f"{PAGE}kiosk/?answer={entry.pk}").content.decode()
    assert "300円" in asked(stranger, "住民票の写しはどこで取れますか", f"{PAGE}kiosk/")
    assert Asked.objects.get().channel == "kiosk"


def test_the_window_stands_only_in_pages_that_the_town_names(stranger, clerk):
    assert stranger.get(f"{PAGE}window/").status_code == 404
    set_values({"answers.embedded_in": "https://www.example.jp javascript:x 'none'"}, actor=clerk)
    answer = stranger.get(f"{PAGE}window/")
    assert "frame-ancestors https://www.example.jp;" in answer["Content-Security-Policy"] + ";"
    assert "X-Frame-Options" not in answer
    page = stranger.get(PAGE)
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"


def test_what_is_pressed_in_the_window_stays_in_it(stranger, clerk):
    set_values({"answers.embedded_in": "https://www.example.jp"}, actor=clerk)
    offered = asked(stranger, "住民票を取りたいのですが", f"{PAGE}window/")
    note = offered.split('name="note" value="')[1].split('"')[0]
    assert 'name="window"' in offered
    given = {"note": note, "window": "1", "entry": Entry.objects.get(code="juminhyo").pk, "helped": "no"}
    for press in ("choose", "rate"):
        answer = stranger.post(f"{PAGE}{press}/", given)
        assert "frame-ancestors https://www.example.jp;" in answer["Content-Security-Policy"] + ";"
        assert "X-Frame-Options" not in answer
        assert f'href="{PAGE}"' not in answer.content.decode(), "the page itself stands in no other page"
        assert f'action="{PAGE}"' not in answer.content.decode()
        outside = stranger.post(f"{PAGE}{press}/", {name: given[name] for name in given if name != "window"})
        assert outside["X-Frame-Options"] == "DENY"
    set_values({"answers.embedded_in": ""}, actor=clerk)
    assert stranger.post(f"{PAGE}rate/", given)["X-Frame-Options"] == "DENY"
