"""Teach the crack network on made pictures: `python -m training.vision.train --out crack.onnx`. One core, minutes.

Told at the end: F on made pictures that it has not seen, at each threshold, so that the threshold is fixed before any
photograph is looked at.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import cv2
import numpy as np
import torch

from yakuba.services.vision.engine.lines import contrast, without_short

from .drawing import made
from .network import CrackNetwork, export, loss_of

CROP, BATCH, RATE = 96, 8, 3e-3
TRIED_FROM = 1_000_000  # seeds of the pictures on which the threshold is chosen


def pictures(number: int, first: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Even contrast `[n, side, side]` and crack `[n, side, side]` of made pictures."""
    both = [made(seed) for seed in range(first, first + number)]
    return np.stack([contrast(grey) for grey, _ in both]), np.stack([crack for _, crack in both])


def batch(rng: np.random.Generator, even: np.ndarray, crack: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    """Crops, turned, mirrored and with other contrast."""
    xs, ys = [], []
    for _ in range(BATCH):
        at = rng.integers(len(even))
        top, left = rng.integers(0, even.shape[1] - CROP + 1, 2)
        x = even[at, top : top + CROP, left : left + CROP] * rng.uniform(0.7, 1.3)
        y = crack[at, top : top + CROP, left : left + CROP]
        turns, flip = rng.integers(4), rng.random() < 0.5
        x, y = np.rot90(x, turns), np.rot90(y, turns)
        xs.append(x[::-1] if flip else x)
        ys.append(y[::-1] if flip else y)
    stacked = (np.ascontiguousarray(np.stack(part)[:, None], np.float32) for part in (xs, ys))
    x, y = (torch.from_numpy(part) for part in stacked)
    return x, y


def learn(network: CrackNetwork, even: np.ndarray, crack: np.ndarray, steps: int, seed: int = 1) -> float:
    """Train in place; the mean loss of the last tenth."""
    rng = np.random.default_rng(seed)
    optimiser = torch.optim.AdamW(network.parameters(), RATE, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps, pct_start=0.1)
    last, said = [], time.monotonic()
    network.train()
    for step in range(steps):
        x, y = batch(rng, even, crack)
        loss = loss_of(network(x), y)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        schedule.step()
        if step >= 0.9 * steps:
            last.append(loss.item())
        if time.monotonic() - said > 20:
            print(f"step {step}: {loss.item():.3f}", flush=True)
            said = time.monotonic()
    return float(np.mean(last))


def f_measure(found: np.ndarray, meant: np.ndarray, tolerance: float) -> tuple[int, int, int, int]:
    """(found pixels near a meant one, found, meant pixels near a found one, meant)."""

    def near(mask: np.ndarray) -> np.ndarray:
        return cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5) <= tolerance

    return (
        int((found & near(meant)).sum()) if meant.any() else 0,
        int(found.sum()),
        int((meant & near(found)).sum()) if found.any() else 0,
        int(meant.sum()),
    )


def tried(network: CrackNetwork, number: int) -> list[tuple[float, float]]:
    """(threshold, F at 2 pixels, pooled) on fresh made pictures."""
    even, crack = pictures(number, TRIED_FROM)
    network.eval()
    with torch.no_grad():
        likely = torch.sigmoid(network(torch.from_numpy(even[:, None]))).numpy()[:, 0]
    told = []
    for threshold in np.arange(0.2, 0.91, 0.05):
        sums = np.zeros(4)
        for one, meant in zip(likely, crack, strict=True):
            sums += f_measure(without_short(one > threshold, 40), meant, 2.0)
        precision, recall = sums[0] / max(1, sums[1]), sums[2] / max(1, sums[3])
        told.append((round(float(threshold), 2), 2 * precision * recall / max(1e-9, precision + recall)))
    return told


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    begun = time.process_time()
    even, crack = pictures(options.pictures)
    print(f"{options.pictures} pictures made in {time.process_time() - begun:.0f} CPU s", flush=True)
    network = CrackNetwork()
    print(f"{sum(weight.numel() for weight in network.parameters())} weights")
    print(f"loss {learn(network, even, crack, options.steps):.3f}")
    export(network, options.out)
    for threshold, f in tried(network, 100):
        print(f"threshold {threshold}: F {f:.3f}")
    print(f"{time.process_time() - begun:.0f} CPU s")


if __name__ == "__main__":
    main()
