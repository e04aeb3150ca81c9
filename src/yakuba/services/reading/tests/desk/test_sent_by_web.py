"""A sheet of an application that came by web: what the applicant sent stands, and where the paper differs a person says
which holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import CaseValue
from yakuba.kernel.ledger.workflow import Status
from yakuba.services.reading.actions.cases import move_on
from yakuba.services.reading.contracts import Decision
from yakuba.services.reading.models import Question
from yakuba.services.reading.tests.desk.test_together import NUMBER, PHONE, form, put_in  # noqa: F401  a fixture

SENT = "0398765432"
SURE = replace(PHONE, decision=Decision.TRUSTED, confidence=1.0, reasons=(), message="")


@pytest.fixture(params=[CaseValue.Origin.APPLICANT, CaseValue.Origin.CALCULATED])
def sent(form, request):  # noqa: F811
    case = ledger.open_case(form.procedure, NUMBER)
    ledger.record_value(case, "phone", SENT, trusted=True, source={}, origin=request.param)
    return case


def phone(case) -> CaseValue:
    return CaseValue.objects.get(case=case, field="phone")


@pytest.mark.parametrize("read", [SURE, PHONE, replace(SURE, value="", raw="", decision=Decision.BLANK)])
def test_a_paper_that_says_something_else_is_asked_about_and_replaces_nothing(form, sent, read):  # noqa: F811
    put_in(form, read)
    row = phone(sent)
    assert (row.value, row.trusted) == (SENT, False)
    asked = Question.objects.get(case=sent, field="phone")
    assert asked.value == read.value
    assert SENT in asked.candidates, "one key takes what was sent"
    assert "03-9876-5432" in asked.message


def test_a_paper_that_says_the_same_changes_nothing_however_unsure_it_is_read(form, sent):  # noqa: F811
    before = phone(sent).origin
    put_in(form, replace(PHONE, value=SENT, raw=SENT))
    row = phone(sent)
    assert (row.value, row.trusted, row.origin) == (SENT, True, before)
    assert not Question.objects.filter(case=sent, field="phone").exists()


def test_no_reading_at_all_replaces_what_was_sent(sent):
    ledger.record_value(sent, "phone", "0311111111", trusted=True, source={})
    assert phone(sent).value == SENT


def test_paper_does_not_take_a_case_on_that_another_room_still_asks_about(form, monkeypatch):  # noqa: F811
    """Who asked is not proved yet: the sheets that come meanwhile do not let a robot begin."""
    asked = [True]
    monkeypatch.setattr("yakuba.services.intake.queries.acting.asks", lambda case: asked[0])
    case = ledger.open_case(form.procedure, NUMBER)
    put_in(form, SURE)
    case.refresh_from_db()
    assert case.status == Status.CONFIRMING
    asked[0] = False
    move_on(case)
    assert case.status == Status.READY
