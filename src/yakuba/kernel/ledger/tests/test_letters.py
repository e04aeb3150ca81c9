"""A letter to the applicant of a case: by the house's file or the town's own, read back, kept as it was sent."""

from __future__ import annotations

import io

import docx
import pypdfium2
import pytest
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.bundles import actions as bundles
from yakuba.kernel.definitions.bundle import unpacked
from yakuba.kernel.ledger import actions, letters, life
from yakuba.kernel.ledger.models import UNASKED, Case, CaseLetter
from yakuba.kernel.ledger.tests.test_ledger import DOCUMENT
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.letters import actions as templates
from yakuba.kernel.letters import queries, verify
from yakuba.kernel.letters.checking import check
from yakuba.kernel.letters.tests.word_files import saved
from yakuba.kernel.registry import letter_kinds
from yakuba.kernel.townsettings.actions import set_values

GIVEN = {
    "name": "渡辺花子",
    "postal_code": "〒999-0001",
    "address": "やくば市東町1-2",
    "number": "や福第7号",
    "day": "令和30年2月5日",
    "text": "生年月日が\n書かれていません。",
}


@pytest.fixture
def returned(in_yakuba_city, clerk) -> Case:
    """A case whose applicant has to correct something."""
    case = actions.open_case(actions.load_procedure(DOCUMENT), "0800000129")
    row = actions.move(case, Status.READY)
    return life.take(row, Status.RETURNED, actor=clerk, reason="生年月日が空欄")


@pytest.fixture
def page(client, clerk):
    client.force_login(clerk)
    return client


def sent(page, case: Case, **given: str):
    return page.post(reverse("ledger:letter", args=[case.pk]), GIVEN | given, follow=True)


def said(page, letter: CaseLetter) -> str:
    content = page.get(reverse("ledger:letter_pdf", args=[letter.pk])).content
    document = pypdfium2.PdfDocument(content)
    try:
        (only,) = (one.get_textpage().get_text_bounded() for one in document)
        return "".join(only.split())
    finally:
        document.close()


@pytest.mark.parametrize(
    ("typed", "printed"), [("9990001", "〒999-0001"), ("９９９－０００１", "〒999-0001"), ("", "")]
)
def test_a_postal_code_is_printed_in_its_one_form(page, returned, typed, printed):
    sent(page, returned, postal_code=typed)
    assert (printed or "やくば市東町1-2") in said(page, CaseLetter.objects.get())


@pytest.mark.parametrize("typed", ["90001", "999-000", "9.99E+05"])
def test_a_postal_code_that_is_none_makes_no_letter(page, returned, typed):
    assert "7けたの数字" in sent(page, returned, postal_code=typed).content.decode()
    assert not CaseLetter.objects.exists()


def test_a_name_that_nobody_confirmed_is_not_put_into_a_letter(page, returned, clerk):
    address = reverse("ledger:letter", args=[returned.pk])
    actions.record_value(returned, "name", "山目太郎", trusted=False, source={UNASKED: True})
    shown = page.get(address).content.decode()
    assert "山目太郎" not in shown
    assert "氏名は未確認なので、宛名に入れていません" in shown
    actions.confirm_value(returned, "name", "山田太郎", actor=clerk, seconds=0)
    shown = page.get(address).content.decode()
    assert "山田太郎" in shown
    assert "未確認" not in shown


def test_a_correction_is_asked_for_from_the_page_of_the_case(page, returned):
    shown = page.get(reverse("ledger:case", args=[returned.pk])).content.decode()
    assert "補正依頼を作る" in shown
    assert "生年月日が空欄" in page.get(reverse("ledger:letter", args=[returned.pk])).content.decode()
    answer = sent(page, returned).content.decode()
    letter = CaseLetter.objects.get()
    assert "補正依頼　や福第7号" in answer
    assert "申請者への通知を作った" in answer
    text = said(page, letter)
    for words in (
        "〒999-0001",
        "渡辺花子様",
        "や福第7号",
        "令和30年2月5日",
        "やくば市長",
        "書かれていません",
        "0800000129",
    ):
        assert words in text
    assert "審査請求" not in text, "a request for correction decides nothing"
    content = page.get(reverse("ledger:letter_pdf", args=[letter.pk])).content
    assert verify.verify(content, verify.own_list(content)) == []
    assert set(
        AuditEvent.objects.filter(name__startswith="ledger.letter").values_list("name", flat=True)
    ) == {
        "ledger.letter_made",
        "ledger.letter_taken",
    }


