"""How the outputs of networks are read: plain numbers in, boxes, maps and scores out. A network that answers in another
shape than its decoder reads is told so, never guessed at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

NANODET_STRIDES, NANODET_BINS = (8, 16, 32), 11
BLAZE_CELLS = ((16, 2), (8, 6))  # cells a side, boxes a cell: of the network for 256 pixels


class DoesNotFit(ValueError):
    """The outputs are not of the shape that the decoder reads; the text says so in Japanese."""


@dataclass(frozen=True)
class RawBoxes:
    """boxes `[n, 4]`: left, top, right, bottom in pixels of the network's input; kinds `[n]`: number of the label; scores
    `[n]`: 0..1."""

    boxes: Floats
    kinds: NDArray[np.int64]
    scores: Floats


def boxes(
    decoder: str, labels: int, outputs: Sequence[Floats], size: tuple[int, int], least: float
) -> list[RawBoxes]:
    """For each picture of the batch the boxes with at least that score. size: height and width of the network's input.
    Raises DoesNotFit."""
    reads = {"nanodet": _nanodet, "blazeface": _blazeface, "boxes": _plain}
    return reads[decoder](labels, outputs, size, least)


def maps(decoder: str, labels: int, outputs: Sequence[Floats], size: tuple[int, int]) -> Floats:
    """`[n, labels, height, width]`, 0..1, of the outputs' own height and width. Raises DoesNotFit."""
    if len(outputs) != 1 or outputs[0].ndim != 4 or outputs[0].shape[1] != labels:
        raise DoesNotFit(
            f"出力は [枚数, {labels}, 高さ, 幅] が1つのはずですが、{_shapes(outputs)} です。labels の数を確かめてください。"
        )
    values = outputs[0]
    if abs(values.shape[2] * size[1] - values.shape[3] * size[0]) > max(size) * max(values.shape[2:]) // 16:
        raise DoesNotFit(f"出力の縦横の比が入力と違います（{_shapes(outputs)}）。")
    if decoder == "logits":
        return _sigmoid(values) if labels == 1 else _softmax(values, 1)
    return _checked_shares(values)


def scores(decoder: str, labels: int, outputs: Sequence[Floats]) -> Floats:
    """`[n, labels]`, each row adds up to 1. Raises DoesNotFit."""
    if len(outputs) != 1 or outputs[0].ndim < 2 or outputs[0].reshape(len(outputs[0]), -1).shape[1] != labels:
        raise DoesNotFit(
            f"出力は [枚数, {labels}] が1つのはずですが、{_shapes(outputs)} です。labels の数を確かめてください。"
        )
    values = outputs[0].reshape(len(outputs[0]), -1)
    if decoder == "logits":
        return _softmax(values, 1)
    return np.asarray(_checked_shares(values) / np.maximum(values.sum(1, keepdims=True), 1e-6), np.float32)


def _checked_shares(values: Floats) -> Floats:
    if values.size and (values.min() < -1e-3 or values.max() > 1 + 1e-3):
        raise DoesNotFit("出力が 0～1 の外です。decoder: logits で読むモデルではありませんか。")
    return np.clip(values, 0.0, 1.0)


def _shapes(outputs: Sequence[Floats]) -> str:
    return "、".join(str(list(output.shape)) for output in outputs) or "なし"


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -60, 60))), np.float32)


def _softmax(values: Floats, axis: int) -> Floats:
    powers = np.exp(values - values.max(axis=axis, keepdims=True))
    return np.asarray(powers / powers.sum(axis=axis, keepdims=True), np.float32)


