"""A flow as BPMN 2.0 (ISO/IEC 19510) with its diagram, and back. Pure Python."""

NAMESPACES = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
    "yakuba": "urn:yakuba:reform:flow:1",
}
LARGEST = 2_000_000  # bytes of a file that is read
