"""Scenarios in a bundle. Secrets and the register stay in the town: who takes it over answers for the robot there."""

from __future__ import annotations

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.definitions import DefinitionError
from yakuba.kernel.definitions.bundle import Definition
from yakuba.services.robots.actions.scenarios import load_scenario
from yakuba.services.robots.models import Scenario
from yakuba.services.robots.queries.refusal import NotPossible
from yakuba.services.robots.queries.register import latest_version


def collect(procedure: str) -> list[Definition]:
    """The newest version of each scenario of a procedure that is in use."""
    rows = Scenario.objects.filter(procedure__code=procedure, in_use=True).order_by("name")
    latest = [(row, version) for row in rows if (version := latest_version(row))]
    return [
        Definition("scenario", row.name, str(version.version), row.name, version.text)
        for row, version in latest
    ]


def publish(definition: Definition, actor: Actor) -> None:
    """Put it into use. Raises DefinitionError and DefinitionRefused."""
    try:
        load_scenario(definition.text, actor=actor)
    except NotPossible as refusal:
        raise DefinitionError(str(refusal)) from refusal


def withdraw(code: str, actor: Actor) -> None:
    """No run of it can be started any more."""
    Scenario.objects.filter(name=code).update(in_use=False)
