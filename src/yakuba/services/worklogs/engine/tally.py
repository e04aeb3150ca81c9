"""The figures of all parts together: sums of what `measures` says of each, as the pages need them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from yakuba.services.worklogs.contracts import HOUR, MINUTE, StepText
from yakuba.services.worklogs.engine.rules import Naming, Rule

MOST_SCREENS = 200
MOST_SWITCHES = 50
MOST_UNNAMED = 30
FEW = 5  # people of a section of whom nothing is shown one by one
NO_SECTION = "（所属なし）"
SMALL = f"（{FEW}人より少ない所属）"

Rows = Sequence[Mapping[str, Any]]


def _sums() -> defaultdict[Any, list[int]]:
    return defaultdict(lambda: [0, 0])


class Tally:
    """Takes the measures part by part; `facts` is the whole. rules: by which activities are named."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._naming = Naming(rules)
        self._hours, self._applications, self._screens = _sums(), _sums(), _sums()
        self._unnamed: defaultdict[tuple[str, str], list[int]] = _sums()
        self._switches: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._activities: defaultdict[tuple[str, str, int], list[int]] = _sums()
        self._people: dict[tuple[str, int], dict[str, int]] = {}
        self._days: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
        self._pcs: set[int] = set()
        self.steps: dict[int, StepText] = {}

    def add(self, month: int, measured: Mapping[str, Rows]) -> None:
        """The measures of one part."""
        for row in measured["hours"]:
            self._add(self._hours[row["section"], row["weekday"], row["hour"]], row)
        for row in measured["applications"]:
            self._add(self._applications[row["application"]], row)
        for row in measured["screens"]:
            self._add(self._screens[row["application"], row["screen"]], row)
        for row in measured["switches"]:
            self._switches[row["application"], row["application_after"]] += row["events"]
        for row in measured["people"]:
            self._person(row)
        for row in measured["days"]:  # a day at two PCs is one
            self._days[row["section"], _who(row)].add(row["day"])
        for row in measured["steps"]:
            self._step(month, row)

    def _add(self, sums: list[int], row: Mapping[str, Any]) -> None:
        sums[0] += row["dwell"] or 0
        sums[1] += row["events"]

    def _person(self, row: Mapping[str, Any]) -> None:
        self._pcs.add(row["machine"])
        key = row["section"], _who(row)
        sums = self._people.setdefault(
            key, dict.fromkeys(("dwell", "idle", "events", "sessions", "switches"), 0)
        )
        for name in sums:
            sums[name] += row[name] or 0

    def _step(self, month: int, row: Mapping[str, Any]) -> None:
        text = StepText(row["application"], row["screen"], row["action"], row["object"])
        self.steps.setdefault(row["step"], text)
        rule = self._naming.of(row["step"], text, row["section"])
        key = (rule.name, rule.procedure, month) if rule else ("", "", month)
        self._add(self._activities[key], row)
        if rule is None:
            self._add(self._unnamed[text.application, text.screen], row)

    def facts(self) -> dict[str, Any]:
        """All of it, in minutes, the most first. Sections of few people are shown as one: what one of them took would be what
        a person took."""
        shown = self._shown_as()
        hours, people = _sums(), defaultdict[tuple[str, int], dict[str, int]](dict)
        days: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
        for (section, weekday, hour), (dwell, events) in self._hours.items():
            self._add(hours[shown[section], weekday, hour], {"dwell": dwell, "events": events})
        for (section, person), sums in self._people.items():
            found = people[shown[section], person]
            for name, number in sums.items():
                found[name] = found.get(name, 0) + number
            days[shown[section], person] |= self._days[section, person]
        return {
            "events": sum(events for _, events in self._applications.values()),
            "minutes": _minutes(sum(dwell for dwell, _ in self._applications.values())),
            "pcs": len(self._pcs),
            "people": len({person for _, person in self._people}),
            "hours": [
                [section, weekday, hour, _minutes(dwell), events]
                for (section, weekday, hour), (dwell, events) in sorted(hours.items())
            ],
            "applications": _most(self._applications, 1),
            "screens": _most(self._screens, 2)[:MOST_SCREENS],
            "unnamed": _most(self._unnamed, 2)[:MOST_UNNAMED],
            "switches": [
                [*pair, number]
                for pair, number in sorted(self._switches.items(), key=lambda one: (-one[1], one[0]))
            ][:MOST_SWITCHES],
            "sections": _sections(people),
            "persons": [
                [section, person, *_times(sums), len(days[section, person])]
                for (section, person), sums in sorted(people.items(), key=lambda one: -one[1]["dwell"])
            ],
            "activities": _most(self._activities, 3),
        }

    def _shown_as(self) -> dict[str, str]:
        """Under which name a section is shown: its own, or as one of the small ones. So many are put together that these are
        not few either: what is left of the sum would tell of them."""
        people: defaultdict[str, set[int]] = defaultdict(set)
        for section, person in self._people:
            people[section].add(person)
        together: set[int] = set()
        shown = {}
        for section in sorted(people, key=lambda one: (len(people[one]), one)):
            small = len(people[section]) < FEW or 0 < len(together) < FEW
            together |= people[section] if small else set()
            shown[section] = SMALL if small and len(people) > 1 else section or NO_SECTION
        return shown


def _sections(given: Mapping[tuple[str, int], Mapping[str, int]]) -> list[list[Any]]:
    """section, people, minutes, idle minutes, switches an hour, the median and the highest minutes of a person (None where
    they are too few to be shown)."""
    found: defaultdict[str, list[Mapping[str, int]]] = defaultdict(list)
    for (section, _), sums in given.items():
        found[section].append(sums)
    rows = []
    for section, people in found.items():
        each = [_minutes(one["dwell"]) for one in people]
        total, switches = sum(one["dwell"] for one in people), sum(one["switches"] for one in people)
        shown = len(people) >= FEW
        rows.append([
            section, len(people), _minutes(total), _minutes(sum(one["idle"] for one in people)),
            round(switches / (total / HOUR), 1) if total else 0.0,
            round(median(each), 1) if shown else None, max(each) if shown else None,
        ])  # fmt: skip
    return sorted(rows, key=lambda row: (-row[2], row[0]))


def _who(row: Mapping[str, Any]) -> int:
    """The person; of whom no name is known, the PC stands for it."""
    return int(row["person"] or -row["machine"])


def _times(sums: Mapping[str, int]) -> list[Any]:
    return [_minutes(sums["dwell"]), _minutes(sums["idle"]), sums["sessions"], sums["switches"]]


def _minutes(milliseconds: int) -> float:
    return round(milliseconds / MINUTE, 1)


def _most(sums: Mapping[Any, Sequence[int]], width: int) -> list[list[Any]]:
    """Keys with minutes and events, the most minutes first. width: how many parts a key has."""
    ordered = sorted(sums.items(), key=lambda one: (-one[1][0], one[0]))
    return [[*(key if width > 1 else (key,)), _minutes(dwell), events] for key, (dwell, events) in ordered]
