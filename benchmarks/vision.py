"""What the engine for pictures does and costs: `.venv/bin/python benchmarks/vision.py [--crackforest DIR] [--textures DIR] [--models DIR] [--parts …]`.

--crackforest: the CrackForest data set (image/*.jpg, groundTruth/*.mat; for research only: looked at, never kept or trained
on). --textures: a folder with gravel.png, brick.png and grass.png (the ones inside the scikit-image package). --models: a
place of model folders with a detector and a face detector. What is not given is told as not measured. All on one thread, CPU
seconds; made pictures by seeds that nothing was fitted on.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from vision_scenes import Wood, Yard

from training.vision import drawing
from yakuba.kernel.modelfolders import ModelRefused
from yakuba.services.vision.adapters import shipped
from yakuba.services.vision.engine import emptiness, heads, models, parking
from yakuba.services.vision.engine.blurring import blur
from yakuba.services.vision.engine.cracks import find_cracks
from yakuba.services.vision.engine.models import Model
from yakuba.services.vision.engine.roadtop import Area, Camera, trapezoid
from yakuba.services.vision.engine.surface import surface_of

FRESH = 7_000_000  # first seed
TOLERANCES = (2.0, 5.0)


def rgb(grey: np.ndarray) -> np.ndarray:
    return np.repeat(grey[:, :, None], 3, axis=2)


def methods() -> dict[str, Model | None]:
    """The line filter, and the network that comes with the house where there is one."""
    found: dict[str, Model | None] = {"line filter": None}
    try:
        found["network"] = shipped.cracks()
    except ModelRefused as refused:
        print(f"no network: {refused}")
    return found


def near(mask: np.ndarray, tolerance: float) -> np.ndarray:
    return cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5) <= tolerance


def counted(found: np.ndarray, meant: np.ndarray, tolerance: float) -> np.ndarray:
    """(found near a meant pixel, found, meant near a found pixel, meant)."""
    hit = (found & near(meant, tolerance)).sum() if meant.any() else 0
    seen = (meant & near(found, tolerance)).sum() if found.any() else 0
    return np.array([hit, found.sum(), seen, meant.sum()], float)


def f_of(sums: np.ndarray) -> tuple[float, float, float]:
    """(F, precision, recall)."""
    precision, recall = sums[0] / max(1, sums[1]), sums[2] / max(1, sums[3])
    return 2 * precision * recall / max(1e-9, precision + recall), precision, recall


def cracks_of(pictures: list[tuple[np.ndarray, np.ndarray]], name: str) -> None:
    for method, model in methods().items():
        begun = time.process_time()
        found = [find_cracks(rgb(grey), model=model, half=False) for grey, _ in pictures]
        cost = (time.process_time() - begun) / len(pictures)
        doubts = Counter(doubt.name for one in found for doubt in one.doubts)
        for tolerance in TOLERANCES:
            sums = [
                counted(one.mask, meant, tolerance) for one, (_, meant) in zip(found, pictures, strict=True)
            ]
            f, precision, recall = f_of(np.sum(sums, axis=0))
            mean = np.mean([f_of(one)[0] for one in sums])
            print(
                f"| {name} ({len(pictures)}) | {method} | {tolerance:.0f} px | {f:.3f} ({precision:.2f} / {recall:.2f}) | {mean:.3f} | {cost:.3f} |"
            )
        print(f"  doubts of {method}: {dict(doubts)}")


def crack_forest(folder: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    from scipy.io import loadmat

    found = []
    for truth in sorted((folder / "groundTruth").glob("*.mat")):
        picture = cv2.imread(str(folder / "image" / f"{truth.stem}.jpg"), cv2.IMREAD_GRAYSCALE)
        found.append((picture, loadmat(truth)["groundTruth"][0, 0]["Segmentation"] == 2))
    return found


def surfaces(folder: Path | None) -> None:
    """Share of pixels called crack where there is none, and how often a person is asked."""
    sets: dict[str, list[np.ndarray]] = {}
    if folder:
        for name in ("gravel", "brick", "grass"):
            sets[f"photograph of {name}"] = [cv2.imread(str(folder / f"{name}.png"), cv2.IMREAD_GRAYSCALE)]
    drawn: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
        "gravel": drawing.gravel,
        "bricks": drawing.bricks,
        "grass": drawing.grass,
        "road": drawing.road,
        "road in shade": lambda rng, side: drawing.road(rng, side) * drawing.shade(rng, side),
    }
    for name, draw in drawn.items():
        rngs = [np.random.default_rng(FRESH + seed) for seed in range(40)]
        sets[f"made {name}"] = [drawing._photographed(rng, draw(rng, 256)) for rng in rngs]
    for name, pictures in sets.items():
        for method, model in methods().items():
            found = [find_cracks(rgb(one), model=model, half=False) for one in pictures]
            share = np.mean([one.mask.mean() for one in found])
            asked = np.mean([bool(one.doubts) for one in found])
            called = np.mean([one.is_sure and bool(one.parts) for one in found])
            print(f"| {name} ({len(pictures)}) | {method} | {share:.1%} | {asked:.0%} | {called:.0%} |")


def speed(place: Path | None, number: int) -> None:
    """Everything that a picture of a drive goes through, 1920×1080."""
    detector = shipped.optional(models.DETECTION, [place]) if place else None
    faces = shipped.optional(models.FACES, [place]) if place else None
    road = trapezoid(Camera(1.4, 12, 1100, 1920, 1080), Area(near_m=2.5, far_m=12))
    rng = np.random.default_rng(FRESH)
    pictures = []
    for seed in range(number):
        tile = np.hstack([drawing.made(FRESH + seed * 8 + at)[0] for at in range(8)])
        picture = cv2.resize(np.tile(tile, (5, 1)), (1920, 1080))
        pictures.append(np.clip(rgb(picture) + rng.normal(0, 2, (1080, 1920, 3)), 0, 255).astype(np.uint8))
    for method, model in methods().items():
        costs = Counter()
        for picture in pictures:
            begun = time.process_time()
            hidden = blur(picture, faces=faces, objects=detector)
            blurred = time.process_time()
            found = find_cracks(picture, model=model, road=road, leave_out=hidden.seen)
            surface_of(found)
            done = time.process_time()
            costs.update({"blur": blurred - begun, "cracks": done - blurred, "all": done - begun})
        each = {name: cost / number for name, cost in costs.items()}
        what = "detector and faces" if detector and faces else "no detector (none given)"
        print(
            f"| {method}, {what} | {each['blur']:.2f} | {each['cracks']:.2f} | {each['all']:.2f} | {2 / each['all']:.1f} |"
        )


def auc(positive: list[float], negative: list[float]) -> float:
    both = np.asarray(positive)[:, None] - np.asarray(negative)[None]
    return float((both > 0).mean() + 0.5 * (both == 0).mean())


def traps(cameras: int, each: int) -> None:
    for night in (False, True):
        empty_scores: list[float] = []
        wrong = asked = 0
        of_size: dict[str, list[float]] = {"20-160 px": [], "10-20 px": []}
        missed = Counter()
        for camera in range(cameras):
            wood = Wood(FRESH + 1000 * camera + night, night=night)
            scene = emptiness.learn([wood.picture(number) for number in range(25)])
            for number in range(each):
                seen = emptiness.compare(scene, wood.picture(100 + number))
                empty_scores.append(seen.score / max(scene.usual))
                wrong += seen.verdict is emptiness.Verdict.CHANGED
                asked += seen.verdict is emptiness.Verdict.NOT_SURE
                for name, sizes in (("20-160 px", (20, 160)), ("10-20 px", (10, 20))):
                    with_one = emptiness.compare(scene, wood.picture(200 + number, sizes))
                    of_size[name].append(with_one.score / max(scene.usual))
                    missed[name] += with_one.verdict is emptiness.Verdict.EMPTY
        total = len(empty_scores)
        for name, scores in of_size.items():
            limit = np.quantile(scores, 0.02)
            dropped = np.mean(np.asarray(empty_scores) < limit)
            print(
                f"| {'night' if night else 'day'}, animals of {name} | {auc(scores, empty_scores):.3f} | {dropped:.0%} | {missed[name] / total:.1%} | {wrong / total:.1%} | {asked / total:.1%} | {total} |"
            )


def car_parks(yards: int, frames: int) -> None:
    told: Counter[str] = Counter()
    for number in range(yards):
        yard = Yard(FRESH + number)
        park = parking.learn([yard.picture(seed, 0)[0] for seed in range(10)], yard.spaces)
        for frame in range(frames):
            picture, taken = yard.picture(1000 + frame, 0.5)
            for reading in parking.look(park, picture):
                meant = parking.State.TAKEN if taken[reading.space] else parking.State.FREE
                kind = "unknown" if reading.state is parking.State.UNKNOWN else reading.state is meant
                told[f"{meant.name} {kind}"] += 1
    total = sum(told.values())
    unknown = sum(count for name, count in told.items() if "unknown" in name)
    right = sum(count for name, count in told.items() if "True" in name)
    print(f"{total} spaces in {yards * frames} pictures: of those told {right / (total - unknown):.2%} right, {unknown / total:.1%} unknown; {dict(told)}")  # fmt: skip


def head(days: int, each: int) -> None:
    """Four kinds of made surfaces, each day with its own light; a tenth of the labels wrong."""
    draws = {"道路": drawing.road, "砂利": drawing.gravel, "ブロック": drawing.bricks, "草": drawing.grass}
    rows, labels, groups = [], [], []
    for day in range(days):
        light = np.random.default_rng(FRESH + day).uniform(0.6, 1.3)
        for at in range(each):
            rng = np.random.default_rng((FRESH, day, at))
            label = list(draws)[rng.integers(4)]
            picture = drawing._photographed(rng, draws[label](rng, 256) * light)
            rows.append(heads.features_of(rgb(picture)))
            labels.append(list(draws)[rng.integers(4)] if rng.random() < 0.1 else label)
            groups.append(str(day))
    begun = time.process_time()
    _, held_out = heads.train(np.stack(rows), labels, groups)
    print(held_out.sentence)
    print(
        f"calibration error {held_out.calibration_error:.3f}; {time.process_time() - begun:.1f} CPU s for {len(rows)} labels"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--crackforest", type=Path)
    parser.add_argument("--textures", type=Path)
    parser.add_argument("--models", type=Path)
    parser.add_argument("--pictures", type=int, default=8, help="of a drive")
    parts = {
        "cracks": lambda: cracks_table(asked.crackforest),
        "surfaces": lambda: surfaces(asked.textures),
        "speed": lambda: speed(asked.models, asked.pictures),
        "traps": lambda: traps(4, 20),
        "parking": lambda: car_parks(5, 10),
        "head": lambda: head(8, 30),
    }
    parser.add_argument("--parts", nargs="*", choices=parts, default=list(parts))
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    for name in asked.parts:
        print(f"\n{name}\n{HEADS[name]}", flush=True)
        parts[name]()


HEADS = {
    "cracks": "| pictures | method | tolerance | F pooled (P / R) | F mean of pictures | CPU s |\n|---|---|---|---|---|---|",
    "surfaces": "| no crack in it | method | pixels called crack | a person is asked | called cracked without asking |\n|---|---|---|---|---|",
    "speed": "| 1920×1080 | blur, CPU s | cracks | all | pictures/s on 2 cores |\n|---|---|---|---|---|",
    "traps": "| trap pictures | AUC | blanks dropped at 98 % recall | animals called empty | blanks called changed | asked | blanks |\n|---|---|---|---|---|---|---|",
    "parking": "",
    "head": "",
}


def cracks_table(folder: Path | None) -> None:
    cracks_of([drawing.made(FRESH + seed) for seed in range(100)], "made")
    if folder:
        cracks_of(crack_forest(folder), "CrackForest")
    else:
        print("CrackForest: not measured")


if __name__ == "__main__":
    main()
