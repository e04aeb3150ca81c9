"""Teach a small network strokes that are not a character's own: `python -m training.reading.train_foreign --help`.

    python -m training.reading.train_foreign --kanjivg kanjivg/kanji --out adapters/foreign --pen pen/*.ttf \
        --print print/*.ttf --minutes 8

One core draws the examples first and then learns them; both take the minutes named, a quarter and three. `--measure`
instead says how many foreign strokes the house's network sees on characters drawn from the same sources.
"""

from __future__ import annotations

import argparse
import math
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np
import onnx
import torch
import torch.nn.functional as functional
from fontTools.ttLib import TTFont
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from yakuba.services.reading.adapters.foreign import watcher
from yakuba.services.reading.engine.foreign import SIDE, SURE, SURE_OF_FIGURE, Watcher
from yakuba.services.reading.engine.shapes import shapes

from . import strokes, texts
from .foreign import FEWEST, FIGURES, Sources, example, usual

WIDTHS = (16, 24, 48, 64)  # channels of the four layers
HIDDEN = 32
BATCH, RATE, DECAY = 256, 4e-3, 0.01
DRAWING = 0.27  # of the time
SHIFT = 1  # pixels by which an example is moved each time it is seen
TEXTS = 20_000
Examples = tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.float32]]


class Network(nn.Module):
    """The picture and the usual character, `[n, 2, SIDE, SIDE]` from 0 to 1, to one logit each."""

    def __init__(self) -> None:
        super().__init__()
        a, b, c, d = WIDTHS
        self.layers = nn.ModuleList(
            [
                nn.Conv2d(2, a, 5, stride=2, padding=2),
                nn.Conv2d(a, b, 3, padding=1),
                nn.Conv2d(b, c, 3, padding=1),
                nn.Conv2d(c, d, 3, padding=1),
            ]
        )
        self.norms = nn.ModuleList([nn.BatchNorm2d(width) for width in WIDTHS])
        self.hidden, self.last = nn.Linear(2 * d, HIDDEN), nn.Linear(HIDDEN, 1)

    def forward(self, x: Tensor) -> Tensor:
        for number, (layer, norm) in enumerate(zip(self.layers, self.norms, strict=True)):
            x = functional.relu(norm(layer(x)))
            if number in (1, 2):
                x = functional.max_pool2d(x, 2)
        pooled = torch.cat([x.amax((2, 3)), x.mean((2, 3))], 1)
        return self.last(functional.relu(self.hidden(pooled)))[:, 0]


def sources(kanjivg: Path, pen: Sequence[Path], print_: Sequence[Path], digits: Path | None) -> Sources:
    known = [*shapes()]
    has = {
        str(file): frozenset(map(chr, TTFont(file, fontNumber=0, lazy=True).getBestCmap()))
        for file in (*pen, *print_)
    }
    faces = {one: [file for file, some in has.items() if one in some] for one in known}
    pictures: list[NDArray[np.uint8]] = []
    if digits:  # x [n, 28, 28] and y [n]
        data = np.load(digits)
        pictures = [data["x"][data["y"] == value] for value in range(10)]
    usuals = {one: usual(one, files) for one, files in faces.items() if len(files) >= FEWEST}
    return Sources(
        strokes.read(kanjivg, known),
        {str(file): has[str(file)] for file in pen},
        {str(file): has[str(file)] for file in print_},
        usuals,
        "".join(usuals),
        common(known),
        pictures,
    )


def common(known: Sequence[str]) -> str:
    """The characters of many texts of forms, but for figures."""
    rng, words = Random(0), texts.words()
    written = "".join(texts.draw(words, known, rng) for _ in range(TEXTS))
    return "".join(one for one in written if one in known and not one.isdigit())


def draw(sources: Sources, seed: int, seconds: float, most: int = 10**9) -> Examples:
    """As many examples as can be drawn in that time, at most `most`: pictures, positions in `sources.usual`, 1 for
    foreign strokes."""
    rng, order = Random(seed), {one: at for at, one in enumerate(sources.usual)}
    pictures, at, struck = [], [], []
    end = time.monotonic() + seconds
    while time.monotonic() < end and len(at) < most:
        picture, character, foreign = example(sources, rng)
        if character in order:
            pictures.append(picture)
            at.append(order[character])
            struck.append(foreign)
    return np.array(pictures), np.array(at), np.array(struck, np.float32)


def inputs(pictures: NDArray[np.uint8], usuals: NDArray[np.uint8]) -> Tensor:
    """What the network takes. usuals: `[n, SIDE / 2, SIDE / 2]`, 0 to 3."""
    usual_ = np.repeat(np.repeat(usuals, 2, axis=1), 2, axis=2).astype(np.float32) / 3
    return torch.from_numpy(np.stack([pictures.astype(np.float32) / 255, usual_], 1))


