"""Teach the recogniser drawn lines: `python -m training.reading.train --help`. Processes draw, torch learns.

    python -m training.reading.train --base PP-OCRv6_rec_small.onnx --kanjivg kanjivg/kanji --out recogniser.onnx \
        --pen pen/*.ttf --print print/*.ttf --minutes 14
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import numpy as np
import torch
import torch.nn.functional as functional
from fontTools.ttLib import TTFont
from numpy.typing import NDArray

from . import strokes, texts
from .drawing import HEIGHT, Sources, line
from .network import Network, packed, with_characters

WIDTHS = (96, 192, 320, 480, 640)  # a batch holds lines of one of these widths
RATE, WARM, DECAY, CLIP = 8e-4, 400, 0.02, 3.0
AVERAGED = 0.999  # of the weights' running mean, a step; the mean is what is kept
Line = tuple[NDArray[np.uint8], str]
_sources: Sources | None = None


def characters() -> list[str]:
    """What core systems take (CP932), and the forms of names beyond it."""
    found = [chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"$;<>[]\\^`{|}']
    for lead in range(0x81, 0xFD):
        for trail in range(0x40, 0xFD):
            text = bytes((lead, trail)).decode("cp932", "ignore")
            if len(text) == 1 and (text.isalpha() or text in "・ー、。々〆〒（）"):
                found.append(text)
    return list(dict.fromkeys([*found, *"髙﨑栁𠮷德濵桒圡淵渊眞瀨賴淸靜郞黑彅槗"]))


def sources(kanjivg: Path, pen: Sequence[Path], print_: Sequence[Path], digits: Path | None) -> Sources:
    chosen = characters()
    pictures: list[NDArray[np.uint8]] = []
    if digits:  # x [n, 28, 28] and y [n], of MNIST's training writers
        data = np.load(digits)
        pictures = [data["x"][data["y"] == value] for value in range(10)]
    has = {
        file: frozenset(map(chr, TTFont(file, fontNumber=0, lazy=True).getBestCmap()))
        for file in (*pen, *print_)
    }
    return Sources(
        chosen,
        texts.words(),
        strokes.read(kanjivg, chosen),
        {str(file): has[file] for file in pen},
        {str(file): has[file] for file in print_},
        pictures,
    )


def _draw(seed: int) -> list[Line]:
    rng = Random(seed)
    return [line(_sources, rng) for _ in range(64)]  # type: ignore[arg-type]


def batches(drawn: Iterator[list[Line]], columns: int) -> Iterator[list[Line]]:
    """Lines of like widths, as many as together take so many columns."""
    waiting: dict[int, list[Line]] = {width: [] for width in WIDTHS}
    for lines in drawn:
        for one in lines:
            width = next(width for width in WIDTHS if one[0].shape[1] <= width)
            waiting[width].append(one)
            if len(waiting[width]) * width >= columns:
                yield waiting[width]
                waiting[width] = []


def loss_of(network: Network, lines: Sequence[Line], device: str) -> torch.Tensor:
    """CTC, a long line counting with the root of its length."""
    width = next(width for width in WIDTHS if max(picture.shape[1] for picture, _ in lines) <= width)
    images = np.zeros(
        (len(lines), 3, HEIGHT, width), np.float32
    )  # beyond a line there is 0, as where it is read
    for row, (picture, _) in enumerate(lines):
        images[row, :, :, : picture.shape[1]] = picture / 127.5 - 1
    code = {character: number for number, character in enumerate(network.characters)}
    targets = torch.tensor([code[c] for _, text in lines for c in text], device=device)
    lengths = torch.tensor([len(text) for _, text in lines], device=device)
    with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
        logits = network(torch.from_numpy(images).to(device))
    log = functional.log_softmax(logits.float(), -1).transpose(0, 1)
    seen = torch.tensor([-(-picture.shape[1] // 32) * 4 for picture, _ in lines], device=device)
    steps = seen.clamp(max=log.shape[0])
    each = functional.ctc_loss(log, targets, steps, lengths, reduction="none", zero_infinity=True)
    return (each / lengths.sqrt()).mean()


def learn(
    network: Network, lines: Iterator[list[Line]], minutes: float, device: str
) -> dict[str, torch.Tensor]:
    """The averaged weights after so many minutes."""
    tables = [weight for weight in network.weights.values() if weight.dim() > 1]
    rest = [weight for weight in network.weights.values() if weight.dim() <= 1]
    groups = [{"params": tables, "weight_decay": DECAY}, {"params": rest, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, RATE, (0.9, 0.98))
    mean = {key: weight.detach().clone() for key, weight in network.weights.items()}
    started, said = time.monotonic(), 0.0
    for step, batch in enumerate(lines, start=1):
        part = (time.monotonic() - started) / (60 * minutes)
        if part >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1.0, step / WARM) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * part)))
        loss = loss_of(network, batch, device)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), CLIP)
        optimiser.step()
        keep = min(AVERAGED, step / (step + 100))
        with torch.no_grad():
            for key, weight in network.weights.items():
                mean[key].lerp_(weight, 1 - keep)
        if time.monotonic() - said > 20:
            print(f"{part:.0%}, step {step}: {loss.item():.3f}", flush=True)
            said = time.monotonic()
    return mean


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base", type=Path, required=True, help="the network to start from")
    parser.add_argument("--kanjivg", type=Path, required=True, help="KanjiVG's folder of SVG files")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pen", type=Path, nargs="*", default=[], help="fonts of pens")
    parser.add_argument("--print", type=Path, nargs="*", default=[], help="fonts of print")
    parser.add_argument("--digits", type=Path, help="digits of real writers: x, y in an .npz")
    parser.add_argument("--minutes", type=float, default=14)
    parser.add_argument("--columns", type=int, default=512 * 320, help="in a batch")
    options = parser.parse_args()
    global _sources
    _sources = sources(options.kanjivg, options.pen, options.print, options.digits)
    with_characters(options.base, _sources.characters, options.out)
    workers = multiprocessing.get_context("fork").Pool(max(1, (os.cpu_count() or 2) - 1))
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network = Network(options.out).to(device)
    seeds = iter(range(time.time_ns() % 10**9, 10**18))
    lines = batches(workers.imap_unordered(_draw, seeds), options.columns)
    network.save(options.out, learn(network, lines, options.minutes, device))
    workers.terminate()
    packed(options.out, options.out.with_suffix(".packed.onnx"))


if __name__ == "__main__":
    main()
