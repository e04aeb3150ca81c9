"""Setting the town's rules about reports."""

from __future__ import annotations

from django.db import transaction

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.definitions import DefinitionRefused, Problem
from yakuba.kernel.tenancy.models import Department
from yakuba.services.fieldwork.engine.rules import read_rules
from yakuba.services.fieldwork.models import ReportRules


@transaction.atomic
def set_rules(text: str, *, actor: Actor) -> ReportRules:
    """Put the rules into force. Raises DefinitionRefused, also for a section that the town does not have."""
    rules = read_rules(text)
    there = set(Department.objects.filter(name__in=list(rules.sections)).values_list("name", flat=True))
    if lost := {name: line for name, line in rules.sections.items() if name not in there}:
        raise DefinitionRefused(
            Problem(line, "課", f"課「{name}」がありません。管理の「課」で加えるか、名前を直してください。")
            for name, line in lost.items()
        )
    return ReportRules.objects.create(text=text, set_by=known(actor))