def learn(
    sources: Sources, examples: Examples, seconds: float = math.inf, seed: int = 0, steps: int = 0
) -> Network:
    """A network after so long, or after so many steps; one core."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    pictures, at, struck = examples
    table = np.stack([*sources.usual.values()])
    network, started, step, said = Network(), time.monotonic(), 0, 0.0
    optimiser = torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY)
    network.train()
    while (part := step / steps if steps else (time.monotonic() - started) / seconds) < 1:
        for group in optimiser.param_groups:
            group["lr"] = (
                RATE * min(1.0, (step + 1) / 100) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * part)))
            )
        chosen = rng.integers(0, len(at), min(BATCH, len(at)))
        shift = tuple(rng.integers(-SHIFT, SHIFT + 1, 2).tolist())
        x = inputs(np.roll(pictures[chosen], shift, (1, 2)), table[at[chosen]])
        loss = functional.binary_cross_entropy_with_logits(network(x), torch.from_numpy(struck[chosen]))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        step += 1
        if time.monotonic() - said > 20:
            print(f"{part:.0%}, step {step}: {loss.item():.3f}", flush=True)
            said = time.monotonic()
    return network.eval()


def exported(network: Network) -> onnx.ModelProto:
    """The network as ONNX, its norms multiplied into the layers, its output from 0 to 1."""
    nodes, weights, x = [], [], "pictures"

    def stored(name: str, tensor: Tensor) -> str:
        weights.append(numpy_helper.from_array(tensor.detach().float().numpy(), name))
        return name

    for number, (layer, norm) in enumerate(zip(network.layers, network.norms, strict=True)):
        factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        bias = (layer.bias - norm.running_mean) * factor + norm.bias
        names = [
            x,
            stored(f"w{number}", layer.weight * factor[:, None, None, None]),
            stored(f"b{number}", bias),
        ]
        pad = [layer.padding[0]] * 4
        nodes.append(helper.make_node("Conv", names, [f"c{number}"], pads=pad, strides=list(layer.stride)))
        nodes.append(helper.make_node("Relu", [f"c{number}"], [f"r{number}"]))
        x = f"r{number}"
        if number in (1, 2):
            nodes.append(
                helper.make_node("MaxPool", [x], [f"p{number}"], kernel_shape=[2, 2], strides=[2, 2])
            )
            x = f"p{number}"
    nodes.append(helper.make_node("GlobalMaxPool", [x], ["most"]))
    nodes.append(helper.make_node("GlobalAveragePool", [x], ["mean"]))
    nodes.append(helper.make_node("Concat", ["most", "mean"], ["both"], axis=1))
    nodes.append(helper.make_node("Flatten", ["both"], ["flat"]))
    for name, source, linear in (("hidden", "flat", network.hidden), ("last", "bent", network.last)):
        names = [source, stored(f"w_{name}", linear.weight), stored(f"b_{name}", linear.bias)]
        nodes.append(helper.make_node("Gemm", names, [name], transB=1))
        if name == "hidden":
            nodes.append(helper.make_node("Relu", [name], ["bent"]))
    nodes.append(helper.make_node("Sigmoid", ["last"], ["foreign"]))
    graph = helper.make_graph(
        nodes,
        "foreign",
        [helper.make_tensor_value_info("pictures", TensorProto.FLOAT, ["n", 2, SIDE, SIDE])],
        [helper.make_tensor_value_info("foreign", TensorProto.FLOAT, ["n", 1])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    return model


def save(network: Network, sources: Sources, folder: Path) -> None:
    """strokes.onnx and usual.npz: the network, and four pixels a byte how each character is usually written."""
    onnx.save(exported(network), folder / "strokes.onnx")
    table = np.stack([*sources.usual.values()]).reshape(len(sources.usual), -1, 4)
    bytes_ = (table << np.array([0, 2, 4, 6], np.uint8)).sum(axis=2).astype(np.uint8)
    np.savez_compressed(folder / "usual.npz", characters=np.array("".join(sources.usual)), pictures=bytes_)


def shares(
    network: Watcher, sources: Sources, seed: int, count: int
) -> dict[tuple[bool, bool], tuple[int, float]]:
    """(whether figures, whether with foreign strokes): (how many were drawn, the share in which such strokes are seen)."""
    rng = Random(seed)
    drawn: dict[tuple[bool, bool], list[tuple[str, NDArray[np.uint8]]]] = defaultdict(list)
    for _ in range(count):
        picture, character, struck = example(sources, rng)
        drawn[character in FIGURES, struck].append((character, picture))
    found = {}
    for (figure, struck), some in sorted(drawn.items()):
        sure = network.foreign("".join(one for one, _ in some), np.stack([picture for _, picture in some]))
        seen = sure >= (SURE_OF_FIGURE if figure else SURE)
        found[figure, struck] = len(some), float(seen.mean())
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kanjivg", type=Path, required=True, help="KanjiVG's folder of SVG files")
    parser.add_argument("--out", type=Path, default=Path("foreign"), help="a folder for the two files")
    parser.add_argument("--pen", type=Path, nargs="*", default=[], help="fonts of pens")
    parser.add_argument("--print", type=Path, nargs="*", default=[], help="fonts of print")
    parser.add_argument("--digits", type=Path, help="digits of real writers: x, y in an .npz")
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--measure", type=int, metavar="COUNT", help="measure on so many characters instead")
    options = parser.parse_args()
    torch.set_num_threads(1)
    known = sources(options.kanjivg, options.pen, options.print, options.digits)
    if options.measure:
        for (figure, struck), (count, share) in shares(
            watcher(), known, options.seed, options.measure
        ).items():
            what = f"{'figures' if figure else 'characters'}, {'with foreign strokes' if struck else 'plain'}"
            print(f"{what}: seen in {share:.1%} of {count}")
        return
    examples = draw(known, options.seed, 60 * options.minutes * DRAWING)
    print(f"{len(examples[1])} examples", flush=True)
    options.out.mkdir(parents=True, exist_ok=True)
    save(learn(known, examples, 60 * options.minutes * (1 - DRAWING), options.seed), known, options.out)


if __name__ == "__main__":
    main()
