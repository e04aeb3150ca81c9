"""The procedure of the ledger whose cases reports are."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.ledger.actions import load_procedure
from yakuba.kernel.ledger.models import Procedure

CODE = "resident-report"
CATEGORY, DESCRIPTION, PLACE, NAME, CONTACT = (
    "category",
    "description",
    "place",
    "reporter_name",
    "reporter_contact",
)
DOCUMENT: dict[str, Any] = {
    "procedure": CODE,
    "title": "住民の通報",
    "version": 1,
    "baseline": {
        "minutes_per_case": 10.0,
        "kind": "estimated",
        "source": "見積り（電話で聞き取り、場所を地図で確かめ、紙に書いて課に渡す。実測前）",
    },
    "fields": [
        {"code": "receipt_number", "label": "受付番号", "type": "receipt_number", "required": True},
        {"code": CATEGORY, "label": "分類", "type": "text", "required": True},
        {"code": DESCRIPTION, "label": "内容", "type": "text"},
        {"code": PLACE, "label": "場所のことば", "type": "text"},
        {"code": NAME, "label": "通報した人の名前", "type": "text"},
        {"code": CONTACT, "label": "通報した人の連絡先", "type": "text"},
    ],
}


def procedure() -> Procedure:
    """The town's; made when the first report comes."""
    row = Procedure.objects.filter(code=CODE).first()
    return row if row is not None else load_procedure(DOCUMENT)
