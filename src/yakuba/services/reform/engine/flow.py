"""The flow of a process: steps one after the other, some only under a condition, and the graph that follows from them. Pure Python.

A condition is a question and an answer, 「本人以外が来た：はい」 or 「世帯の種類：外国人を含む」; without an answer it means はい. Steps
that stand next to one another under answers to one question are the branches of one gateway.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

YES, NO, OTHERWISE, SEPARATOR = "はい", "いいえ", "そのほか", "："
NO_LANE = "職員"
MOST_STEPS = 200
LONGEST = 80


@dataclass(frozen=True)
class FlowStep:
    """A step. lane: who does it; minutes: of a case; medium: a word of `Medium`, empty where nothing is said; tasks: what is done in
    it; support: in how many of the bodies, as `4/5`, empty where nobody counted."""

    name: str
    lane: str = ""
    condition: str = ""
    minutes: Decimal | None = None
    medium: str = ""
    tasks: tuple[str, ...] = ()
    support: str = ""

    @property
    def asked(self) -> tuple[str, str]:
        """Question and answer; empty for a step that is always done."""
        question, _, answer = self.condition.partition(SEPARATOR)
        return (question, answer or YES) if question else ("", "")


@dataclass(frozen=True)
class Node:
    """kind: start, end, task, split or join; at: its place in the order of drawing, from 0; step: number of the step, from 0."""

    id: str
    kind: str
    name: str
    lane: str
    at: int
    step: int | None = None


@dataclass(frozen=True)
class Edge:
    """From node to node. name: the answer."""

    id: str
    source: str
    target: str
    name: str = ""


@dataclass
class Graph:
    """lanes: in the order in which they are first needed."""

    lanes: list[str] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)


def condition(question: str, answer: str) -> str:
    """As a step carries it."""
    return question if answer in ("", YES) else f"{question}{SEPARATOR}{answer}"


def graph_of(steps: Sequence[FlowStep]) -> Graph:
    """From start to end."""
    builder = _Builder()
    lane = steps[0].lane if steps else ""
    loose = [(builder.node("start", "始まり", lane), "")]
    for group in _groups(steps):
        question = group[0][1].asked[0]
        if not question:
            (number, step), *_ = group
            loose = builder.after(loose, builder.node("task", step.name, step.lane, number))
        else:
            loose = builder.branches(loose, question, group)
    builder.after(loose, builder.node("end", "終わり", steps[-1].lane if steps else ""))
    return builder.graph


def _groups(steps: Sequence[FlowStep]) -> list[list[tuple[int, FlowStep]]]:
    """Steps that are branches of one gateway together, any other alone."""
    found: list[list[tuple[int, FlowStep]]] = []
    for number, step in enumerate(steps):
        question, answer = step.asked
        last = found[-1] if found else []
        answers = [one.asked[1] for _, one in last]
        same = bool(question) and bool(last) and last[0][1].asked[0] == question
        if same and (answer == answers[-1] or answer not in answers):
            last.append((number, step))
        else:
            found.append([(number, step)])
    return found


class _Builder:
    def __init__(self) -> None:
        self.graph = Graph()

    def node(self, kind: str, name: str, lane: str, step: int | None = None) -> str:
        lane = lane or NO_LANE
        if lane not in self.graph.lanes:
            self.graph.lanes.append(lane)
        at = len(self.graph.nodes)
        made = Node(f"n{at}", kind, name, lane, at, step)
        self.graph.nodes.append(made)
        return made.id

    def after(self, loose: Iterable[tuple[str, str]], target: str) -> list[tuple[str, str]]:
        for source, name in loose:
            self.graph.edges.append(Edge(f"e{len(self.graph.edges)}", source, target, name))
        return [(target, "")]

    def branches(
        self, loose: list[tuple[str, str]], question: str, group: Sequence[tuple[int, FlowStep]]
    ) -> list[tuple[str, str]]:
        first, last = group[0][1], group[-1][1]
        split = self.node("split", question, first.lane)
        self.after(loose, split)
        ends: list[tuple[str, str]] = []
        way: list[tuple[str, str]] = []
        answers: list[str] = []
        for number, step in group:
            answer = step.asked[1]
            if not answers or answer != answers[-1]:
                ends += way
                answers.append(answer)
                way = [(split, answer)]
            way = self.after(way, self.node("task", step.name, step.lane, number))
        ends += way
        if set(answers) != {YES, NO}:
            ends.append((split, NO if answers == [YES] else OTHERWISE))
        return self.after(ends, self.node("join", "", last.lane))


def as_plain(step: FlowStep) -> dict[str, Any]:
    """For a JSON column."""
    told: dict[str, Any] = {"name": step.name}
    told |= {
        name: getattr(step, name)
        for name in ("lane", "condition", "medium", "support")
        if getattr(step, name)
    }
    if step.minutes is not None:
        told["minutes"] = str(step.minutes)
    return told | ({"tasks": list(step.tasks)} if step.tasks else {})


def step_of(plain: Mapping[str, Any]) -> FlowStep:
    """The step again."""
    words = {name: str(plain.get(name, "")) for name in ("name", "lane", "condition", "medium", "support")}
    minutes = Decimal(plain["minutes"]) if "minutes" in plain else None
    return FlowStep(**words, minutes=minutes, tasks=tuple(map(str, plain.get("tasks", ()))))
