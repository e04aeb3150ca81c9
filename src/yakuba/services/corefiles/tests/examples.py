"""One object of every kind that an address of this room names."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.ledger.workflow import Status
from yakuba.services.corefiles.actions import files, layouts
from yakuba.services.corefiles.engine.results import Result
from yakuba.services.corefiles.models import FiledCase

PROCEDURE = {
    "procedure": "seal-card",
    "title": "印鑑登録",
    "version": 1,
    "baseline": {"minutes_per_case": 3, "kind": "estimated", "source": "見本"},
    "fields": [
        {"code": "receipt_number", "label": "受付番号", "type": "receipt_number"},
        {"code": "name", "label": "氏名", "type": "name", "required": True},
        {"code": "kana", "label": "フリガナ", "type": "kana", "reading_of": "name"},
        {"code": "birth", "label": "生年月日", "type": "date"},
        {"code": "address", "label": "住所", "type": "address"},
        {"code": "kind", "label": "区分", "type": "choice", "options": {"new": "新規", "lost": "亡失"}},
        {
            "code": "wants",
            "label": "希望",
            "type": "choices",
            "options": {"card": "カード", "paper": "証明書"},
        },
        {"code": "note", "label": "備考", "type": "text"},
    ],
}
LAYOUT = """レイアウト: seal-renkei
名前: 印鑑システム取込
手続: seal-card
列:
  - 見出し: 受付番号
    項目: receipt_number
  - 見出し: 氏名
    項目: name
    必須: はい
  - 見出し: 生年月日
    項目: birth
    書式: [和暦7桁]
  - 見出し: 区分
    項目: kind
    変換: {new: "1", lost: "2"}
"""
RECEIPTS = ("0800070163", "0800070260", "0800070357", "0800070454")


BUS_LAYOUT = """レイアウト: bus-renkei
名前: 乗車券
手続: bus-pass
列:
  - 見出し: 受付番号
    項目: receipt_number
"""


def a_case(number: str, procedure: str = "seal-card", **values: str) -> Any:
    """A case that waits for its entry."""
    case = ledger.open_case(Procedure.objects.get(code=procedure), number)
    for field, value in ({"name": "試験一郎", "birth": "1990-04-02", "kind": "new"} | values).items():
        if field in case.procedure.definition.by_code:
            ledger.record_value(case, field, value, trusted=True, source={})
    return ledger.move(case, Status.READY)


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A layout of the sample town, a file under way, and a case that was refused."""
    layout = layouts.load_layout(BUS_LAYOUT.replace("乗車券", known["secret_word"]), actor=clerk)
    cases = [a_case(number, "bus-pass") for number in RECEIPTS[:2]]
    made = files.make(layout, actor=clerk)
    files.settle(made, [Result(cases[0].receipt_number, refused="住所がちがいます")], actor=clerk)
    refused = FiledCase.objects.get(core_file=made, state=FiledCase.State.REFUSED)
    return {"layout_code": layout.code, "core_file_id": made.pk, "filed_case_id": refused.pk}
