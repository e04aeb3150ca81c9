"""Lone pictures of mixed sheets: what is shown, in which order, to whom, and what is left out."""

from __future__ import annotations

import io
import itertools
from datetime import timedelta

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import store
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import Case, CaseEvent, CaseValue
from yakuba.kernel.ledger.sight import KIND
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.protection.actions import put_under
from yakuba.kernel.protection.models import Covered, Protection
from yakuba.services.reading.actions import mixed, questions
from yakuba.services.reading.actions.promises import set_promise
from yakuba.services.reading.actions.uploads import WrongStep
from yakuba.services.reading.contracts import Decision, FieldReading, PageReading, PageStatus
from yakuba.services.reading.models import Batch, BatchFile, FormDefinition, Question, Sheet, Turn
from yakuba.services.reading.queries.mixed import mixable
from yakuba.services.reading.tests.desk.test_together import form  # noqa: F401  a fixture

NUMBERS = ("0800000129", "0800000226", "0800000323", "0800000420")
PLACES = {"name": 300.0, "kana": 200.0, "phone": 500.0}  # top of each box
VALUES = {"name": "山田太郎", "kana": "ヤマダタロウ", "phone": "0312345678"}


def corners(field: str) -> tuple[tuple[float, float], ...]:
    top = PLACES[field]
    return ((100.0, top), (500.0, top), (500.0, top + 60), (100.0, top + 60))


@pytest.fixture
def helper(make_staff, yakuba_city) -> User:
    """Somebody who may do this and nothing else."""
    return make_staff(yakuba_city, "reading.mixed")


@pytest.fixture
def pile(form: FormDefinition, clerk: User) -> list[Question]:  # noqa: F811
    """Four sheets, black wherever something is written, of which name and telephone are asked."""
    paper = np.full((2339, 1654), 255, np.uint8)
    for top in PLACES.values():
        paper[int(top) + 20 : int(top) + 40, 150:450] = 0
    out = io.BytesIO()
    Image.fromarray(paper).save(out, "PNG")
    image = store(StoredFile.Kind.PAGE, "a.png", "image/png", out.getvalue(), actor=clerk)
    batch = Batch.objects.create(name="束")
    file = BatchFile.objects.create(batch=batch, name="a.pdf", pages=4, state="split")
    read = tuple(
        FieldReading(field, field, field, 1, value, value, 0.5, Decision.DOUBTFUL, (), "", corners(field))
        for field, value in VALUES.items()
    )
    page = PageReading(PageStatus.READ, "", form=form.code, page=1, fields=read)
    asked = []
    for index, number in enumerate(NUMBERS):
        case = ledger.open_case(form.procedure, number)
        sheet = Sheet.objects.create(
            batch=batch, file=file, index=index, image=image, page=1, form=form, case=case,
            state="placed", reading=page.to_json(),
        )  # fmt: skip
        source = {"sheet": sheet.pk, "page": 1}
        for field, value in VALUES.items():
            ledger.record_value(
                case, field, value, trusted=field == "kana", source=source | {"corners": corners(field)}
            )
        ledger.move(case, Status.CONFIRMING)
        asked += [
            Question.objects.create(case=case, sheet=sheet, field=field, type=field, value=VALUES[field])
            for field in ("name", "phone")
        ]
    return asked


def confirm(turn: Turn, user: User) -> None:
    mixed.answer(turn, VALUES[turn.question.field], actor=user, seconds=3.0)


def test_all_values_come_and_never_two_of_one_sheet_after_each_other(pile, helper):
    order = []
    while rows := mixed.turns(helper):
        order.append(rows[0].question)
        confirm(rows[0], helper)
    sheets = [question.sheet_id for question in order]
    assert all(one != other for one, other in itertools.pairwise(sheets))
    assert len(order) >= 5, "what is left are values of the sheet that came last"
    events = CaseEvent.objects.filter(kind="ledger.value_confirmed")
    assert {(event.user, event.seconds) for event in events} == {(helper, 3.0)}
    seen = AuditEvent.objects.filter(name="reading.field_viewed", actor=helper)
    assert seen.count() == len(order), "who looked at whose value is recorded once for each"


def test_two_people_get_different_values_and_what_one_leaves_the_other_gets(
    pile, helper, make_staff, yakuba_city
):
    other = make_staff(yakuba_city, "reading.mixed")
    mine, theirs = mixed.turns(helper), mixed.turns(other)
    taken = [row.question_id for row in mine + theirs]
    assert len(set(taken)) == 4
    assert [row.pk for row in mixed.turns(helper)] == [row.pk for row in mine], (
        "opening the page again changes nothing"
    )
    Question.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    again = mixed.turns(other)
    assert {row.pk for row in again}.isdisjoint(row.pk for row in mine + theirs)
    with pytest.raises(WrongStep):
        confirm(mine[0], helper)


