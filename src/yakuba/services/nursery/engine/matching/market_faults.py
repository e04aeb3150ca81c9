"""Every fault of a market file, row by row, with its line. Slow and thorough: called only when reading failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from yakuba.services.nursery.contracts import MarketRefused, Problem
from yakuba.services.nursery.engine.matching.located import Node, parse

MOST_SEATS = 1_000_000
MOST_FAULTS = 1_000
NOT_A_NUMBER = "は0以上の整数（100万まで）で書いてください。"


def find(data: bytes) -> list[Problem]:
    """All faults in the order of the lines, at most MOST_FAULTS; empty when there is none."""
    try:
        root = parse(data)
        search = _Search()
        search.run(root)
    except MarketRefused as refused:
        return list(refused.problems)
    return sorted(search.faults, key=lambda fault: fault.line)[:MOST_FAULTS]


class _Search:
    """Reads the parts in order; each part notes what the later ones refer to."""

    def __init__(self) -> None:
        self.faults: list[Problem] = []
        self.capacity: dict[str, int] = {}
        self.slot_lines: dict[str, int] = {}
        self.owner: dict[str, str] = {}  # child → family
        self.family_lines: dict[str, int] = {}
        self.wishes: list[tuple[str, list[str], list[list[Node]]]] = []  # family, children, sound wishes
        self.seats: dict[str, str] = {}
        self.ranked: dict[str, set[str]] = {}
        self.shared: dict[str, dict[str, int]] = {}
        self.shared_capacity: dict[str, int] = {}

    def fault(self, node: Node, place: str, reason: str) -> None:
        self.faults.append(Problem(node.line, place, reason))

    def run(self, root: Node) -> None:
        parts = self.members(root, "ファイル全体")
        for key in ("slots", "families", "priorities"):
            if key not in parts:
                self.fault(root, "ファイル全体", f"「{key}」がありません。")
        for row in self.items(parts.get("slots"), "slots"):
            self.slot(row)
        for row in self.items(parts.get("shared"), "shared"):
            self.shared_seats(row)
        for row in self.items(parts.get("families"), "families"):
            self.family(row)
        if "current" in parts:
            self.current(parts["current"])
        if "priorities" in parts:
            self.priorities(parts["priorities"])
        self.everyone_wished_is_ranked()
        self.those_seated_fit(root)

    # Shapes

    def members(self, node: Node, place: str) -> dict[str, Node]:
        if node.kind != "object":
            self.fault(node, place, "{ } で囲んだ項目の並びにしてください。")
            return {}
        counts = Counter(key for key, _ in node.value)
        for key, child in node.value:
            if counts[key] > 1:
                self.fault(child, place, f"項目「{key}」が{counts[key]}回出てきます。1回にしてください。")
        return dict(node.value)

    def items(self, node: Node | None, place: str) -> list[Node]:
        if node is None:
            return []
        if node.kind != "list":
            self.fault(node, place, "[ ] で囲んだ並びにしてください。")
            return []
        return list(node.value)

    def text(self, node: Node | None, holder: Node, place: str, name: str) -> str:
        if node is None:
            self.fault(holder, place, f"「{name}」がありません。")
        elif node.kind != "string" or not node.value:
            self.fault(node, place, f"「{name}」は空でない文字列で書いてください。")
        else:
            return str(node.value)
        return ""

    def number(self, node: Node | None, holder: Node, place: str, name: str, least: int = 0) -> int | None:
        if node is None:
            self.fault(holder, place, f"「{name}」がありません。")
            return None
        value = node.value
        if node.kind != "number" or type(value) is not int or not least <= value <= MOST_SEATS:
            said = f"（{value}）" if node.kind == "number" else ""
            self.fault(node, place, f"「{name}」{said}{NOT_A_NUMBER.replace('0', str(least), 1)}")
            return None
        return value

    # Parts

    def slot(self, row: Node) -> None:
        parts = self.members(row, "slots")
        name = self.text(parts.get("id"), row, "slots", "id")
        place = f"枠 {name}"
        seats = self.number(parts.get("capacity"), row, place, "capacity")
        if name in self.slot_lines:
            self.fault(row, place, f"同じ枠が{self.slot_lines[name]}行目にもあります。")
        if name:
            self.slot_lines.setdefault(name, row.line)
            self.capacity.setdefault(name, MOST_SEATS if seats is None else seats)

    def shared_seats(self, row: Node) -> None:
        parts = self.members(row, "shared")
        name = self.text(parts.get("id"), row, "shared", "id")
        place = f"共用枠 {name}"
        seats = self.number(parts.get("capacity"), row, place, "capacity")
        if name in self.slot_lines or name in self.shared:
            self.fault(row, place, "同じ名前の枠または共用枠がほかにもあります。")
        weights = {}
        if "weights" not in parts:
            self.fault(row, place, "「weights」がありません。")
        else:
            for slot, node in self.members(parts["weights"], place).items():
                if slot not in self.capacity:
                    self.fault(node, place, f"枠「{slot}」は slots にありません。")
                weight = self.number(node, row, place, slot, least=1)
                weights[slot] = 0 if weight is None else weight
        if name:
            self.shared[name] = weights
            self.shared_capacity[name] = MOST_SEATS if seats is None else seats

    def family(self, row: Node) -> None:
        parts = self.members(row, "families")
        name = self.text(parts.get("id"), row, "families", "id")
        place = f"世帯 {name}"
        if name in self.family_lines:
            self.fault(row, place, f"同じ世帯（受付）が{self.family_lines[name]}行目にもあります。")
        if name:
            self.family_lines.setdefault(name, row.line)
        children = []
        for key in ("children", "wishes"):
            if key not in parts:
                self.fault(row, place, f"「{key}」がありません。")
        nodes = self.items(parts.get("children"), place)
        if "children" in parts and parts["children"].kind == "list" and not nodes:
            self.fault(row, place, "児童が1人もいません。")
        for node in nodes:
            children.append(self.child(node, name, place))
        wishes = enumerate(self.items(parts.get("wishes"), place), 1)
        sound = [self.wish(wish, number, children, name) for number, wish in wishes]
        self.wishes.append((name, children, [wish for wish in sound if wish]))

    def child(self, node: Node, family: str, place: str) -> str:
        child = self.text(node, node, place, "children")
        if child in self.owner:
            other = self.owner[child]
            where = "同じ世帯の中" if other == family else f"世帯 {other} "
            self.fault(
                node, place, f"児童「{child}」は{where}にもいます。1人は1つの世帯だけに書いてください。"
            )
        elif child:
            self.owner[child] = family
        return child

    def wish(self, node: Node, number: int, children: list[str], family: str) -> list[Node]:
        """The wish's entries; none when they do not fit the children."""
        place = f"世帯 {family} 第{number}希望"
        entries = self.items(node, place)
        if node.kind == "list" and len(entries) != len(children):
            reason = f"児童{len(children)}人に対して枠が{len(entries)}個です。児童1人に1つ（なければ null）書いてください。"
            self.fault(node, place, reason)
            return []
        for entry in entries:
            slot = "" if entry.kind == "null" else self.text(entry, node, place, "枠")
            if slot and slot not in self.capacity:
                self.fault(
                    entry, place, f"枠「{slot}」は slots にありません。施設と年齢の書き方を確かめてください。"
                )
        return entries

    def current(self, node: Node) -> None:
        for child, entry in self.members(node, "current").items():
            place = f"在籍 {child}"
            slot = self.text(entry, node, place, "枠")
            if not child:
                self.fault(entry, place, "児童の番号が空です。")
            if slot and slot not in self.capacity:
                self.fault(entry, place, f"枠「{slot}」は slots にありません。")
            self.seats[child] = slot
        for chain, line in self.circles(node):
            reason = f"在籍の欄に枠でなく児童の番号があり、循環しています（{'→'.join(chain)}）。今いる枠を書いてください。"
            self.faults.append(Problem(line, f"在籍 {chain[0]}", reason))

    def circles(self, node: Node) -> Iterator[tuple[list[str], int]]:
        """Children whose seat is given as another child, round in a circle; each circle once."""
        done: set[str] = set()
        lines = {child: entry.line for child, entry in node.value} if node.kind == "object" else {}
        for start in self.seats:
            path = [start]
            while path[-1] not in done and path[-1] not in self.capacity:
                following = self.seats.get(path[-1])
                if following is None:
                    break
                if following in path:
                    circle = path[path.index(following) :]
                    yield [*circle, following], lines.get(circle[0], node.line)
                    break
                path.append(following)
            done.update(path)

    def priorities(self, node: Node) -> None:
        for slot, ranking in self.members(node, "priorities").items():
            place = f"優先順位 {slot}"
            if slot not in self.capacity and slot not in self.shared:
                self.fault(ranking, place, f"枠「{slot}」は slots にも shared にもありません。")
            ranked = self.ranked.setdefault(slot, set())
            for entry in self.items(ranking, place):
                child = self.text(entry, ranking, place, "児童")
                if child in ranked and child in self.owner:
                    self.fault(
                        entry, place, f"児童「{child}」が2回出てきます。順位は1人に1つにしてください。"
                    )
                ranked.add(child)

    # What holds between parts

    def everyone_wished_is_ranked(self) -> None:
        """Every child is ranked where it is wished for; wishes behind the fallback do not count."""
        told: set[tuple[str, str]] = set()
        for family, children, wishes in self.wishes:
            fallback = [self.seats.get(child) for child in children]
            for entries in wishes:
                if [entry.value for entry in entries] == fallback:
                    break
                for child, entry in zip(children, entries, strict=True):
                    self.child_is_ranked(child, entry, family, told)

    def child_is_ranked(self, child: str, entry: Node, family: str, told: set[tuple[str, str]]) -> None:
        slot = entry.value
        if not child or entry.kind != "string" or slot not in self.capacity or self.seats.get(child) == slot:
            return
        names = [slot, *(name for name, weights in self.shared.items() if slot in weights)]
        for name in names:
            if child not in self.ranked.get(name, ()) and (child, name) not in told:
                told.add((child, name))
                reason = f"児童「{child}」は枠「{name}」を希望していますが、その優先順位に載っていません（指数がありません）。"
                self.fault(entry, f"世帯 {family}", reason)

    def those_seated_fit(self, root: Node) -> None:
        load = Counter(self.seats.values())
        for slot, seats in self.capacity.items():
            if load[slot] > seats:
                reason = (
                    f"定員{seats}に対して在籍が{load[slot]}人います。定員には在籍児の席も含めてください。"
                )
                self.faults.append(Problem(self.slot_lines[slot], f"枠 {slot}", reason))
        for name, weights in self.shared.items():
            taken = sum(load[slot] * weight for slot, weight in weights.items())
            if taken > self.shared_capacity[name]:
                reason = f"定員{self.shared_capacity[name]}に対して在籍で{taken}使っています。"
                self.fault(root, f"共用枠 {name}", reason)
