"""Selection rules in a bundle. A version is law once loaded, so none is ever taken out of its list."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.definitions.bundle import Definition
from yakuba.services.nursery.actions.rules import load
from yakuba.services.nursery.models import RuleSet


def collect(procedure: str) -> list[Definition]:
    """The newest version of each rule set of a procedure."""
    rows = RuleSet.objects.filter(procedure_code=procedure).order_by("name", "loaded_at", "pk")
    newest = {row.name: row for row in rows}
    return [Definition("rules", row.name, row.version, row.name, row.text) for row in newest.values()]


def publish(definition: Definition, actor: Any) -> None:
    """Put it into the list. Raises DefinitionRefused and NotPossible."""
    load(definition.text, actor=actor)
