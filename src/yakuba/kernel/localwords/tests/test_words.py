"""One word for all rooms: where it stands, who fills it, and what residents read then."""

from __future__ import annotations

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from yakuba.config.command import build
from yakuba.kernel.accounts.models import ApiToken
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.localwords import actions, operations, queries
from yakuba.kernel.localwords.models import LocalWord
from yakuba.kernel.operations import Upload
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.registry.models import UnusedRoom
from yakuba.kernel.tables.tests.looking import form_of
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.answers import facade as answers
from yakuba.services.answers.queries import telling
from yakuba.services.intake.actions import navigator

PAGE = "/local-words/"
EVENT = """出来事: 引っ越した
コード: moving
届出: [{名: 転居届, 窓口: "｛住民登録の窓口｝（電話 ｛電話番号｝）", 根拠: 住民基本台帳法23条, 確認日: 2026-11-29}]
表: [{届出: [転居届]}]
"""


@pytest.fixture
def town(in_yakuba_city, clerk):
    """A text in each of two rooms; one place stands in both, one is the town's own name."""
    draft = answers.Draft(
        "hikkoshi", "引っ越しました", "{自治体}へ、{電話番号}で聞いてください。{手数料}です。"
    )
    answers.write(draft, actor=clerk)
    navigator.write(EVENT, actor=clerk)
    return in_yakuba_city


@pytest.fixture
def page(clerk):
    client = Client()
    client.force_login(clerk)
    return client


def text_of(answer, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def sent(page: Client, *words: tuple[str, str, str, str]):
    """A form as it was shown, with what was typed: room, name, value shown, value typed."""
    typed = {f"word:{room}:{name}": value for room, name, _, value in words}
    return page.post(f"{PAGE}set/", typed | {"seen": json.dumps([one[:3] for one in words])})


def test_a_place_of_two_rooms_is_filled_once(town, page, clerk):
    shown = text_of(page.get(PAGE))
    assert "申請受付：1件、問い合わせ応答：1件" in shown or "問い合わせ応答：1件、申請受付：1件" in shown
    assert "自治体へ" not in shown
    assert [(one.name, one.lacks) for one in queries.standings()] == [
        ("電話番号", True),  # two texts wait for it
        ("住民登録の窓口", True),
        ("手数料", True),
    ]
    answer = sent(page, ("", "電話番号", "", "00-0000-0101"), ("", "手数料", "", ""))
    assert answer.status_code == 302
    assert queries.words("answers") == queries.words("intake") == {"電話番号": "00-0000-0101"}
    event = AuditEvent.objects.get(name="localwords.set")
    assert event.details == {"words": ["電話番号"]}


def test_what_another_person_filled_meanwhile_stays(town, page, clerk):
    actions.set_words({"電話番号": "後から"}, actor=clerk)
    sent(page, ("", "電話番号", "", ""), ("", "手数料", "", "300円"))
    assert queries.words("answers") == {"電話番号": "後から", "手数料": "300円"}


def test_what_cannot_be_told_is_shown_again_with_all_that_was_typed(town, page):
    told = text_of(sent(page, ("", "電話番号", "", "{x}"), ("", "手数料", "", "300円")), 422)
    assert "「電話番号」に { } は使えません" in told
    assert 'value="{x}"' in told
    assert 'value="300円"' in told
    assert not LocalWord.objects.exists()
    for seen in ("[", "[[1]]", "5", "[" * 100_000, '[["nowhere","電話","x"]]', '[["","a\\u0000","x"]]'):
        assert page.post(f"{PAGE}set/", {"seen": seen, "word:nowhere:電話": "1"}).status_code in (302, 422)
    assert not LocalWord.objects.exists()


def test_residents_read_it_at_once_and_no_more_when_it_is_emptied(town, clerk, make_staff):
    actions.set_words({"電話番号": "1", "手数料": "無料"}, actor=clerk)
    head = make_staff(town, "answers.approve")
    assert answers.publish_all("はじめて", proposed_by=clerk, approved_by=head) == (1, 0)
    (told,) = telling.by_field(telling.RESIDENTS)["そのほか"]
    assert told.answer == "やくば市へ、1で聞いてください。無料です。"
    actions.set_words({"電話番号": "2"}, actor=clerk)
    assert telling.one(told.id, telling.RESIDENTS).answer == "やくば市へ、2で聞いてください。無料です。"
    actions.set_words({"電話番号": ""}, actor=clerk)
    assert telling.one(told.id, telling.RESIDENTS) is None
    answers.write(answers.Draft("hikkoshi", "引っ越しました", "窓口で聞いてください。"), actor=clerk)
    assert [one.name for one in queries.standings() if one.lacks] == ["電話番号", "住民登録の窓口"], (
        "what is told needs it still, whatever the next draft says"
    )


def test_a_rooms_own_word_beats_the_one_for_all_until_it_is_emptied(town, page, clerk):
    actions.set_words({"電話番号": "1"}, actor=clerk)
    actions.set_words({"電話番号": "2"}, actor=clerk, room="intake")
    assert (queries.words("answers")["電話番号"], queries.words("intake")["電話番号"]) == ("1", "2")
    assert "電話番号（申請受付だけ）" in text_of(page.get(PAGE))
    uses = {(one.name, one.room): dict(one.counts) for one in queries.standings()}
    assert uses["電話番号", ""] == {"問い合わせ応答": 1}
    assert uses["電話番号", "intake"] == {"申請受付": 1}
    sent(page, ("intake", "電話番号", "2", ""))
    assert queries.words("intake")["電話番号"] == "1"
    with pytest.raises(Invalid, match="業務「library」"):
        actions.set_words({"電話番号": "3"}, actor=clerk, room="library")


def test_a_room_that_is_not_used_waits_for_nothing(town):
    UnusedRoom.objects.create(room="intake")
    assert [one.name for one in queries.standings()] == ["手数料", "電話番号"]


def test_a_title_is_shown_to_who_may_open_it(town, make_staff):
    client = Client()
    client.force_login(make_staff(town, "localwords.view", "intake.view"))
    shown = text_of(client.get(PAGE))
    assert "引っ越した</a>" in shown
    assert "引っ越しました" not in shown
    assert "問い合わせ応答：1件" in shown
    assert "残す" not in shown
    assert client.post(f"{PAGE}set/").status_code == 403


def test_words_go_out_and_come_back_by_file_command_and_api(town, page, clerk):
    actions.set_words({"電話番号": "1", "手数料": "無料"}, actor=clerk)
    actions.set_words({"電話番号": "2"}, actor=clerk, room="intake")
    before = queries.standings()
    content = b"".join(page.get(f"{PAGE}file/"))
    assert "住民登録の窓口" in content.decode("utf-8-sig"), "what is still to be filled is in the file"
    LocalWord.objects.all().delete()
    load = reverse("localwords:load")
    looked = page.post(load, {"file": SimpleUploadedFile("words.csv", content)}, follow=True)
    page.post(load, form_of(looked) | {"take": "1"})
    assert queries.standings() == before
    assert operations.load_local_words(clerk, file=Upload("words.csv", io.BytesIO(content))) == 0
    wrong = Upload("words.csv", "ところ,この自治体では\n電話番号,<b>\n".encode())
    with pytest.raises(Invalid, match="1か所"):
        operations.load_local_words(clerk, file=Upload("words.csv", io.BytesIO(wrong.stream)))
    done = CliRunner().invoke(
        build(), ["localwords", "set", "--word", "手数料=300円", "--user", clerk.username, "--json"]
    )
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"changed": 1})
    token = ApiToken.issue(clerk, "試験", ["localwords.view"], proved=True)[1]
    told = Client().get("/api/v1/localwords/words", headers={"Authorization": f"Bearer {token}"}).json()
    assert {"name": "手数料", "value": "300円", "lacks": False}.items() <= {
        **next(one for one in told if one["name"] == "手数料")
    }.items()


