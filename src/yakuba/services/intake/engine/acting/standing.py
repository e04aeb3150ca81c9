"""What is lacking of who asks: nothing is refused for it, the case waits with a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from yakuba.kernel.refusals import Invalid
from yakuba.kernel.values.characters import comparable
from yakuba.services.intake.engine.acting.reading import SPOUSE
from yakuba.services.intake.engine.acting.rules import Asked, Authority, Document, Door, Part, Role, Rules
from yakuba.services.intake.engine.fees.orders import months_after


@dataclass(frozen=True)
class Given:
    """What is known of who asks. said: what was asked of who acts; seen: names of documents that a clerk has seen, each as its
    file wants it (valid, showing what it must); points: document → what was found on it; days: document → its day."""

    part: Part
    door: Door
    said: Mapping[Asked, str] = field(default_factory=dict)
    seen: frozenset[str] = frozenset()
    points: Mapping[str, frozenset[str]] = field(default_factory=dict)
    days: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """lacking: sentences, none where all is there; identified, authorised: as far as the file asks for it at that door; letter:
    whether the person is to be told by letter."""

    lacking: tuple[str, ...]
    identified: bool
    authorised: bool
    letter: bool


def standing(rules: Rules, given: Given, today: date) -> Standing:
    """What of it is there and what is not. Raises Invalid for who may not ask at all: a role that the procedure does not have at
    that door, or somebody who is nobody's agent."""
    role = role_at(rules, given.part.value, given.door)
    _require_no_spouse(role, given.said)
    lacking: list[str] = [
        f"{role.part.value}の{one.value}" for one in role.asked if not given.said.get(one, "").strip()
    ]
    identified = given.door not in role.identity or is_identified(rules, given)
    if not identified:
        lacking.append(_identity_lacking(rules, given))
    authority = _authority_lacking(rules, role, given, today)
    if authority:
        lacking.append(authority)
    if rules.number and given.door is not Door.WEB and not given.seen & set(rules.number):
        lacking.append(f"本人の個人番号を確かめるもの（{'、'.join(rules.number)}のどれか）")
    return Standing(tuple(lacking), identified, not authority, rules.register and not identified)


def role_at(rules: Rules, part: str, door: Door) -> Role:
    """The role of that word at that door. Raises Invalid."""
    role = rules.role(part)
    if role is None or (door not in role.doors):
        words = "、".join(one.part.value for one in rules.at(door))
        raise Invalid(
            f"{door.value}で申請できるのは、{words or '（だれもいません）'}です。選び直してください。"
        )
    return role


def documents(rules: Rules, door: Door) -> tuple[tuple[Document, ...], tuple[Document, ...]]:
    """What proves identity at that door: one of the first, or two of both."""
    if door is not Door.POST:
        return rules.single, rules.double
    return tuple(one for one in rules.single if one.by_post), tuple(
        one for one in rules.double if one.by_post
    )


def is_identified(rules: Rules, given: Given) -> bool:
    """One of those that are enough, or two of the others."""
    single, double = documents(rules, given.door)
    if given.seen & {one.name for one in single}:
        return True
    return len(given.seen & {one.name for one in double}) >= 2


def is_same_person(said: Mapping[Asked, str], name: str, address: str) -> bool:
    """Whether who acts is written as the very person whom it is about: then one of the two is in the other's place."""
    if not name or comparable(said.get(Asked.NAME, "")) != comparable(name):
        return False
    own = said.get(Asked.ADDRESS, "")
    return not own or not address or comparable(own) == comparable(address)


def wanted(rules: Rules, role: Role, door: Door) -> list[str]:
    """What to bring or to send, as a list for whoever asks."""
    found = []
    if door in role.identity:
        single, double = documents(rules, door)
        names = "、".join(one.name for one in single)
        found.append(f"{_whose(role)}本人確認書類：{names}のどれか1点" if single else "")
        if double:
            lead = "または、" if single else f"{_whose(role)}本人確認書類："
            found.append(f"{lead}{'、'.join(one.name for one in double)}のうち2点")
    if role.authority:
        found.append(f"権限の分かるもの：{'、'.join(_told(rules, one) for one in role.authority)}のどれか")
    if rules.number:
        found.append(
            f"本人の個人番号が分かるもの：{'、'.join(rules.number)}のどれか（カードの裏面は写しません）"
        )
    return [one for one in found if one]


def _whose(role: Role) -> str:
    return "申請する人（あなた）の" if role.part.is_other else ""


def _told(rules: Rules, name: str) -> str:
    one = rules.authority(name)
    if one is None:
        return name
    more = [*one.points, *([f"{one.months}か月以内の日付"] if one.months else [])]
    return f"{name}（{'、'.join(more)}）" if more else name


def _require_no_spouse(role: Role, said: Mapping[Asked, str]) -> None:
    if role.part is Part.LEGAL and said.get(Asked.RELATION, "").strip() in SPOUSE:
        raise Invalid(
            "配偶者は、それだけでは法定代理人ではありません。成年後見人などのときは続柄にそう書き、"
            "そうでなければ、委任状のある任意代理人として受け付けてください。"
        )


def _identity_lacking(rules: Rules, given: Given) -> str:
    single, double = documents(rules, given.door)
    half = given.seen & {one.name for one in double}
    if half:
        return f"本人確認書類があと1点（{'、'.join(sorted(half))}は確かめました）"
    words = [f"{'、'.join(one.name for one in single)}のどれか1点" if single else ""]
    words.append(f"{'、'.join(one.name for one in double)}のうち2点" if double else "")
    return f"申請した人の本人確認書類（{'、または'.join(one for one in words if one)}）"


def _authority_lacking(rules: Rules, role: Role, given: Given, today: date) -> str:
    if not role.authority:
        return ""
    shown = [name for name in role.authority if name in given.seen]
    if not shown:
        return f"権限の分かるもの（{'、'.join(role.authority)}のどれか）"
    faults = [
        _faults(one, given, today) for name in shown for one in [rules.authority(name)] if one is not None
    ]
    return "" if any(not one for one in faults) else "。".join(dict.fromkeys(faults))


def _faults(one: Authority, given: Given, today: date) -> str:
    absent = [point for point in one.points if point not in given.points.get(one.name, frozenset())]
    said = f"{one.name}に確かめられないことがあります：{'、'.join(absent)}" if absent else ""
    if one.months:
        day = given.days.get(one.name)
        if day is None:
            return f"{said}。{one.name}の日付" if said else f"{one.name}の日付"
        if day > today or months_after(day, one.months) < today:
            old = f"{one.name}の日付が{one.months}か月以内でない"
            return f"{said}。{old}" if said else old
    return said


def seen_only(rules: Rules, role: Role, door: Door, names: Sequence[str]) -> frozenset[str]:
    """Those of `names` that the file knows for that role and door: nothing else is kept of what somebody showed."""
    single, double = documents(rules, door)
    known = {one.name for one in (*single, *double)} | set(role.authority) | set(rules.number)
    return frozenset(names) & known
