"""Selection rules in a bundle. A version is law once loaded, so none is ever taken out of its list."""

from __future__ import annotations

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.definitions.bundle import Definition
from yakuba.services.nursery.actions.rules import load
from yakuba.services.nursery.models import RuleSet
from yakuba.services.nursery.queries.refusal import NotPossible


def collect(procedure: str) -> list[Definition]:
    """The newest version of each rule set of a procedure."""
    rows = RuleSet.objects.filter(procedure_code=procedure).order_by("name", "loaded_at", "pk")
    newest = {row.name: row for row in rows}
    return [Definition("rules", row.name, row.version, row.name, row.text) for row in newest.values()]


def is_selected(procedure: str) -> bool:
    """Whether a procedure's cases are selected here, and their families get notices."""
    return RuleSet.objects.filter(procedure_code=procedure).exists()


def publish(definition: Definition, actor: Actor) -> None:
    """Put it into the list. Raises DefinitionRefused and NotPossible."""
    if actor is None:
        raise NotPossible(
            "選考基準には、だれが登録したかが残ります。職員としてログインして公開してください。"
        )
    load(definition.text, actor=actor)
