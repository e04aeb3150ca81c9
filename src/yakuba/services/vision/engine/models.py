"""Model folders for pictures: what `model.yaml` says beyond what every model says, and the network on onnxruntime.

```yaml
task: vision.detection            # or vision.classification, vision.segmentation, vision.faces, vision.cracks
input: {width: 416, height: 416, order: BGR, mean: [103.53, 116.28, 123.675], std: [57.375, 57.12, 58.395]}
labels: [person, bicycle, …]
decoder: nanodet                  # how the outputs are read, see DECODERS
thresholds: {score: 0.35, overlap: 0.6}
```
Width and height 0: the network takes any size that is a multiple of `multiple` (default 1). `weights` names the file
(default: the only .onnx among `files`). mean and std are subtracted and divided on a scale of 0..255; order CONTRAST is
one channel of grey with its local contrast made even (`lines.contrast`), without mean and std.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yakuba.kernel.definitions import DefinitionRefused, decoded, values
from yakuba.kernel.modelfolders import ModelFolder, ModelRefused, find, folders, once
from yakuba.services.vision.engine import decoders

DESCRIPTION = "model.yaml"
DETECTION, CLASSIFICATION, SEGMENTATION, FACES = (
    "vision.detection",
    "vision.classification",
    "vision.segmentation",
    "vision.faces",
)
CRACKS = "vision.cracks"  # a segmentation of one label
DECODERS: Mapping[str, tuple[str, ...]] = {  # which ways of reading the outputs fit a task
    DETECTION: ("nanodet", "boxes"),
    FACES: ("blazeface", "boxes"),
    CLASSIFICATION: ("softmax", "logits"),
    SEGMENTATION: ("classes", "logits", "mask"),
    CRACKS: ("mask",),
}
TASKS = tuple(DECODERS)
CHANNELS: Mapping[str, int] = {"RGB": 3, "BGR": 3, "GREY": 1, "CONTRAST": 1}
LARGEST_SIDE = 4096  # pixels of a network's input
REMEDY = f"{DESCRIPTION} を、モデルを作った人の説明に合わせて直してください。"


@dataclass(frozen=True)
class Input:
    """What the network is given. width, height: pixels, 0 for any multiple of `multiple`; order: RGB, BGR, GREY or CONTRAST;
    mean and std: of each channel, 0..255."""

    width: int
    height: int
    order: str
    mean: tuple[float, ...]
    std: tuple[float, ...]
    multiple: int = 1

    @property
    def channels(self) -> int:
        """3, or 1 where there is no colour."""
        return CHANNELS[self.order]


@dataclass(frozen=True)
class Model:
    """A usable model. labels: of its classes, in the order of its outputs; decoder: how they are read; thresholds: what
    its maker advises."""

    folder: ModelFolder
    input: Input
    labels: tuple[str, ...]
    decoder: str
    thresholds: Mapping[str, float]
    _session: Any = field(repr=False, compare=False)

    @property
    def task(self) -> str:
        """What it can be asked for, one of TASKS."""
        return self.folder.task

    @property
    def name(self) -> str:
        """Title and version, as it stands beside a result."""
        return f"{self.folder.title} {self.folder.version}"

    def run(self, tensor: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """The outputs for `[n, channels, height, width]`. Raises ModelRefused where the network fails, or answers with
        something that is not finite."""
        try:
            outputs = self._session.run(None, {self._session.get_inputs()[0].name: tensor})
        except Exception as error:  # onnxruntime's own errors have no common class
            raise ModelRefused(
                f"モデル「{self.name}」を動かせませんでした（{_first_line(error)}）。{REMEDY}"
            ) from error
        found = []
        for output in outputs:
            array = np.asarray(output)
            if array.dtype.kind not in "fiu" or not np.isfinite(array).all():
                raise ModelRefused(
                    f"モデル「{self.name}」の答えに数でないもの（NaN や無限大）があります。このモデルは使えません。正しいモデルのフォルダに置き換えてください。"
                )
            found.append(array.astype(np.float32, copy=False))
        return found

    def boxes(self, tensor: NDArray[np.float32], least: float) -> list[decoders.RawBoxes]:
        """For each picture of the batch what was found with at least that score. Raises ModelRefused."""
        with self._fitting():
            return decoders.boxes(self.decoder, len(self.labels), self.run(tensor), _size(tensor), least)

    def maps(self, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        """`[n, labels, height, width]`, 0..1, of the network's own size. Raises ModelRefused."""
        with self._fitting():
            return decoders.maps(self.decoder, len(self.labels), self.run(tensor), _size(tensor))

    def scores(self, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        """`[n, labels]`, each row adds up to 1. Raises ModelRefused."""
        with self._fitting():
            return decoders.scores(self.decoder, len(self.labels), self.run(tensor))

    @contextmanager
    def _fitting(self) -> Iterator[None]:
        try:
            yield
        except decoders.DoesNotFit as fault:
            raise _unfit(self.folder, f"モデルと合いません。{fault}") from fault


def load(folder: ModelFolder, threads: int = 1) -> Model:
    """The model of a folder; loaded anew each time. Raises ModelRefused: a missing file, another hash, a decoder, label or
    shape that does not fit, each in Japanese with what to do."""
    if folder.fault:
        raise ModelRefused(folder.fault)
    said = _said(folder)
    allowed = DECODERS.get(folder.task)
    if allowed is None:
        raise _unfit(folder, f"task は {'、'.join(TASKS)} のどれかにしてください（今は「{folder.task}」）。")
    decoder = str(said.get("decoder", ""))
    if decoder not in allowed:
        raise _unfit(
            folder,
            f"decoder「{decoder}」は使えません。{folder.task} では {'、'.join(allowed)} のどれかです。",
        )
    given = _input(folder, said.get("input"))
    labels = said.get("labels")
    if not isinstance(labels, list) or not labels or len({str(one) for one in labels}) != len(labels):
        raise _unfit(folder, "labels に、重ならない名前を1つ以上並べてください。")
    model = Model(
        folder,
        given,
        tuple(str(label) for label in labels),
        decoder,
        _thresholds(folder, said.get("thresholds", {})),
        _session(folder.file(_weights(folder, said)), folder, threads),
    )
    _fits(model)
    return model


def usable(task: str, places: Sequence[Path], threads: int = 1) -> Model:
    """The first usable model for the task, loaded once in this process. Raises ModelRefused."""
    return once(find(task, places), lambda folder: load(folder, threads))


def is_named(task: str, places: Sequence[Path]) -> bool:
    """Whether a folder in those places says that it is for the task, or cannot be read and may be."""
    return any(one.task in (task, "") for one in folders(places))


def fault_of(folder: ModelFolder) -> str:
    """Why the model cannot be used, in Japanese; empty when it can. Loads it."""
    try:
        load(folder)
    except ModelRefused as refused:
        return str(refused)
    return ""


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:200]


