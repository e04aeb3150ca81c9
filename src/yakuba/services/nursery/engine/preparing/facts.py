"""What is known of each applicant and facility, in the form that the rules ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from yakuba.kernel.definitions import plain
from yakuba.services.nursery.contracts import Applications, Child, Facility, Household, Problem, Slot
from yakuba.services.nursery.engine.preparing.ages import age_class
from yakuba.services.nursery.engine.rules import Field, Kind, Rules
from yakuba.services.nursery.engine.rules.conditions import NAME_HERE
from yakuba.services.nursery.engine.rules.fields import BadValue, Value, parts, read_value
from yakuba.services.nursery.engine.rules.model import OWN, THERE, Transfers

FIRST_DAY = 1  # the day of birth counts as the first day of life


@dataclass
class Applicant:
    """One child who takes part. values: by label, empty ones left out; guardians: label → values by alias together
    with the child's, None for one who is not there."""

    household: Household
    child: Child
    age: int
    values: dict[str, Any]
    guardians: dict[str, dict[str, Any] | None]

    @property
    def place(self) -> str:
        """How messages name it."""
        return f"受付 {self.child.id}"


@dataclass
class Reader:
    """Reads facts; a value that does not fit is noted in `problems`."""

    rules: Rules
    problems: list[Problem] = field(default_factory=list)
    _known: dict[tuple[str, str, str], Value | None] = field(default_factory=dict)

    def values(
        self, specs: Mapping[str, Field], facts: Mapping[str, str], line: int, place: str
    ) -> dict[str, Any]:
        """The facts that the rules ask, by label. A fact may stand under its code or its label."""
        found: dict[str, Any] = {}
        for label, spec in specs.items():
            text = facts.get(spec.code) or facts.get(spec.label) or facts.get(label)
            if not text:
                continue
            try:
                value = self._read(spec, text)
            except BadValue as error:
                self.problems.append(Problem(line, place, f"「{label}」: {error}"))
                continue
            if value is not None:
                found[label] = value
        return found

    def _read(self, spec: Field, text: str) -> Value | None:
        key = (spec.scope, spec.code, text)
        if key not in self._known:
            self._known[key] = read_value(spec, text)
        return self._known[key]


class FacilityFacts:
    """The values of each facility, and of a facility as a wish of some number."""

    def __init__(self, facilities: Sequence[Facility], rules: Rules, reader: Reader) -> None:
        specs = {label: spec for label, spec in rules.facility_fields.items() if label not in THERE}
        columns = {label: replace(spec, label=label.removeprefix("施設の")) for label, spec in specs.items()}
        texts = {label for label, spec in specs.items() if spec.kind is Kind.TEXT}
        names = {one.id: one.name for one in facilities if one.name}
        self._values: dict[str, dict[str, Any]] = {}
        self._ranked: dict[tuple[str, int], dict[str, Any]] = {}
        built_in = [f"施設の{key}" for key in ("名前", "種別", "地区")]
        for one in facilities:
            facts = {**{key.removeprefix("施設の"): value for key, value in one.facts.items()}, **one.facts}
            values = reader.values(columns, facts, 0, f"施設 {one.name or one.id}")
            values |= {label: _named(text, names) for label, text in values.items() if label in texts}
            own = dict(zip(built_in, (one.name, one.kind, one.district), strict=True))
            values |= {label: plain(text) for label, text in own.items() if text}
            values[NAME_HERE] = frozenset(plain(name) for name in (one.id, one.name) if name)
            self._values[one.id] = values

    def of(self, facility: str, number: int = 0) -> dict[str, Any]:
        """The values of a facility; as the wish of that number where it is not 0."""
        key = (facility, number)
        if key not in self._ranked:
            more = {"希望順位": number} if number else {}
            self._ranked[key] = self._values.get(facility, {}) | more
        return self._ranked[key]


def _named(text: str, names: Mapping[str, str]) -> str:
    """A facility's text in which other facilities stand by name, also where their ids were written."""
    if not any(part in names for part in parts(text)):
        return text
    return "、".join(sorted(plain(names.get(part, part)) for part in parts(text)))


def applicants(applications: Applications, rules: Rules, reader: Reader) -> list[Applicant]:
    """All children but those who are seated already, in the order given."""
    specs = {label: spec for label, spec in rules.fields.items() if label not in OWN}
    kinds = {one.id: plain(one.kind) for one in applications.facilities}
    names = {one.id: plain(one.name) for one in applications.facilities}
    found = []
    for household in applications.households:
        births = Counter(child.birth for child in household.children)
        decided = _decided(household, applications, names)
        taking_part = [child for child in household.children if child.id not in applications.seated]
        for child in taking_part:
            place = f"受付 {child.id}"
            values = reader.values(specs, child.facts, household.line, place)
            age = age_class(child.birth, applications.start)
            values |= {
                "年齢クラス": age,
                "入所日の日齢": (applications.start - child.birth).days + FIRST_DAY,
                "生年月日": child.birth.isoformat(),
                "申込児童数": len(taking_part),
                "希望数": len(child.wishes),
                "多胎児": _yes(births[child.birth] > 1),
                "転園": _yes(child.current is not None),
                "今の席を空ける": _yes(gives_up(child, rules)),
                "入所保留の希望": _yes(child.wants_hold),
            }
            current = child.current or ""
            texts = {
                "地区": plain(household.district),
                "今の施設": names.get(current, ""),
                "今の施設の種別": kinds.get(current, ""),
                "きょうだいの決定施設": decided,
            }
            values |= {label: text for label, text in texts.items() if text}
            guardians = _guardians(rules, values)
            values["保護者の人数"] = sum(one is not None for one in guardians.values())
            found.append(Applicant(household, child, age, values, guardians))
    return found


def gives_up(child: Child, rules: Rules) -> bool:
    """Whether the seat of today is given up whatever comes."""
    if child.current is None or rules.transfers in (Transfers.KEEP, Transfers.REFUSED):
        return False
    return child.gives_up or rules.transfers is Transfers.GIVE_UP


def _decided(household: Household, applications: Applications, names: Mapping[str, str]) -> str:
    """Facilities where brothers and sisters got a seat in an earlier round."""
    slots = [applications.seated[child.id] for child in household.children if child.id in applications.seated]
    facilities = sorted({Slot.read(slot).facility for slot in slots})
    return "、".join(names.get(one) or one for one in facilities)


def _guardians(rules: Rules, values: Mapping[str, Any]) -> dict[str, dict[str, Any] | None]:
    """Each guardian's values by alias, together with the child's; None where every one is empty."""
    found: dict[str, dict[str, Any] | None] = {}
    labels = {spec.code: label for label, spec in rules.fields.items()}
    for one in rules.guardians:
        mine = {alias: values.get(labels[spec.code]) for alias, spec in one.fields.items()}
        given = {alias: value for alias, value in mine.items() if value is not None}
        found[one.label] = {**values, **given} if given else None
    return found


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"
