"""Looks at every application once: what is wrong, and each child's points and keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from yakuba.services.nursery.contracts import Applications, Key, Problem
from yakuba.services.nursery.engine.preparing import faults
from yakuba.services.nursery.engine.preparing.comparisons import Comparisons
from yakuba.services.nursery.engine.preparing.facts import Applicant, FacilityFacts, Reader, applicants
from yakuba.services.nursery.engine.preparing.indexing import Indexer, Points
from yakuba.services.nursery.engine.preparing.ranking import Ranker
from yakuba.services.nursery.engine.rules import Rules


@dataclass
class Studied:
    """What `study` found. households: those who take part, each with its children, eldest first; points and keys
    (those that are the same at every facility, None for the others) by child; notes: what staff should know although
    the round can run."""

    applications: Applications
    rules: Rules
    problems: list[Problem]
    facilities: FacilityFacts
    ranker: Ranker
    households: list[Sequence[Applicant]] = field(default_factory=list)
    points: dict[str, Points] = field(default_factory=dict)
    keys: dict[str, list[Key | None]] = field(default_factory=dict)
    notes: list[Problem] = field(default_factory=list)


def study(applications: Applications, rules: Rules) -> Studied:
    """Everything known of the round's applicants. With problems, the rest is there only as far as it could go."""
    rules = rules.for_round(applications.number)
    applications = faults.resolved(applications)
    problems = [
        *faults.of_facilities(applications.facilities, rules),
        *faults.of_households(applications, rules),
    ]
    reader = Reader(rules, problems)
    facilities = FacilityFacts(applications.facilities, rules, reader)
    ranker = Ranker(rules, facilities, applications.number, problems)
    found = Studied(applications, rules, problems, facilities, ranker)
    everyone = applicants(applications, rules, reader)
    comparisons = Comparisons(applications.facilities, facilities, rules)
    found.notes.extend(faults.notes_on_postal_codes(applications))
    found.notes.extend(comparisons.notes_on_applicants(everyone))
    found.notes.extend(comparisons.notes_on_facilities(applications.facilities, facilities))
    found.notes.extend(comparisons.notes_on_lone_texts(applications.facilities, facilities, everyone))
    found.households = _households(everyone)
    indexer = Indexer(rules, facilities, problems)
    for members in found.households:
        found.points |= indexer.household(members)
        for one in members:
            # Keys that hang on the facility are left open here and filled in for each wish: a child has some wishes, and
            # there are some hundred facilities.
            found.keys[one.child.id] = ranker.own_keys(one, found.points[one.child.id])
    return found


def _households(everyone: Sequence[Applicant]) -> list[Sequence[Applicant]]:
    grouped = [
        sorted(members, key=lambda one: (one.child.birth, one.child.id))
        for _, members in groupby(everyone, key=lambda one: id(one.household))
    ]
    return sorted(grouped, key=lambda members: members[0].household.id)
