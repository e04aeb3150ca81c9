"""How values and events of the ledger are written for people."""

from __future__ import annotations

from datetime import date

from yakuba.kernel.ledger.definitions import FieldDefinition
from yakuba.kernel.ledger.models import CaseValue
from yakuba.kernel.ledger.workflow import LABELS, Status
from yakuba.kernel.ui.wording import wareki

KERNEL_EVENTS = {
    "ledger.opened": "受付簿に載った",
    "ledger.value_confirmed": "職員が値を確認した",
    **{f"ledger.{status}": LABELS[status] for status in Status},
}


def shown_value(definition: FieldDefinition, value: str) -> str:
    """A canonical value as staff read it: dates in 和暦, options by label, postal codes with a hyphen."""
    if not value:
        return ""
    if definition.type in {"choice", "choices"}:
        return "、".join(definition.options.get(code, code) for code in value.split(","))
    if definition.type == "date":
        try:
            return wareki(date.fromisoformat(value), weekday=False)
        except ValueError:
            return value
    if definition.type == "postal_code" and len(value) == 7:
        return f"〒{value[:3]}-{value[3:]}"
    if definition.type == "number" and value.isdigit():
        return f"{int(value):,}"
    return value


def event_label(kind: str) -> str:
    """The event's sentence; rooms name their events in Japanese themselves in `details`."""
    return KERNEL_EVENTS.get(kind, kind)


def source_label(value: CaseValue | None) -> str:
    """Where a value came from, in one phrase."""
    if value is None:
        return "未読み取り"
    if value.origin == CaseValue.Origin.PERSON:
        return f"職員が確認（{value.confirmed_by}）" if value.confirmed_by else "職員が確認"
    return "読み取り（確か）" if value.trusted else "読み取り（確認待ち）"