def _nanodet(labels: int, outputs: Sequence[Floats], size: tuple[int, int], least: float) -> list[RawBoxes]:
    """NanoDet: per stride class scores (already 0..1) and, for each side of the box, a distribution over 0..10 strides
    whose mean is the distance from the cell's middle (Li et al. 2020, Generalized Focal Loss)."""
    found: list[list[RawBoxes]] = []
    for stride in NANODET_STRIDES:
        high, wide = -(-size[0] // stride), -(-size[1] // stride)
        likely = _one_of(outputs, high * wide, labels)
        sides = _one_of(outputs, high * wide, 4 * NANODET_BINS)
        ys, xs = (part.reshape(-1) for part in np.mgrid[:high, :wide])
        found.append([])
        for picture in range(len(likely)):
            cells, kinds = np.nonzero(likely[picture] >= least)
            bins = _softmax(sides[picture, cells].reshape(-1, 4, NANODET_BINS), 2)
            far = bins @ np.arange(NANODET_BINS, dtype=np.float32) * stride
            x, y = (xs[cells] + 0.5) * stride, (ys[cells] + 0.5) * stride
            corners = np.stack([x - far[:, 0], y - far[:, 1], x + far[:, 2], y + far[:, 3]], axis=1)
            found[-1].append(RawBoxes(corners.astype(np.float32), kinds, likely[picture, cells, kinds]))
    return [_together(parts) for parts in zip(*found, strict=True)]


def _one_of(outputs: Sequence[Floats], rows: int, columns: int) -> Floats:
    for output in outputs:
        if output.ndim == 3 and output.shape[1:] == (rows, columns):
            return output
    raise DoesNotFit(
        f"[枚数, {rows}, {columns}] の出力がありません（{_shapes(outputs)}）。labels と decoder を確かめてください。"
    )


def _together(parts: Sequence[RawBoxes]) -> RawBoxes:
    return RawBoxes(
        np.concatenate([part.boxes for part in parts]),
        np.concatenate([part.kinds for part in parts]),
        np.concatenate([part.scores for part in parts]),
    )


def _blazeface(labels: int, outputs: Sequence[Floats], size: tuple[int, int], least: float) -> list[RawBoxes]:
    """BlazeFace for 256 pixels: per anchor a logit, and the middle and size of a face beside the anchor's middle, pixels
    (Bazarevsky et al., BlazeFace, arXiv:1907.05047)."""
    if labels != 1:
        raise DoesNotFit("decoder: blazeface では labels は1つ（face）です。")
    found: list[list[RawBoxes]] = []
    for cells, each in BLAZE_CELLS:
        rows = cells * cells * each
        likely = _sigmoid(_one_of(outputs, rows, 1)[:, :, 0])
        numbers = _one_of(outputs, rows, 16)
        ys, xs = (part.reshape(-1).repeat(each) for part in np.mgrid[:cells, :cells])
        found.append([])
        for picture in range(len(likely)):
            at = np.flatnonzero(likely[picture] >= least)
            x = numbers[picture, at, 0] + (xs[at] + 0.5) * size[1] / cells
            y = numbers[picture, at, 1] + (ys[at] + 0.5) * size[0] / cells
            half_w, half_h = numbers[picture, at, 2] / 2, numbers[picture, at, 3] / 2
            corners = np.stack([x - half_w, y - half_h, x + half_w, y + half_h], axis=1)
            found[-1].append(
                RawBoxes(corners.astype(np.float32), np.zeros(len(at), np.int64), likely[picture, at])
            )
    return [_together(parts) for parts in zip(*found, strict=True)]


def _plain(labels: int, outputs: Sequence[Floats], size: tuple[int, int], least: float) -> list[RawBoxes]:
    """One output `[n, boxes, 6]`: left, top, right, bottom in pixels of the input, score, number of the label."""
    if len(outputs) != 1 or outputs[0].ndim != 3 or outputs[0].shape[2] != 6:
        raise DoesNotFit(f"出力は [枚数, 枠の数, 6] が1つのはずですが、{_shapes(outputs)} です。")
    found = []
    for rows in outputs[0]:
        rows = rows[(rows[:, 4] >= least) & (rows[:, 4] <= 1)]
        kinds = rows[:, 5].astype(np.int64)
        if ((kinds < 0) | (kinds >= labels)).any():
            raise DoesNotFit(f"出力に labels にない番号があります（0～{labels - 1} のはずです）。")
        found.append(RawBoxes(rows[:, :4], kinds, rows[:, 4]))
    return found
