"""Knowledge behind the login: writing, approval by a second person, files, what differs by town, learning, figures."""

from __future__ import annotations

import io
import json
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from typer.testing import CliRunner

from yakuba.config.command import build
from yakuba.kernel.accounts.models import ApiToken
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.localwords.actions import set_words
from yakuba.kernel.tables.tests.looking import form_of
from yakuba.services.answers import facade
from yakuba.services.answers.actions import asking
from yakuba.services.answers.contracts import Channel, Draft
from yakuba.services.answers.models import Asked, Confirmed, Entry, Knowledge, Publication, Version
from yakuba.services.answers.queries import asked as questions
from yakuba.services.answers.queries import entries as queries
from yakuba.services.answers.queries import telling
from yakuba.services.answers.tests.asked import entries
from yakuba.services.answers.tests.asked import queries as pairs
from yakuba.services.answers.tests.conftest import JUMINHYO


def typed(draft: Draft, **other) -> dict[str, str]:
    fields = ("code", "question", "answer", "field", "section", "source")
    given = {name: getattr(draft, name) for name in fields} | {"audience": "resident"}
    return given | {"wordings": "\n".join(draft.wordings), "links": "\n".join(draft.links)} | other


def test_an_entry_is_written_approved_by_another_person_and_told(page, approver):
    page.post(reverse("answers:new"), typed(JUMINHYO))
    version = Version.objects.get()
    shown = page.get(reverse("answers:entry", args=[version.entry_id])).content.decode()
    assert "埋まっていないところがあります" in shown
    assert reverse("localwords:index") in shown
    filled = {"seen": '[["", "住民票の手数料", ""]]', "word::住民票の手数料": "300円"}
    page.post(reverse("localwords:set"), filled)
    page.post(reverse("answers:sections"), {"name": "市民課", "telephone": "0120-000-001"})
    page.post(reverse("answers:propose"), {"version": [version.pk], "reason": "新しく書きました"})
    publication = Publication.objects.get()
    mine = page.get(publication.url).content.decode()
    own = {"approve": "1", "seen": mine.split('name="seen" value="')[1].split('"')[0]}
    refused = page.post(reverse("answers:answer", args=[publication.pk]), own)
    assert "起案した本人は承認できません" in refused.content.decode()
    assert Entry.objects.get().current is None, "nobody approves the own proposal"
    other = Client()
    other.force_login(approver)
    seen = other.get(publication.url).content.decode()
    assert "手数料は{住民票の手数料}です" in seen
    form = {"approve": "1", "seen": seen.split('name="seen" value="')[1].split('"')[0]}
    other.post(reverse("answers:answer", args=[publication.pk]), form | {"seen": "x"})
    assert Entry.objects.get().current is None, "what is approved is what was seen"
    other.post(reverse("answers:answer", args=[publication.pk]), form)
    assert telling.decide("住民票がほしい", telling.RESIDENTS).keys == (str(version.entry_id),)
    assert AuditEvent.objects.filter(name="answers.published").count() == 1


def test_the_published_version_stays_until_the_next_one_is_approved(published, page, clerk, approver):
    entry = Entry.objects.get(code="juminhyo")
    page.post(reverse("answers:edit", args=[entry.pk]), typed(JUMINHYO, answer="新しい答え", code="x"))
    assert telling.one(entry.pk, telling.RESIDENTS).version == 1
    assert entry.versions.count() == 2
    page.post(reverse("answers:edit", args=[entry.pk]), typed(JUMINHYO, answer="もっと新しい答え"))
    assert entry.versions.count() == 2, "a draft is changed in place"
    page.post(
        reverse("answers:propose"), {"version": [entry.versions.get(number=2).pk], "reason": "直しました"}
    )
    refused = page.post(reverse("answers:edit", args=[entry.pk]), typed(JUMINHYO, answer="まだ"))
    assert "承認を待っている間は変えられません" in refused.content.decode()
    other = Client()
    other.force_login(approver)
    publication = Publication.objects.latest("pk")
    other.post(reverse("answers:answer", args=[publication.pk]), {"answer": "言葉を直してください"})
    assert queries.in_state(queries.newest(), "returned").count() == 1
    facade.publish_all("直した", proposed_by=clerk, approved_by=approver)
    assert telling.one(entry.pk, telling.RESIDENTS).answer == "もっと新しい答え"
    page.post(reverse("answers:withdraw", args=[entry.pk]))
    assert telling.one(entry.pk, telling.RESIDENTS) is None
    assert entry.versions.count() == 2


def test_a_file_goes_out_and_comes_in_again_without_a_change(published, page, clerk):
    book = b"".join(page.get("/answers/", {"form": "xlsx", "text": ""}))
    assert load_workbook(io.BytesIO(book))
    token = ApiToken.issue(clerk, "x", ["answers.view", "answers.edit"], proved=True)[1]
    headers = {"Authorization": f"Bearer {token}"}
    file = b"".join(page.get("/api/v1/answers/entries/file", headers=headers))
    answer = page.post(
        "/api/v1/answers/entries/load", {"file": SimpleUploadedFile("answers.csv", file)}, headers=headers
    )
    assert answer.json() == {"changed": 0}, answer.content


def test_a_file_with_faults_tells_each_by_its_line_and_changes_nothing(page):
    table = "番号,質問,答え,対象,終了日\n1,よい,答え,,\n1,二重,答え,,\n2,空,,,\n3,対象,答え,犬,\n4,日,答え,,いつか\n"
    file = {"file": SimpleUploadedFile("a.csv", table.encode())}
    shown = page.post(reverse("answers:load"), file, follow=True)
    answer = page.post(reverse("answers:load"), form_of(shown) | {"take": "1"}, follow=True).content.decode()
    for said in ("2行目にもあります", "答えが空です", "対象「犬」は", "終了日「いつか」"):
        assert said in answer, said
    assert not Version.objects.exists()


