"""What a robot might do: routines with their hours, how regular they are, and what is copied from where to where."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from yakuba.services.worklogs.contracts import MINUTE, StepText

MOST_OCCURRENCES = 100  # that are kept as evidence of each variant
MOST_SHOWN = 40  # candidates
LEAST_MINUTES = 5.0  # in all logs; below that nobody makes a robot
ALIKE = 0.8  # of the steps: then a candidate is the one that was found before
_COPY = re.compile(r"コピー|複写|切り取り|copy|cut|ctrl\s*\+\s*[cx]", re.I)
_PASTE = re.compile(r"貼り?付け|ペースト|paste|ctrl\s*\+\s*v", re.I)
_FILL = re.compile(r"入力|打鍵|編集|貼り?付け|ペースト|paste|type|input|edit|ctrl\s*\+\s*v|選択|select", re.I)


@dataclass
class Seen:
    """A routine over all parts. milliseconds: at its events, each until the next event of any
    kind, without the last one; own, within: events of it, and all events
    between its first and its last; steps: that it would have if none lacked."""

    run: tuple[int, ...]
    times: int = 0
    milliseconds: int = 0
    own: int = 0
    within: int = 0
    people: set[int] = field(default_factory=set)
    days: set[int] = field(default_factory=set)
    occurrences: list[list[int]] = field(default_factory=list)  # bucket, month, machine, first, last

    @property
    def regularity(self) -> float:
        """From 0 to 1: the share of its steps that are done each time, times the share of what is done meanwhile that
        belongs to it."""
        if not self.times:
            return 0.0
        return (self.own / (self.times * len(self.run))) * (self.own / self.within)

    @property
    def minutes(self) -> float:
        """In all."""
        return self.milliseconds / MINUTE


def add_occurrences(
    seen: Seen,
    part: tuple[int, int],
    firsts: Any,
    lasts: Any,
    own: Any,
    columns: Mapping[str, Any],
    day: int,
) -> None:
    """What happened of a routine in a part. firsts, lasts: index of first and last event of each time, arrays; own: the
    indexes of its events, an array; columns: machine, person, at; day: its length in milliseconds."""
    import numpy as np  # takes long; commands that show a candidate need none

    machine, person, at = columns["machine"], columns["person"], columns["at"]
    people = np.where(person[firsts] != 0, person[firsts], -machine[firsts])
    seen.times += len(firsts)
    seen.within += int((lasts - firsts + 1).sum())
    seen.people.update(np.unique(people).tolist())
    seen.days.update(np.unique(at[firsts] // day).tolist())
    few = slice(0, max(0, MOST_OCCURRENCES - len(seen.occurrences)))
    for first, last in zip(firsts[few].tolist(), lasts[few].tolist(), strict=True):
        seen.occurrences.append([*part, int(machine[first]), int(at[first]), int(at[last])])
    # At its own events alone: what else was done between them may be of another routine, which counts it.
    seen.milliseconds += _until_next(at, own) - _until_next(at, lasts)
    seen.own += len(own)


def _until_next(at: Any, events: Any) -> int:
    """Milliseconds from each of these events to the one behind it; nothing behind the last of all."""
    return int((at[(events + 1).clip(max=len(at) - 1)] - at[events]).sum())


def transfers(steps: Sequence[StepText]) -> list[tuple[str, str, str, str]]:
    """What is copied where: application and field from which, application and field into which."""
    found, taken = [], None
    for step in steps:
        if _COPY.search(step.action):
            taken = step
        elif taken is not None and _PASTE.search(step.action):
            found.append((taken.application, taken.object, step.application, step.object))
    return list(dict.fromkeys(found))


def ranked(
    seen: Sequence[Seen], grouped: Sequence[Sequence[int]], words: Mapping[int, StepText]
) -> list[dict[str, Any]]:
    """The candidates, the one with the most hours × regularity first. grouped: which of `seen` are variants of one."""
    found = [_candidate([seen[at] for at in group if seen[at].times], words) for group in grouped]
    kept = [one for one in found if one is not None and one["minutes"] >= LEAST_MINUTES]
    return sorted(kept, key=lambda one: (-one["score"], one["title"]))[:MOST_SHOWN]


def _candidate(variants: Sequence[Seen], words: Mapping[int, StepText]) -> dict[str, Any] | None:
    if not variants:
        return None
    main = max(variants, key=lambda one: (one.milliseconds, one.run))
    minutes = sum(one.minutes for one in variants)
    times = sum(one.times for one in variants)
    regularity = sum(one.regularity * one.milliseconds for one in variants) / max(
        1, sum(one.milliseconds for one in variants)
    )
    steps = [words[step] for step in main.run]
    return {
        "title": title_of(steps),
        "times": times,
        "minutes": round(minutes, 1),
        "regularity": round(regularity, 3),
        "score": round(minutes / 60 * regularity, 3),
        "steps": list(main.run),
        "people": len(set.union(*(one.people for one in variants))),
        "days": len(set.union(*(one.days for one in variants))),
        "transfers": [list(one) for one in transfers(steps)],
        "variants": [
            {
                "steps": [words[step].facts() for step in one.run],
                "times": one.times,
                "minutes": round(one.minutes, 1),
                "regularity": round(one.regularity, 3),
                "occurrences": one.occurrences,
            }
            for one in sorted(variants, key=lambda one: -one.milliseconds)
        ],
    }


def title_of(steps: Sequence[StepText]) -> str:
    """What people would call it: where it begins and where it ends."""
    places = list(dict.fromkeys(step.application for step in steps if step.application))
    last = next((step for step in reversed(steps) if step.object or step.screen), steps[-1])
    what = last.screen or last.object
    return f"{'→'.join(places[:4])}　{what}"[:200].strip()


def likeness(old: Sequence[int], new: Sequence[int]) -> float:
    """How alike two routines are (Jaccard): from `ALIKE` on they are the same candidate."""
    one, other = set(old), set(new)
    return len(one & other) / len(one | other) if one | other else 0.0


def draft_steps(steps: Sequence[StepText], labels: Sequence[str]) -> tuple[str, list[dict[str, Any]]]:
    """The application that a robot would enter into, and its steps in the scenario language: of the one in which most is
    filled in. labels: of the procedure's fields, whose names become templates. Whatever is not known is left for the
    person who goes on with the draft."""
    fills: dict[str, int] = {}
    for step in steps:
        fills[step.application] = fills.get(step.application, 0) + bool(
            _FILL.search(step.action) and step.object
        )
    target = max(fills, key=lambda name: (fills[name], name)) if fills else ""
    found: list[dict[str, Any]] = []
    for step in steps:
        if step.application != target or not step.object or _COPY.search(step.action):
            continue
        if _FILL.search(step.action):
            label = next((one for one in labels if one in step.object or step.object in one), "")
            verb = "選ぶ" if re.search("選択|select", step.action, re.I) else "入力"
            found.append({verb: {"欄": step.object, "値": f"{{{label or step.object}}}"}})
        else:
            found.append({"押す": {"ボタン": step.object}})
    return target, found
