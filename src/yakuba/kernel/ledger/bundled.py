"""Procedures in a bundle."""

from __future__ import annotations

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.definitions import values
from yakuba.kernel.definitions.bundle import Definition, as_text
from yakuba.kernel.ledger.actions import load_procedure
from yakuba.kernel.ledger.models import Procedure


def collect(procedure: str) -> list[Definition]:
    """The procedure that is in force."""
    return [
        Definition("procedure", row.code, str(row.version), row.title, as_text(row.document))
        for row in Procedure.objects.filter(code=procedure)
    ]


def publish(definition: Definition, actor: Actor) -> None:
    """Put it into force. Raises DefinitionError and DefinitionRefused."""
    load_procedure(values(definition.text), actor=actor)