def test_a_refusal_tells_how_to_contest_it_with_the_towns_own_words(page, returned, clerk):
    refused = life.take(returned, Status.REFUSED, actor=clerk, reason="対象でない")
    set_values({"letters.appeal": "やくば市の教示です。", "letters.mayor": "市長　役場花子"}, actor=clerk)
    sent(page, refused)
    text = said(page, CaseLetter.objects.get())
    assert "やくば市の教示です。" in text
    assert "市長役場花子" in text
    assert "却下通知" in text


def test_the_towns_word_file_decides_and_what_was_sent_stays(page, returned, clerk):
    kind = letter_kinds()["ledger.correction"]
    document = docx.Document(io.BytesIO(queries.beginning(kind)))
    document.add_paragraph("返信用の封筒を同封します。")
    row = templates.take(kind, "補正.docx", saved(document), actor=clerk)
    templates.use(row, timezone.localdate(), actor=clerk)
    sent(page, returned)
    letter = CaseLetter.objects.get()
    assert letter.template == 1
    assert "返信用の封筒を同封します。" in said(page, letter)
    templates.withdraw(row, actor=clerk)
    assert "返信用の封筒を同封します。" in said(page, letter)
    sent(page, returned)
    assert "返信用" not in said(page, CaseLetter.objects.latest("pk"))


def test_it_joins_the_bundle_of_every_procedure(returned, clerk):
    kind = letter_kinds()["ledger.correction"]
    row = templates.take(kind, "補正.docx", queries.beginning(kind), actor=clerk)
    templates.use(row, timezone.localdate(), actor=clerk)
    assert ("letter", kind.code) in {(one.kind, one.code) for one in unpacked(bundles.export("bus-pass"))}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [({"name": "山\U00030000"}, "U+30000"), ({"text": "一行\n" * 150}, "1枚に収まりません")],
)
def test_what_cannot_be_printed_is_told_and_nothing_is_kept(page, returned, wrong, told):
    answer = sent(page, returned, **wrong)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not CaseLetter.objects.exists()


def test_a_case_that_is_neither_returned_nor_refused_has_no_letter(page, returned, clerk):
    back = life.take(returned, Status.EXAMINING, actor=clerk)
    assert letters.kind_for(back) is None
    sent(page, back)
    assert not CaseLetter.objects.exists()
    assert page.get(reverse("ledger:letter", args=[back.pk])).status_code == 409


def test_who_may_only_see_the_case_and_the_neighbour_get_no_letter(
    page, client, returned, clerk, neighbour, make_staff, yakuba_city
):
    sent(page, returned)
    letter = CaseLetter.objects.get()
    addresses = [reverse("ledger:letter", args=[returned.pk]), reverse("ledger:letter_pdf", args=[letter.pk])]
    client.force_login(neighbour)
    assert {client.get(one).status_code for one in addresses} == {404}
    viewer = make_staff(yakuba_city, "ledger.view")
    client.force_login(viewer)
    assert {client.get(one).status_code for one in addresses} == {403}
    shown = client.get(reverse("ledger:case", args=[returned.pk])).content.decode()
    assert "補正依頼を作る" not in shown
    assert addresses[1] not in shown


def test_the_first_word_files_of_both_kinds_need_no_mending():
    for code in letters.KIND_OF.values():
        kind = letter_kinds()[code]
        assert check(queries.beginning(kind), kind).faults == ()
