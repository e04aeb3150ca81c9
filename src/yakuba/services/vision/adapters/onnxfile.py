"""ONNX files written by hand: nodes and weights into the protocol buffers of onnx.proto3 (ONNX IR version 8), without the
`onnx` package, which nothing else here needs."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

OPSET, IR_VERSION = 18, 8
FLOAT, INT64 = 1, 7  # TensorProto.DataType
_FLOAT, _INT, _STRING, _INTS = 1, 2, 3, 7  # AttributeProto.AttributeType
Attribute = float | int | str | Sequence[int]


@dataclass
class Graph:
    """inputs and outputs: name → shape (None for a free side); weights: float32 or int64."""

    name: str
    inputs: dict[str, Sequence[int | None]] = field(default_factory=dict)
    outputs: dict[str, Sequence[int | None]] = field(default_factory=dict)
    weights: dict[str, NDArray[np.generic]] = field(default_factory=dict)
    nodes: list[bytes] = field(default_factory=list)

    def add(
        self,
        operator: str,
        inputs: Sequence[str],
        output: str,
        attributes: Mapping[str, Attribute] | None = None,
    ) -> str:
        """One node with one output; returns the output's name."""
        return self.add_many(operator, inputs, [output], attributes)[0]

    def add_many(
        self,
        operator: str,
        inputs: Sequence[str],
        outputs: Sequence[str],
        attributes: Mapping[str, Attribute] | None = None,
    ) -> Sequence[str]:
        """One node; returns the outputs' names."""
        parts = [_text(1, name) for name in inputs] + [_text(2, name) for name in outputs]
        parts += [_text(3, outputs[0]), _text(4, operator)]
        parts += [_part(5, _attribute(name, value)) for name, value in (attributes or {}).items()]
        self.nodes.append(b"".join(parts))
        return outputs

    def to_bytes(self, producer: str) -> bytes:
        """The whole file."""
        graph = [_part(1, node) for node in self.nodes] + [_text(2, self.name)]
        graph += [_part(5, _tensor(name, values)) for name, values in self.weights.items()]
        graph += [_part(11, _value(name, shape)) for name, shape in self.inputs.items()]
        graph += [_part(12, _value(name, shape)) for name, shape in self.outputs.items()]
        opset = _text(1, "") + _number(2, OPSET)
        return (
            _number(1, IR_VERSION) + _text(2, producer) + _part(7, b"".join(graph)) + _part(8, opset)
        )  # ModelProto


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def _number(place: int, value: int) -> bytes:
    return _varint(place << 3) + _varint(value)


def _part(place: int, content: bytes) -> bytes:
    return _varint(place << 3 | 2) + _varint(len(content)) + content


def _text(place: int, text: str) -> bytes:
    return _part(place, text.encode())


def _attribute(name: str, value: Attribute) -> bytes:
    start = _text(1, name)
    if isinstance(value, float):
        return start + _varint(2 << 3 | 5) + struct.pack("<f", value) + _number(20, _FLOAT)
    if isinstance(value, int):
        return start + _number(3, value) + _number(20, _INT)
    if isinstance(value, str):
        return start + _text(4, value) + _number(20, _STRING)
    return start + b"".join(_number(8, int(one)) for one in value) + _number(20, _INTS)


def _tensor(name: str, values: NDArray[np.generic]) -> bytes:
    if values.dtype.kind == "f":
        kind, little = FLOAT, values.astype("<f4")
    else:
        kind, little = INT64, values.astype("<i8")
    sides = b"".join(_number(1, side) for side in values.shape)
    return sides + _number(2, kind) + _text(8, name) + _part(9, little.tobytes())


def _value(name: str, shape: Sequence[int | None]) -> bytes:
    sides = b"".join(
        _part(1, _number(1, side) if side is not None else _text(2, f"side{at}"))
        for at, side in enumerate(shape)
    )
    return _text(1, name) + _part(2, _part(1, _number(1, FLOAT) + _part(2, sides)))
