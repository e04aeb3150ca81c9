"""Looking somebody up in the register, as a person does."""

from __future__ import annotations

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.persons import queries
from yakuba.kernel.persons.matching import Match, Probe
from yakuba.kernel.persons.protecting import seen_by

MOST_TOLD = 100  # numbers of one record


def looked_up(probe: Probe, *, actor: Actor) -> Match:
    """`queries.match` as this person may see it: it is recorded whom they were shown."""
    found = seen_by(actor, probe, queries.match(probe))
    record("persons.looked_up", actor=actor, shown=[one.entry.number for one in found.candidates][:MOST_TOLD])
    return found
