"""How values and events of the ledger are written for people."""

from __future__ import annotations

from yakuba.kernel.definitions.procedures import FieldDefinition, ProcedureDefinition
from yakuba.kernel.ledger.models import CaseEvent, CaseValue
from yakuba.kernel.ledger.sight import Sight
from yakuba.kernel.ledger.workflow import LABELS, Status
from yakuba.kernel.registry import ledger_phrases

KERNEL_EVENTS = {
    "ledger.opened": "受付簿に載った",
    "ledger.value_confirmed": "職員が値を確認した",
    "ledger.value_changed": "値が変わった",
    "ledger.entered_by_hand": "職員が手で入力した",
    "ledger.letter_made": "申請者への通知を作った",
    **{f"ledger.{status}": LABELS[status] for status in Status},
}


def shown_value(definition: FieldDefinition, value: str, *, revealed: bool = False) -> str:
    """A canonical value as staff read it: dates in 和暦, options by label, masked ones masked, unless
    `revealed` to one who may see them."""
    return definition.shown(value, revealed=revealed)


def event_label(event: CaseEvent, definition: ProcedureDefinition) -> str:
    """What happened, in one phrase; with the field where the event is about one."""
    phrase = KERNEL_EVENTS.get(event.kind) or ledger_phrases().get(event.kind, event.kind)
    named = definition.labels.get(str(event.details.get("field", "")))
    return f"{phrase}（{named}）" if named else phrase


def change_label(event: CaseEvent, definition: ProcedureDefinition, seen: Sight) -> str:
    """How a value was changed, or nothing: 山目太郎 → 山田太郎; as a person sees it."""
    item = definition.by_code.get(str(event.details.get("field", "")))
    if item is None or "after" not in event.details:
        return ""
    before, after = (seen.shown(item, str(event.details[key])) or "（空欄）" for key in ("before", "after"))
    return f"{before} → {after}"


def source_label(value: CaseValue | None) -> str:
    """Where a value came from, in one phrase."""
    if value is None:
        return "未読み取り"
    if value.origin == CaseValue.Origin.PERSON:
        if (people := int(value.source.get("people", 1))) > 1:
            return f"職員{people}人が確認"
        return f"職員が確認（{value.confirmed_by}）" if value.confirmed_by else "職員が確認"
    if value.origin == CaseValue.Origin.REGISTER:
        return "宛名の登録簿"
    if value.origin == CaseValue.Origin.APPLICANT:
        return "申請者（ウェブ）"
    if value.origin == CaseValue.Origin.CALCULATED:
        return "申請から計算"
    if value.trusted:
        return "読み取り（確か）"
    return "読み取り（未確認）" if value.is_unasked else "読み取り（確認待ち）"
