"""TensorFlow.js graphs turned into ONNX, held to the same sums done by hand; and the package's own files where they lie."""

from __future__ import annotations

import base64
import json
import math
import os
import tarfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from yakuba.kernel.refusals import Invalid
from yakuba.services.vision.adapters import humanmodels, tfjs
from yakuba.services.vision.engine import models

PACKAGE = os.environ.get("YAKUBA_TEST_HUMAN_MODELS", "")  # the .tgz, where somebody has it


def _text(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _window(padding: str, stride: int, **more: Any) -> dict[str, Any]:
    strides = {"list": {"i": ["1", str(stride), str(stride), "1"]}}
    return {"padding": {"s": _text(padding)}, "strides": strides, "data_format": {"s": _text("NHWC")}} | more


class Made:
    """A graph model as TensorFlow.js writes it, half of its weights in half precision."""

    def __init__(self) -> None:
        self.nodes: list[dict[str, Any]] = []
        self.weights: list[dict[str, Any]] = []
        self.content = b""

    def node(self, name: str, operator: str, inputs: list[str], attr: dict[str, Any] | None = None) -> None:
        self.nodes.append({"name": name, "op": operator, "input": inputs, "attr": attr or {}})

    def weight(self, name: str, values: Any, kind: str = "float32") -> np.ndarray:
        array = np.asarray(values)
        entry: dict[str, Any] = {"name": name, "shape": list(array.shape), "dtype": kind}
        if kind == "float16":
            entry |= {"dtype": "float32", "quantization": {"dtype": "float16", "original_dtype": "float32"}}
        self.weights.append(entry)
        self.nodes.append({"name": name, "op": "Const", "attr": {}})
        self.content += array.astype(np.dtype(kind).newbyteorder("<")).tobytes()
        return array.astype(kind).astype(np.float64)

    def description(self) -> dict[str, Any]:
        return {"modelTopology": {"node": self.nodes}, "weightsManifest": [{"weights": self.weights}]}


def _convolved(x: np.ndarray, kernel: np.ndarray, stride: int, *, depthwise: bool = False) -> np.ndarray:
    """TensorFlow's SAME by the book: the odd pixel of the filling lies behind."""
    high, wide = kernel.shape[:2]
    sides = [-(-side // stride) for side in x.shape[1:3]]
    fill = [
        max((n - 1) * stride + k - side, 0)
        for n, k, side in zip(sides, (high, wide), x.shape[1:3], strict=True)
    ]
    x = np.pad(x, [(0, 0), *((f // 2, f - f // 2) for f in fill), (0, 0)])
    out = np.zeros((1, *sides, kernel.shape[2] * kernel.shape[3] if depthwise else kernel.shape[3]))
    for i in range(sides[0]):
        for j in range(sides[1]):
            part = x[0, i * stride : i * stride + high, j * stride : j * stride + wide]
            if depthwise:
                out[0, i, j] = np.einsum("hwi,hwim->im", part, kernel).reshape(-1)
            else:
                out[0, i, j] = np.einsum("hwi,hwio->o", part, kernel)
    return out  # fmt: skip


def _run(made: Made, x: np.ndarray) -> list[np.ndarray]:
    content = tfjs.converted(made.description(), made.content, "made")
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: x.transpose(0, 3, 1, 2).astype(np.float32)})


def _graph(rng: np.random.Generator) -> tuple[Made, list[np.ndarray]]:
    made = Made()
    sizes = [{"size": str(side)} for side in (1, 9, 7, 3)]
    made.node("in", "Placeholder", [], {"shape": {"shape": {"dim": sizes}}})
    kernels = [
        made.weight("k1", rng.normal(0, 1, (3, 3, 3, 4)), "float16"),
        made.weight("b1", rng.normal(0, 1, 4)),
        made.weight("k2", rng.normal(0, 1, (3, 3, 4, 2))),
    ]
    fused = {"fused_ops": {"list": {"s": [_text("BiasAdd"), _text("Relu")]}}}
    made.node("c1", "_FusedConv2D", ["in", "k1", "b1"], _window("SAME", 2, **fused))
    made.node("c2", "DepthwiseConv2dNative", ["c1", "k2"], _window("SAME", 1))
    made.weight("pads", [[0, 0], [1, 1], [0, 0], [0, 0]], "int32")
    made.node("padded", "Pad", ["c2", "pads"])
    made.weight("sizes", [3, 5], "int32")
    made.weight("axis", 3, "int32")
    made.node("cut", "SplitV", ["padded", "sizes", "axis"], {"num_split": {"i": "2"}})
    made.node("soft", "Sigmoid", ["cut:1"])
    made.node("low", "LeakyRelu", ["cut"], {"alpha": {"f": 0.1}})
    made.node("both", "ConcatV2", ["soft", "low", "axis"])
    made.weight("none", np.zeros((0, 1)), "int32")
    made.weight("shape3", [3], "int32")
    made.weight("nothing", np.zeros(0), "int32")
    made.weight("minus", -1, "int32")
    made.node("filled", "SparseToDense", ["none", "shape3", "nothing", "minus"])
    made.weight("more", [2, 1, 9], "int32")
    made.node("wanted", "AddV2", ["more", "filled"])  # 1, 0, 8: the third stays as it is
    made.weight("whole", [1, -1, 8], "int32")
    made.node("out", "Reshape", ["both", "whole"])
    made.node("unused", "Reshape", ["both", "wanted"])
    return made, kernels


def test_a_graph_gives_what_its_sums_give() -> None:
    rng = np.random.default_rng(2)
    made, (first, bias, second) = _graph(rng)
    made.nodes = [node for node in made.nodes if node["name"] != "unused"]
    x = rng.normal(0, 1, (1, 9, 7, 3))
    (out,) = _run(made, x)
    hidden = np.maximum(_convolved(x, first, 2) + bias, 0)
    hidden = np.pad(_convolved(hidden, second, 1, depthwise=True), [(0, 0), (1, 1), (0, 0), (0, 0)])
    low, soft = hidden[..., :3], 1 / (1 + np.exp(-hidden[..., 3:]))
    meant = np.concatenate([soft, np.where(low > 0, low, 0.1 * low)], axis=3).reshape(1, -1, 8)
    assert np.allclose(out, meant, atol=1e-4)


def test_pooling_and_growing() -> None:
    made = Made()
    sizes = [{"size": str(side)} for side in (1, 4, 4, 3)]
    made.node("in", "Placeholder", [], {"shape": {"shape": {"dim": sizes}}})
    ksize = {"ksize": {"list": {"i": ["1", "2", "2", "1"]}}}
    made.node("pool", "MaxPool", ["in"], _window("VALID", 2, **ksize))
    made.weight("size", [4, 4], "int32")
    made.node("grown", "ResizeBilinear", ["pool", "size"], {"half_pixel_centers": {"b": True}})
    x = np.random.default_rng(1).normal(0, 1, (1, 4, 4, 3))
    (out,) = _run(made, x)
    pool = x.reshape(1, 2, 2, 2, 2, 3).max(axis=(2, 4))
    assert np.allclose(out[0, 0, 0], pool[0, 0, 0], atol=1e-5)
    assert np.allclose(out[0, 0, 1], 0.75 * pool[0, 0, 0] + 0.25 * pool[0, 0, 1], atol=1e-5)


def test_constants_are_worked_out() -> None:
    made, _ = _graph(np.random.default_rng(2))
    conversion = tfjs._Conversion(made.description(), made.content, "made")
    assert conversion.constant("wanted").tolist() == [1, 0, 8]  # type: ignore[union-attr]


def test_what_cannot_be_converted_is_told() -> None:
    made, _ = _graph(np.random.default_rng(2))
    with pytest.raises(Invalid, match="途中で終わって"):
        tfjs.converted(made.description(), made.content[:-3], "made")
    made.node("odd", "FancyOp", ["both"])
    with pytest.raises(Invalid, match="FancyOp"):
        tfjs.converted(made.description(), made.content, "made")
    lost, _ = _graph(np.random.default_rng(2))
    lost.node("end", "Sigmoid", ["nowhere"])
    with pytest.raises(Invalid, match="nowhere"):
        tfjs.converted(lost.description(), lost.content, "made")


def test_another_package_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inside = tmp_path / "package/models"
    inside.mkdir(parents=True)
    for name in ("nanodet", "blazeface-back"):
        (inside / f"{name}.json").write_text("{}")
        (inside / f"{name}.bin").write_bytes(b"other")
    with pytest.raises(Invalid, match="確かめた版"):
        humanmodels.unpacked(tmp_path, tmp_path / "models")
    assert not (tmp_path / "models").exists()
    (tmp_path / "empty").mkdir()
    with pytest.raises(Invalid, match="ありません"):
        humanmodels.unpacked(tmp_path / "empty", tmp_path / "models")
    (tmp_path / "no.tgz").write_bytes(b"no archive")
    with pytest.raises(Invalid, match="開けません"):
        humanmodels.unpacked(tmp_path / "no.tgz", tmp_path / "models")
    assert humanmodels.main([str(tmp_path / "none.tgz"), str(tmp_path / "models")]) != 0
    assert humanmodels.main([]) == 2
    assert "使い方" in capsys.readouterr().err


def test_folders_of_the_package_are_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With made weights in the place of the real ones: what is written is read as a model, and replaced whole."""
    made, _ = _graph(np.random.default_rng(2))
    made.nodes = [node for node in made.nodes if node["name"] != "unused"]
    said = json.dumps(made.description()).encode()
    inside = tmp_path / "package/models"
    inside.mkdir(parents=True)
    sources = []
    for source in humanmodels.SOURCES:
        (inside / f"{source.file}.json").write_bytes(said)
        (inside / f"{source.file}.bin").write_bytes(made.content)
        digests = {"json": sha256(said).hexdigest(), "bin": sha256(made.content).hexdigest()}
        sources.append(replace(source, **digests))
    monkeypatch.setattr(humanmodels, "SOURCES", tuple(sources))
    with tarfile.open(tmp_path / "package.tgz", "w:gz") as archive:
        archive.add(tmp_path / "package", "package")
    for package in (tmp_path, tmp_path / "package.tgz"):
        assert [folder.name for folder in humanmodels.unpacked(package, tmp_path / "models")] == [
            "human-models-nanodet",
            "human-models-blazeface",
        ]
    found = models.folders([tmp_path / "models"])
    assert {one.task for one in found} == {models.DETECTION, models.FACES}
    assert {one.licence for one in found} == {"MIT"}
    assert not any(one.fault for one in found)
    assert "合いません" in models.fault_of(found[0]) or "動かせません" in models.fault_of(found[0])
    assert len(humanmodels.COCO.split(", ")) == 80


@pytest.mark.full
@pytest.mark.skipif(not PACKAGE, reason="the package's file is not part of the house")
def test_the_real_detectors_answer_as_they_did(tmp_path: Path) -> None:
    """Against what they answered when they were converted first, which was equal to TensorFlow.js."""
    humanmodels.unpacked(Path(PACKAGE), tmp_path)
    stored = json.loads((Path(__file__).parent / "humanmodels.json").read_text())
    for task, meant in stored.items():
        model = models.usable(task, [tmp_path])
        side = model.input.width
        ramp = np.arange(3 * side * side, dtype=np.float64).reshape(1, 3, side, side)
        outputs = model.run(np.sin(ramp * math.pi / 97).astype(np.float32))
        assert [list(output.shape) for output in outputs] == [one["shape"] for one in meant]
        for output, one in zip(outputs, meant, strict=True):
            assert np.allclose(output.reshape(-1)[:: one["every"]], one["values"], atol=1e-3, rtol=1e-3)
