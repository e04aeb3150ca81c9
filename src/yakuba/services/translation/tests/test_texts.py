"""Free text: the memory first, then the town's server, the guard, Word files, the town's words."""

from __future__ import annotations

import io
import json
import re

import docx
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from yakuba.kernel.accounts.models import ApiToken
from yakuba.kernel.modelservers.tests import misbehaving
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.translation.actions import memory, talks
from yakuba.services.translation.contracts import Sentence, Way
from yakuba.services.translation.engine import papers
from yakuba.services.translation.models import Segment, Talk
from yakuba.services.translation.pages.texts import _remark
from yakuba.services.translation.queries import translating

SAID = {
    "手数料は300円です。": "The fee is 3,000 yen.",
    "福祉課に来てください。": "Please come to the welfare office.",
    "窓口は2階です。": "The desk is on floor 2.",
    "Where is the desk?": "窓口はどこですか。",
    "〔氏名1〕さんの電話は〔電話1〕です。": "The phone of 〔氏名1〕 is [電話１].",
    "〔氏名1〕様の住所は〔住所1〕です。": "The address of the guest is 〔住所1〕.",
}


class Translator(misbehaving.Handler):
    """Answers as a model would: the sentence between the marks, translated."""

    def translate(self, body):
        asked = re.findall(r"<[0-9a-f]{16}>(.*?)</", body["messages"][-1]["content"])
        self.reply(json.dumps({"translations": [SAID.get(one, "?") for one in asked]}, ensure_ascii=False))

    def too_few(self, body):
        self.reply('{"translations": []}')


@pytest.fixture
def server(monkeypatch, clerk, in_yakuba_city):
    """The town's model server, on the loopback."""
    monkeypatch.setattr(misbehaving, "Handler", Translator)
    with misbehaving.running() as one:
        monkeypatch.setattr(settings.YAKUBA, "outbound_hosts", f"127.0.0.1:{one.server_port}")
        given = {"modelservers.chat_url": one.url, "modelservers.chat_model": "translate"}
        set_values(given, actor=clerk)
        yield one


def test_without_anything_supplied_only_what_people_wrote_is_told(page, clerk):
    memory.keep("en", [("窓口は2階です。", "The desk is on the second floor.")], "Ann", actor=clerk)
    texts = "在留カードを持っていますか。窓口は2階です。窓口は3階です。窓口は二階にあります。"
    found, trouble = translating.translated(translating.sentences_of(texts), "en")
    assert [one.way for one in found] == [Way.PHRASE, Way.MEMORY, Way.NONE, Way.NONE]
    assert (found[1].checked_by, trouble) == ("Ann", "")
    assert found[2].near is None, "another number is never offered"
    shown = page.post(reverse("translation:texts"), {"language": "en", "text": texts}).content.decode()
    for said in ("訳すモデルサーバーがない", "確認した人：Ann", "訳のない文があります", "CTranslate2"):
        assert said in shown, said


