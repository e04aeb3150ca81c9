"""Model folders for pictures: what `model.yaml` says beyond what every model says, and the network on onnxruntime.

```yaml
task: vision.detection            # or vision.classification, vision.segmentation, vision.faces
input: {width: 416, height: 416, order: BGR, mean: [103.53, 116.28, 123.675], std: [57.375, 57.12, 58.395]}
labels: [person, bicycle, …]
decoder: nanodet                  # how the outputs are read, see DECODERS
thresholds: {score: 0.35, overlap: 0.6}
```
Width and height 0: the network takes any size that is a multiple of `multiple` (default 1). `weights` names the file
(default: the only .onnx among `files`). mean and std are subtracted and divided on a scale of 0..255.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yakuba.kernel.modelfolders import ModelFolder

DETECTION, CLASSIFICATION, SEGMENTATION, FACES = (
    "vision.detection",
    "vision.classification",
    "vision.segmentation",
    "vision.faces",
)
CRACKS = "vision.cracks"  # a segmentation with one label, trained on contrast-normalised grey
TASKS = (DETECTION, CLASSIFICATION, SEGMENTATION, FACES, CRACKS)


@dataclass(frozen=True)
class Input:
    """What the network is given. width, height: pixels, 0 for any multiple of `multiple`; order: RGB, BGR or GREY; mean and
    std: of each channel, 0..255."""

    width: int
    height: int
    order: str
    mean: tuple[float, ...]
    std: tuple[float, ...]
    multiple: int = 1


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
    def name(self) -> str:
        """Title and version, as it stands beside a result."""
        return f"{self.folder.title} {self.folder.version}"

    def run(self, tensor: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """The outputs for `[n, channels, height, width]`. Raises ModelRefused where the network fails, or answers with
        something that is not finite."""
        raise NotImplementedError


def load(folder: ModelFolder, threads: int = 1) -> Model:
    """The model of a folder; loaded anew each time. Raises ModelRefused: a missing file, another hash, a decoder, label or
    shape that does not fit, each in Japanese with what to do."""
    raise NotImplementedError


def usable(task: str, places: Sequence[Path], threads: int = 1) -> Model:
    """The first usable model for the task, loaded once in this process. Raises ModelRefused."""
    raise NotImplementedError


def fault_of(folder: ModelFolder) -> str:
    """Why the model cannot be used, in Japanese; empty when it can. Loads it."""
    raise NotImplementedError
