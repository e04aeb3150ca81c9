"""Graph models of TensorFlow.js turned into ONNX: the operators that small detectors use, nothing more.

Values keep TensorFlow's order (batch, height, width, channels); a convolution stands between two transpositions, which
onnxruntime folds. Needs numpy alone.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yakuba.kernel.refusals import Invalid
from yakuba.services.vision.adapters.onnxfile import Attribute, Graph

Array = NDArray[np.generic]
PRODUCER = "yakuba.services.vision.adapters.tfjs"
TO_ONNX, TO_TENSORFLOW = (0, 3, 1, 2), (0, 2, 3, 1)
PLAIN = {"AddV2": "Add", "Add": "Add", "Relu": "Relu", "Sigmoid": "Sigmoid", "Identity": "Identity"}


def converted(description: Mapping[str, Any], weights: bytes, name: str) -> bytes:
    """The ONNX file. description: the model's .json, read; weights: its .bin. Raises Invalid: an operator that is not known,
    weights that end early."""
    return _Conversion(description, weights, name).made()


def read_weights(description: Mapping[str, Any], content: bytes) -> dict[str, Array]:
    """The arrays of the .bin in the order of the manifest; half precision becomes float32. Raises Invalid."""
    found: dict[str, Array] = {}
    at = 0
    for group in description["weightsManifest"]:
        for entry in group["weights"]:
            kind = entry.get("quantization", {}).get("dtype", entry["dtype"])
            if kind not in ("float16", "float32", "int32"):
                raise Invalid(f"重みの型 {kind} は読めません。")
            dtype = np.dtype(kind).newbyteorder("<")
            count = int(np.prod(entry["shape"], dtype=np.int64))
            if at + count * dtype.itemsize > len(content):
                raise Invalid("重みのファイルが途中で終わっています。もう一度写してください。")
            values = np.frombuffer(content, dtype, count, at).reshape(entry["shape"])
            found[entry["name"]] = values.astype(np.float32 if kind != "int32" else np.int64)
            at += count * dtype.itemsize
    return found


class _Conversion:
    """Walks back from the outputs, so that what nothing leads to is left out."""

    def __init__(self, description: Mapping[str, Any], weights: bytes, name: str) -> None:
        self.nodes = {node["name"]: node for node in description["modelTopology"]["node"]}
        self.constants = read_weights(description, weights)
        self.graph = Graph(name)
        self.done: dict[str, str] = {}
        self.makers: dict[str, Callable[[Mapping[str, Any], str], None]] = {
            "Placeholder": self._placeholder,
            "Transpose": self._transpose,
            "Conv2D": self._convolution,
            "_FusedConv2D": self._convolution,
            "DepthwiseConv2dNative": self._convolution,
            "Pad": self._pad,
            "PadV2": self._pad,
            "MaxPool": self._pool,
            "LeakyRelu": self._leaky,
            "ConcatV2": self._joined,
            "Reshape": self._reshaped,
            "ResizeBilinear": self._resized,
            "SplitV": self._split,
        }

    def made(self) -> bytes:
        used = {self._key(name) for node in self.nodes.values() for name in node.get("input", [])}
        ends = [name for name in self.nodes if name not in {key.partition(":")[0] for key in used}]
        for name in ends:
            if self.constant(name) is not None:
                continue
            self._make_until(name)
            self.graph.outputs[self.done[name]] = (1, None, None)
        return self.graph.to_bytes(PRODUCER)

    @staticmethod
    def _key(name: str) -> str:
        """A reference as it is kept: `name` for the first output, `name:1` for the second."""
        name = name.removeprefix("^")
        return name.removesuffix(":0")

    def _make_until(self, wanted: str) -> None:
        """Make the node and all that leads to it; deep graphs, so without recursion."""
        waiting = [wanted]
        while waiting:
            key = waiting[-1]
            node = self.nodes.get(key.partition(":")[0])
            if key in self.done or node is None or self.constant(key) is not None:
                if node is None and self.constant(key) is None and key not in self.done:
                    raise Invalid(f"モデルの部分 {key} がファイルにありません。")
                waiting.pop()
                continue
            before = [
                source
                for source in map(self._key, node.get("input", []))
                if source not in self.done and self.constant(source) is None
            ]
            if before:
                waiting += before
                continue
            self._make(node)
            waiting.pop()

    def constant(self, key: str) -> Array | None:
        """The value that is known without a picture, worked out where it is a sum or filled up."""
        if key in self.constants:
            return self.constants[key]
        node = self.nodes.get(key)
        if node is None or node["op"] not in ("SparseToDense", "AddV2", "Add", "Identity"):
            return None
        sources = [self.constant(self._key(name)) for name in node.get("input", [])]
        known = [source for source in sources if source is not None]
        if len(known) < len(sources) or not known:
            return None
        if node["op"] == "SparseToDense":
            if known[0].size:
                raise Invalid("SparseToDense に中身がある場合は変換できません。")
            value: Array = np.full(tuple(int(s) for s in known[1].reshape(-1)), known[3].reshape(-1)[0])
        else:
            value = known[0] if node["op"] == "Identity" else np.asarray(np.add(known[0], known[1]))
        self.constants[key] = value
        return value

    def _numbers(self, node: Mapping[str, Any], place: int) -> Array:
        value = self.constant(self._key(node["input"][place]))
        if value is None:
            raise Invalid(f"{node['op']} の設定が固定の値でないため、変換できません。")
        return value

    def _source(self, node: Mapping[str, Any], place: int) -> str:
        """The name in the graph of what a node takes."""
        key = self._key(node["input"][place])
        if key in self.done:
            return self.done[key]
        value = self.constant(key)
        assert value is not None
        return self._kept(key, value)

    def _kept(self, key: str, value: Array) -> str:
        self.graph.weights[key] = value
        return key

    def _make(self, node: Mapping[str, Any]) -> None:
        name = node["name"]
        maker = self.makers.get(node["op"])
        if maker is not None:
            maker(node, name)
        elif node["op"] in PLAIN:
            sources = [self._source(node, place) for place in range(len(node["input"]))]
            self.graph.add(PLAIN[node["op"]], sources, name)
        else:
            raise Invalid(f"演算 {node['op']} は変換できません。")
        self.done.setdefault(name, name)

    def _placeholder(self, node: Mapping[str, Any], name: str) -> None:
        sides = [int(side["size"]) for side in node["attr"]["shape"]["shape"]["dim"]]
        if sides[3] != 3:  # given as networks of onnx are: batch, colour, height, width
            self.graph.inputs[name] = sides
            return
        given = f"{name}/pictures"
        self.graph.inputs[given] = [sides[at] for at in TO_ONNX]
        self.done[name] = self.graph.add("Transpose", [given], name, {"perm": TO_TENSORFLOW})

    def _transpose(self, node: Mapping[str, Any], name: str) -> None:
        perm = [int(v) for v in self._numbers(node, 1)]
        self.graph.add("Transpose", [self._source(node, 0)], name, {"perm": perm})

    def _turned(self, source: str, name: str) -> str:
        return self.graph.add("Transpose", [source], f"{name}/in", {"perm": TO_ONNX})

    def _back(self, source: str, name: str) -> None:
        self.graph.add("Transpose", [source], name, {"perm": TO_TENSORFLOW})

    def _convolution(self, node: Mapping[str, Any], name: str) -> None:
        kernel = self._numbers(node, 1)  # height, width, in, out (depthwise: multiplier)
        groups = 1
        if node["op"] == "DepthwiseConv2dNative":
            high, wide, groups, times = kernel.shape
            kernel = kernel.transpose(2, 3, 0, 1).reshape(groups * times, 1, high, wide)
        else:
            kernel = kernel.transpose(3, 2, 0, 1)
        sources = [self._turned(self._source(node, 0), name), self._kept(f"{name}/kernel", kernel)]
        extra = _texts(node, "fused_ops")
        if not set(extra) <= {"BiasAdd", "Relu"}:
            raise Invalid(f"{'、'.join(extra)} を含む畳み込みは変換できません。")
        if "BiasAdd" in extra:
            sources.append(self._kept(f"{name}/bias", self._numbers(node, 2)))
        attributes = _window(node) | {
            "group": groups,
            "dilations": _integers(node, "dilations")[1:3] or [1, 1],
            "kernel_shape": list(kernel.shape[2:]),
        }
        last = self.graph.add("Conv", sources, f"{name}/conv", attributes)
        if "Relu" in extra:
            last = self.graph.add("Relu", [last], f"{name}/relu")
        self._back(last, name)

    def _pool(self, node: Mapping[str, Any], name: str) -> None:
        attributes = _window(node) | {"kernel_shape": _integers(node, "ksize")[1:3]}
        last = self.graph.add(
            "MaxPool", [self._turned(self._source(node, 0), name)], f"{name}/pool", attributes
        )
        self._back(last, name)

    def _pad(self, node: Mapping[str, Any], name: str) -> None:
        sides = self._numbers(node, 1)
        pads = np.concatenate([sides[:, 0], sides[:, 1]]).astype(np.int64)
        value = self._numbers(node, 2) if node["op"] == "PadV2" else np.zeros((), np.float32)
        sources = [
            self._source(node, 0),
            self._kept(f"{name}/pads", pads),
            self._kept(f"{name}/value", value.astype(np.float32).reshape(())),
        ]
        self.graph.add("Pad", sources, name)

    def _leaky(self, node: Mapping[str, Any], name: str) -> None:
        self.graph.add(
            "LeakyRelu", [self._source(node, 0)], name, {"alpha": float(node["attr"]["alpha"]["f"])}
        )

    def _joined(self, node: Mapping[str, Any], name: str) -> None:
        last = len(node["input"]) - 1
        sources = [self._source(node, place) for place in range(last)]
        self.graph.add("Concat", sources, name, {"axis": int(self._numbers(node, last))})

    def _reshaped(self, node: Mapping[str, Any], name: str) -> None:
        shape = self._numbers(node, 1).astype(np.int64).reshape(-1)
        self.graph.add("Reshape", [self._source(node, 0), self._kept(f"{name}/shape", shape)], name)

    def _resized(self, node: Mapping[str, Any], name: str) -> None:
        if not node["attr"].get("half_pixel_centers", {}).get("b"):
            raise Invalid("画素の中心を使わない拡大は変換できません。")
        size = self._kept(f"{name}/size", self._numbers(node, 1).astype(np.int64).reshape(-1))
        attributes: dict[str, Attribute] = {
            "mode": "linear",
            "coordinate_transformation_mode": "half_pixel",
            "axes": (2, 3),
        }
        turned = self._turned(self._source(node, 0), name)
        self._back(self.graph.add("Resize", [turned, "", "", size], f"{name}/resize", attributes), name)

    def _split(self, node: Mapping[str, Any], name: str) -> None:
        sizes = self._numbers(node, 1).astype(np.int64).reshape(-1)
        outputs = [name, *(f"{name}:{number}" for number in range(1, len(sizes)))]
        sources = [self._source(node, 0), self._kept(f"{name}/sizes", sizes)]
        self.graph.add_many("Split", sources, outputs, {"axis": int(self._numbers(node, 2))})
        self.done |= {output: output for output in outputs}


def _texts(node: Mapping[str, Any], key: str) -> list[str]:
    listed = node.get("attr", {}).get(key, {}).get("list", {}).get("s", [])
    return [base64.b64decode(text).decode() for text in listed]


def _integers(node: Mapping[str, Any], key: str) -> list[int]:
    listed: Sequence[str] = node.get("attr", {}).get(key, {}).get("list", {}).get("i", [])
    return [int(number) for number in listed]


def _window(node: Mapping[str, Any]) -> dict[str, Any]:
    """How a window goes over the picture. TensorFlow's SAME puts the odd pixel behind, as SAME_UPPER does."""
    order = base64.b64decode(node["attr"].get("data_format", {}).get("s", "TkhXQw==")).decode()
    padding = base64.b64decode(node["attr"]["padding"]["s"]).decode()
    if order != "NHWC" or padding not in ("SAME", "VALID"):
        raise Invalid(f"順番 {order}、余白 {padding} の演算は変換できません。")
    return {
        "strides": _integers(node, "strides")[1:3],
        "auto_pad": "SAME_UPPER" if padding == "SAME" else "VALID",
    }