def test_answers_whose_last_day_is_near_wait_in_a_queue(published, page, clerk, approver):
    soon = timezone.localdate() + timedelta(days=10)
    facade.write(Draft("soon", "期限のある答え", "あ", valid_until=f"{soon}"), actor=clerk)
    facade.publish_all("期限", proposed_by=clerk, approved_by=approver)
    assert queries.expiring(clerk).count == 1
    assert "期限のある答え" in page.get("/answers/?state=soon&sort=code").content.decode()
    assert "期限が近い答え" in page.get("/").content.decode()


def test_staff_ask_and_see_where_it_comes_from(published, page):
    text = page.post(reverse("answers:ask"), {"question": "夏季休暇の日数は"}).content.decode()
    assert "人事課の手引きにあります" in text
    text = page.post(reverse("answers:ask"), {"question": "住民票の写しはどこで取れますか"}).content.decode()
    assert "住民基本台帳法第12条" in text
    assert "第1版" in text


def test_asking_is_one_operation_for_api_and_command(published, page, clerk):
    token = ApiToken.issue(clerk, "x", ["answers.ask"])[1]
    asked = {"question": "犬の登録はどうすればよいですか"}
    answer = page.post(
        "/api/v1/answers/ask",
        json.dumps(asked),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    ).json()
    assert (answer["outcome"], answer["told"][0]["answer"]) == ("answered", "環境課で登録します。")
    done = CliRunner().invoke(build(), ["answers", "ask", "宇宙船の免許", "--user", clerk.username, "--json"])
    assert json.loads(done.stdout)["outcome"] == "handed_over", done.output
    assert set(Asked.objects.values_list("channel", flat=True)) == {"api"}


def test_questions_without_an_answer_are_grouped_and_one_press_drafts_an_entry(published, page):
    for text in ("ドローンを飛ばす許可はいりますか", "ドローンを飛ばすには許可がいりますか", "宇宙船の免許"):
        asking.ask(text, Channel.PAGE, telling.RESIDENTS)
    groups = questions.unanswered()
    assert [one.count for one in groups] == [2, 1]
    shown = page.get(reverse("answers:unanswered")).content.decode()
    assert 'data-key="n"' in shown
    page.post(reverse("answers:settle"), {"asked": groups[0].numbers, "draft": "1"})
    draft = Version.objects.latest("pk")
    assert "ドローン" in draft.question
    assert len(draft.wordings.splitlines()) == 1
    assert queries.missing(draft), "it cannot be published before somebody has written the answer"
    page.post(reverse("answers:settle"), {"asked": groups[1].numbers, "aside": "1"})
    assert not questions.unanswered()


def test_a_confirmed_question_finds_its_entry_from_then_on(published, page):
    said = "ワンちゃんをお迎えしました"
    asking.ask(said, Channel.PAGE, telling.RESIDENTS)
    entry = Entry.objects.get(code="inu")
    page.post(reverse("answers:settle"), {"asked": [Asked.objects.get().pk], "entry": entry.pk})
    assert Confirmed.objects.get().text == said
    assert asking.ask(f"{said}。", Channel.PAGE, telling.RESIDENTS).told[0].id == entry.pk


def test_what_people_picked_waits_for_a_member_of_staff(published, page):
    reply = asking.ask("住民票を取りたいのですが", Channel.PAGE, telling.RESIDENTS)
    asking.choose(reply.number, reply.told[0].id)
    assert not Confirmed.objects.exists()
    (group,) = questions.to_confirm()
    page.post(reverse("answers:settle"), {"asked": group.numbers, "entry": group.near[0].id})
    assert Confirmed.objects.count() == 1
    assert not questions.to_confirm()


def test_a_town_learns_from_its_confirmed_questions(published, page, clerk, approver):
    page.post(reverse("answers:learn"))
    assert Knowledge.objects.get().learned == {}, "too few"
    for entry in entries():
        facade.write(Draft(entry.key, entry.question, entry.answer), actor=clerk)
    facade.publish_all("たくさん", proposed_by=clerk, approved_by=approver)
    numbers = {row.code: row.pk for row in Entry.objects.all()}
    Confirmed.objects.bulk_create(
        [Confirmed(entry_id=numbers[key], text=one.text, by=clerk) for one in pairs() for key in one.relevant]
    )
    page.post(reverse("answers:learn"))
    assert Knowledge.objects.get().learned["labels"] == len(pairs())
    reply = asking.ask("タンスの処分について教えてください", Channel.PAGE, telling.RESIDENTS)
    assert reply.told[0].id == numbers["sodai"]


def test_the_figures_count_what_was_asked(published, page):
    assert page.get(reverse("answers:figures")).status_code == 200
    reply = asking.ask("犬の登録はどうすればよいですか", Channel.PAGE, telling.RESIDENTS)
    asking.rate(reply.number, helped=True)
    asking.ask("宇宙船の免許", Channel.KIOSK, telling.RESIDENTS)
    counts = questions.counts()
    assert (counts["asked"], counts["answered"], counts["handed_over"], counts["helped"]) == (2, 50, 50, 100)
    by_channel = questions.charts()[2].table.rows
    assert any("案内端末" in str(row) for row in by_channel)
    file = b"".join(page.get(reverse("answers:figures-file"))).decode("utf-8-sig")
    assert "宇宙船の免許" in file


def test_the_self_check_tells_of_answers_that_are_held_back(published, clerk):
    assert queries.self_check()[0].ok
    set_words({"住民票の手数料": ""}, actor=clerk)
    assert not queries.self_check()[0].ok
