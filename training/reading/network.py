"""An ONNX line recogniser as a torch module and back: its initialisers are the parameters, its graph is the program."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
import torch.nn.functional as functional
from onnx import helper, numpy_helper
from torch import Tensor


class Network(torch.nn.Module):
    """The graph of a file. Statistics of its batch norms stay as they are; everything else in floats can be trained."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.model = loaded(file)
        graph = self.model.graph
        self.characters = ["", *metadata(self.model).value.split("\n"), " "]
        still = {
            name for node in graph.node if node.op_type == "BatchNormalization" for name in node.input[3:5]
        }
        self.weights = torch.nn.ParameterDict()
        self.constants: dict[str, Any] = {}
        for tensor in graph.initializer:
            array = torch.tensor(numpy_helper.to_array(tensor))
            if not array.is_floating_point():
                self.constants[tensor.name] = array  # shapes and axes, which stay on the processor
            elif array.numel() == 1:
                self.constants[tensor.name] = float(array)
            elif tensor.name in still:
                self.register_buffer(_key(tensor.name), array)
            else:
                self.weights[_key(tensor.name)] = torch.nn.Parameter(array)
        self.nodes = [
            (
                node.op_type,
                list(node.input),
                node.output[0],
                {a.name: helper.get_attribute_value(a) for a in node.attribute},
            )
            for node in graph.node
        ]

    def forward(self, images: Tensor) -> Tensor:
        """Logits `[images, steps, characters]` of images `[images, 3, 48, columns]`, -1 black, 1 white."""
        values: dict[str, Any] = {self.model.graph.input[0].name: images}
        for kind, inputs, output, attributes in self.nodes[:-1]:  # the last one is the softmax
            values[output] = OPERATIONS[kind](*(self._value(values, name) for name in inputs), **attributes)
        return values[self.nodes[-1][1][0]]

    def _value(self, values: dict[str, Any], name: str) -> Any:
        if name in values:
            return values[name]
        if name in self.constants:
            return self.constants[name]
        key = _key(name)
        return self.weights[key] if key in self.weights else getattr(self, key)

    def save(self, file: Path, weights: dict[str, Tensor] | None = None) -> None:
        """The same graph with these weights, or its own, in single precision."""
        chosen = weights or dict(self.weights.items())
        model = onnx.ModelProto()
        model.CopyFrom(self.model)
        for tensor in model.graph.initializer:
            if _key(tensor.name) in chosen:
                array = chosen[_key(tensor.name)].detach().float().cpu().numpy()
                tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))
        onnx.save(model, file)


def _key(name: str) -> str:
    return name.replace(".", "|")  # torch allows no points in names


def loaded(file: Path) -> onnx.ModelProto:
    """The network of a file with its packed tables multiplied out."""
    model = onnx.load(file)
    graph = model.graph
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    nodes = []
    for node in graph.node:
        given = [arrays.get(name) for name in node.input]
        if node.op_type not in ("Cast", "Mul") or any(array is None for array in given):
            nodes.append(node)
            continue
        arrays[node.output[0]] = math.prod(given) if node.op_type == "Mul" else given[0].astype(np.float32)
    used = {name for node in nodes for name in node.input}
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(
        numpy_helper.from_array(array, name) for name, array in arrays.items() if name in used
    )
    graph.node.extend(nodes)
    return model


def metadata(model: onnx.ModelProto) -> onnx.StringStringEntryProto:
    """The entry with the characters, one a line."""
    return next(entry for entry in model.metadata_props if entry.key == "character")


def _reach(size: int, kernel: int, stride: int) -> tuple[int, int]:
    total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def _padded(x: Tensor, attributes: dict[str, Any], fill: float = 0.0) -> Tensor:
    kernel, stride = attributes["kernel_shape"], attributes.get("strides", [1, 1])
    top, left, bottom, right = attributes.get("pads", [0, 0, 0, 0])
    if attributes.get("auto_pad") == b"SAME_UPPER":
        (top, bottom), (left, right) = (_reach(x.shape[i + 2], kernel[i], stride[i]) for i in (0, 1))
    return functional.pad(x, (left, right, top, bottom), value=fill)


def _convolution(x: Tensor, weight: Tensor, bias: Tensor | None = None, **a: Any) -> Tensor:
    return functional.conv2d(
        _padded(x, a), weight, bias, a.get("strides", 1), 0, a.get("dilations", 1), a["group"]
    )


def _norm(x: Tensor, scale: Tensor, shift: Tensor, mean: Tensor, variance: Tensor, **a: Any) -> Tensor:
    return functional.batch_norm(x, mean, variance, scale, shift, False, 0.0, a["epsilon"])


def _slice(x: Tensor, starts: Tensor, ends: Tensor, axes: Tensor | None = None, steps: Any = None) -> Tensor:
    for number, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        axis = number if axes is None else axes.tolist()[number]
        x = x[(slice(None),) * (axis % x.dim()) + (slice(start, end),)]
    return x


