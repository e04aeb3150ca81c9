"""The town's rules about reports."""

from __future__ import annotations

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.services.fieldwork.engine.rules import ReportRules as Rules
from yakuba.services.fieldwork.engine.rules import read_rules
from yakuba.services.fieldwork.models import ReportRules


def newest() -> ReportRules | None:
    """The version in force."""
    return ReportRules.objects.select_related("set_by").order_by("-pk").first()


def in_force() -> Rules | None:
    """What holds now; None where the town has no rules, or an older release wrote some that cannot be read any more."""
    row = newest()
    if row is None:
        return None
    try:
        return read_rules(row.text)
    except DefinitionRefused:
        return None
