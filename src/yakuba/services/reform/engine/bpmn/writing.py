"""A flow → BPMN 2.0 XML: a pool with a lane for each who does something, tasks, exclusive gateways, and where each is drawn.

Every node has a column of its own, so that no two overlap; ways that leave out columns run below the nodes of their lane.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from yakuba.services.reform.engine.bpmn import NAMESPACES
from yakuba.services.reform.engine.flow import Edge, FlowStep, Graph, Node, graph_of

KINDS = {
    "start": "startEvent",
    "end": "endEvent",
    "task": "task",
    "split": "exclusiveGateway",
    "join": "exclusiveGateway",
}
SIZES = {"start": (36, 36), "end": (36, 36), "task": (120, 80), "split": (50, 50), "join": (50, 50)}
LEFT, COLUMN, LANE, HEAD = 160, 170, 160, 30
PROCESS, POOL, COLLABORATION = "process", "pool", "collaboration"
Box = tuple[int, int, int, int]


def written(name: str, steps: Sequence[FlowStep]) -> bytes:
    """The flow as a file in UTF-8."""
    graph = graph_of(steps)
    root = Element("bpmn:definitions", {f"xmlns:{prefix}": uri for prefix, uri in NAMESPACES.items()})
    root.attrib |= {"id": "definitions", "targetNamespace": NAMESPACES["yakuba"], "exporter": "Yakuba"}
    collaboration = SubElement(root, "bpmn:collaboration", id=COLLABORATION)
    SubElement(collaboration, "bpmn:participant", id=POOL, name=_clean(name), processRef=PROCESS)
    process = SubElement(root, "bpmn:process", id=PROCESS, name=_clean(name), isExecutable="false")
    lanes = SubElement(process, "bpmn:laneSet", id="lanes")
    for number, lane in enumerate(graph.lanes):
        made = SubElement(lanes, "bpmn:lane", id=f"lane{number}", name=_clean(lane))
        for node in graph.nodes:
            if node.lane == lane:
                SubElement(made, "bpmn:flowNodeRef").text = node.id
    for node in graph.nodes:
        _node(process, node, graph.edges, steps)
    for edge in graph.edges:
        made = SubElement(
            process, "bpmn:sequenceFlow", id=edge.id, sourceRef=edge.source, targetRef=edge.target
        )
        if edge.name:
            made.set("name", _clean(edge.name))
    _diagram(root, graph)
    indent(root)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="utf-8") + b"\n"


def _node(process: Element, node: Node, edges: Sequence[Edge], steps: Sequence[FlowStep]) -> None:
    made = SubElement(process, f"bpmn:{KINDS[node.kind]}", id=node.id)
    if node.name:
        made.set("name", _clean(node.name))
    if node.step is not None:
        step = steps[node.step]
        if step.tasks:
            SubElement(made, "bpmn:documentation").text = _clean("、".join(step.tasks))
        extra = SubElement(SubElement(made, "bpmn:extensionElements"), "yakuba:step")
        told = {
            "minutes": "" if step.minutes is None else str(step.minutes),
            "medium": step.medium,
            "support": step.support,
        }
        extra.attrib |= {key: value for key, value in told.items() if value}
        for task in step.tasks:
            SubElement(extra, "yakuba:task", name=_clean(task))
    for edge in edges:
        if edge.target == node.id:
            SubElement(made, "bpmn:incoming").text = edge.id
    for edge in edges:
        if edge.source == node.id:
            SubElement(made, "bpmn:outgoing").text = edge.id


def _clean(text: str) -> str:
    """Without what XML cannot hold."""
    return "".join(
        sign
        for sign in text
        if sign >= " " and sign not in "\ufffe\uffff" and not "\ud800" <= sign <= "\udfff"
    )


def _diagram(root: Element, graph: Graph) -> None:
    diagram = SubElement(root, "bpmndi:BPMNDiagram", id="diagram")
    plane = SubElement(diagram, "bpmndi:BPMNPlane", id="plane", bpmnElement=COLLABORATION)
    width = COLUMN * len(graph.nodes) + HEAD + 40
    _shape(plane, POOL, (LEFT, 80, width + HEAD, LANE * len(graph.lanes)), horizontal=True)
    for number in range(len(graph.lanes)):
        _shape(plane, f"lane{number}", (LEFT + HEAD, 80 + LANE * number, width, LANE), horizontal=True)
    boxes = {node.id: _box(node, graph.lanes) for node in graph.nodes}
    for node in graph.nodes:
        _shape(plane, node.id, boxes[node.id], horizontal=False)
    at = {node.id: node.at for node in graph.nodes}
    for edge in graph.edges:
        made = SubElement(plane, "bpmndi:BPMNEdge", id=f"{edge.id}_di", bpmnElement=edge.id)
        for x, y in _way(boxes, edge, at):
            SubElement(made, "di:waypoint", x=str(x), y=str(y))


def _box(node: Node, lanes: Sequence[str]) -> Box:
    width, height = SIZES[node.kind]
    middle = LEFT + 2 * HEAD + COLUMN * node.at + COLUMN // 2, 80 + LANE * lanes.index(node.lane) + LANE // 2
    return middle[0] - width // 2, middle[1] - height // 2, width, height


def _shape(plane: Element, of: str, box: Box, *, horizontal: bool) -> None:
    made = SubElement(plane, "bpmndi:BPMNShape", id=f"{of}_di", bpmnElement=of)
    if horizontal:
        made.set("isHorizontal", "true")
    x, y, width, height = map(str, box)
    SubElement(made, "dc:Bounds", x=x, y=y, width=width, height=height)


def _way(boxes: Mapping[str, Box], edge: Edge, at: Mapping[str, int]) -> list[tuple[int, int]]:
    x, y, width, height = boxes[edge.source]
    to_x, to_y, to_width, to_height = boxes[edge.target]
    if at[edge.target] == at[edge.source] + 1:
        start, end = (x + width, y + height // 2), (to_x, to_y + to_height // 2)
        middle = (start[0] + end[0]) // 2
        return [start, end] if start[1] == end[1] else [start, (middle, start[1]), (middle, end[1]), end]
    below = max(y + height, to_y + to_height) + 30
    return [
        (x + width // 2, y + height),
        (x + width // 2, below),
        (to_x + to_width // 2, below),
        (to_x + to_width // 2, to_y + to_height),
    ]
