"""The house's network for strokes that are not a character's own (the `Watcher` of engine.foreign), on onnxruntime."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from yakuba.kernel.modelfolders import find

from ..engine.foreign import SIDE

PLACE = Path(__file__).parent
TASK = "reading.foreign-strokes"
WEIGHTS, USUAL = "strokes.onnx", "usual.npz"
LEVELS = 3  # of a pixel of the usual picture, 0 for white
MOST = 64  # characters in one run


class ForeignStrokes:
    """weights: the network.  usual: how each known character is usually written, four pixels a byte at half the size."""

    def __init__(self, weights: Path, usual: Path, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_cpu_mem_arena = False
        self._session = onnxruntime.InferenceSession(
            str(weights), options, providers=["CPUExecutionProvider"]
        )
        with np.load(usual) as table:
            self._row = {character: at for at, character in enumerate(str(table["characters"]))}
            self._packed = table["pictures"]

    def foreign(self, characters: str, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """For each character how likely a stroke lies on it that is not its own, 0..1; 0 for one that is not known."""
        found = np.zeros(len(characters), np.float32)
        known = [at for at, character in enumerate(characters) if character in self._row]
        for start in range(0, len(known), MOST):
            some = known[start : start + MOST]
            usual = self._usual([self._row[characters[at]] for at in some])
            both = np.stack([pictures[some].astype(np.float32) / 255, usual], axis=1)
            found[some] = self._session.run(None, {"pictures": both})[0][:, 0]
        return found

    def _usual(self, rows: list[int]) -> NDArray[np.float32]:
        """`[rows, SIDE, SIDE]`, 0..1."""
        pixels = (self._packed[rows][:, :, None] >> np.array([0, 2, 4, 6], np.uint8)) & LEVELS
        half = pixels.reshape(len(rows), SIDE // 2, SIDE // 2).astype(np.float32) / LEVELS
        return half.repeat(2, axis=1).repeat(2, axis=2)


def watcher(threads: int = 1) -> ForeignStrokes:
    """The network that comes with the house. Raises ModelRefused."""
    model = find(TASK, [PLACE])
    return ForeignStrokes(model.file(WEIGHTS), model.file(USUAL), threads)
