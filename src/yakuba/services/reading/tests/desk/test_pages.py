"""The pages, as a browser without scripts sees them."""

import io
import re

import numpy as np
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.ledger.models import CaseEvent, CaseValue
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.ui.looking import seconds_since, shown_token
from yakuba.services.reading import facade
from yakuba.services.reading.actions import questions
from yakuba.services.reading.models import Batch, BatchFile, FormDefinition, FormPage, Question, Sheet
from yakuba.services.reading.tests.desk.office import png

BUS, NURSERY, TAX = "bus-pass", "nursery-admission", "resident-tax-change"

pytestmark = pytest.mark.xdist_group("reading_desk")


@pytest.fixture
def browser(client, clerk):
    client.force_login(clerk)
    return client


@pytest.fixture
def asked(desk):
    """One question about the name of a bus pass case; all else is answered."""
    desk.read((BUS, 1))
    desk.answer_all(BUS)
    return questions.ask_again(desk.case(BUS), "name", actor=desk.person)


def text_of(answer):
    return answer.content.decode()


def answered(browser, question, **data):
    """Open the value's page and send what a person enters there."""
    url = reverse("reading:question", args=[question.pk])
    shown = re.search(r'name="shown" value="([^"]+)"', text_of(browser.get(url))).group(1)
    return browser.post(url, {"shown": shown} | data)


@pytest.mark.slow
def test_every_page_opens_empty_and_full(browser, full_desk):
    lists = ["batches", "upload", "problems", "held", "confirm", "forms"]
    for name in lists:
        assert browser.get(reverse(f"reading:{name}"), follow=True).status_code == 200, name
    batch = full_desk.read((NURSERY, 1), (BUS, 1), (BUS, 1))
    for name in lists[:-2]:
        assert browser.get(reverse(f"reading:{name}"), follow=True).status_code == 200, name
    page = text_of(browser.get(reverse("reading:batch", args=[batch.pk])))
    assert "2ページ目がありません" in page
    assert "同じページがもうある" in page
    answer = browser.get(reverse("reading:case", args=[full_desk.case(NURSERY).pk]), follow=True)
    assert answer.redirect_chain == [(reverse("ledger:case", args=[full_desk.case(NURSERY).pk]), 302)]
    assert "2ページ目がありません" in text_of(answer)
    case = text_of(browser.get(reverse("ledger:case", args=[full_desk.case(BUS).pk])))
    assert "役場の認識器 2026.11、PP-OCRv6" in case
    for form in FormDefinition.objects.all():
        assert "<rect" in text_of(browser.get(reverse("reading:form", args=[form.pk])))


def test_upload_takes_several_files_and_tells_of_each(browser, desk):
    good = SimpleUploadedFile("よい.pdf", desk.scans.pdf((BUS, 1)))
    bad = SimpleUploadedFile("空.pdf", b"")
    answer = browser.post(reverse("reading:upload"), {"scans": [good, bad], "name": "窓口分"}, follow=True)
    page = text_of(answer)
    assert answer.redirect_chain[0][0] == reverse("reading:batch", args=[Batch.objects.get().pk])
    assert "1個のファイルを受け取りました" in page
    assert "1個のファイルは受け取れませんでした" in page
    assert "ファイルが空です" in page
    assert "hx-trigger" in page  # refreshes itself while work runs
    desk.work()
    assert "hx-trigger" not in text_of(browser.get(reverse("reading:batch", args=[Batch.objects.get().pk])))
    refused = BatchFile.objects.get(name="空.pdf")
    assert "受け取れないファイル：空.pdf" in text_of(browser.get("/"))
    browser.post(reverse("reading:settle", args=[refused.pk]))
    assert "受け取れないファイル：空.pdf" not in text_of(browser.get("/"))
    again = SimpleUploadedFile("よい.pdf", desk.scans.pdf((BUS, 1)))
    page = text_of(browser.post(reverse("reading:upload"), {"scans": [again]}, follow=True))
    assert "それでも読み取る" in page
    known = BatchFile.objects.get(state="known")
    assert "もう一度読み取ります" in text_of(
        browser.post(reverse("reading:force", args=[known.pk]), follow=True)
    )


