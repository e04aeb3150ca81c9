"""BPMN 2.0 XML → the steps of a flow. What a flow of steps and conditions cannot hold is told by its element. Pure Python.

Lanes become who does it, activities steps, exclusive and inclusive gateways questions with answers. Ways that run at the same
time are read one after the other, ways back are left out: both are told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from yakuba.kernel.refusals import Invalid
from yakuba.services.reform.contracts import Medium
from yakuba.services.reform.engine.bpmn import NAMESPACES
from yakuba.services.reform.engine.bpmn.xml import Tag, parsed
from yakuba.services.reform.engine.flow import LONGEST, MOST_STEPS, NO_LANE, OTHERWISE, FlowStep, condition

MODEL, OWN = NAMESPACES["bpmn"], NAMESPACES["yakuba"]
TASKS = (
    "task",
    "userTask",
    "manualTask",
    "serviceTask",
    "scriptTask",
    "businessRuleTask",
    "sendTask",
    "receiveTask",
)
WITH_INSIDE = ("subProcess", "transaction", "adHocSubProcess", "callActivity")
ASKING = ("exclusiveGateway", "inclusiveGateway")
GATEWAYS = (*ASKING, "parallelGateway", "eventBasedGateway", "complexGateway")
ENDS = ("startEvent", "endEvent")
EVENTS = (*ENDS, "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent")
NODES = (*TASKS, *WITH_INSIDE, *GATEWAYS, *EVENTS)
HANDLED = (*NODES, "sequenceFlow", "laneSet", "documentation", "extensionElements")
MOST_NODES = 1_000
DEEPEST = 30  # gateways within gateways
LONGEST_TASKS = 12
YES = ("はい", "yes", "true", "○", "有", "あり")


@dataclass
class ReadFlow:
    """What a file says. told: what was not taken over, each with its element."""

    name: str
    steps: list[FlowStep] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


def read(content: bytes) -> ReadFlow:
    """Raises Invalid for what is no BPMN 2.0, hostile, or without a step."""
    root = parsed(content)
    if (root.space, root.name) != (MODEL, "definitions"):
        raise Invalid(
            "BPMN 2.0のファイルではありません（definitionsがありません）。BPMN 2.0のXMLで書き出してください。"
        )
    told: list[str] = []
    processes = sorted(root.all("process"), key=lambda one: -len(one.all(*TASKS, *WITH_INSIDE)))
    if not processes or not processes[0].all(*TASKS, *WITH_INSIDE):
        raise Invalid("このファイルには作業（task）が一つもありません。業務の流れの図を選んでください。")
    for other in processes[1:]:
        told.append(f"{_named(other)}：流れが二つ以上あるので、作業のいちばん多いものだけを読みました。")
    for one in root.all("collaboration"):
        told += [
            f"{_named(flow)}：団体や課のあいだのやりとり（messageFlow）は読みません。"
            for flow in one.all("messageFlow")
        ]
    return _Flow(processes[0], told).read(_title(root, processes[0]))


def _title(root: Tag, process: Tag) -> str:
    for one in root.all("collaboration"):
        for pool in one.all("participant"):
            if pool.given.get("processRef") == process.given.get("id") and pool.given.get("name"):
                return _short(pool.given["name"], [], "")
    return _short(process.given.get("name", ""), [], "") or "名前のない業務"


def _named(tag: Tag) -> str:
    name = " ".join(tag.given.get("name", "").split())[:40]
    return f"{tag.name}「{name}」" if name else f"{tag.name}（{tag.given.get('id', '')[:40]}）"


def _short(text: str, told: list[str], what: str) -> str:
    found = " ".join(text.split())
    if len(found) > LONGEST:
        told.append(f"{what}：名前が長いので{LONGEST}文字までにしました。")
    return found[:LONGEST]


def _nodes(process: Tag) -> dict[str, Tag]:
    """By id, the beginnings first and events at the edge of an activity last, wherever the tool wrote them: what is walked first
    decides which way is one back. What has no id stands alone. Raises Invalid for too many, or two of one id."""
    found: dict[str, Tag] = {}
    targets = {flow.given.get("targetRef", "") for flow in process.all("sequenceFlow")}

    def rank(tag: Tag) -> int:
        if tag.name == "boundaryEvent":
            return 3
        return 0 if tag.name == "startEvent" else 1 + (tag.given.get("id", "") in targets)

    for at, tag in enumerate(sorted(process.all(*NODES), key=rank)):
        key = tag.given.get("id", "") or f" {at}"
        if key in found:
            raise Invalid(
                f"id「{key[:40]}」の要素が二つあります（{_named(found[key])}と{_named(tag)}）。図を作った道具で書き出し直してください。"
            )
        found[key] = tag
    if len(found) > MOST_NODES:
        raise Invalid(f"図の要素が多すぎます（{MOST_NODES:,}まで）。図を分けてください。")
    return found


class _Flow:
    def __init__(self, process: Tag, told: list[str]) -> None:
        self.told, self.process = told, process
        self.steps: list[FlowStep] = []
        self.nodes = _nodes(process)
        self.ways: dict[str, list[Tag]] = {key: [] for key in self.nodes}
        for flow in process.all("sequenceFlow"):
            source, target = flow.given.get("sourceRef", ""), flow.given.get("targetRef", "")
            if source in self.nodes and target in self.nodes:
                self.ways[source].append(flow)
            else:
                told.append(f"{_named(flow)}：つながる先が図にないので、読みません。")
        self.lanes: dict[str, str] = {}
        for lanes in process.all("laneSet"):
            self._lanes(lanes)
        self.done: set[str] = set()
        self.named: dict[str, list[str]] = {}  # gateway → answers that lead out of it

    def _lanes(self, lanes: Tag) -> None:
        """The innermost lane counts."""
        for lane in lanes.all("lane"):
            name = _short(lane.given.get("name", ""), self.told, _named(lane))
            for one in lane.all("flowNodeRef"):
                self.lanes[one.text.strip()] = "" if name == NO_LANE else name
            for inner in lane.all("childLaneSet"):
                self._lanes(inner)

    def read(self, name: str) -> ReadFlow:
        for tag in self.process.inside:
            if tag.name not in HANDLED and tag.space == MODEL:
                self.told.append(
                    f"{_named(tag)}：この種類（{tag.name}）は流れに入れられないので、読みません。"
                )
        self._cut_loops()
        reached = {flow.given["targetRef"] for ways in self.ways.values() for flow in ways}
        self.join = self._joins()
        for key, tag in self.nodes.items():
            if tag.name == "boundaryEvent":
                on = _short(tag.given.get("name", ""), [], "") or f"{self._name_of(tag)}での途中の出来事"
                self._walk(key, None, (on,), 0)
            elif key not in reached or tag.name == "startEvent":
                self._walk(key, None, (), 0)
        if len(self.steps) > MOST_STEPS:
            raise Invalid(f"工程が多すぎます（{MOST_STEPS}まで）。図を分けてください。")
        return ReadFlow(name, self.steps, self.told)

    def _cut_loops(self) -> None:
        """Ways back are taken out, so that every walk ends."""
        state: dict[str, int] = {}
        for first in self.nodes:
            stack = [(first, iter(list(self.ways[first])))]
            if state.setdefault(first, 1) != 1 or first in self.done:
                continue
            self.done.add(first)
            while stack:
                key, ways = stack[-1]
                flow = next(ways, None)
                if flow is None:
                    state[key] = 2
                    stack.pop()
                    continue
                target = flow.given["targetRef"]
                if state.get(target) == 1 and any(one == target for one, _ in stack):
                    self.ways[key].remove(flow)
                    self.told.append(
                        f"{_named(flow)}：「{self._name(target)}」へ戻るくり返しは、読みません。"
                    )
                elif target not in state:
                    state[target] = 1
                    self.done.add(target)
                    stack.append((target, iter(list(self.ways[target]))))
        self.done = set()

    def _joins(self) -> dict[str, str | None]:
        """Where the ways out of a node come together again (its nearest common successor), None where they do not."""
        order = self._order()
        place = {key: at for at, key in enumerate(order)}
        after: dict[str, set[str]] = {}
        for key in reversed(order):
            parts = [after[flow.given["targetRef"]] for flow in self.ways[key]]
            after[key] = {key} | (set.intersection(*parts) if parts else set())
        return {key: min(after[key] - {key}, key=lambda one: place[one], default=None) for key in order}

    def _order(self) -> list[str]:
        """The nodes, each before those that follow it."""
        waiting = dict.fromkeys(self.nodes, 0)
        for ways in self.ways.values():
            for flow in ways:
                waiting[flow.given["targetRef"]] += 1
        ready = [key for key, number in waiting.items() if not number]
        for key in ready:
            for flow in self.ways[key]:
                target = flow.given["targetRef"]
                waiting[target] -= 1
                if not waiting[target]:
                    ready.append(target)
        return ready

    def _walk(self, key: str | None, stop: str | None, asked: tuple[str, ...], depth: int) -> None:
        if depth > DEEPEST:
            raise Invalid(f"分かれ道の入れ子が深すぎます（{DEEPEST}まで）。図を分けてください。")
        while key is not None and key != stop:
            tag = self.nodes[key]
            if key in self.done:
                if tag.name in (*TASKS, *WITH_INSIDE):
                    self.told.append(f"{_named(tag)}：二つの道から来るので、初めに来る道にだけ入れました。")
                return
            self.done.add(key)
            self._take(key, tag, asked)
            ways = self.ways[key]
            if len(ways) < 2:
                key = ways[0].given["targetRef"] if ways else None
                continue
            for flow in ways:
                more = self._condition(tag, flow)
                self._walk(
                    flow.given["targetRef"], self.join[key], (*asked, more) if more else asked, depth + 1
                )
            key = self.join[key]

    def _take(self, key: str, tag: Tag, asked: tuple[str, ...]) -> None:
        if tag.name in EVENTS:
            self._tell_event(tag)
            return
        if tag.name in GATEWAYS:
            if tag.name not in ASKING and len(self.ways[key]) > 1:
                self.told.append(f"{_named(tag)}：同時に進む道などは、順に並べました（{tag.name}）。")
            elif tag.name == "inclusiveGateway" and len(self.ways[key]) > 1:
                self.told.append(
                    f"{_named(tag)}：二つ以上の道に進めること（inclusiveGateway）は、条件だけを読みました。"
                )
            return
        if tag.name in WITH_INSIDE:
            self.told.append(f"{_named(tag)}：中の図は読まず、一つの工程にしました。")
        name = _short(tag.given.get("name", ""), self.told, _named(tag))
        if not name:
            name = "名前のない工程"
            self.told.append(f"{_named(tag)}：名前がありません。")
        extra = next(
            (one for box in tag.all("extensionElements") for one in box.all("step", space=OWN)), None
        )
        self.steps.append(
            FlowStep(
                name=name,
                lane=self.lanes.get(key, ""),
                condition=_short(" かつ ".join(asked), self.told, f"{_named(tag)}の条件"),
                minutes=_minutes(extra),
                medium=_medium(extra),
                tasks=_tasks(extra),
                support=extra.given.get("support", "")[:9] if extra else "",
            )
        )
        if tag.all("standardLoopCharacteristics", "multiInstanceLoopCharacteristics"):
            self.told.append(f"{_named(tag)}：くり返すことは読みません。")

    def _tell_event(self, tag: Tag) -> None:
        if tag.name == "boundaryEvent":
            self.told.append(
                f"{_named(tag)}：{self._name_of(tag)}の途中の出来事は、そのあとの工程の条件にしました。"
            )
        elif tag.name not in ENDS:
            self.told.append(f"{_named(tag)}：途中の出来事（{tag.name}）は読みません。")
        elif any(one.name.endswith("EventDefinition") for one in tag.inside):
            self.told.append(f"{_named(tag)}：始まりや終わりのきっかけは読みません。")

    def _condition(self, tag: Tag, flow: Tag) -> str:
        """What leads along this way; empty where nothing is asked."""
        if tag.name not in ASKING:
            return ""
        question, answer = (" ".join(one.given.get("name", "").split()) for one in (tag, flow))
        if answer.lower() in YES:
            answer = "はい"
        answer = self._told_apart(tag, flow, answer)
        return condition(question, answer) if question else answer

    def _told_apart(self, tag: Tag, flow: Tag, answer: str) -> str:
        """The answer, that of two ways never the same: without a name what the tool asks, or which way it is."""
        there = self.named.setdefault(tag.given.get("id", ""), [])
        if not answer:
            asks = " ".join(" ".join(one.text.split()) for one in flow.all("conditionExpression"))
            usual = OTHERWISE if flow.given.get("id") == tag.given.get("default", "―") else ""
            answer = asks[:40] or usual or f"道{len(there) + 1}"
            self.told.append(
                f"{_named(flow)}：{_named(tag)}からの道に名前がないので、「{answer}」としました。"
            )
        if answer in there:
            answer = f"{answer}（{len(there) + 1}）"
            self.told.append(
                f"{_named(flow)}：{_named(tag)}から同じ名前の道が出るので、「{answer}」としました。"
            )
        there.append(answer)
        return answer

    def _name_of(self, event: Tag) -> str:
        """Of the activity on whose edge an event sits."""
        key = event.given.get("attachedToRef", "")
        return f"「{self._name(key)}」" if key in self.nodes else "工程"

    def _name(self, key: str) -> str:
        tag = self.nodes[key]
        return " ".join(tag.given.get("name", "").split())[:40] or tag.name


def _minutes(extra: Tag | None) -> Decimal | None:
    text = extra.given.get("minutes", "") if extra else ""
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() and 0 <= found <= 100_000 and len(text) < 20 else None


def _medium(extra: Tag | None) -> str:
    text = extra.given.get("medium", "") if extra else ""
    return text if text in {one.value for one in Medium} else ""


def _tasks(extra: Tag | None) -> tuple[str, ...]:
    found: Sequence[Tag] = extra.all("task", space=OWN) if extra else ()
    names = (" ".join(one.given.get("name", "").split())[:LONGEST] for one in found[:LONGEST_TASKS])
    return tuple(name for name in names if name)
