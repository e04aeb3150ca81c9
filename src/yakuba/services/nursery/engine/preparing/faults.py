"""What is wrong in a round's applications before any rule is asked: who applies twice, for what that is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from yakuba.kernel.definitions import plain, suggestion
from yakuba.kernel.refusals import if_valid
from yakuba.kernel.values.characters import comparable
from yakuba.kernel.values.postal_codes import read_postal_code
from yakuba.services.nursery.contracts import (
    AGES,
    Applications,
    Child,
    Facility,
    Household,
    Problem,
    SharedAges,
    Slot,
)
from yakuba.services.nursery.engine.rules import Rules
from yakuba.services.nursery.engine.rules.naming import FacilityNames

OLDEST = AGES[-1]
MOST_SEATS = 10_000
MOST_CHILDREN = 8  # of one household at once
POSTAL_CODE = ("postal_code", "郵便番号")  # a fact, from the ledger or from a table
SAME_NAME = "別人確認"  # a fact: staff made sure that this is another child of the same name and birthday


def resolved(applications: Applications) -> Applications:
    """The same with facilities by id where they were named; what cannot be resolved stays as it is."""
    places = FacilityNames((one.id, one.name) for one in applications.facilities)

    def child(one: Child) -> Child:
        wishes = tuple(places.id_of(wish) for wish in one.wishes)
        current = places.id_of(one.current) if one.current else None
        # Where ids were written, and no names, nothing has to be copied.
        if wishes == one.wishes and current == one.current:
            return one
        return replace(one, wishes=wishes, current=current)

    households = []
    for household in applications.households:
        children = tuple(child(one) for one in household.children)
        same = all(new is old for new, old in zip(children, household.children, strict=True))
        households.append(household if same else replace(household, children=children))
    return replace(applications, households=tuple(households))


def of_facilities(facilities: Sequence[Facility], rules: Rules) -> Iterator[Problem]:
    """Facilities twice, seats that are no seats, shared seats of ages that are not taken in."""
    seen: set[str] = set()
    for one in facilities:
        place = f"施設 {one.name or one.id}"
        if not one.id:
            yield Problem(0, place, "施設番号が空です。")
        # With them ids of reserved and of shared seats are made of it (`seats.slot_id`, `seats.Seats`).
        if "*" in one.id or "/" in one.id:
            yield Problem(0, place, f"施設番号「{one.id}」に * と / は使えません。")
        if one.id in seen:
            yield Problem(0, place, f"施設番号「{one.id}」の施設が二つあります。")
        seen.add(one.id)
        for age, seats in one.vacancies.items():
            if age not in AGES:
                yield Problem(0, place, f"{age}歳の空きがあります。年齢は0歳から{OLDEST}歳までです。")
            if not 0 <= seats <= MOST_SEATS:
                reason = f"{age}歳の空きが{seats}人です。0から{MOST_SEATS:,}までにしてください。"
                yield Problem(0, place, reason)
        yield from _of_shared(one, place)
        for reserved in rules.reserved:
            yield from _of_reserved(one, reserved.label, place)


def _of_shared(one: Facility, place: str) -> Iterator[Problem]:
    yield from _same_ages(one, place)
    names = [shared.id for shared in one.shared]
    for shared in one.shared:
        said = f"共用枠「{shared.id}」"
        if names.count(shared.id) > 1:
            yield Problem(0, place, f"{said}が二つあります。")
        missing = [age for age in shared.ages if age not in one.vacancies]
        if missing or not shared.ages:
            ages = "、".join(f"{age}歳" for age in missing) or "年齢"
            yield Problem(0, place, f"{said}の{ages}は、この施設で受け入れる年齢にありません。")
        for value in (shared.seats, shared.teachers):
            if value is not None and not 0 <= value <= MOST_SEATS:
                yield Problem(0, place, f"{said}の人数が{value}です。0から{MOST_SEATS:,}までにしてください。")


def _same_ages(one: Facility, place: str) -> Iterator[Problem]:
    """Ages with two numbers of seats, or of teachers: which of them holds, nobody knows."""
    seen: dict[tuple[frozenset[int], str], SharedAges] = {}
    for shared in one.shared:
        for what, value in (("席", shared.seats), ("保育士", shared.teachers)):
            if value is None:
                continue
            other = seen.setdefault((frozenset(shared.ages), what), shared)
            if other is not shared and other.id != shared.id:
                reason = f"共用枠「{shared.id}」と「{other.id}」は同じ年齢で、{what}が二つあります。一つにしてください。"
                yield Problem(0, place, reason)


def _of_reserved(one: Facility, label: str, place: str) -> Iterator[Problem]:
    for age in AGES:
        text = plain(one.facts.get(reserved_fact(label, age), ""))
        if text and (not text.isascii() or not text.isdigit() or len(text) > 4):
            yield Problem(0, place, f"「{label}」{age}歳の席が「{text}」です。0以上の整数で書いてください。")


def reserved_fact(label: str, age: int) -> str:
    """Under which name a facility tells how many seats are reserved for an age."""
    return f"{label}{age}歳"


def of_households(applications: Applications, rules: Rules) -> Iterator[Problem]:
    """Everything about who applies, and for which facilities."""
    known = {one.id: one.name for one in applications.facilities}
    households: dict[str, Household] = {}
    receipts: dict[str, Household] = {}
    people: dict[tuple[str, date], Household] = {}
    for household in applications.households:
        place = f"世帯 {household.id}"
        if household.id in households:
            yield Problem(
                household.line, place, f"同じ世帯番号が{_at(households[household.id])}にもあります。"
            )
        households.setdefault(household.id, household)
        yield from _of_household(household, place, rules)
        for child in household.children:
            yield from _twice(child, household, receipts, people)
            yield from _of_child(child, household, known, applications.start)
    yield from _circles(applications)
    yield from _of_seated(applications)


def _of_household(household: Household, place: str, rules: Rules) -> Iterator[Problem]:
    if not 1 <= len(household.children) <= MOST_CHILDREN:
        reason = f"児童が{len(household.children)}人です。1人から{MOST_CHILDREN}人までにしてください。"
        yield Problem(household.line, place, reason)
    known = {*rules.sibling_modes, *rules.sibling_modes.values(), ""}
    if household.sibling_mode not in known:
        names = "、".join(f"{label}（{code}）" for code, label in rules.sibling_modes.items())
        reason = (
            f"きょうだいの希望「{household.sibling_mode}」は選考基準にありません。書けるのは {names} です。"
        )
        yield Problem(household.line, place, reason)


def _twice(
    child: Child,
    household: Household,
    receipts: dict[str, Household],
    people: dict[tuple[str, date], Household],
) -> Iterator[Problem]:
    place = f"受付 {child.id}"
    if not child.id:
        yield Problem(household.line, place, "受付番号が空です。")
    elif child.id in receipts:
        other = receipts[child.id]
        reason = f"同じ受付番号が{_at(other)}（世帯 {other.id}）にもあります。番号を直すか、重複した申込を除いてください。"
        yield Problem(household.line, place, reason)
    receipts.setdefault(child.id, household)
    person = (comparable(child.name).replace(" ", ""), child.birth)
    if child.name and person in people and not child.facts.get(SAME_NAME):
        other = people[person]
        reason = (
            f"児童「{child.name}」（{child.birth}生）は{_at(other)}（世帯 {other.id}）にもいます。"
            f"同じ児童なら一方を除き、別人なら「{SAME_NAME}」に「はい」と入れてください。"
        )
        yield Problem(household.line, place, reason)
    people.setdefault(person, household)


def _of_child(child: Child, household: Household, known: Mapping[str, str], start: date) -> Iterator[Problem]:
    place, line = f"受付 {child.id}", household.line
    if not child.wishes:
        yield Problem(line, place, "希望する施設が1つもありません。")
    for number, wish in enumerate(child.wishes, 1):
        if wish not in known:
            hint = suggestion(wish, known.values())
            yield Problem(line, place, f"第{number}希望「{wish}」という施設はありません。{hint}")
    if child.current is not None and child.current not in known:
        hint = suggestion(child.current, known.values())
        yield Problem(line, place, f"今の施設「{child.current}」という施設はありません。{hint}")
    if child.gives_up and child.current is None:
        yield Problem(line, place, "今の席を空けるとありますが、今の施設が書かれていません。")
    if not -1 <= (start - child.birth).days // 365 <= 20:
        yield Problem(
            line, place, f"生年月日が{child.birth}です。入所日（{start}）と合うか確かめてください。"
        )


def _circles(applications: Applications) -> Iterator[Problem]:
    """Seats given as another child's receipt number, round in a circle; each circle once."""
    seats = {child.id: child.current for _, child in applications.children() if child.current}
    lines = {child.id: household.line for household, child in applications.children()}
    done: set[str] = set()
    for start in seats:
        path = [start]
        while path[-1] in seats and path[-1] not in done:
            following = seats[path[-1]]
            if following in path:
                circle = "→".join([*path[path.index(following) :], following])
                reason = (
                    f"今の施設に受付番号が書かれ、循環しています（{circle}）。今いる施設を書いてください。"
                )
                yield Problem(lines[following], f"受付 {following}", reason)
                break
            path.append(following)
        done.update(path)


def _of_seated(applications: Applications) -> Iterator[Problem]:
    known = {one.id for one in applications.facilities}
    for child, slot in applications.seated.items():
        if Slot.read(slot).facility not in known:
            yield Problem(0, f"決定済み {child}", f"枠「{slot}」の施設はありません。")


def _at(household: Household) -> str:
    return f"{household.line}行目" if household.line else "ほか"


def notes_on_postal_codes(applications: Applications) -> Iterator[Problem]:
    """Postal codes that are none: no rule asks for them, but the notices go there. A spreadsheet takes the zeros that
    those of the north and of the islands begin with."""
    for household, child in applications.children():
        code = next((child.facts[name] for name in POSTAL_CODE if child.facts.get(name)), "")
        if if_valid(read_postal_code, code) is None:
            meant = f"（{code.zfill(7)} ではありませんか）" if code.isdigit() and len(code) < 7 else ""
            reason = (
                f"郵便番号「{code}」は7けたの数字ではありません。表計算ソフトで先頭の0が消えていませんか{meant}。"
                "このままでは、通知に正しい郵便番号が印刷されません。"
            )
            yield Problem(household.line, f"受付 {child.id}", reason)