def test_a_neighbour_has_its_own(town, clerk, neighbour_town, neighbour):
    actions.set_words({"電話番号": "1"}, actor=clerk)
    with active_municipality(neighbour_town):
        assert queries.standings() == []
        assert queries.words("answers") == {}
        actions.set_words({"電話番号": "9"}, actor=neighbour)
    assert queries.words("answers") == {"電話番号": "1"}


BEFORE = [("answers", "0001_initial"), ("intake", "0002_navigator"), ("localwords", None)]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_what_two_rooms_had_filled_becomes_one_table_and_nothing_is_lost():
    executor = MigrationExecutor(connection)
    executor.migrate(BEFORE)
    try:
        old = executor.loader.project_state(BEFORE[:2]).apps
        towns = old.get_model("tenancy", "Municipality")
        city, other = (towns.objects.create(code=code, name="町") for code in ("990019", "990027"))
        had = {
            ("answers", "Slot"): [
                (city, "同じ", "1"),
                (city, "違う", "甲"),
                (city, "答え", "2"),
                (other, "違う", "丙"),
            ],
            ("intake", "LocalWord"): [(city, "同じ", "1"), (city, "違う", "乙"), (city, "ナビ", "3")],
        }
        for model, rows in had.items():
            for municipality, name, value in rows:
                old.get_model(*model)._base_manager.create(municipality=municipality, name=name, value=value)
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
    new = LocalWord.all_municipalities.values_list("municipality__code", "name", "room", "value")
    assert sorted(new) == [
        ("990019", "ナビ", "", "3"),
        ("990019", "同じ", "", "1"),
        ("990019", "答え", "", "2"),
        ("990019", "違う", "", "甲"),
        ("990019", "違う", "intake", "乙"),
        ("990027", "違う", "", "丙"),
    ]
    assert not {"answers_slot", "intake_localword"} & set(connection.introspection.table_names())


def test_of_two_who_fill_the_same_place_the_second_is_told(town, page, clerk):
    actions.set_words({"電話番号": "先の人"}, actor=clerk)
    told = text_of(sent(page, ("", "電話番号", "", "後の人"), ("", "手数料", "", "300円")), 422)
    assert "ほかの人が「先の人」にしました" in told
    assert 'value="後の人"' in told
    assert queries.words("answers") == {"電話番号": "先の人"}
    assert sent(page, ("", "電話番号", "先の人", "後の人")).status_code == 302
    assert queries.words("answers") == {"電話番号": "後の人"}


def test_who_touched_nothing_changes_nothing(town, page):
    """A browser gives a line break of a field of one line back as nothing."""
    LocalWord.objects.create(name="電話番号", value="1番\n2番")
    sent(page, ("", "電話番号", "1番\n2番", "1番2番"))
    assert LocalWord.objects.get().value == "1番\n2番"


def test_a_table_of_too_many_words_is_refused(town, clerk):
    lines = "".join(f"ところ{number},1\n" for number in range(2_001))
    with pytest.raises(Invalid) as refused:
        operations.load_local_words(
            clerk, file=Upload("words.csv", io.BytesIO(f"ところ,この自治体では\n{lines}".encode()))
        )
    assert "2,000" in str(refused.value.problems[-1])
    assert not LocalWord.objects.exists()
