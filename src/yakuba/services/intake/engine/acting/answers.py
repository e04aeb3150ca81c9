"""Who asks, as it stands beside the answers of a draft: keys that no field can be called by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from yakuba.kernel.refusals import if_valid
from yakuba.kernel.values import calendar
from yakuba.services.intake.engine.acting.rules import Asked, Door, Part, Role, Rules
from yakuba.services.intake.engine.acting.standing import Given

PREFIX = "#who:"
PART = f"{PREFIX}part"
SEEN, DAY, POINT = f"{PREFIX}seen:", f"{PREFIX}day:", f"{PREFIX}point:"
KEYS = {Asked.NAME: "name", Asked.ADDRESS: "address", Asked.PHONE: "phone", Asked.RELATION: "relation"}
LONGEST = {Asked.NAME: 120, Asked.ADDRESS: 200, Asked.PHONE: 40, Asked.RELATION: 60}


def said(typed: Mapping[str, str]) -> dict[Asked, str]:
    """What who acts has said of themselves."""
    return {one: typed.get(f"{PREFIX}{key}", "").strip() for one, key in KEYS.items()}


def part_of(typed: Mapping[str, str]) -> Part | None:
    """As what somebody asks; None while nobody has said it."""
    return part_named(typed.get(PART, ""))


def part_named(word: str) -> Part | None:
    """The role of that word."""
    return next((one for one in Part if one.value == word), None)


def given_of(typed: Mapping[str, str], door: Door, rules: Rules) -> Given | None:
    """All of it, with nothing of a role that does not ask for it; None while nobody has said as what."""
    part = part_of(typed)
    role = rules.role(part.value) if part else None
    if part is None or role is None:
        return None
    texts = {one: text for one, text in said(typed).items() if one in role.asked and text}
    seen = frozenset(key.removeprefix(SEEN) for key, text in typed.items() if key.startswith(SEEN) and text)
    return Given(part, door, texts, seen, _points(typed), _days(typed))


def keys_of(given: Given) -> dict[str, str]:
    """The same as keys beside answers."""
    found = {PART: given.part.value} | {f"{PREFIX}{KEYS[one]}": text for one, text in given.said.items()}
    found |= {f"{SEEN}{name}": "1" for name in given.seen}
    found |= {f"{DAY}{name}": day.isoformat() for name, day in given.days.items()}
    return found | {
        f"{POINT}{name}|{point}": "1" for name, points in given.points.items() for point in points
    }


def cleared(typed: Mapping[str, str]) -> dict[str, str]:
    """Every such key of a draft, emptied: what is kept next takes their place."""
    return {key: "" for key in typed if key.startswith(PREFIX)}


def own(typed: Mapping[str, str]) -> dict[str, str]:
    """Only these keys, with nothing that only a clerk may say: what an applicant hands in."""
    allowed = {PART, *(f"{PREFIX}{key}" for key in KEYS.values())}
    return {key: text for key, text in typed.items() if key in allowed and text}


def faults(role: Role, texts: Mapping[Asked, str]) -> dict[str, str]:
    """Input → sentence, for what is asked and not said, or too long."""
    found = {}
    for one in role.asked:
        text = texts.get(one, "")
        if not text:
            found[KEYS[one]] = f"{one.value}を入力してください。"
        elif len(text) > LONGEST[one]:
            found[KEYS[one]] = f"{one.value}は{LONGEST[one]}文字までで入力してください。"
    return found


def _days(typed: Mapping[str, str]) -> dict[str, date]:
    found = {}
    for key, text in typed.items():
        day = if_valid(calendar.read_date, text) if key.startswith(DAY) and text else None
        if day:
            found[key.removeprefix(DAY)] = day
    return found


def _points(typed: Mapping[str, str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for key, text in typed.items():
        if key.startswith(POINT) and text:
            name, _, point = key.removeprefix(POINT).partition("|")
            found.setdefault(name, set()).add(point)
    return {name: frozenset(points) for name, points in found.items()}
