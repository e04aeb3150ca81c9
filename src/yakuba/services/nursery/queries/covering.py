"""Which children are under protection (支援措置), by their case, by themselves, or since they apply together with one who
is; and what of them a person does not see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from yakuba.kernel.definitions.procedures import FieldDefinition
from yakuba.kernel.ledger.sight import KIND as CASE
from yakuba.kernel.ledger.sight import is_place
from yakuba.kernel.persons.protecting import Named, Told, judge
from yakuba.kernel.protection import policy
from yakuba.kernel.protection.actions import put_under
from yakuba.kernel.protection.models import Protection
from yakuba.kernel.protection.policy import HIDDEN
from yakuba.kernel.protection.queries import held
from yakuba.services.nursery.contracts import Explanation
from yakuba.services.nursery.models import Application, Run

KIND = "nursery.application"
Thing = tuple[str, str]  # kind and key, as the policy names it
GUARDIAN = frozenset({"applicant_name", "申込者氏名", "保護者氏名"})


class Nowhere(dict[str, str]):
    """Names of facilities for who must not know which it is."""

    def get(self, key: Any, default: Any = None) -> Any:
        """The same for all."""
        return HIDDEN if key else default


def covered(rounds: Iterable[int]) -> dict[int, frozenset[Thing]]:
    """Number of an application -> the things through which it is under protection; only of those that are."""
    if not policy.covered(CASE).exists() and not policy.covered(KIND).exists():
        return {}
    rows = list(
        Application.objects.filter(round__in=set(rounds)).values_list(
            "pk", "case_id", "round_id", "household"
        )
    )
    cases, own = policy.under(CASE), policy.under(KIND)
    together = {CASE: _with_household(CASE), KIND: _with_household(KIND)}
    found: dict[int, set[Thing]] = {}
    households: dict[tuple[int, str], set[Thing]] = {}
    for number, case, round, household in rows:
        mine = {(CASE, str(case))} if str(case) in cases else set()
        mine |= {(KIND, str(number))} if str(number) in own else set()
        found[number] = mine
        of_all = {thing for thing in mine if thing[1] in together[thing[0]]}
        households.setdefault((round, household), set()).update(of_all)
    for number, _, round, household in rows:
        found[number] |= households[(round, household)]
    return {number: frozenset(things) for number, things in found.items() if things}


def _with_household(kind: str) -> frozenset[str]:
    return frozenset(policy.covered(kind).filter(protection__household=True).values_list("key", flat=True))


def hidden(user: Any, rounds: Iterable[int]) -> frozenset[int]:
    """The applications of these rounds whose place `user` does not see."""
    return _without(covered(rounds), policy.opened(user, CASE), policy.opened(user, KIND))


def withheld(user: Any, rounds: Iterable[int]) -> frozenset[int]:
    """Those whose place must not stand in a list, a letter or a file of `user`."""
    return _without(covered(rounds), policy.released(user, CASE), policy.released(user, KIND))


def _without(
    things: Mapping[int, frozenset[Thing]], cases: frozenset[str], own: frozenset[str]
) -> frozenset[int]:
    free = {(CASE, key) for key in cases} | {(KIND, key) for key in own}
    return frozenset(number for number, found in things.items() if found - free)


def unnamed(user: Any, round_id: int) -> frozenset[int]:
    """The applications of a round that no list or file may show beside a facility: none where the town does not hide it."""
    return withheld(user, [round_id]) if policy.places().facility else frozenset()


def blocking(run: Run, user: Any) -> list[dict[str, Any]]:
    """The run's unstable households (`Run.blocking`), the wishes of those hidden whose facility is."""
    closed = Application.objects.filter(pk__in=unnamed(user, run.round_id))
    families = frozenset(closed.values_list("household", flat=True))
    return [one | {"wish": [HIDDEN]} if one["family"] in families else one for one in run.blocking]


def to_open(user: Any, row: Application) -> Thing | None:
    """What `user` has to open next for the place of an application, or has opened; None where nothing is hidden of it."""
    found = covered([row.round_id]).get(row.pk)
    if not found:
        return None
    free = {(kind, key) for kind in (CASE, KIND) for key in policy.opened(user, kind)}
    return min(found - free or found)


def require_open(user: Any, row: Application) -> None:
    """Raises PlaceHidden where the place of the child is hidden from `user`."""
    if row.pk in hidden(user, [row.round_id]):
        kind, key = to_open(user, row) or (KIND, str(row.pk))
        policy.require_open(user, kind, key)


def names_for(names: dict[str, str], closed: bool) -> dict[str, str]:
    """The facilities' names, or none where the child's place is hidden and the town hides the facility too."""
    return Nowhere(names) if closed and policy.places().facility else names


def explained(explanation: Explanation, closed: bool) -> Explanation:
    """The explanation, without its sentences (which name facilities) where they are hidden."""
    if not closed or not policy.places().facility:
        return explanation
    wishes = tuple(replace(one, for_family=HIDDEN, for_staff=HIDDEN) for one in explanation.wishes)
    return replace(explanation, summary=HIDDEN, wishes=wishes)


def is_hidden_fact(code: str, known: FieldDefinition | None, label: str) -> bool:
    """Whether a value of an application says where somebody lives."""
    places = policy.places()
    item = known or FieldDefinition(code, label, "text")
    return is_place(item, places)


# Children who came in a file and have no case


def told_of(row: Application) -> Told:
    """What an application says of people."""
    known = row.round.procedure.definition.by_code
    people = [Named(row.name, "", row.birth.isoformat())]
    addresses = []
    for code, text in row.facts.items():
        item = known.get(code)
        if not text or code == "child_name":
            continue
        if code in GUARDIAN or (item is not None and item.type == "name"):
            people.append(Named(text))
        elif "住所" in code or "address" in code or (item is not None and item.type == "address"):
            addresses.append(text)
    return Told(people, addresses)


def spread(row: Protection) -> None:
    """A protection has begun: find the children who have no case."""
    if row.is_held:
        for application in Application.objects.filter(case=None).select_related("round__procedure"):
            _look(row, application)


def look(applications: Iterable[Application]) -> None:
    """Put applications that were taken from a file under every protection that they come under."""
    rows = list(held())
    for application in applications if rows else ():
        for row in rows:
            _look(row, application)


def _look(row: Protection, application: Application) -> None:
    if verdict := judge(row, told_of(application)):
        put_under(row, KIND, application.pk, verdict.state, verdict.why)