def test_a_server_translates_and_the_guard_tells_what_it_changed(page, server, clerk):
    memory.set_term("福祉課", "en", "Welfare Division", actor=clerk)
    token = ApiToken.issue(clerk, "x", ["translation.view"])[1]
    answer = page.post(
        "/api/v1/translation/texts",
        json.dumps({"language": "en", "text": "".join(list(SAID)[:3])}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    ).json()
    first, second, third = answer["sentences"]
    assert "300" in first["doubts"][0]
    assert "Welfare Division" in second["doubts"][0]
    assert (third["target"], third["way"], third["doubts"]) == ("The desk is on floor 2.", "server", [])
    asked = json.dumps(server.said[-1][2], ensure_ascii=False)
    assert "福祉課 = Welfare Division" in asked
    given = {"language": "en", "source-0": "手数料は300円です。", "was-0": "The fee is 3,000 yen."}
    page.post(
        reverse("translation:text-keep"), given | {"target-0": "The fee is 300 yen.", "checked_by": "Ann"}
    )
    (found,), _ = translating.translated(["手数料は300円です。"], "en")
    assert (found.target, found.way, found.checked_by) == ("The fee is 300 yen.", Way.MEMORY, "Ann")
    page.post(reverse("translation:text-kept"), {"bulk": "0", "row": [Segment.objects.get().pk]})
    assert not Segment.objects.exists()


def test_a_server_that_answers_wrongly_is_told_and_the_rest_goes_on(page, server, clerk):
    memory.keep("en", [("窓口は2階です。", "Second floor.")], "", actor=clerk)
    for way in ("too-few", "never-fits"):
        set_values({"modelservers.chat_model": way}, actor=clerk)
        found, trouble = translating.translated(["窓口は2階です。", "手数料は300円です。"], "en")
        assert [one.way for one in found] == [Way.MEMORY, Way.NONE]
        assert "モデルサーバー" in trouble


def test_staff_and_guests_write_in_their_own_words_where_there_is_a_server(page, server):
    page.post(reverse("translation:index"), {"language": "en"})
    talk = Talk.objects.get()
    write = reverse("translation:write", args=[talk.pk])
    page.post(write, {"japanese": "窓口は2階です。"})
    page.post(write, {"japanese": "手数料は300円です。"})
    first, second = talks.lines_of(Talk.objects.get())
    assert (first.text, first.machine) == ("The desk is on floor 2.", True)
    assert second.text == "", "what the guard doubts is not shown to a guest"
    page.post(reverse("guest:screen", args=["990019", talk.key]), {"text": "Where is the desk?"})
    page.post(reverse("translation:understand", args=[talk.pk]))
    assert talks.lines_of(Talk.objects.get())[-1].japanese == "窓口はどこですか。"


def test_a_word_file_keeps_its_layout_and_what_is_doubted_stays_japanese(page, server):
    document = docx.Document()
    document.add_heading("窓口は2階です。", 1)
    paragraph = document.add_paragraph("窓口は")
    paragraph.add_run("2階です。").bold = True
    document.add_paragraph("手数料は300円です。")
    document.add_table(1, 1).cell(0, 0).text = "窓口は2階です。"
    file = io.BytesIO()
    document.save(file)
    url = reverse("translation:texts")

    def sent(**more):
        upload = SimpleUploadedFile("a.docx", file.getvalue())
        return page.post(url, {"language": "en", "file": upload, **more})

    lines = papers.word_paragraphs(sent(same="1").content)
    assert lines == ["The desk is on floor 2."] * 2 + ["手数料は300円です。", "The desk is on floor 2."]
    beside = docx.Document(io.BytesIO(sent(side="1").content)).tables[0]
    assert beside.cell(1, 0).text == "窓口は2階です。"
    assert "機械の訳" in beside.cell(1, 1).text
    plain = page.post(url, {"language": "en", "text": "窓口は2階です。", "same": "1"})
    assert "Wordのファイル（.docx）を選んだとき" in plain.content.decode()
    long = page.post(url, {"language": "en", "text": "長い。" * 400})
    assert "一度に訳せるのは300文まで" in long.content.decode()


def test_the_towns_words_are_written_and_taken_away(page):
    url = reverse("translation:terms")
    page.post(url, {"japanese": "福祉課", "language": "vi", "text": "Phòng Phúc lợi"})
    assert "Phòng Phúc lợi" in page.get(url).content.decode()
    assert translating.terms("vi") == [("福祉課", "Phòng Phúc lợi")]
    page.post(url, {"japanese": "福祉課", "language": "vi", "text": ""})
    assert translating.terms("vi") == []


def test_a_tab_in_word_parts_what_it_parts_on_paper():
    document = docx.Document()
    document.add_paragraph("1\t000円")
    file = io.BytesIO()
    document.save(file)
    assert papers.word_paragraphs(file.getvalue()) == ["1\t000円"]


def test_letters_that_no_word_file_holds_break_none():
    assert papers.with_furigana(["漢字\x01かな\ufffe"])
    assert papers.side_by_side([("a\x01", "b\x02", "")], ("日本語", "英語"), "")


def test_the_file_beside_says_what_the_guard_doubts():
    said = _remark(Sentence("300円です。", "It is 3,000 yen.", Way.SERVER, ("数が違います。",)))
    assert "確かめる：数が違います。" in said


def test_a_sentence_with_an_individual_number_is_sent_to_no_server(in_yakuba_city, monkeypatch):
    asked = []

    def answered(server, part, *rest):
        asked.extend(part)
        return ["Hello."] * len(part)

    monkeypatch.setattr(translating, "server_for", lambda what: object())
    monkeypatch.setattr(translating, "_answer", answered)
    found, trouble = translating.translated(["番号は1234-5678-9018です。", "こんにちは。"], "en")
    assert asked == ["こんにちは。"]
    assert [one.way for one in found] == [Way.NONE, Way.SERVER]
    assert trouble == translating.NOT_SENT


def test_a_server_sees_no_name_and_no_number_and_the_translation_has_them(server):
    told, lost = "山田花子さんの電話は090-1234-5678です。", "鈴木太郎様の住所は霞が関市中央1丁目2番3号です。"
    found, trouble = translating.translated([told, lost], "en")
    assert [one.target for one in found] == ["The phone of 山田花子 is 090-1234-5678.", ""]
    assert trouble == translating.LOST
    asked = json.dumps([one[2] for one in server.said], ensure_ascii=False)
    for secret in ("山田", "花子", "090-1234", "鈴木", "中央1丁目"):
        assert secret not in asked, secret
