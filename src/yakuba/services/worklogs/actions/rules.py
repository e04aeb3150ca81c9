"""The rules by which activities are named: every change is a version of its own."""

from __future__ import annotations

from django.db import transaction

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict
from yakuba.services.worklogs import queries
from yakuba.services.worklogs.actions import preparing
from yakuba.services.worklogs.engine.rules import read_rules
from yakuba.services.worklogs.models import ActivityRules


@transaction.atomic
def set_rules(text: str, *, actor: Actor, before: int | None = None) -> ActivityRules:
    """Let these rules hold from now on, and calculate anew. before: the version that was changed. Raises DefinitionRefused
    with every fault, and Conflict where another version holds by now."""
    now = queries.rules()
    if before is not None and before != now.version:
        raise Conflict(f"その間に第{now.version}版が登録されました。開き直して、直してください。")
    read_rules(text, queries.procedure_codes())
    if text == now.text:
        row: ActivityRules | None = queries.latest_rules()
        if row is not None:
            return row
    made: ActivityRules = ActivityRules.objects.create(
        version=now.version + 1, text=text, created_by=known(actor)
    )
    record("worklogs.rules_set", subject=f"worklogrules:{made.pk}", actor=actor, version=made.version)
    preparing.ask()
    return made
