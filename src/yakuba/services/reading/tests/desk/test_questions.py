"""Asking persons: never two the same, what they may and may not enter, and what it changes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger import life
from yakuba.kernel.ledger.models import Case, CaseEvent, CaseValue
from yakuba.kernel.ledger.workflow import Status
from yakuba.services.reading.actions import questions
from yakuba.services.reading.actions.answers import AnswerRefused, checked
from yakuba.services.reading.actions.cases import move_on
from yakuba.services.reading.actions.uploads import WrongStep
from yakuba.services.reading.models import Batch, Question
from yakuba.services.reading.queries.batches import progress_of
from yakuba.services.reading.queries.home import held_values, waiting_values
from yakuba.services.reading.queries.questions import progress

BUS, NURSERY, TAX = "bus-pass", "nursery-admission", "resident-tax-change"

pytestmark = pytest.mark.xdist_group("reading_desk")


@pytest.fixture
def asked(desk):
    """A bus pass case whose name, birth and category wait for a person, and nothing else."""
    desk.read((BUS, 1))
    desk.answer_all(BUS)
    case = desk.case(BUS)
    Question.objects.all().delete()
    for field in ("name", "birth", "category"):
        questions.ask_again(case, field, actor=desk.person)
    Question.objects.update(leased_to=None, leased_until=None)
    return {question.field: question for question in Question.objects.all()}


@pytest.fixture
def colleague(make_staff, yakuba_city):
    return make_staff(yakuba_city, "reading.confirm", "reading.view")


def case_of(asked):
    return Case.objects.get(pk=asked["name"].case_id)


def test_reopening_a_value_takes_the_case_back_and_answering_makes_it_ready_again(desk, asked):
    assert case_of(asked).status == Status.CONFIRMING
    desk.answer_all(BUS)
    assert case_of(asked).status == Status.READY


def test_a_case_that_was_sent_back_asks_nobody_until_its_correction_has_come(desk, asked):
    """Else the line of questions would stand before one that nobody can answer."""
    case = case_of(asked)
    life.take(case, Status.RETURNED, actor=desk.person, reason="住所がない")
    assert questions.take_next(desk.person) is None
    assert (progress().open, waiting_values(desk.person).count) == (0, 0)
    assert set(life.offered(case_of(asked))) == {Status.CONFIRMING, Status.REFUSED, Status.WITHDRAWN}, (
        "values that somebody wants to see again are not entered before"
    )
    life.take(case, Status.CONFIRMING, actor=desk.person)
    assert questions.take_next(desk.person) is not None
    desk.answer_all(BUS)
    assert case_of(asked).status == Status.READY


def test_the_answer_is_stored_in_canonical_form_with_who_and_how_long(desk, asked):
    questions.answer(asked["birth"].pk, "S20.6.16", actor=desk.person, seconds=7.5)
    value = CaseValue.objects.get(case=case_of(asked), field="birth")
    assert (value.value, value.origin, value.trusted, value.confirmed_by) == (
        "1945-06-16",
        "person",
        True,
        desk.person,
    )
    event = CaseEvent.objects.filter(kind="ledger.value_confirmed", details__field="birth").last()
    assert (event.user, event.seconds) == (desk.person, 7.5)
    questions.answer(asked["name"].pk, "小宮山　美幸", actor=desk.person, seconds=9999.0, assumed=True)
    event = CaseEvent.objects.filter(kind="ledger.value_confirmed", details__field="name").last()
    assert (event.seconds, event.details["assumed"]) == (120.0, True)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("令和8年4月1日", "2026-04-01"),
        ("R8.4.1", "2026-04-01"),
        ("2026/4/1", "2026-04-01"),
        ("r8-4-1", "2026-04-01"),
        ("", ""),
    ],
)
def test_dates_are_taken_in_every_usual_way(desk, written, stored):
    from yakuba.kernel.ledger.models import Procedure

    definition = Procedure.objects.get(code=BUS).definition
    assert checked(definition, "application_date", written, insist=True) == stored


@pytest.mark.parametrize(
    ("field", "entered", "may_insist"),
    [
        ("birth", "昭和70年1月1日", False),
        ("birth", "あした", False),
        ("birth", "令和8年11月1日", True),  # out of range
        ("name", "", True),  # required
        ("category", "elderly,student", False),
        ("category", "鉄道", False),
    ],
)
def test_what_cannot_be_is_refused_and_what_is_only_unlikely_may_be_insisted_on(
    desk, asked, field, entered, may_insist
):
    question = asked[field]
    with pytest.raises(AnswerRefused) as refusal:
        questions.answer(question.pk, entered, actor=desk.person, seconds=1.0)
    assert refusal.value.may_insist is may_insist
    question.refresh_from_db()
    assert question.state == "open"
    if may_insist:
        questions.answer(question.pk, entered, actor=desk.person, seconds=1.0, insist=True)
        question.refresh_from_db()
        assert question.state == "answered"


def test_a_closed_list_takes_only_its_words(full_desk):
    from yakuba.kernel.ledger.models import Procedure

    definition = Procedure.objects.get(code=NURSERY).definition
    assert checked(definition, "wish_1", " 中央保育園 ") == "中央保育園"
    with pytest.raises(AnswerRefused, match="一覧にありません"):
        checked(definition, "wish_1", "山の保育園", insist=True)


def test_two_persons_never_get_the_same_value_and_a_case_stays_with_who_began_it(desk, asked, colleague):
    first = questions.take_next(desk.person)
    assert first.field == "name"  # the form's order
    assert questions.take_next(desk.person) == first
    assert questions.take_next(colleague) is None
    by_type = questions.take_next(colleague, type_="choice")
    assert by_type.field == "category"
    assert questions.take_next(desk.person, type_="choice") is None
    Question.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert questions.take_next(colleague) == first


def test_who_comes_second_is_told_and_changes_nothing(desk, asked, colleague):
    questions.answer(asked["name"].pk, "小宮山美幸", actor=colleague, seconds=3.0)
    with pytest.raises(WrongStep, match="先に確認"):
        questions.answer(asked["name"].pk, "川田太郎", actor=desk.person, seconds=3.0)
    assert CaseValue.objects.get(case=case_of(asked), field="name").value == "小宮山美幸"
    questions.answer(asked["name"].pk, "小宮山美雪", actor=colleague, seconds=3.0)  # own mistake put right
    assert CaseValue.objects.get(case=case_of(asked), field="name").value == "小宮山美雪"


def test_a_held_value_keeps_its_case_back_until_it_is_answered(desk, asked):
    with pytest.raises(WrongStep, match="理由"):
        questions.hold(asked["name"].pk, "", actor=desk.person)
    questions.hold(asked["name"].pk, "申請者に電話で確認中", actor=desk.person, seconds=5.0)
    assert progress().held == 1
    desk.answer_all(BUS)
    assert case_of(asked).status == Status.CONFIRMING
    assert questions.take_next(desk.person) is None
    questions.answer(asked["name"].pk, "小宮山美幸", actor=desk.person, seconds=2.0)
    assert case_of(asked).status == Status.READY


@pytest.mark.parametrize("end", [Status.RETURNED, Status.REFUSED, Status.WITHDRAWN])
def test_a_case_that_is_with_the_applicant_or_over_asks_the_desk_nothing(desk, asked, end):
    questions.hold(asked["birth"].pk, "申請者に電話で確認中", actor=desk.person)
    ledger.move(case_of(asked), Status.RETURNED, reason="署名がない")
    if end != Status.RETURNED:
        ledger.move(case_of(asked), end, reason="申請者が望まない")
    assert questions.take_next(desk.person) is None
    assert (progress().open, progress().held) == (0, 0)
    assert (waiting_values(desk.person).count, held_values(desk.person).count) == (0, 0)
    assert progress_of(Batch.objects.get()).open == 0


def test_what_the_applicant_corrects_is_put_in_and_takes_the_case_out_of_waiting(desk, asked):
    desk.answer_all(BUS)
    ledger.move(case_of(asked), Status.RETURNED, reason="氏名が違う")
    questions.ask_again(case_of(asked), "name", actor=desk.person)
    assert case_of(asked).status == Status.CONFIRMING
    questions.answer(asked["name"].pk, "小見山美幸", actor=desk.person, seconds=2.0)
    assert case_of(asked).status == Status.READY


def test_what_the_core_system_holds_is_not_changed_while_the_applicant_corrects(desk, asked):
    desk.answer_all(BUS)
    ledger.move(case_of(asked), Status.ENTERED, target_number="K-17")
    ledger.move(case_of(asked), Status.EXAMINING)
    ledger.move(case_of(asked), Status.RETURNED, reason="氏名が違う")
    with pytest.raises(WrongStep, match="補正待ち"):
        questions.ask_again(case_of(asked), "name", actor=desk.person)


def test_nothing_is_changed_once_the_robot_has_the_case(desk, asked):
    desk.answer_all(BUS)
    ledger.move(case_of(asked), Status.ENTERING)
    with pytest.raises(WrongStep, match="入力中"):
        questions.answer(asked["name"].pk, "小宮山美幸", actor=desk.person, seconds=1.0)
    with pytest.raises(WrongStep, match="入力中"):
        questions.ask_again(case_of(asked), "name", actor=desk.person)


@pytest.fixture
def tax(full_desk):
    """A tax case with all its true values, ready."""
    full_desk.read((TAX, 1))
    full_desk.answer_all(TAX)
    assert full_desk.case(TAX).status == Status.READY
    return full_desk


def wrong_total(desk):
    """Somebody enters a total that is not the sum. Returns the question of the total."""
    question = questions.ask_again(desk.case(TAX), "tax_total", actor=desk.person)
    questions.answer(question.pk, "1", actor=desk.person, seconds=1.0)
    question.refresh_from_db()
    return question


@pytest.mark.slow
def test_a_sum_that_does_not_fit_is_asked_about_once_and_the_person_may_insist(tax):
    question = wrong_total(tax)
    assert (question.kind, question.state) == ("cross_check", "open")
    assert "合計" in question.message
    assert tax.case(TAX).status == Status.CONFIRMING
    questions.answer(question.pk, "1", actor=tax.person, seconds=1.0)
    assert tax.case(TAX).status == Status.READY
    assert CaseValue.objects.get(case=tax.case(TAX), field="tax_total").value == "1"
    move_on(tax.case(TAX))
    assert tax.case(TAX).status == Status.READY


@pytest.mark.slow
def test_putting_right_another_field_settles_the_contradiction(tax):
    question = wrong_total(tax)
    true = tax.scans.truth[TAX]
    total = int(true["tax_collected"]) + int(true["tax_uncollected"])
    questions.answer(question.pk, str(total + 5), actor=tax.person, seconds=1.0)
    Question.objects.update(insisted=False)
    move_on(tax.case(TAX))
    question.refresh_from_db()
    assert question.state == "open"
    other = questions.ask_again(tax.case(TAX), "tax_collected", actor=tax.person)
    questions.answer(other.pk, str(int(true["tax_collected"]) + 5), actor=tax.person, seconds=1.0)
    question.refresh_from_db()
    assert question.state == "answered"
    assert tax.case(TAX).status == Status.READY


def test_the_page_of_a_returned_case_says_who_is_waited_for_and_what_to_press_then(
    desk, asked, client, make_staff, yakuba_city
):
    ledger.move(case_of(asked), Status.RETURNED, reason="署名がない")
    client.force_login(make_staff(yakuba_city, "reading.confirm", "reading.view", "ledger.view"))
    page = client.get(f"/cases/{case_of(asked).pk}/").content.decode()
    assert "申請者の答えを待っています" in page
    assert ("確認する" in page, "次にすること" in page) == (True, False)
