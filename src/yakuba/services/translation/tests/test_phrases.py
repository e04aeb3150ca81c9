"""A town's own phrases, corrections and checks: pages, files, operations."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from yakuba.demo import guests
from yakuba.kernel.accounts.models import ApiToken
from yakuba.kernel.tables.tests.looking import form_of
from yakuba.services.translation import facade as translation
from yakuba.services.translation.models import OwnPhrase, OwnText, Talk
from yakuba.services.translation.queries.phrases import TownBook

HEAD = "番号,場面,日本語,やさしい日本語,言語,文,確認した人"


def say(code: str, language: str = "en"):
    book = TownBook()
    return book.translated(book.phrases[code], language)


def test_a_sentence_is_corrected_and_checked_by_a_named_person(page):
    url = f"{reverse('translation:phrase', args=['tax-01'])}?language=en"
    refused = page.post(url, {"text": "Please pay.", "checked_by": "Ann"})
    assert "{yen} がありません" in refused.content.decode()
    page.post(url, {"text": "Please pay {yen} here.", "checked_by": "Ann"})
    found = say("tax-01")
    assert (found.text, found.checked_by) == ("Please pay {yen} here.", "Ann")
    assert TownBook().withheld(TownBook().phrases["tax-01"], found) == "", "a person answers for it"
    page.post(
        reverse("translation:phrase-check"), {"language": "en", "group": "greeting", "checked_by": "Ann"}
    )
    assert {row.checked_by for row in TownBook().rows(["en"])} == {"Ann"}
    assert (
        "Ann"
        in page.get(f"{reverse('translation:phrases')}?language=en&state=checked&sort=code").content.decode()
    )


def test_other_japanese_takes_the_sentences_away_until_somebody_has_looked_at_them(page):
    given = {
        "code": "x",
        "group": "あいさつ",
        "japanese": "カードを持っていますか。",
        "plain": "カードがありますか。",
    }
    page.post(
        reverse("translation:phrase", args=["greeting-02"]) + "?language=en",
        {"text": "Got a residence card?", "checked_by": "Ann"},
    )
    page.post(reverse("translation:phrase-reword", args=["greeting-02"]), given | {"sensitive": "none"})
    assert say("greeting-02") is None
    assert say("greeting-02", "th") is None, "the house's sentence says what the house's Japanese says"
    url = reverse("translation:phrase", args=["greeting-02"]) + "?language=en"
    shown = page.get(url).content.decode()
    assert "前の日本語に合わせたもの" in shown
    assert "Got a residence card?" in shown
    page.post(url, {"text": "Do you have a card?", "checked_by": ""})
    assert say("greeting-02").text == "Do you have a card?"


def test_a_town_adds_a_phrase_and_finds_it(page):
    given = {
        "code": "town-01",
        "group": "ごみ",
        "japanese": "{date}に出してください。",
        "plain": "{date}に出してください。",
    }
    page.post(reverse("translation:phrase-new"), given | {"sensitive": "deadline", "wordings": "ごみの日"})
    assert OwnPhrase.objects.get().sensitive == "deadline"
    assert TownBook().found("ゴミの日")[0].code == "town-01"
    again = page.post(reverse("translation:phrase-new"), given | {"sensitive": "none"})
    assert "もう使われています" in again.content.decode()
    wrong = page.post(
        reverse("translation:phrase-new"),
        given | {"code": "town-02", "sensitive": "none", "japanese": "{日}です。"},
    )
    assert wrong.status_code == 422


def test_a_file_goes_out_and_comes_in_again_and_faults_are_told_by_row(page, clerk):
    token = ApiToken.issue(clerk, "x", ["translation.view", "translation.edit"])[1]
    headers = {"Authorization": f"Bearer {token}"}
    file = b"".join(page.get("/api/v1/translation/phrases/file?language=en", headers=headers))
    assert file.decode("utf-8-sig").count("英語") == 5

    def load(content: bytes):
        sent = {"file": SimpleUploadedFile("p.csv", content)}
        return page.post("/api/v1/translation/phrases/load", sent, headers=headers)

    assert load(file).json() == {"changed": 0}, "nothing changed"
    corrected = file.decode("utf-8-sig").replace("Please pay {yen}.", "Kindly pay {yen}.")
    assert load(corrected.encode()).json() == {"changed": 1}
    rows = [
        HEAD,
        "greeting-02,,,,英語,,",
        "greeting-02,,,,クリンゴン語,x,",
        "new-01,,新しい,新しい,英語,New,",
        "tax-01,,,,英語,Pay.,",
        "tax-01,,,,en,Pay {yen}.,Ann",
        "tax-01,,,,English,Pay {yen}!,Ann",
    ]
    shown = page.post(
        reverse("translation:phrase-load"),
        {"file": SimpleUploadedFile("p.csv", "\n".join(rows).encode())},
        follow=True,
    )
    told = page.post(reverse("translation:phrase-load"), form_of(shown) | {"take": "1"}, follow=True)
    text = told.content.decode()
    for said in ("文が空です", "クリンゴン語", "場面を40文字", "{yen} がありません", "6行目にもあります"):
        assert said in text, said
    assert OwnText.objects.get().text == "Kindly pay {yen}.", "all or nothing"


def test_phrases_are_asked_for_by_meaning_through_the_api(page, clerk):
    token = ApiToken.issue(clerk, "x", ["translation.view"])[1]
    headers = {"Authorization": f"Bearer {token}"}
    found = page.get("/api/v1/translation/phrases?language=th&text=在留カードある", headers=headers).json()
    assert (found[0]["code"], found[0]["state"]) == ("greeting-02", "unchecked")
    assert page.get("/api/v1/translation/phrases?language=xx", headers=headers).status_code == 422


def test_the_demo_town_has_something_of_its_own_to_show(page, monkeypatch, clerk):
    monkeypatch.setattr("yakuba.demo.town.user", lambda name: clerk)
    guests.load()
    guests.load()
    assert say("yakuba-01").text.startswith("The information desk")
    assert len(translation.translated("市民課の窓口は2番です。", "en")) == 1
    assert Talk.objects.count() == 1