def _unfit(folder: ModelFolder, sentence: str) -> ModelRefused:
    return ModelRefused(f"{folder.path / DESCRIPTION}：{sentence}")


def _said(folder: ModelFolder) -> dict[str, Any]:
    try:
        said = values(decoded((folder.path / DESCRIPTION).read_bytes()))
    except (OSError, DefinitionRefused) as error:
        raise _unfit(folder, f"読めません（{_first_line(error)}）。") from error
    return said if isinstance(said, dict) else {}


def _weights(folder: ModelFolder, said: Mapping[str, Any]) -> str:
    networks = [name for name, _ in folder.files if name.endswith(".onnx")]
    name = str(said.get("weights") or (networks[0] if len(networks) == 1 else ""))
    if not name:
        raise _unfit(folder, "files に .onnx のファイルを1つ書くか、weights にその名前を書いてください。")
    return name


def _numbers(folder: ModelFolder, key: str, said: Any, number: int, default: float) -> tuple[float, ...]:
    if said is None:
        return (default,) * number
    given = said if isinstance(said, list) else [said]
    try:
        found = tuple(float(value) for value in given)
    except (TypeError, ValueError):
        found = ()
    if len(found) != number or not all(math.isfinite(value) for value in found):
        raise _unfit(folder, f"input の {key} は数を {number} 個並べてください。")
    return found


def _input(folder: ModelFolder, said: Any) -> Input:
    if not isinstance(said, dict):
        raise _unfit(
            folder, "input に {width: …, height: …, order: RGB, mean: […], std: […]} を書いてください。"
        )
    sizes = {}
    for key, default in (("width", 0), ("height", 0), ("multiple", 1)):
        try:
            sizes[key] = int(str(said.get(key, default)))
        except ValueError:
            sizes[key] = -1
        if not (0 if key != "multiple" else 1) <= sizes[key] <= LARGEST_SIDE:
            raise _unfit(folder, f"input の {key} は {LARGEST_SIDE} までの整数にしてください。")
    if (sizes["width"] == 0) != (sizes["height"] == 0):
        raise _unfit(folder, "input の width と height は、両方書くか両方 0 にしてください。")
    order = str(said.get("order", "RGB")).upper()
    if order not in CHANNELS:
        raise _unfit(folder, f"input の order は {'、'.join(CHANNELS)} のどれかにしてください。")
    mean = _numbers(folder, "mean", said.get("mean"), CHANNELS[order], 0.0)
    std = _numbers(folder, "std", said.get("std"), CHANNELS[order], 1.0)
    if any(value == 0 for value in std):
        raise _unfit(folder, "input の std に 0 は使えません。")
    return Input(sizes["width"], sizes["height"], order, mean, std, sizes["multiple"])


def _thresholds(folder: ModelFolder, said: Any) -> dict[str, float]:
    try:
        found = {str(key): float(value) for key, value in dict(said).items()}
    except (TypeError, ValueError):
        found = {"": math.nan}
    if not all(0 <= value <= 10_000 for value in found.values()):
        raise _unfit(folder, "thresholds は {名前: 数} の形で、0以上の数を書いてください。")
    return found


def _session(file: Path, folder: ModelFolder, threads: int) -> Any:
    import onnxruntime  # takes long to load; only who looks at pictures needs it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.enable_cpu_mem_arena = (
        False  # arenas never shrink: one large picture would hold its memory for good
    )
    try:
        session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own errors have no common class
        raise ModelRefused(
            f"モデルのファイル {file} を開けません（{_first_line(error)}）。ONNX 形式のファイルか確かめてください。"
        ) from error
    if len(session.get_inputs()) != 1:
        raise _unfit(folder, f"入力が {len(session.get_inputs())} 個あるモデルは使えません。")
    return session


def _fits(model: Model) -> None:
    """Look at a black picture once, so that a shape that does not fit is told before the first real one."""
    side = -(-64 // model.input.multiple) * model.input.multiple
    height, width = (model.input.height or side), (model.input.width or side)
    black = np.zeros((1, model.input.channels, height, width), np.float32)
    if model.task in (DETECTION, FACES):
        model.boxes(black, 2.0)
    elif model.task == CLASSIFICATION:
        model.scores(black)
    else:
        model.maps(black)


def _size(tensor: NDArray[np.float32]) -> tuple[int, int]:
    return tensor.shape[2], tensor.shape[3]