def _reshape(x: Tensor, shape: Tensor) -> Tensor:
    return x.reshape([x.shape[i] if size == 0 else size for i, size in enumerate(shape.tolist())])


def _concat(*parts: Any, axis: int) -> Tensor:
    return torch.cat(
        [torch.as_tensor(part).reshape(-1) if not _image(part) else part for part in parts], axis
    )


def _image(part: Any) -> bool:
    return isinstance(part, Tensor) and part.dim() > 1


def _without(x: Tensor, axes: Sequence[int]) -> Tensor:
    for axis in sorted(axes, reverse=True):
        x = x.squeeze(axis)
    return x


OPERATIONS: dict[str, Callable[..., Any]] = {
    "Add": lambda a, b: a + b,
    "Sub": lambda a, b: a - b,
    "Mul": lambda a, b: a * b,
    "Div": lambda a, b: a / b,
    "Pow": lambda a, b: a**b,
    "Sqrt": torch.sqrt,
    "Erf": torch.erf,
    "Relu": torch.relu,
    "Sigmoid": torch.sigmoid,
    "HardSigmoid": lambda x, alpha=0.2, beta=0.5: (x * alpha + beta).clamp(0, 1),
    "Softmax": lambda x, axis: torch.softmax(x, axis),
    "MatMul": torch.matmul,
    "Conv": _convolution,
    "BatchNormalization": _norm,
    "MaxPool": lambda x, **a: functional.max_pool2d(_padded(x, a, -1e4), a["kernel_shape"], a["strides"]),
    "AveragePool": lambda x, **a: functional.avg_pool2d(x, a["kernel_shape"], a["strides"]),
    "ReduceMean": lambda x, axes, keepdims=1: x.mean(axes, keepdim=bool(keepdims)),
    "Transpose": lambda x, perm: x.permute(perm),
    "Reshape": _reshape,
    "Squeeze": _without,
    "Unsqueeze": lambda x, axes: torch.as_tensor(x).unsqueeze(axes[0]),
    "Concat": _concat,
    "Slice": _slice,
    "Shape": lambda x: torch.tensor(x.shape),
    "Identity": lambda x: x,
}


def with_characters(file: Path, characters: Sequence[str], out: Path) -> None:
    """The network with an output for each of these characters. What it does not know yet starts as the mean of what it
    knows: a copy of another one would have to be unlearned first."""
    model = loaded(file)
    known = {c: i for i, c in enumerate(["", *metadata(model).value.split("\n"), " "])}
    columns = [0, *(known.get(character, -1) for character in characters), known[" "]]
    noise = np.random.default_rng(0)
    last = [node for node in model.graph.node if node.op_type in ("MatMul", "Add")][-2:]
    names = {name for node in last for name in node.input}
    for tensor in model.graph.initializer:
        if tensor.name in names:
            old = numpy_helper.to_array(tensor)
            new = old[..., columns].copy()
            for place in (i for i, column in enumerate(columns) if column < 0):
                spread = noise.normal(size=old.shape[:-1]) * old.std(-1) if old.ndim > 1 else 0
                new[..., place] = old.mean(-1) + spread
            tensor.CopyFrom(numpy_helper.from_array(new.astype(np.float32), tensor.name))
    metadata(model).value = "\n".join(characters)
    del model.graph.value_info[:]  # sizes noted for the old head
    model.graph.output[0].type.tensor_type.shape.dim[-1].dim_value = len(columns)
    onnx.save(model, out)


def packed(file: Path, out: Path) -> None:
    """The network with its large tables in 8 bits and a scale for each row, which whoever loads it multiplies out
    once: a quarter of the size, computed in floats as before."""
    model = loaded(file)
    graph, kept, first = model.graph, [], []
    for tensor in graph.initializer:
        array = numpy_helper.to_array(tensor)
        if array.dtype != np.float32 or array.ndim < 2 or array.size < 256:
            kept.append(tensor)
            continue
        name = tensor.name
        scale = np.abs(array).max(tuple(range(1, array.ndim)) if array.ndim > 2 else 0, keepdims=True) / 127
        scale[scale == 0] = 1
        kept.append(numpy_helper.from_array(np.round(array / scale).astype(np.int8), f"{name}.eighth"))
        kept.append(numpy_helper.from_array(scale.astype(np.float32), f"{name}.scale"))
        first.append(
            helper.make_node("Cast", [f"{name}.eighth"], [f"{name}.whole"], to=onnx.TensorProto.FLOAT)
        )
        first.append(helper.make_node("Mul", [f"{name}.whole", f"{name}.scale"], [name]))
    nodes = list(graph.node)
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept)
    graph.node.extend([*first, *nodes])
    onnx.save(model, out)
