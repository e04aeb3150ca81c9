"""The blind sample, what it proves and breaks, and the page on which that stands."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.test import Client
from django.urls import reverse

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.ledger.workflow import Status
from yakuba.services.reading import operations
from yakuba.services.reading.actions import cases, drawing, promises, questions
from yakuba.services.reading.actions.answers import AnswerRefused
from yakuba.services.reading.actions.definitions import load_form
from yakuba.services.reading.actions.promises import Standing
from yakuba.services.reading.contracts import Decision, FieldReading, Reason
from yakuba.services.reading.engine import promises as engine
from yakuba.services.reading.engine.promises import Counts
from yakuba.services.reading.models import (
    Batch,
    BatchFile,
    CheckedCount,
    Correction,
    FormDefinition,
    Promise,
    Question,
    Sheet,
    Tightening,
)
from yakuba.services.reading.operations import promises as declared
from yakuba.services.reading.queries import promises as queries
from yakuba.services.reading.queries.home import tightened
from yakuba.services.reading.queries.questions import open_questions

BUS, NUMBERS = "bus-pass", ("0800000129", "0800000226", "0800000323", "0800000420")
CORNERS = ((100.0, 100.0), (500.0, 100.0), (500.0, 160.0), (100.0, 160.0))
PHONE = FieldReading(
    "phone", "電話番号", "phone", 1, "0312345678", "0312345678", 0.999, Decision.TRUSTED, (), "", CORNERS,
    candidates=("0312345679",),
)  # fmt: skip


@pytest.fixture
def form(in_yakuba_city, clerk) -> FormDefinition:
    samples = settings.YAKUBA.samples_dir
    text = (samples / "procedures" / f"{BUS}.yaml").read_text(encoding="utf-8")
    ledger.load_procedure(yaml.safe_load(text), actor=clerk)
    return load_form(samples / "forms" / BUS, actor=clerk)


@pytest.fixture
def all_drawn(monkeypatch):
    monkeypatch.setattr(drawing, "share", lambda: 1.0)


def take(form: FormDefinition, read: FieldReading = PHONE, number: str = NUMBERS[0]) -> Case:
    """What becomes of one reading of an application."""
    case = ledger.open_case(form.procedure, number)
    batch = Batch.objects.create(name="束")
    file = BatchFile.objects.create(batch=batch, name="a.pdf", pages=1, state="split")
    sheet = Sheet.objects.create(
        batch=batch, file=file, index=0, page=1, form=form, case=case, state="placed"
    )
    cases._take(case, sheet, read, Standing.of(form.code, [read]))
    if case.status == Status.READING:
        ledger.move(case, Status.CONFIRMING)
    return case


def asked(case: Case) -> Question:
    return Question.objects.get(case=case, field="phone")


def value(case: Case) -> CaseValue:
    return CaseValue.objects.get(case=case, field="phone")


def checked(form: FormDefinition, count: int, wrong: int = 0, type_: str = "phone") -> None:
    """So many values were judged blind before."""
    CheckedCount.objects.create(
        form=form.code, month="2026-10-01", type=type_, hand="", passed=True, confidence=4, blind=True,
        checked=count, wrong=wrong,
    )  # fmt: skip


# What is drawn


def test_the_draw_hangs_on_the_key_and_the_place_alone(form, monkeypatch, settings):
    case = take(form)
    fields = [f"field{n}" for n in range(3000)]
    monkeypatch.setattr(drawing, "share", lambda: 0.02)
    drawn = [field for field in fields if drawing.is_drawn(case, field)]
    assert drawn == [field for field in fields if drawing.is_drawn(case, field)]
    assert 30 <= len(drawn) <= 95, "about 60 of 3,000"
    settings.SECRET_KEY = "another house"
    assert drawn != [field for field in fields if drawing.is_drawn(case, field)]


def test_a_town_sets_the_share_and_cannot_switch_it_off(in_yakuba_city):
    from yakuba.kernel.townsettings.actions import set_values
    from yakuba.kernel.townsettings.reading import declared as setting

    assert int(setting(drawing.SHARE).usual) == 20
    assert setting(drawing.SHARE).least > 0
    set_values({drawing.SHARE: 50}, actor=None)
    from yakuba.kernel.townsettings.reading import value as set_now

    assert set_now(drawing.SHARE) == 50


def test_what_is_not_drawn_passes_and_keeps_its_probability(form):
    case = take(form)
    assert (value(case).value, value(case).trusted) == (PHONE.value, True)
    assert 0.99 < value(case).source["probability"] < 1.0
    assert not Question.objects.exists()


# Blind


def test_nothing_of_what_was_read_is_shown_before_the_answer(form, all_drawn, clerk):
    case = take(form)
    stored = value(case)
    assert (stored.value, stored.trusted) == ("", False)
    assert {*stored.source} == {"sheet", "page", "corners"}
    (told,) = open_questions(user=clerk)
    assert (told.value, told.candidates, told.reasons, told.blind) == ("", (), (), True)
    client = Client()
    client.force_login(clerk)
    pages = [
        client.get(reverse("reading:question", args=[asked(case).pk])),
        client.get(reverse("ledger:case", args=[case.pk])),
    ]
    for page in pages:
        text = page.content.decode()
        assert page.status_code == 200
        for shown in ("0312345678", "03-1234-5678", "1234-5678", "0312345679", "1234-5679"):
            assert shown not in text
        assert "通った" not in text
    held = operations.case_values(clerk, case_id=case.pk)
    assert [(row["value"], row["confidence"], row["reasons"]) for row in held] == [("", None, [])]


def test_a_doubtful_value_that_is_drawn_is_asked_in_the_same_way(form, all_drawn, clerk):
    """So that being asked blind does not tell that the value had passed."""
    doubtful = replace(
        PHONE, decision=Decision.DOUBTFUL, reasons=(Reason.LOW_CONFIDENCE,), message="はっきりしません。"
    )
    passed, asked_ = take(form), take(form, doubtful, NUMBERS[1])
    shown = [(q.message, q.reasons, q.kind, q.blind) for q in (asked(passed), asked(asked_))]
    assert shown[0] == shown[1]
    questions.answer(asked(asked_).pk, "0312345670", actor=clerk, seconds=3, insist=True)
    assert not Correction.objects.exists(), "it had not passed"
    assert not CheckedCount.objects.filter(passed=True).exists()


def test_the_same_answer_counts_as_right(form, all_drawn, clerk):
    case = take(form)
    questions.answer(asked(case).pk, "03-1234-5678", actor=clerk, seconds=3)
    row = CheckedCount.objects.get()
    assert (row.form, row.type, row.passed, row.blind) == (BUS, "phone", True, True)
    assert (row.checked, row.wrong) == (1, 0)
    assert value(case).source["blind"] is True
    assert value(case).source["decision"] == "trusted"
    questions.answer(asked(case).pk, "0312345670", actor=clerk, seconds=3)
    row.refresh_from_db()
    assert row.checked == 1, "only the first answer is blind"


def test_another_answer_is_looked_at_twice_and_then_is_a_silent_error(form, all_drawn, clerk):
    case = take(form)
    with pytest.raises(AnswerRefused, match="機械は「03-1234-5678」と読みました") as refused:
        questions.answer(asked(case).pk, "0312345670", actor=clerk, seconds=3)
    assert refused.value.may_insist
    assert not CheckedCount.objects.exists()
    questions.answer(asked(case).pk, "0312345670", actor=clerk, seconds=3, insist=True)
    assert value(case).value == "0312345670"
    assert CheckedCount.objects.get().wrong == 1
    correction = Correction.objects.get()
    assert (correction.was, correction.right, correction.done_at) == ("0312345678", "0312345670", None)
    assert AuditEvent.objects.filter(name="reading.correction_opened").exists()
    client = Client()
    client.force_login(clerk)
    page = client.get(reverse("reading:correction", args=[correction.pk])).content.decode()
    assert "基幹システムに直すものはありません" in page


def test_a_slip_of_the_keyboard_is_no_silent_error(form, all_drawn, clerk):
    case = take(form)
    with pytest.raises(AnswerRefused):
        questions.answer(asked(case).pk, "0312345670", actor=clerk, seconds=3)
    questions.answer(asked(case).pk, "0312345678", actor=clerk, seconds=3)
    assert (CheckedCount.objects.get().wrong, Correction.objects.count()) == (0, 0)


def test_the_page_takes_a_blind_answer(form, all_drawn, clerk):
    case = take(form)
    client = Client()
    client.force_login(clerk)
    url = reverse("reading:question", args=[asked(case).pk])
    shown = client.get(url).context["form"]["shown"].value()
    second = client.post(url, {"shown": shown, "value": "0312345670"})
    assert second.status_code == 422
    assert "機械は「03-1234-5678」と読みました" in second.content.decode()
    assert second.context["candidates"] == [(PHONE.value, PHONE.value)]
    taken = client.post(url, {"shown": shown, "value": "0312345670", "candidate": PHONE.value})
    assert taken.status_code == 302
    assert value(case).value == PHONE.value


def test_every_confirmation_teaches_the_probabilities(form, clerk):
    doubtful = replace(PHONE, decision=Decision.DOUBTFUL, reasons=(Reason.LOW_CONFIDENCE,), confidence=0.6)
    case = take(form, doubtful)
    before = value(case).source["probability"]
    for _ in range(40):
        promises.count(value(case).source, wrong=True, blind=False, actor=clerk)
    other = take(form, doubtful, NUMBERS[1])
    assert value(other).source["probability"] < before / 2
    questions.answer(asked(other).pk, doubtful.value, actor=clerk, seconds=2)
    row = CheckedCount.objects.get()
    assert (row.passed, row.blind, row.checked, row.wrong) == (False, False, 41, 40)
    assert not Tightening.objects.exists(), "what was asked is no silent error"


def test_the_counts_hold_no_value():
    texts = {field.name for field in CheckedCount._meta.get_fields() if hasattr(field, "attname")}
    assert texts == {
        "id", "municipality", "form", "month", "type", "hand", "passed", "confidence", "blind", "checked", "wrong",
    }  # fmt: skip


# The promise


def test_a_promise_of_nothing_sends_every_value_to_a_person(form, clerk):
    promises.set_promise(BUS, "phone", 0, actor=clerk)
    question = asked(take(form))
    assert (question.reasons, question.value, question.blind) == (["always_asked"], PHONE.value, False)
    questions.answer(question.pk, "0312345670", actor=clerk, seconds=2)
    assert not CheckedCount.objects.filter(passed=True).exists(), "such a value never passes"


@pytest.mark.parametrize(("count", "passes"), [(29955, False), (29957, True)])
def test_a_stricter_promise_takes_the_towns_own_proof(form, clerk, count, passes):
    """What was checked before shipping supports 0.1 %, not 0.01 %: 29,956 right values of the town do."""
    assert engine.needed(100, 0) == 29956
    promises.set_promise(BUS, "phone", 100, actor=clerk)
    checked(form, count)
    case = take(form)
    assert value(case).trusted is passes
    if not passes:
        assert asked(case).blind, "the answer is to prove it"
        assert asked(case).value == PHONE.value
        questions.answer(asked(case).pk, PHONE.value, actor=clerk, seconds=2)
        assert queries.seen_of(BUS).form == Counts(29956, 0)
        assert value(take(form, number=NUMBERS[1])).trusted, "this one more has proved it"


def test_a_silent_error_tightens_its_type_and_right_values_alone_loosen_it(
    form, all_drawn, clerk, monkeypatch
):
    checked(form, 1000)
    case = take(form)
    questions.answer(asked(case).pk, "0312345670", actor=clerk, seconds=3, insist=True)
    row = Tightening.objects.get()
    assert (row.form, row.type, row.checked, row.wrong, row.until) == (BUS, "phone", 1001, 1, None)
    event = AuditEvent.objects.get(name="reading.tightened")
    assert event.subject == f"form:{BUS}"
    assert tightened(clerk).count == 1, "who decides about promises is told"

    monkeypatch.setattr(drawing, "share", lambda: 0.0)
    held = take(form, number=NUMBERS[1])
    assert not value(held).trusted
    assert asked(held).blind
    other = replace(PHONE, type="postal_code", field="postal_code", value="1000001", raw="1000001")
    assert CaseValue.objects.get(case=take(form, other, NUMBERS[2]), field="postal_code").trusted
    declared.see_tightening(clerk, tightening_id=row.pk)
    assert tightened(clerk).count == 0
    assert not value(take(form, number=NUMBERS[3])).trusted, "to know of it loosens nothing"

    CheckedCount.objects.filter(month="2026-10-01").update(checked=4741)
    questions.answer(asked(held).pk, PHONE.value, actor=clerk, seconds=3)
    row.refresh_from_db()
    assert row.until is not None
    assert AuditEvent.objects.filter(name="reading.loosened").exists()


def test_an_error_found_after_the_entry_counts_against_the_promise(form, clerk):
    from yakuba.services.reading.actions.blind import found_wrong

    case = take(form)
    found_wrong(case, value(case), actor=clerk)
    assert queries.seen_of(BUS).form == Counts(1, 1)
    assert Tightening.objects.get().type == "phone"


def test_only_fields_of_forms_in_use_have_a_promise(form, clerk):
    for code, field in (("moon", "phone"), (BUS, "moon"), (BUS, "receipt_number")):
        with pytest.raises(Exception, match="ありません"):
            declared.set_promise(clerk, code=code, field=field, per_million=1000)
    assert not Promise.objects.exists()


# The pages


def test_the_page_says_what_is_proved_and_what_is_not(form, clerk):
    checked(form, 500)
    client = Client()
    client.force_login(clerk)
    page = client.get(reverse("reading:promise", args=[BUS])).content.decode()
    house = engine.shipped_passed()
    assert "ここではまだ確かめられていません（照合500個）" in page
    assert f"{house.checked:,}個のうち誤りは0個" in page
    assert "手書きの実物での割合ではありません" in page
    assert "あと2,495個" in page
    CheckedCount.objects.update(checked=3100)
    page = client.get(reverse("reading:promise", args=[BUS])).content.decode()
    assert "照合した3,100個のうち誤りは0個" in page
    assert "実績で確かめた" in page
    chart = queries.trend(form)
    assert len(chart.table.rows) == 1
    assert "0.1%" in client.get(reverse("reading:promises")).content.decode()


def test_a_promise_is_set_on_the_page_by_who_may(form, clerk, make_staff, yakuba_city):
    client, url = Client(), reverse("reading:promise_set", args=[BUS, "phone"])
    client.force_login(make_staff(yakuba_city, "reading.view"))
    assert client.post(url, {"per_million": 0}).status_code == 403
    assert "決める" not in client.get(reverse("reading:promise", args=[BUS])).content.decode()
    client.force_login(clerk)
    assert client.post(url, {"per_million": 0}).status_code == 302
    assert Promise.objects.get().per_million == 0
    assert AuditEvent.objects.filter(name="reading.promise_set", details__per_million=0).exists()
    client.post(url, {"per_million": 7})
    assert Promise.objects.get().per_million == 0


def test_promises_of_a_neighbour_do_not_matter(form, clerk, neighbour_town):
    from yakuba.kernel.tenancy import active_municipality

    with active_municipality(neighbour_town):
        Promise.objects.create(form=BUS, field="phone", per_million=0)
        row: dict[str, Any] = {"hand": "", "passed": True, "confidence": 4, "blind": True}
        CheckedCount.objects.create(form=BUS, month="2026-10-01", type="phone", checked=9, wrong=9, **row)
    assert value(take(form)).trusted
