"""Outside: the town's rules about reports, and what everybody may read, become what the inside has."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.fieldwork.actions.numbers import NUMBERS
from yakuba.services.fieldwork.engine.rules import read_rules
from yakuba.services.fieldwork.models import ReportRules, ToldReport
from yakuba.services.fieldwork.queries import rules
from yakuba.services.fieldwork.queries.told import SETTING, told

NAMES = ("number", "category", "category_label", "state", "public_text", "latitude", "longitude")


def collected() -> dict[str, Any]:
    """Inside: what is published, with the receipt numbers that the outside may give."""
    return {**told(), "ranges": NUMBERS.ranges()}


def take(document: dict[str, Any]) -> None:
    """In the transaction of the message that says so. Raises DefinitionRefused for rules of another release."""
    set_values({SETTING: bool(document["public"] and document["rules"])}, actor=None)
    NUMBERS.take(document["ranges"])
    newest = rules.newest()
    if document["rules"] and (newest is None or newest.text != document["rules"]):
        read_rules(document["rules"])
        ReportRules.objects.create(text=document["rules"])
    ToldReport.objects.all().delete()
    ToldReport.objects.bulk_create(map(_row, document["reports"]), batch_size=500)


def _row(one: dict[str, Any]) -> ToldReport:
    moments = {
        name: datetime.fromisoformat(one[name]) if one[name] else None
        for name in ("received_at", "done_at", "released_at")
    }
    return ToldReport(**{name: one[name] for name in NAMES}, **moments)
