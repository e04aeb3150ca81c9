"""The pen strokes of KanjiVG as points: what a made-up writer moves (drawing.py)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Strokes = NDArray[np.float32]  # [strokes, POINTS, (x, y)], the character's box from 0 to 1
POINTS = 24  # of each stroke, at equal distances along it
SIDE = 109  # KanjiVG's own box
_TOKEN = re.compile(r"([MmCcSs])|(-?\d*\.?\d+)")
# Marks that KanjiVG lacks, in its own coordinates.
_MARKS = {
    "-": [[(22, 56), (86, 54)]],
    "ー": [[(12, 56), (97, 53)]],
    "/": [[(70, 12), (34, 98)]],
    "・": [[(52, 52), (57, 57)]],
    ".": [[(26, 88), (30, 91)]],
    ",": [[(28, 84), (32, 88), (26, 99)]],
    "〒": [[(20, 20), (88, 20)], [(14, 46), (94, 46)], [(54, 46), (54, 100)]],
}


def read(folder: Path, characters: Iterable[str]) -> dict[str, Strokes]:
    """Strokes of those characters that KanjiVG's folder `kanji` or the table of marks has."""
    found = {}
    for character in characters:
        file = folder / f"{ord(character):05x}.svg"
        if character in _MARKS:
            found[character] = _even([np.array(line, float) for line in _MARKS[character]])
        elif file.is_file():
            paths = re.findall(r'<path[^>]* d="([^"]+)"', file.read_text(encoding="utf-8"))
            found[character] = _even([polyline(path) for path in paths])
    return found


def polyline(path: str) -> NDArray[np.float64]:
    """Points along an SVG path of the commands M, C and S, `[points, (x, y)]`."""
    points, at, handle = [], np.zeros(2), None
    for command, numbers in _commands(path):
        origin = at if command.islower() else np.zeros(2)
        if command in "Mm":
            at, handle = numbers[:2] + origin, None
            points.append(at)
            continue
        size = 6 if command in "Cc" else 4
        for part in numbers[: len(numbers) // size * size].reshape(-1, size // 2, 2):
            corners = part + (at if command.islower() else 0)
            if command in "Ss":
                corners = np.vstack([at if handle is None else 2 * at - handle, corners])
            points += _curve(at, *corners)
            handle, at = corners[1], corners[2]
    return np.array(points)


def _commands(path: str) -> list[tuple[str, NDArray[np.float64]]]:
    found: list[tuple[str, list[float]]] = []
    for command, number in _TOKEN.findall(path):
        if command:
            found.append((command, []))
        else:
            found[-1][1].append(float(number))
    return [(command, np.array(numbers)) for command, numbers in found]


def _curve(a: NDArray, b: NDArray, c: NDArray, d: NDArray) -> list[NDArray]:
    """A cubic Bézier curve without its first point."""
    t = np.linspace(0, 1, 16)[1:, None]
    return list((1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d)


def _even(lines: list[NDArray[np.float64]]) -> Strokes:
    result = []
    for line in lines:
        way = np.r_[0, np.cumsum(np.hypot(*np.diff(line, axis=0).T))]
        steps = np.linspace(0, way[-1], POINTS)
        result.append(np.c_[np.interp(steps, way, line[:, 0]), np.interp(steps, way, line[:, 1])] / SIDE)
    return np.array(result, np.float32)
