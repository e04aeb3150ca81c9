"""How well routines are found, and what millions of events take: `.venv/bin/python benchmarks/worklogs.py [--events 5]`.

Segmentation: logs with eight routines of 5 to 15 steps over 80 steps, some of which several routines share, between work that
is none. For each time that a routine was done, the Jaccard index of its events and those of the found occurrence that fits
it best; the mean over all of them, missed ones with 0. Noise: foreign events between the steps; skipped: steps left out.

Events: parts of a million (25 PCs, twenty days). Each line is a process of its own; peak memory is that of the whole process.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
from pathlib import Path

FIRST = 1_775_001_600_000
PAUSE = 300_000
MILLION = """
import resource, sys, time
from pathlib import Path
from worklogs import FIRST, PAUSE, store, world
from yakuba.services.worklogs.adapters import calculating

folder, what, many = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
made = int(sys.argv[4])
parts = [((number, 202604), folder / f"{number % made}.parquet") for number in range(many)]
begun = time.monotonic()
if what == "stored":
    events = sum(store(folder, number) for number in range(made))
    print(f"{events:,} events, ", end="")
else:
    (folder / "spill").mkdir(exist_ok=True)
    tally = calculating.figures(parts, PAUSE, (), folder / "spill", lambda *_: None)
    if what == "repeats":
        begun = time.monotonic()
        found = calculating.routines(parts, PAUSE, tally, folder / "spill", lambda *_: None)
        print(f"{len(found)} candidates, ", end="")
print(f"{time.monotonic() - begun:.1f} s ({time.process_time():.1f} s of CPU with what came before), {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
"""


def world(seed: int, noise: float, skipped: float):
    """Eight routines over 80 steps."""
    from yakuba.services.worklogs.engine.planting import World

    drawn = random.Random(seed)
    words = [
        (
            f"アプリ{drawn.randrange(5)}",
            f"画面{at % 17}",
            drawn.choice(["入力", "クリック", "コピー"]),
            f"欄{at}",
        )
        for at in range(80)
    ]
    routines = [
        (1.0 + 0.2 * at, [drawn.choice(words) for _ in range(drawn.randrange(5, 16))]) for at in range(8)
    ]
    return World(routines, words, noise, skipped)


def store(folder: Path, bucket: int) -> int:
    """A part of about a million events; how many there are."""
    from yakuba.services.worklogs.adapters import shelf
    from yakuba.services.worklogs.engine.masking import screen_of, step_code
    from yakuba.services.worklogs.engine.planting import planted

    codes: dict = {}
    with shelf.Incoming(folder / "in.parquet") as incoming:
        events = planted(world(1, 0.1, 0.0), pcs=25, days=20, a_day=2000, first=FIRST, seed=bucket)
        for place, one in enumerate(events):
            application, title, action, thing = one.step
            if one.step not in codes:
                screen = screen_of(title)
                codes[one.step] = screen, step_code(application, screen, action, thing)
            screen, step = codes[one.step]
            machine = bucket * shelf.PCS_IN_A_PART + one.pc
            incoming.add(
                shelf.Kept(
                    machine,
                    one.at,
                    machine,
                    "課",
                    application,
                    title,
                    screen,
                    action,
                    thing,
                    step,
                    place,
                    202604,
                )
            )
    return shelf.merge(
        folder, folder / "in.parquet", (bucket, 202604), None, folder / f"{bucket}.parquet"
    ).events


def jaccard(seed: int, noise: float, skipped: float) -> float:
    """The mean over all times that a routine was done."""
    import numpy as np

    from yakuba.services.worklogs.engine import repeating
    from yakuba.services.worklogs.engine.planting import planted

    events = list(planted(world(seed, noise, skipped), pcs=10, days=10, a_day=400, first=FIRST, seed=seed))
    words: dict = {}
    codes = np.array([words.setdefault(one.step, len(words)) for one in events], np.int32)
    pc = np.array([one.pc for one in events])
    gaps = np.diff(np.array([one.at for one in events]), prepend=0)
    gaps[np.r_[True, pc[1:] != pc[:-1]]] = -1
    stretch = repeating.Stretch(codes, repeating.sessions_of(pc, gaps, PAUSE))
    counting = repeating.Counting()
    counting.count(stretch)
    learning = repeating.Learning(counting, 20)
    learning.learn(stretch)
    found = repeating.matched(repeating.choose(learning.frequent(), stretch, 20), stretch)
    truth: dict[int, set[int]] = {}
    for at, one in enumerate(events):
        if one.instance >= 0:
            truth.setdefault(one.instance, set()).add(at)
    made = [set(row[row >= 0].tolist()) for one in found for row in one.at]
    owner = {at: number for number, each in enumerate(made) for at in each}
    shares = [
        max(
            (
                len(steps & made[one]) / len(steps | made[one])
                for one in {owner[at] for at in steps if at in owner}
            ),
            default=0.0,
        )
        for steps in truth.values()
    ]
    return float(np.mean(shares))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=5, help="millions; 0 for none")
    parser.add_argument(
        "--made", type=int, default=5, help="millions that are drawn, at most; the rest are these parts again"
    )
    parser.add_argument("--seeds", type=int, nargs="*", default=[101, 102, 103, 104, 105])
    asked = parser.parse_args()
    for noise, skipped in ((0.0, 0.0), (0.05, 0.0), (0.1, 0.0), (0.2, 0.0), (0.1, 0.05)):
        found = [jaccard(seed, noise, skipped) for seed in asked.seeds]
        each = ", ".join(f"{one:.3f}" for one in found)
        if found:
            print(
                f"noise {noise:.0%}, skipped {skipped:.0%}: Jaccard {sum(found) / len(found):.3f} ({each})",
                flush=True,
            )
    if not asked.events:
        return
    with tempfile.TemporaryDirectory() as folder:
        for what in ("stored", "figures", "repeats"):
            made = min(asked.made, asked.events)
            command = [sys.executable, "-c", MILLION, folder, what, str(asked.events), str(made)]
            done = subprocess.run(
                command, capture_output=True, text=True, check=True, cwd=Path(__file__).parent
            )
            size = sum(path.stat().st_size for path in Path(folder).glob("[0-9]*.parquet")) / 1e6
            print(
                f"{asked.events} million events, {what}: {done.stdout.strip()} ({size:.0f} MB of Parquet)",
                flush=True,
            )


if __name__ == "__main__":
    main()
