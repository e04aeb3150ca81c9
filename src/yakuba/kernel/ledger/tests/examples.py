"""One object of every kind that an address of the ledger names."""

from __future__ import annotations

from datetime import date
from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import store
from yakuba.kernel.ledger import actions
from yakuba.kernel.ledger.models import CaseLetter, Procedure

RECEIPT_NUMBER = "0800000129"


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A case of the first procedure that the demo town has for all rooms."""
    case = actions.open_case(Procedure.objects.get(code="bus-pass"), RECEIPT_NUMBER)
    pdf = store(StoredFile.Kind.OUTPUT, "letter.pdf", "application/pdf", b"%PDF-1.7", actor=clerk)
    letter = CaseLetter.objects.create(
        case=case, kind="ledger.correction", day=date(2027, 1, 4), pdf=pdf, made_by=clerk
    )
    return {"case_id": case.pk, "code": "bus-pass", "letter_id": letter.pk}
