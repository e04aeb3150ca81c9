"""One object of every kind that an address of the ledger names."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.kernel.ledger import actions
from yakuba.kernel.ledger.models import Procedure

RECEIPT_NUMBER = "0800000129"


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A case of the first procedure that the demo town has for all rooms."""
    case = actions.open_case(Procedure.objects.get(code="bus-pass"), RECEIPT_NUMBER)
    return {"case_id": case.pk, "code": "bus-pass"}