def test_the_page_and_its_picture_say_nothing_of_whose_it_is(pile, helper):
    client = Client()
    client.force_login(helper)
    page = client.get(reverse("reading:mixed")).content.decode()
    (current, following) = Turn.objects.order_by("pk")
    field = current.question.field
    for other, value in VALUES.items():
        assert other == field or value not in page
    for said in (*NUMBERS, "束", f"/{current.question_id}/", f"cases/{current.question.case_id}"):
        assert said not in page[page.index("<main") : page.index("</main>")]
    assert str(following.handle) in page, "the next picture is fetched ahead"
    answer = client.get(reverse("reading:mixed_picture", args=[current.handle]))
    picture = np.asarray(Image.open(io.BytesIO(answer.content)).convert("L"))
    dark = np.flatnonzero((picture < 60).any(axis=1))
    runs = 1 + int((np.diff(dark) > 12).sum())
    assert runs <= 3, "one writing between the two lines of the frame"


@pytest.mark.parametrize(
    "name", ["batches", "confirm", "held", "holding", "problems", "promises", "forms", "corrections"]
)
def test_who_only_does_this_opens_nothing_else(pile, helper, name):
    client = Client(raise_request_exception=False)
    client.force_login(helper)
    assert client.get(reverse(f"reading:{name}")).status_code == 403


def test_neither_sheet_nor_case_nor_another_persons_picture_is_opened(pile, helper, make_staff, yakuba_city):
    client = Client(raise_request_exception=False)
    client.force_login(helper)
    theirs = mixed.turns(make_staff(yakuba_city, "reading.mixed"))[0]
    question = theirs.question
    for name, arguments in (
        ("reading:sheet", [question.sheet_id]),
        ("reading:sheet_picture", [question.sheet_id]),
        ("reading:field_picture", [question.case_id, question.field]),
        ("reading:question", [question.pk]),
        ("ledger:case", [question.case_id]),
    ):
        assert client.get(reverse(name, args=arguments)).status_code == 403, name
    assert client.get(reverse("reading:mixed_picture", args=[theirs.handle])).status_code == 404
    client.post(reverse("reading:turn", args=[theirs.handle]), {"value": "山田太郎"})
    assert Question.objects.filter(state="answered").count() == 0


def test_critical_and_protected_values_and_those_that_need_their_sheet_are_left_out(pile, helper, clerk):
    assert mixable().count() == 8
    set_promise("bus-pass", "phone", 0, actor=clerk)
    assert set(mixable().values_list("field", flat=True)) == {"name"}
    name = mixable().first()
    Question.objects.filter(pk=name.pk).update(kind=Question.Kind.CROSS_CHECK)
    assert mixable().count() == 3
    case = mixable().first().case
    protect_case(case, clerk)
    assert case.pk not in mixable().values_list("case", flat=True)
    assert mixable().count() <= 2


def protect_case(case: Case, clerk: User) -> None:
    today = timezone.localdate()
    row = Protection.objects.create(
        name="だれか", reason="申出", begins=today, until=today + timedelta(days=300), begun_by=clerk
    )
    put_under(row, KIND, case.pk, Covered.State.CERTAIN, "宛名番号が同じです。")


def test_what_cannot_be_read_alone_goes_to_somebody_who_sees_the_sheet(pile, helper, clerk):
    turn = mixed.turns(helper)[0]
    mixed.pass_on(turn, actor=helper, seconds=2.0)
    assert turn.question_id not in mixable().values_list("pk", flat=True)
    event = CaseEvent.objects.get(kind="reading.passed_on")
    assert (event.user, event.seconds) == (helper, 2.0)
    Question.objects.exclude(pk=turn.question_id).update(state="answered")
    assert questions.take_next(clerk).pk == turn.question_id


def test_a_doubt_about_a_value_tells_nothing_of_the_name_beside_it(pile, helper):
    Question.objects.all().delete()
    question = Question.objects.create(
        case=CaseValue.objects.filter(field="kana").first().case, sheet=Sheet.objects.first(),
        field="kana", type="kana", value="ヤマダタロウ",
    )  # fmt: skip
    CaseValue.objects.filter(case=question.case, field="name").update(trusted=True)
    turn = mixed.turns(helper)[0]
    mixed.answer(turn, "スズキハナコ", actor=helper, seconds=1.0)
    assert CaseValue.objects.get(case=question.case, field="kana").value == "スズキハナコ"