def test_upload_without_a_file_says_so_at_the_field(browser, desk):
    answer = browser.post(reverse("reading:upload"), {"name": ""})
    assert answer.status_code == 422
    assert "ファイルを1つ以上選んでください" in text_of(answer)


def test_confirming_goes_from_value_to_value_by_enter_alone(browser, desk, asked):
    answer = browser.get(reverse("reading:confirm"), follow=True)
    page = text_of(answer)
    url = answer.redirect_chain[-1][0]
    assert re.search(r"<input[^>]*name=\"value\"[^>]*autofocus", page)
    assert reverse("reading:field_picture", args=[asked.case_id, "name"]) in page
    shown = re.search(r'name="shown" value="([^"]+)"', page).group(1)
    answer = browser.post(url, {"value": "小宮山 美幸", "shown": shown}, follow=True)
    assert "確認を待つ値はありません" in text_of(answer)
    assert CaseValue.objects.get(case=asked.case_id, field="name").value == "小宮山美幸"
    event = CaseEvent.objects.filter(kind="ledger.value_confirmed", details__field="name").last()
    assert 0 < event.seconds < 60


def test_a_wrong_entry_keeps_what_was_typed_and_says_what_is_wrong_at_the_field(browser, desk, asked):
    question = questions.ask_again(desk.case(BUS), "birth", actor=desk.person)
    answer = answered(browser, question, value="昭和99年1月1日")
    assert answer.status_code == 422
    assert 'value="昭和99年1月1日"' in text_of(answer)
    assert 'aria-invalid="true"' in text_of(answer)
    assert "insist" not in text_of(answer)


def test_the_implausible_is_taken_only_when_it_is_sent_a_second_time(browser, desk, asked):
    question = questions.ask_again(desk.case(BUS), "birth", actor=desk.person)
    answer = answered(browser, question, value="R8.11.1")
    assert answer.status_code == 422
    assert 'name="insist" value="R8.11.1"' in text_of(answer)
    answer = answered(browser, question, value="R8.11.2", insist="R8.11.1")
    assert answer.status_code == 422, "another value is looked at anew"
    assert answered(browser, question, value="R8.11.1", insist="R8.11.1").status_code == 302
    assert CaseValue.objects.get(case=asked.case_id, field="birth").value == "2026-11-01"


def test_an_empty_required_value_takes_a_second_enter_too(browser, desk, asked):
    assert answered(browser, asked, value="").status_code == 422
    assert answered(browser, asked, value="", insist="").status_code == 302


def test_an_answer_is_taken_once_and_only_for_the_value_that_was_shown(browser, desk, asked):
    other = questions.ask_again(desk.case(BUS), "kana", actor=desk.person)
    shown = {}
    for question in (asked, other):
        url = reverse("reading:question", args=[question.pk])
        shown[question.pk] = re.search(r'name="shown" value="([^"]+)"', text_of(browser.get(url))).group(1)
    here = reverse("reading:question", args=[asked.pk])
    for token in ("", shown[other.pk], shown[asked.pk][:-2]):
        answer = browser.post(here, {"value": "込山美幸", "shown": token}, follow=True)
        assert "入力は受け取っていません" in text_of(answer)
    confirmed = CaseEvent.objects.filter(kind="ledger.value_confirmed", details__field="name")
    before = confirmed.count()
    browser.post(here, {"value": "小宮山深雪", "shown": shown[asked.pk]})
    answer = browser.post(here, {"value": "小見山美雪", "shown": shown[asked.pk]}, follow=True)
    assert "この画面を開いたあとに確定されています" in text_of(answer)
    assert CaseValue.objects.get(case=asked.case_id, field="name").value == "小宮山深雪"
    assert confirmed.count() == before + 1


