"""Models of a few nodes, written into folders as a town would supply them, and made pictures."""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from yakuba.kernel.modelfolders import ModelFolder, folders
from yakuba.services.vision.adapters.onnxfile import Graph
from yakuba.services.vision.engine.findings import Box, Picture

CLASSES = (
    "input: {width: 8, height: 8, order: RGB, mean: [0, 0, 0], std: [255, 255, 255]}\nlabels: [赤, 青]\n"
)


def classifier() -> Graph:
    """Red against blue of the whole picture."""
    graph = Graph("classifier", {"pictures": (1, 3, 8, 8)}, {"out": (1, 2)})
    graph.weights["w"] = np.array([[9, 0], [0, 0], [0, 9]], np.float32)
    graph.add("GlobalAveragePool", ["pictures"], "mean")
    graph.add("Flatten", ["mean"], "flat")
    graph.add("MatMul", ["flat", "w"], "both")
    graph.add("Softmax", ["both"], "out", {"axis": 1})
    return graph


def not_finite() -> Graph:
    """Nothing by nothing: NaN for every picture."""
    graph = Graph("nan", {"pictures": (1, 3, 8, 8)}, {"out": (1, 2)})
    graph.weights["w"] = np.zeros((3, 2), np.float32)
    graph.add("GlobalAveragePool", ["pictures"], "mean")
    graph.add("Flatten", ["mean"], "flat")
    graph.add("MatMul", ["flat", "w"], "none")
    graph.add("Div", ["none", "none"], "out")
    return graph


def bright() -> Graph:
    """A mask: the brightness itself, of any size."""
    graph = Graph("bright", {"pictures": (1, 1, None, None)}, {"out": (1, 1, None, None)})
    graph.add("Identity", ["pictures"], "out")
    return graph


def boxes(rows: list[list[float]], side: int = 64) -> Graph:
    """The same boxes for every picture, in pixels of the input."""
    graph = Graph("boxes", {"pictures": (1, 3, side, side)}, {"out": (1, len(rows), 6)})
    graph.weights["rows"] = np.array([rows], np.float32)
    graph.weights["zero"] = np.zeros(1, np.float32)
    graph.add("ReduceMax", ["pictures"], "most", {"keepdims": 0})
    graph.add("Mul", ["most", "zero"], "nothing")
    graph.add("Add", ["rows", "nothing"], "out")
    return graph


def folder(place: Path, task: str, graph: Graph | bytes, said: str, decoder: str) -> ModelFolder:
    """The model as it lies in a place of models."""
    content = graph if isinstance(graph, bytes) else graph.to_bytes("test")
    home = place / f"model{len(list(place.glob('*')))}"
    home.mkdir(parents=True)
    (home / "net.onnx").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    (home / "model.yaml").write_text(
        f"model: {home.name}\ntask: {task}\ntitle: 試し\nversion: '1'\nlicence: MIT\nsource: 試験\n"
        f"files: {{net.onnx: '{digest}'}}\ndecoder: {decoder}\n{said}",
        encoding="utf-8",
    )
    return next(one for one in folders([place]) if one.path == home)


def plain(height: int, width: int, grey: int = 120, seed: int = 1, spread: float = 6) -> Picture:
    """A grainy grey surface."""
    noise = np.random.default_rng(seed).normal(grey, spread, (height, width))
    return np.repeat(np.clip(noise, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)


def cracked(height: int = 256, width: int = 256, seed: int = 1) -> tuple[Picture, NDArray[np.bool_]]:
    """The surface with one crack from the left to the right, and where it is."""
    picture = plain(height, width, seed=seed)
    rng = np.random.default_rng(seed)
    xs = np.arange(10, width - 10, 6)
    ys = height / 2 + np.cumsum(rng.normal(0, 2, len(xs)))
    line = np.zeros((height, width), np.uint8)
    corners = np.stack([xs, ys], axis=1).astype(np.int32)
    cv2.polylines(line, [corners], False, 1, 3)
    picture[line > 0] = (picture[line > 0] * 0.45).astype(np.uint8)
    return picture, line > 0


def box(
    left: float, top: float, right: float, bottom: float, label: str = "person", score: float = 0.9
) -> Box:
    return Box(left, top, right, bottom, label, score)
