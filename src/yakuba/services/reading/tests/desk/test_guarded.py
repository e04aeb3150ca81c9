"""What the engine trusts and the procedure's rules do not hold for possible is asked, and stops no sheet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import CaseValue
from yakuba.services.reading.actions.cases import _take
from yakuba.services.reading.actions.promises import Standing
from yakuba.services.reading.contracts import Decision, FieldReading
from yakuba.services.reading.models import Batch, BatchFile, Question, Sheet

DOCUMENT = {
    "procedure": "p",
    "title": "見本",
    "version": 1,
    "baseline": {"minutes_per_case": 1, "kind": "estimated"},
    "fields": [
        {"code": "receipt_number", "label": "受付番号", "type": "receipt_number"},
        {"code": "mark", "label": "記号", "type": "digits", "length": 3},
        {"code": "kind", "label": "区分", "type": "choice", "options": {"a": "甲"}},
    ],
}
READ = FieldReading("mark", "記号", "digits", 1, "12", "12", 0.99, Decision.TRUSTED, (), "", ())


@pytest.mark.parametrize(
    ("field", "stored"),
    [
        (READ, "12"),  # another length than the procedure says
        (replace(READ, field="kind", value="b", raw="b"), ""),  # an option that is gone
    ],
)
def test_it_is_asked(in_yakuba_city, field, stored):
    case = ledger.open_case(ledger.load_procedure(DOCUMENT), "0800000129")
    batch = Batch.objects.create(name="束")
    file = BatchFile.objects.create(batch=batch, name="a.pdf", pages=1, state="split")
    sheet = Sheet.objects.create(batch=batch, file=file, index=0, page=1, case=case, state="placed")
    _take(case, sheet, field, Standing.of("bus-pass", [field]))
    value = CaseValue.objects.get(case=case, field=field.field)
    assert (value.value, value.trusted) == (stored, False)
    assert Question.objects.get(case=case, field=field.field).raw == field.raw
    _take(
        case, sheet, replace(field, field="gone"), Standing.of("bus-pass", [])
    )  # a field that the procedure no longer has
    assert CaseValue.objects.count() == 1