def test_choices_have_number_keys_and_nothing_is_chosen_for_the_person(browser, desk, asked):
    question = questions.ask_again(desk.case(BUS), "category", actor=desk.person)
    Question.objects.filter(pk=question.pk).update(state="open")
    CaseValue.objects.filter(case=asked.case_id, field="category").update(value="")
    url = reverse("reading:question", args=[question.pk])
    page = text_of(browser.get(url))
    assert page.count('type="radio"') == 5
    assert "checked" not in page
    assert 'data-key="4"' in page
    assert "どれか1つ" in text_of(answered(browser, question))
    answered(browser, question, value="student")
    assert CaseValue.objects.get(case=asked.case_id, field="category").value == "student"
    question = questions.ask_again(desk.case(BUS), "routes", actor=desk.person)
    answered(browser, question, value=["loop", "east"])
    assert CaseValue.objects.get(case=asked.case_id, field="routes").value == "east,loop"


def test_the_value_before_can_be_opened_again_and_put_right(browser, desk, asked):
    other = questions.ask_again(desk.case(BUS), "kana", actor=desk.person)
    answered(browser, asked, value="小宮山美幸")
    page = text_of(browser.get(reverse("reading:question", args=[other.pk])))
    back = reverse("reading:question", args=[asked.pk])
    assert f'href="{back}"' in page
    assert 'value="小宮山美幸"' in text_of(browser.get(back))
    answered(browser, asked, value="小宮山美雪")
    assert CaseValue.objects.get(case=asked.case_id, field="name").value == "小宮山美雪"


def test_holding_needs_a_reason_and_the_value_can_be_found_again(browser, desk, asked):
    url = reverse("reading:hold", args=[asked.pk])
    assert "保留の理由" in text_of(browser.post(url, {"reason": ""}, follow=True))
    browser.post(url, {"reason": "字が読めない"})
    assert "字が読めない" in text_of(browser.get(reverse("reading:held"), follow=True))


def test_the_whole_page_stands_beside_the_value_when_wanted_and_stays_so(browser, desk, asked):
    url = reverse("reading:question", args=[asked.pk])
    picture = reverse("reading:sheet_picture", args=[asked.sheet_id]) + "?field=name"
    assert picture not in text_of(browser.get(url))
    assert picture in text_of(browser.get(url, {"whole": "1"}))
    assert picture in text_of(browser.get(url))
    page = answered(browser, asked, whole="0", value="山田花")
    assert picture not in text_of(page)
    assert 'value="山田花"' in text_of(page), "what is half typed stays"


def test_pictures_are_cut_out_upright_and_kept_by_nobody_but_the_browser(browser, desk, asked):
    url = reverse("reading:field_picture", args=[asked.case_id, "receipt_number"])
    answer = browser.get(url)
    assert answer["Content-Type"] == "image/png"
    assert "private" in answer["Cache-Control"]
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.width > 4 * picture.height
    assert (np.asarray(picture.convert("L")) < 120).sum() > 500  # ten digits are on it
    page = browser.get(reverse("reading:sheet_picture", args=[asked.sheet_id]) + "?field=name")
    assert Image.open(io.BytesIO(page.content)).height == 1800
    assert browser.get(reverse("reading:form_picture", args=[FormPage.objects.first().pk])).status_code == 200
    assert browser.get(reverse("reading:field_picture", args=[asked.case_id, "nothing"])).status_code == 404


@pytest.mark.slow
def test_an_upside_down_sheet_is_shown_upright(browser, desk):
    turned = desk.scans.pages[BUS][0].rotate(180)
    desk.upload(("逆さ.png", png(turned)))
    desk.work()
    sheet = desk.sheet()
    assert sheet.state == "placed"
    assert 179 < sheet.reading["rotation"] < 181
    answer = browser.get(reverse("reading:sheet_picture", args=[sheet.pk]))
    shown = np.asarray(Image.open(io.BytesIO(answer.content)).convert("L").resize((100, 141)), float)
    straight = np.asarray(desk.scans.pages[BUS][0].convert("L").resize((100, 141)), float)
    assert np.abs(shown - straight).mean() < 12 < np.abs(shown[::-1, ::-1] - straight).mean()


