"""Line recognisers of the PP-OCRv6 kind, run directly on onnxruntime: rapidocr's own API hides the probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from ..engine.foreign import Watcher

HEIGHT = 48  # rows, what the network was trained on
SMALLEST_WIDTH = 48
WIDEST = 1600  # columns: a longer line is squeezed; keeps a hostile crop from eating the memory
WIDTH_STEP = 32  # crops of about the same width share a batch
BATCH_COLUMNS = 2560  # widths in one batch add up to at most this


class PpOcr:
    """Character probabilities for line images (the `Recogniser` of engine.recognition).

    name: how it is called beside a value.  gaps, second, watcher: see the protocol.  threads: onnxruntime threads
    inside one operator; one per worker process is the fastest in total.
    """

    def __init__(
        self,
        model: Path,
        name: str,
        *,
        gaps: str = "",
        second: PpOcr | None = None,
        watcher: Watcher | None = None,
        threads: int = 1,
    ) -> None:
        self.name, self.gaps, self.second, self.watcher = name, gaps, second, watcher
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # arenas never shrink: a single wide batch would hold its memory for good
        options.enable_cpu_mem_arena = False
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name
        metadata = self._session.get_modelmeta().custom_metadata_map
        self.characters: tuple[str, ...] = ("", *metadata["character"].split("\n"), " ")
        """Character of each output column; column 0 is the CTC blank."""

    def probabilities(self, images: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
        """Softmax output for each greyscale line image, `[time steps, len(characters)]`, in the given order.

        images: 2-D, 0 = black; any size above zero.
        """
        prepared = [_line(image) for image in images]
        order = sorted(range(len(prepared)), key=lambda index: prepared[index].shape[1])
        results: list[NDArray[np.float32]] = [np.empty((0, 0), np.float32)] * len(prepared)
        for batch in _batches(order, prepared):
            width = prepared[batch[-1]].shape[1]
            tensor = np.zeros((len(batch), 3, HEIGHT, width), np.float32)
            for row, index in enumerate(batch):
                line = prepared[index]
                tensor[row, :, :, : line.shape[1]] = line
            output = self._session.run(None, {self._input: tensor})[0]
            for row, index in enumerate(batch):
                results[index] = output[row]
        return results


def _line(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Scale to the network's height and to -1..1, `[HEIGHT, width]`; the width is a multiple of WIDTH_STEP."""
    height, width = image.shape
    scaled = max(1, min(WIDEST, round(width * HEIGHT / height)))
    method = cv2.INTER_AREA if height > HEIGHT else cv2.INTER_CUBIC
    resized = cv2.resize(image, (scaled, HEIGHT), interpolation=method).astype(np.float32) / 127.5 - 1.0
    padded_width = max(SMALLEST_WIDTH, -(-scaled // WIDTH_STEP) * WIDTH_STEP)
    padded = np.zeros((HEIGHT, padded_width), np.float32)
    padded[:, :scaled] = resized
    return padded


def _batches(order: Sequence[int], prepared: Sequence[NDArray[np.float32]]) -> list[list[int]]:
    """Neighbours of nearly the same width, so that padding neither costs time nor changes the result."""
    batches: list[list[int]] = []
    for index in order:
        width = prepared[index].shape[1]
        last = batches[-1] if batches else []
        if last and prepared[last[0]].shape[1] == width and (len(last) + 1) * width <= BATCH_COLUMNS:
            last.append(index)
        else:
            batches.append([index])
    return batches
