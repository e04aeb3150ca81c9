"""Numbers in a plain box, without cells: `.venv/bin/python benchmarks/reading_plain_numbers.py [--seed 9001] [--numbers 900]`.

Amounts, counts and digits are written by pens and in print into an empty box, as figures with and without commas, and
scanned badly. How many are right, how many pass without a person, and silent errors with their exact bound. No two
numbers share a hand, a place and a scan. Pen fonts are no handwriting.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from random import Random

import cv2
import numpy as np
from PIL import Image, ImageDraw

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT / "src"), str(PROJECT / "samples" / "generator"), str(PROJECT / "benchmarks")]

import fonts  # noqa: E402
from hands import PEN_FACES, PRINT_FACES  # noqa: E402

from yakuba.kernel.binomial import upper_bound  # noqa: E402
from yakuba.services.reading.adapters.recognisers import recogniser as house_recogniser  # noqa: E402
from yakuba.services.reading.contracts import Decision  # noqa: E402
from yakuba.services.reading.engine.single import read_pictures  # noqa: E402

BOX = 420, 70
PRINT_SHARE = 0.25


def number_of(rng: Random) -> tuple[str, str]:
    """(type, what is written)."""
    kind = rng.choice(["amount", "amount", "count", "digits"])
    if kind == "digits":
        return "digits", "".join(rng.choice("0123456789") for _ in range(rng.randint(4, 10)))
    value = rng.randint(1, 99) if kind == "count" else rng.randint(100, 9_999_999)
    return "number", f"{value:,}" if rng.random() < 0.5 else str(value)


def drawn(text: str, rng: Random) -> np.ndarray:
    """A box of 200 dpi with the number in it, as scanned."""
    pen = rng.random() >= PRINT_SHARE
    face = rng.choice(list(PEN_FACES if pen else PRINT_FACES))
    width, height = BOX
    layer = Image.new("L", BOX, 255)
    size = rng.randint(32, 46)
    font = fonts.font(face, size)
    at, middle = float(rng.randint(14, 50)), height / 2 + rng.uniform(-3, 3)
    for character in text:
        advance = font.getlength(character) * (rng.uniform(1.0, 1.18) if pen else 1.0)
        tile = Image.new("L", (2 * size, 2 * size), 0)
        ImageDraw.Draw(tile).text((size, size), character, fill=255, font=font, anchor="mm")
        turn = rng.gauss(0, 3.0) if pen else 0.0
        tile = tile.rotate(turn, Image.Resampling.BICUBIC)
        shift = rng.gauss(0, 1.5) if pen else 0.0
        layer.paste(rng.randint(10, 70), (round(at + advance / 2 - size), round(middle + shift - size)), tile)
        at += advance
    picture = np.asarray(layer, np.float32)
    picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 0.9))
    noise = np.random.default_rng(rng.getrandbits(32)).normal(0, rng.uniform(1, 9), picture.shape)
    grey = np.clip(picture * rng.uniform(0.9, 1.0) + noise, 0, 255).astype(np.uint8)
    turned = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-1.0, 1.0), 1.0)
    return cv2.warpAffine(grey, turned, BOX, borderValue=int(np.median(grey)))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=9001)
    parser.add_argument("--numbers", type=int, default=900)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    rng, recogniser = Random(options.seed), house_recogniser()
    wanted = [number_of(rng) for _ in range(options.numbers)]
    pictures = [drawn(text, rng) for _, text in wanted]
    found = [
        read_pictures([picture], kind, recogniser)[0]
        for (kind, _), picture in zip(wanted, pictures, strict=True)
    ]
    right = passed = 0
    silent: list[dict[str, str]] = []
    reasons: dict[str, int] = {}
    for (_, text), one in zip(wanted, found, strict=True):
        truth = text.replace(",", "")
        right += one.value == truth
        if one.decision is not Decision.DOUBTFUL:
            passed += 1
            if one.value != truth:
                silent.append({"truth": truth, "read": one.value})
        for reason in one.reasons:
            reasons[reason.value] = reasons.get(reason.value, 0) + 1
    told = {
        "numbers": len(wanted), "right": right, "passed": passed, "silent": silent,
        "bound": upper_bound(len(silent), passed), "reasons": dict(sorted(reasons.items(), key=lambda x: -x[1])),
    }  # fmt: skip
    if options.json:
        print(json.dumps(told, ensure_ascii=False))
        return
    print(f"{len(wanted)} numbers: {right / len(wanted):.1%} right, {passed / len(wanted):.1%} passed")
    print(f"silent errors: {len(silent)} (95 % bound {told['bound']:.2%}) {silent}")
    print(f"asked for: {told['reasons']}")


if __name__ == "__main__":
    main()