def test_a_problem_sheet_is_resolved_on_its_page(browser, desk):
    desk.upload(
        ("白.png", png(Image.new("L", (1654, 2339), 250))), ("用紙.pdf", desk.scans.pdf((BUS, 1), (BUS, 1)))
    )
    desk.work()
    sheet = desk.sheet(2)
    url = reverse("reading:sheet", args=[sheet.pk])
    page = text_of(browser.get(url))
    assert "もうある用紙" in page
    assert "見比べて" in page
    answer = browser.post(url, {"receipt_number": "0800000199", "place": "", "shown": ""})
    assert answer.status_code == 422
    assert "検査数字" in text_of(answer)
    assert "理由" in text_of(
        browser.post(reverse("reading:put_aside", args=[sheet.pk]), {"reason": ""}, follow=True)
    )
    browser.post(reverse("reading:put_aside", args=[sheet.pk]), {"reason": "二度スキャンした"})
    page = text_of(browser.get(reverse("reading:problems")))
    assert "二度スキャンした" in page
    browser.post(reverse("reading:take_back", args=[sheet.pk]))
    browser.post(reverse("reading:use_instead", args=[sheet.pk]))
    sheet.refresh_from_db()
    assert sheet.state == "placed"
    step = {"target": "withdrawn", "reason": "取り下げの申し出"}
    browser.post(reverse("ledger:step", args=[sheet.case_id]), step)
    assert desk.case(BUS).status == "withdrawn"


def test_neighbours_and_persons_without_the_role_see_nothing(
    client, desk, asked, neighbour, newcomer, make_staff, yakuba_city
):
    addresses = [
        reverse("reading:case", args=[asked.case_id]),
        reverse("reading:field_picture", args=[asked.case_id, "name"]),
        reverse("reading:sheet_picture", args=[asked.sheet_id]),
        reverse("reading:question", args=[asked.pk]),
        reverse("reading:batch", args=[Batch.objects.get().pk]),
    ]
    client.force_login(neighbour)
    assert {client.get(url).status_code for url in addresses} == {404}
    client.force_login(newcomer)
    assert {client.get(url).status_code for url in addresses} == {403}
    client.force_login(make_staff(yakuba_city, "reading.view"))
    assert client.post(reverse("reading:question", args=[asked.pk]), {"value": "x"}).status_code == 403
    assert client.get(reverse("reading:upload")).status_code == 403


def test_who_looked_at_whom_is_recorded_once_a_case(browser, desk, asked):
    other = questions.ask_again(desk.case(BUS), "kana", actor=desk.person)
    for question in (asked, other):
        browser.get(reverse("reading:question", args=[question.pk]))
    seen = AuditEvent.objects.filter(name="reading.case_viewed")
    assert [event.subject for event in seen] == [f"case:{asked.case_id}"]


def test_a_button_and_the_door_leave_the_operations_event(browser, desk, asked, make_staff, yakuba_city):
    browser.post(reverse("reading:hold", args=[asked.pk]), {"reason": "字が読めない", "shown": ""})
    sheet = desk.sheet()
    Sheet.objects.filter(pk=sheet.pk).update(state=Sheet.State.PROBLEM, case=None)
    facade.put_aside(sheet.pk, "二度スキャンした", desk.person)
    events = AuditEvent.objects.filter(name__in=("reading.value_held", "reading.sheet_put_aside"))
    assert [(event.name, event.subject) for event in events.order_by("sequence")] == [
        ("reading.value_held", f"case:{asked.case_id}"),
        ("reading.sheet_put_aside", f"sheet:{sheet.pk}"),
    ]
    with pytest.raises(PermissionDenied):
        facade.put_aside(sheet.pk, "もう一度", make_staff(yakuba_city, "reading.view"))


def test_home_shows_what_waits(browser, desk, asked):
    page = text_of(browser.get("/"))
    assert "確認待ちの値が1件あります" in page


def test_the_note_of_the_time_is_believed_only_from_us(clerk, make_staff, yakuba_city):
    with active_municipality(yakuba_city):
        other = make_staff(yakuba_city)
    token = shown_token(clerk, "question:1")
    assert seconds_since(token, clerk, "question:1") > 0
    assert seconds_since(token, clerk, "question:2") == 0
    assert seconds_since(token, other, "question:1") == 0
    assert seconds_since(token[:-2] + "xx", clerk, "question:1") == 0
    assert seconds_since("", clerk, "question:1") == 0
