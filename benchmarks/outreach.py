"""What the estimators of a campaign are worth: `.venv/bin/python benchmarks/outreach.py [--worlds 4000] [--people 6000] [--town 100000]`.

Invented towns with a planted effect (fixed seeds): coverage of the 95 % interval, how often an effect is found where it is and where
there is none, the mean error; then what it takes to assign a large town and to fit both risk models. No database.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from yakuba.services.outreach.contracts import METHODS
from yakuba.services.outreach.engine import assignment, risk, worlds
from yakuba.services.outreach.engine.columns import ColumnSpec


def main() -> None:
    """Print the tables."""
    reading = argparse.ArgumentParser()
    reading.add_argument("--worlds", type=int, default=4_000)
    reading.add_argument("--people", type=int, default=6_000)
    reading.add_argument("--town", type=int, default=100_000)
    asked = reading.parse_args()
    begun = time.process_time()
    planted = worlds.tally(asked.worlds, asked.people, 0.019, 1)
    nothing = worlds.tally(asked.worlds, asked.people, 0.0, 2)
    each = (time.process_time() - begun) / asked.worlds / 2 * 1000
    print(f"{asked.worlds} worlds of {asked.people} people, +1.9 points; {each:.1f} ms of CPU a world")
    print("| estimator | covers | found, +1.9 | found, none | mean error (points) |\n|---|---|---|---|---|")
    for name, one in planted.items():
        print(
            f"| {METHODS[name]} | {one.coverage:.3f} | {one.power:.3f} | {nothing[name].power:.3f} | {100 * one.error / one.worlds:+.3f} |"
        )
    large(asked.town)


def large(people: int) -> None:
    """Assignment and models of a large town."""
    chance = np.random.default_rng(1)
    codes = chance.integers(0, 200, people)
    begun = time.process_time()
    assignment.assign(codes, (0.34, 0.33, 0.33), 1)
    print(f"assign {people:,} people in 200 strata: {time.process_time() - begun:.2f} s of CPU")
    years = np.repeat(np.arange(2020, 2026), 10_000)
    given = {f"x{at}": chance.normal(size=len(years)).tolist() for at in range(14)}
    design = risk.design(given, [ColumnSpec(one, "value", "number") for one in given])
    matrix = design.matrix(given)
    outcomes = (chance.random(len(years)) < 1 / (1 + np.exp(1 - matrix[:, :3].sum(axis=1)))).astype(int)
    begun = time.process_time()
    _, figures = risk.trained(design, risk.Rows(matrix, outcomes, years), 1)
    auc = {name: round(one["auc"]["value"], 3) for name, one in figures["compared"].items()}
    print(
        f"both models on {len(years):,} rows × 14, tried and explained: {time.process_time() - begun:.1f} s of CPU; AUC {auc}"
    )


if __name__ == "__main__":
    main()
