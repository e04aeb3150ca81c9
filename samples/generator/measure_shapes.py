"""Measure the strokes of each character in all faces, for the engine: `python samples/generator/measure_shapes.py --out
src/yakuba/services/reading/engine/shapes.npz`. Takes some minutes.

Characters are those of JIS X 0208's first level with kana, figures, letters and signs, and all of the names of people
and places that the samples draw from, where at least three faces have them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import fonts
import numpy as np
import people
import places
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src"))

from yakuba.services.reading.engine.shapes import EM, STEPS, holes, runs, thickness

KANJI_ROWS = range(16, 48)  # of JIS X 0208: the first level
KANA = range(0x3041, 0x3097), range(0x30A1, 0x30FB)
FURTHER = "ー々ヶ0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz・、。（）()&.,'"
FEWEST = 3  # faces


def characters() -> list[str]:
    found = []
    for row in KANJI_ROWS:
        for cell in range(1, 95):
            try:
                found.append(bytes([0xA0 + row, 0xA0 + cell]).decode("euc_jp"))
            except UnicodeDecodeError:
                continue
    kana = [chr(code) for part in KANA for code in part]
    return list(dict.fromkeys([*found, *kana, *FURTHER, *sorted(of_names())]))


def of_names() -> set[str]:
    """The characters of the names of people and places."""
    entries = [*people.names(people.SURNAME).entries, *people.names(people.GIVEN).entries]
    towns = [place.city + place.town for name in places.prefectures() for place in places.places(name)]
    return {
        one
        for text in [*(entry.text for entry in entries), *towns, *people.VARIANTS.values()]
        for one in text
    }


def measure(face: str, character: str) -> tuple[np.ndarray, np.ndarray, int]:
    """(ems on long runs by direction, [ems of stroke, x, y, width, height], white areas enclosed) of one character in one
    face, and with a bolder pen where that encloses more."""
    picture = Image.new("L", (2 * EM, 2 * EM), 255)
    ImageDraw.Draw(picture).text((EM, EM), character, fill=0, font=fonts.font(face, EM), anchor="mm")
    grey = np.asarray(picture)
    ink = grey < 128
    pen = thickness(ink)
    x, y, width, height = cv2.boundingRect(ink.astype(np.uint8))
    box = [(x - EM) / EM, (y - EM) / EM, width / EM, height / EM]
    enclosed = max(holes(grey), holes(cv2.erode(grey, np.ones((2, 2), np.uint8))))
    return runs(ink[y : y + height, x : x + width], pen), np.array([ink.sum() / (pen * EM), *box]), enclosed


def table(wanted: Sequence[str]) -> dict[str, np.ndarray]:
    """What shapes.npz holds of these characters, in STEPS of an em."""
    kept, longest, middle, enclosed = [], [], [], []
    for character in wanted:
        faces = [face for face in fonts.FACES if fonts.can_write(face, character)]
        if len(faces) < FEWEST:
            continue
        seen = [measure(face, character) for face in faces]
        most = np.max([long for long, _, _ in seen], axis=0)
        kept.append(character)
        longest.append(np.maximum(most, np.maximum(np.roll(most, 1), np.roll(most, -1))))
        middle.append(np.median([rest for _, rest, _ in seen], axis=0))
        enclosed.append(max(count for _, _, count in seen))
    return {
        "characters": np.array("".join(kept)),
        "runs": np.minimum(np.rint(np.array(longest) * STEPS), 255).astype(np.uint8),
        "rest": np.rint(np.array(middle) * STEPS).astype(np.int16),
        "holes": np.array(enclosed, np.uint8),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="文字ごとの線の長さの表を作ります。")
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    fonts.require_fonts()
    found = table(characters())
    np.savez_compressed(out, **found)
    print(f"{len(found['rest'])}字を{out}に書き出しました。")


if __name__ == "__main__":
    main()
