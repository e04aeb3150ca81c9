"""How many people confirm a doubtful value: two apart and a third where they differ, or nobody; and who holds what."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import yaml
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.accounts.models import ApiToken, User
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger import life
from yakuba.kernel.ledger.display import source_label
from yakuba.kernel.ledger.models import Case, CaseEvent, CaseValue
from yakuba.kernel.ledger.sight import KIND
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.protection.actions import put_under
from yakuba.kernel.protection.models import Covered, Protection
from yakuba.kernel.refusals import Forbidden, Invalid
from yakuba.services.reading import operations
from yakuba.services.reading.actions import cases, questions
from yakuba.services.reading.actions.definitions import load_form
from yakuba.services.reading.actions.promises import Standing, set_promise
from yakuba.services.reading.actions.uploads import WrongStep
from yakuba.services.reading.contracts import Decision, FieldReading, Reason
from yakuba.services.reading.models import (
    Batch,
    BatchFile,
    CheckedCount,
    Entry,
    FormDefinition,
    Question,
    Sheet,
)
from yakuba.services.reading.queries.questions import open_questions

BUS, NUMBER = "bus-pass", "0800000129"
CORNERS = ((100.0, 100.0), (500.0, 100.0), (500.0, 160.0), (100.0, 160.0))
PHONE = FieldReading(
    "phone", "電話番号", "phone", 1, "0312345678", "0312345678", 0.5, Decision.DOUBTFUL,
    (Reason.LOW_CONFIDENCE,), "文字がはっきりしません。", CORNERS, candidates=("0312345679",),
)  # fmt: skip
PLACE = "東京都千代田区霞が関1-2-3"
RIGHT, WRONG = "0312345671", "0312345677"


@pytest.fixture
def form(in_yakuba_city, clerk) -> FormDefinition:
    samples = settings.YAKUBA.samples_dir
    text = (samples / "procedures" / f"{BUS}.yaml").read_text(encoding="utf-8")
    document = yaml.safe_load(text)
    next(item for item in document["fields"] if item["code"] == "phone")["required"] = False
    ledger.load_procedure(document, actor=clerk)
    return load_form(samples / "forms" / BUS, actor=clerk)


@pytest.fixture
def staff(make_staff, yakuba_city) -> list[User]:
    """Three who confirm."""
    rights = ("reading.confirm", "reading.view", "ledger.view")
    return [make_staff(yakuba_city, *rights) for _ in range(3)]


def put_in(form: FormDefinition, read: FieldReading = PHONE) -> Case:
    """What becomes of one reading of an application."""
    case = ledger.open_case(form.procedure, NUMBER)
    batch = Batch.objects.create(name="束")
    file = BatchFile.objects.create(batch=batch, name="a.pdf", pages=1, state="split")
    sheet = Sheet.objects.create(
        batch=batch, file=file, index=0, page=1, form=form, case=case, state="placed"
    )
    cases._take(case, sheet, read, Standing.of(form.code, [read]))
    cases.move_on(case)
    return case


@pytest.fixture
def double(form, clerk) -> Case:
    """A case of which two confirm the telephone."""
    set_promise(BUS, "phone", 1000, people=2, actor=clerk)
    return put_in(form)


def asked(case: Case) -> Question:
    return Question.objects.get(case=case, field="phone")


def phone(case: Case) -> CaseValue:
    return CaseValue.objects.get(case=case, field="phone")


def answer(case: Case, value: str, person: User) -> Question:
    return questions.answer(asked(case).pk, value, actor=person, seconds=4.0)


# Two people


def test_two_equal_entries_confirm_and_until_then_nothing_stands_anywhere(double, staff):
    first, second, _ = staff
    row = asked(double)
    assert (row.people, row.blind, phone(double).value) == (2, True, ""), "what was read is shown to nobody"
    assert answer(double, RIGHT, first).state == "open"
    double.refresh_from_db()
    assert (double.status, phone(double).value, phone(double).trusted) == (Status.CONFIRMING, "", False)
    (shown,) = open_questions(user=second)
    assert (shown.value, shown.candidates, shown.entered, shown.people) == ("", (), (), 2)
    assert answer(double, "03-1234-5671", second).state == "answered", "the canonical values are compared"
    double.refresh_from_db()
    value = phone(double)
    assert (double.status, value.value, value.trusted, value.origin) == (Status.READY, RIGHT, True, "person")
    assert source_label(value) == "職員2人が確認"
    spent = CaseEvent.objects.filter(case=double, seconds=4.0).values_list("kind", "user")
    assert set(spent) == {("reading.entered", first.pk), ("ledger.value_confirmed", second.pk)}
    assert RIGHT not in str(list(CaseEvent.objects.filter(kind="reading.entered").values_list("details")))


def test_different_entries_go_to_a_third_who_sees_both_without_names(double, staff):
    first, second, third = staff
    answer(double, WRONG, first)
    answer(double, RIGHT, second)
    assert (phone(double).value, asked(double).state) == ("", "open")
    for person in (first, second):
        assert questions.take_next(person) is None
        assert open_questions(user=person) == []
    assert questions.take_next(third) == asked(double)
    assert open_questions(user=third)[0].entered == (RIGHT, WRONG), "in an order that tells nobody"
    client = Client()
    client.force_login(third)
    page = client.get(reverse("reading:question", args=[asked(double).pk])).content.decode()
    assert "2人の入力が違います" in page
    assert "03-1234-5671" in page
    assert "03-1234-5677" in page
    main = page[page.index("<main") :]
    assert first.username not in main
    assert second.username not in main
    answer(double, RIGHT, third)
    assert (phone(double).value, source_label(phone(double))) == (RIGHT, "職員3人が確認")
    count = CheckedCount.objects.get()
    assert (count.checked, count.wrong, count.blind) == (1, 1, True), "the reading is judged once"


def test_one_person_is_never_both_by_page_by_program_or_without_a_name(double, staff):
    first, second, _ = staff
    answer(double, RIGHT, first)
    again = User.objects.get(pk=first.pk)  # another session
    with pytest.raises(WrongStep, match="受け取っています"):
        answer(double, RIGHT, again)
    assert questions.take_next(again) is None
    _, key = ApiToken.issue(first, "窓口の機械", ["reading.confirm"])
    url = f"/api/v1/reading/questions/{asked(double).pk}/answer"
    sent = Client().post(
        url, {"value": RIGHT}, content_type="application/json", HTTP_AUTHORIZATION=f"Bearer {key}"
    )
    assert sent.status_code == 409, sent.content
    with pytest.raises(WrongStep, match="だれが入力したか"):
        questions.answer(asked(double).pk, RIGHT, actor=None, seconds=1.0)
    client = Client()
    client.force_login(first)
    page = client.get(reverse("reading:question", args=[asked(double).pk]), follow=True)
    assert "受け取っています" in page.content.decode()
    assert Entry.objects.count() == 1
    answer(double, RIGHT, second)
    with pytest.raises(WrongStep, match="2人で確かめた値"):
        answer(double, WRONG, second)
    assert phone(double).value == RIGHT


def test_a_value_of_two_is_put_right_by_two_again(double, staff):
    first, second, third = staff
    for person in (first, second):
        answer(double, RIGHT, person)
    questions.ask_again(double, "phone", actor=first)
    assert (asked(double).people, Entry.objects.count()) == (2, 0)
    answer(double, WRONG, first)
    assert phone(double).value == RIGHT
    answer(double, WRONG, third)
    assert phone(double).value == WRONG


def test_who_is_asked_again_is_not_shown_what_two_have_confirmed(double, staff):
    first, second, third = staff
    for person in (first, second):
        answer(double, RIGHT, person)
    questions.ask_again(double, "phone", actor=first)
    (shown,) = open_questions(user=third)
    assert (shown.value, shown.blind) == ("", True)
    client = Client()
    client.force_login(third)
    page = client.get(reverse("reading:question", args=[asked(double).pk])).content.decode()
    assert RIGHT not in page
    assert "03-1234-5671" not in page
    answer(double, WRONG, first)
    answer(double, WRONG, third)
    assert phone(double).value == WRONG
    assert CheckedCount.objects.get().checked == 1, "a second look is no second proof"


def test_whoever_has_entered_a_value_does_not_keep_it_from_the_others(double, staff):
    first, second, _ = staff
    answer(double, RIGHT, first)
    with pytest.raises(WrongStep, match="受け取っています"):
        operations.hold_question(first, question_id=asked(double).pk, reason="字が読めない")
    assert questions.take_next(second) == asked(double)


def test_a_page_that_comes_in_later_does_not_lose_the_first_entry(double, staff, form):
    answer(double, RIGHT, staff[0])
    sheet = Sheet.objects.get()
    cases._take(double, sheet, PHONE, Standing.of(BUS, [PHONE]))
    assert Entry.objects.count() == 1
    cases._take(double, sheet, replace(PHONE, value=WRONG), Standing.of(BUS, [PHONE]))
    assert Entry.objects.count() == 0, "another picture is asked about anew"


def test_what_passes_is_asked_of_nobody_in_a_field_of_two(form, clerk):
    set_promise(BUS, "phone", 1000, people=2, actor=clerk)
    case = put_in(form, replace(PHONE, decision=Decision.TRUSTED, reasons=()))
    assert (phone(case).trusted, Question.objects.count()) == (True, 0)


# Nobody


def test_a_field_that_nobody_confirms_reaches_the_ledger_unconfirmed_and_keeps_nothing_back(form, clerk):
    set_promise(BUS, "phone", 1000, people=0, actor=clerk)
    case = put_in(form)
    case.refresh_from_db()
    value = phone(case)
    assert (case.status, value.value, value.trusted) == (Status.READY, PHONE.value, False)
    assert (value.is_unasked, source_label(value)) == (True, "読み取り（未確認）")
    assert not Question.objects.exists()
    assert not life._unsure(case)
    questions.ask_again(case, "phone", actor=clerk)  # whoever needs it after all
    questions.answer(asked(case).pk, RIGHT, actor=clerk, seconds=1.0)
    assert (phone(case).trusted, phone(case).is_unasked) == (True, False)


def test_what_is_clearly_read_is_not_trusted_either_where_nobody_ever_looks(form, clerk):
    set_promise(BUS, "phone", 1000, people=0, actor=clerk)
    case = put_in(form, replace(PHONE, decision=Decision.TRUSTED, reasons=()))
    assert not phone(case).trusted


@pytest.mark.parametrize("field", ["name", "kana", "postal_code", "address"])
def test_a_field_that_is_required_or_compared_is_confirmed_by_somebody(form, clerk, field):
    with pytest.raises(Invalid, match="「確認しない」にはできません"):
        set_promise(BUS, field, 1000, people=0, actor=clerk)


def test_a_field_that_a_person_always_looks_at_is_not_left_unconfirmed(form, clerk):
    with pytest.raises(Invalid, match="いつも人が確認"):
        set_promise(BUS, "phone", 0, people=0, actor=clerk)


def test_the_town_decides_on_the_page_of_promises(form, clerk):
    client = Client()
    client.force_login(clerk)
    url = reverse("reading:promise", args=[BUS])
    client.post(reverse("reading:promise_set", args=[BUS, "phone"]), {"per_million": 1000, "people": 2})
    page = client.get(url).content.decode()
    assert '<option value="2" selected>2人が別々に</option>' in page
    sent = client.post(
        reverse("reading:promise_set", args=[BUS, "name"]), {"per_million": 1000, "people": 0}, follow=True
    )
    assert "「確認しない」にはできません" in sent.content.decode()
    client.post(reverse("reading:promise_set", args=[BUS, "phone"]), {"per_million": 10_000})
    assert Standing.of(BUS, []).people == {"phone": 2}, "what is not said stays"


# Who holds what


def test_who_holds_what_since_when_and_another_person_frees_it(double, staff):
    first, second, _ = staff
    assert questions.take_next(first) == asked(double)
    since = asked(double).leased_since
    questions.lease(asked(double), first)
    assert asked(double).leased_since == since, "looking on is no new beginning"
    assert questions.take_next(second) is None
    client = Client()
    client.force_login(second)
    page = client.get(reverse("reading:holding")).content.decode()
    assert NUMBER in page
    assert str(first) in page
    operations.let_go(second, question_id=asked(double).pk)
    assert AuditEvent.objects.filter(name="reading.value_let_go").count() == 1
    assert questions.take_next(second) == asked(double)
    questions.hold(asked(double).pk, "字が読めない", actor=second)
    assert (asked(double).held_by, asked(double).held_at is not None) == (second, True)
    assert str(second) in client.get(reverse("reading:holding")).content.decode()
    operations.let_go(first, question_id=asked(double).pk)
    assert asked(double).state == "open"
    with pytest.raises(WrongStep, match="だれも持っていません"):
        operations.let_go(first, question_id=asked(double).pk)


def test_what_somebody_left_is_free_after_a_limit(double, staff):
    first, second, _ = staff
    questions.take_next(first)
    Question.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert questions.take_next(second) == asked(double)


def test_a_hidden_address_is_answered_by_nobody_who_may_not_open_it(form, staff, clerk):
    case = put_in(form, replace(PHONE, field="address", label="住所", type="address", value=PLACE, raw=PLACE))
    row = Question.objects.get(case=case, field="address")
    Question.objects.filter(pk=row.pk).update(blind=True)
    today = timezone.localdate()
    protection = Protection.objects.create(
        name="だれか", reason="申出", begins=today, until=today + timedelta(days=300), begun_by=clerk
    )
    put_under(protection, KIND, case.pk, Covered.State.CERTAIN, "宛名番号が同じです。")
    with pytest.raises(Forbidden, match="支援措置") as told:
        operations.answer_question(staff[0], question_id=row.pk, value="東京都港区芝公園4-2-8")
    assert PLACE not in told.value.lines()
