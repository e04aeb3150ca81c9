"""Life events from the file to the resident: published by two people, asked a question a page, told as a checklist."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.localwords.actions import set_words
from yakuba.kernel.operations import Upload
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.intake.actions import drafts
from yakuba.services.intake.actions import navigator as actions
from yakuba.services.intake.models import Draft, LifeEvent
from yakuba.services.intake.operations import navigator as operations
from yakuba.services.intake.queries import navigator as queries
from yakuba.services.intake.tests.test_navigator_reading import GOOD

GUIDE = "/apply/990019/guide/"
HERE = f"{GUIDE}moving-in/"
STAFF = "/intake/navigator/"
# A form that the navigator knows: one question and one day are handed on, and something that the form does not ask.
HANDING = (
    "  - {名: 児童手当, 窓口: 子ども課, 申請フォーム: bus, 引き継ぎ: {kind: {質問: 子ども, 値: {はい: student}}, "
    "birth: {日付: 住み始めた日}, nothing: {質問: どこから, 値: {国内: x}}}, "
)
FORMED = GOOD.replace("  - {名: 児童手当, 窓口: 子ども課, ", HANDING)


@pytest.fixture
def approver(make_staff, yakuba_city):
    return make_staff(yakuba_city, "intake.view", "intake.approve")


@pytest.fixture
def published(in_yakuba_city, clerk, approver):
    """One event that residents see, and what the town puts into its slot."""
    set_values({"intake.public": True}, actor=clerk)
    set_words({"住民登録の窓口": "市民課"}, actor=clerk)
    row = actions.write(FORMED, actor=clerk)
    approvals.approve(actions.propose(row.pk, "読みました", actor=clerk), actor=approver)
    row.refresh_from_db()
    return row


@pytest.fixture
def page(in_yakuba_city, clerk):
    client = Client()
    client.force_login(clerk)
    return client


def text_of(answer, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def stamp(text: str) -> str:
    return re.findall(r'name="v" value="([0-9a-f]+)"', text)[0]


def test_a_resident_answers_a_question_a_page_and_gets_a_checklist(published):
    resident = Client()
    assert GUIDE in text_of(resident.get("/apply/990019/")), (
        "who does not know what to apply for finds the way"
    )
    assert "引っ越してきた" in text_of(resident.get(GUIDE))
    first = text_of(resident.get(HERE))
    assert "どこから来ましたか" in first
    assert "質問1（多くて2問）" in first
    v = stamp(first)
    assert "お子さんがいますか" in text_of(resident.get(HERE, {"v": v, "n": "1", "next": "1"}))
    told = text_of(resident.get(HERE, {"v": v, "a": "1", "n": "3", "next": "1"}))
    assert "市民課" in told
    assert "案内した理由：子ども：わからない" in told
    assert "（分からないとのことなので" in told
    assert "「住み始めた日」の翌日から14日以内" in told
    assert "?a=1&amp;v=" in told, "the way back"
    dated = text_of(resident.get(HERE, {"v": v, "a": "1-3", "d1": "令和8年11月2日"}))
    assert "令和8年11月16日" in dated
    assert "過料のことがあります" in dated
    calendar = resident.get(f"{HERE}calendar/", {"v": v, "a": "1-3", "d1": "2026-11-02"})
    assert calendar["Content-Type"].startswith("text/calendar")
    assert b"DTSTART;VALUE=DATE:20261116" in b"".join(calendar)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"next": "1"}, "答えを1つ選んでから"),
        ({"next": "1", "n": "9"}, "答えを1つ選んでから"),
        ({"next": "1", "n": "<b>"}, "答えを1つ選んでから"),
        ({"a": "2", "d1": "2026-02-30"}, "住み始めた日："),
        ({"a": "2", "d1": "<b>x</b>"}, "住み始めた日："),
        ({"a": "2", "d1": "1900-01-01"}, "10年前から2年後まで"),
        ({"a": "2", "d1": "9999-12-31"}, "10年前から2年後まで"),
    ],
)
def test_what_cannot_be_taken_is_told_and_what_was_typed_stays(published, given, sentence):
    resident = Client()
    v = stamp(text_of(resident.get(HERE)))
    told = text_of(resident.get(HERE, {"v": v, **given}), 422)
    assert sentence in told
    assert "<b>x</b>" not in told


def test_an_address_that_was_made_up_or_is_old_begins_anew(published):
    resident = Client()
    v = stamp(text_of(resident.get(HERE)))
    assert "はじめから答えてください" in text_of(resident.get(HERE, {"v": "x", "a": "1-3"}))
    assert "どこから来ましたか" in text_of(resident.get(HERE, {"v": v, "a": "99-1-" + "1-" * 900}))
    assert resident.get(f"{HERE}calendar/", {"v": v, "a": "1"}).status_code == 404
    assert resident.get(f"{GUIDE}nothing/").status_code == 404
    assert not LifeEvent.objects.exclude(pk=published.pk).exists()


def test_a_web_form_begins_with_what_was_answered(published, bus):
    resident = Client()
    v = stamp(text_of(resident.get(HERE)))
    told = text_of(resident.get(HERE, {"v": v, "a": "1-1", "d1": "2026-11-02"}))
    where = re.findall(r'action="([^"]*begin/bus/[^"]*)"', told)[0].replace("&amp;", "&")
    first = resident.post(where)
    assert first.status_code == 302
    draft = Draft.objects.get()
    assert drafts.answers(draft) == {"kind": "student", "birth": "2026-11-02"}
    assert 'value="student" required checked' in text_of(
        resident.get(first["Location"])
    ) or "checked" in text_of(resident.get(first["Location"]))


def test_only_what_two_people_published_and_every_slot_fills_is_told(published, clerk):
    actions.write(
        FORMED.replace("moving-in", "secret").replace("引っ越してきた", "秘密の下書き"), actor=clerk
    )
    assert "秘密の下書き" not in text_of(Client().get(GUIDE))
    actions.write(FORMED.replace("引っ越してきた", "引っ越した"), actor=clerk)
    assert "引っ越してきた" in text_of(Client().get(GUIDE)), "the draft waits"
    set_words({"住民登録の窓口": ""}, actor=clerk)
    assert "引っ越してきた" not in text_of(Client().get(GUIDE))
    assert not queries.self_check()[0].ok
    set_words({"住民登録の窓口": "市民課"}, actor=clerk)
    operations.withdraw_life_event(clerk, life_event_id=published.pk)
    assert Client().get(HERE).status_code == 404


def test_who_proposes_does_not_approve_and_what_waits_stands_still(in_yakuba_city, clerk):
    row = actions.write(GOOD, actor=clerk)
    with pytest.raises(Conflict, match="埋まっていません"):
        actions.propose(row.pk, "理由", actor=clerk)
    set_words({"住民登録の窓口": "市民課"}, actor=clerk)
    approval = actions.propose(row.pk, "理由", actor=clerk)
    with pytest.raises(Conflict, match="本人は承認できません"):
        approvals.approve(approval, actor=clerk)
    with pytest.raises(Conflict, match="承認を待っている間"):
        actions.write(GOOD, actor=clerk)
    with pytest.raises(Invalid):
        set_words({"住民登録の窓口": "<b>"}, actor=clerk)


def test_an_event_with_faults_is_kept_and_not_proposed(page, clerk):
    old = f"確認日: {timezone.localdate() + timedelta(days=9)}"
    row = actions.write(
        GOOD.replace("  - {届出: [転入届]}\n", "").replace("確認日: 2026-11-29", old, 1), actor=clerk
    )
    with pytest.raises(Conflict) as refused:
        actions.propose(row.pk, "理由", actor=clerk)
    assert any("転入届" in str(one) for one in refused.value.problems)
    told = text_of(page.get(f"{STAFF}{row.pk}/"))
    assert "どの答えでも案内されません" in told
    assert "どこから＝国内、子ども＝いいえ" in told
    assert "承認に出す" not in told


def test_staff_take_samples_look_edit_try_and_export(page, clerk):
    assert "出来事はまだありません" in text_of(page.get(STAFF))
    page.post(f"{STAFF}samples/")
    assert LifeEvent.objects.count() == 11
    listed = text_of(page.get(STAFF))
    assert "見本のまま" in listed
    row = LifeEvent.objects.get(code="birth")
    told = text_of(page.get(f"{STAFF}{row.pk}/"))
    assert "｛戸籍の窓口｝" in told
    assert "戸籍法43条、49条" in told
    assert "質問1" in text_of(page.get(f"{STAFF}{row.pk}/preview/"))
    taken = b"".join(page.get(f"{STAFF}{row.pk}/export/"))
    assert taken.decode() == row.text
    text_of(page.post(f"{STAFF}{row.pk}/edit/", {"text": "出来事: ["}), 422)
    text = row.text.replace("お子さんが生まれたときの届出です。", "届出です。").replace("\n", "\r\n")
    assert page.post(f"{STAFF}{row.pk}/edit/", {"text": text}).status_code == 302
    assert "届いた見本との違い（2行）" in text_of(page.get(f"{STAFF}{row.pk}/"))
    file = SimpleUploadedFile("birth.yaml", taken)
    assert page.post(f"{STAFF}load/", {"file": file}).status_code == 302
    row.refresh_from_db()
    assert row.text == taken.decode()
    assert "住民登録の窓口" in text_of(page.get("/local-words/"))


def test_a_file_is_checked_without_being_taken_over(in_yakuba_city, clerk):
    upload = Upload("x.yaml", BytesIO(GOOD.replace("  - {届出: [転入届]}\n", "").encode()))
    facts = operations.check_facts(operations.check_life_event_file(clerk, file=upload))
    assert facts["combinations"] == 4
    assert any(one["grave"] and one["witness"] for one in facts["findings"])
    assert not LifeEvent.objects.exists()


def test_a_town_tells_nothing_of_its_neighbour(published, neighbour_town, neighbour):
    with active_municipality(neighbour_town):
        set_values({"intake.public": True}, actor=neighbour)
        assert not LifeEvent.objects.exists()
    assert "引っ越してきた" not in text_of(Client().get("/apply/990027/guide/"))
    assert Client().get("/apply/990027/guide/moving-in/").status_code == 404
