"""Nursery matching on generated markets: `.venv/bin/python benchmarks/nursery.py [--seeds 1 2 3] [--peers]`.

Markets of the room's tests/synthetic.py: 19 % siblings, 4 % transfers, heavy ties, facility points. Each row is timed in a
process of its own, with compiled code ready (`yakuba nursery warm-up`), from the file's bytes to the checked result.
--peers: installs benchmarks/nursery-peers.txt in a throwaway environment and runs them without siblings and
transfers, each with a time limit.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT / "src")]
PEER_SECONDS = 180
CITY = (8000, 311)


def run_file(children: int, facilities: int, seed: int, seconds: float) -> dict[str, Any]:
    """From a market's bytes to the checked result, as `yakuba nursery solve` does it; `again`: once more in the same
    process, compiled code loaded."""
    from yakuba.services.nursery.engine.garbage import uncollected

    with uncollected():
        first = time_file(children, facilities, seed, seconds)
    with uncollected():
        return first | {"again": time_file(children, facilities, seed, seconds)["all"]}


def time_file(children: int, facilities: int, seed: int, seconds: float) -> dict[str, Any]:
    """One run."""
    from yakuba.services.nursery.engine import check
    from yakuba.services.nursery.engine.matching import market_file, market_writing, solving
    from yakuba.services.nursery.tests import synthetic

    data = market_writing.dump(synthetic.draw(synthetic.Shape(children, facilities, seed=seed)))
    started = time.perf_counter()
    arrays = market_file.read(data)[1]
    read = time.perf_counter()
    matching = solving.solve(arrays, seconds=seconds)
    solved = time.perf_counter()
    report = check.check(data, json.dumps(matching.to_json()).encode())
    end = time.perf_counter()
    return {
        "market": f"{children:,} / {facilities}" + ("" if seconds else " dynamics"),
        "seed": seed,
        "all": end - started,
        "read": read - started,
        "solve": solved - read,
        "check": end - solved,
        "status": str(matching.status),
        "blocking": len(matching.blocking),
        "bound": matching.bound,
        "holds": not report.reasons,
        "MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def run_what_ifs(seed: int, count: int) -> dict[str, Any]:
    """So many changes of five seats at one slot, from the base result."""
    import random

    from yakuba.services.nursery.engine.matching import arrays, dynamics
    from yakuba.services.nursery.engine.matching.what_ifs import what_ifs
    from yakuba.services.nursery.tests import synthetic

    market = arrays.build(synthetic.draw(synthetic.Shape(*CITY, seed=seed)))
    plan = market.plan
    held, fewest = dynamics.run(plan)
    chance = random.Random(seed)
    changes = [{chance.choice(market.slot_ids): 5} for _ in range(count)]
    started = time.perf_counter()
    blocking = [result.blocking for result in what_ifs(market, held, changes)]
    return {
        "market": f"{count} what-ifs",
        "seed": seed,
        "all": time.perf_counter() - started,
        "blocking": f"{fewest} before, {max(blocking)} at most after",
    }


def run_alone(seed: int, path: str) -> dict[str, Any]:
    """Without siblings and transfers: the matching alone, and the market's lists for the peers written to `path`."""
    from yakuba.services.nursery.engine.matching import arrays, dynamics, singles
    from yakuba.services.nursery.tests import synthetic

    market = synthetic.draw(synthetic.Shape(*CITY, seed=seed, siblings=0.0, transfers=0.0))
    flat = arrays.build(market)
    took = []
    for _ in range(5):
        started = time.perf_counter()
        assert singles.are_all(flat)
        held = singles.deferred_acceptance(flat)
        took.append(time.perf_counter() - started)
    placed = dynamics.assignment_of(flat, held)
    lists = {
        row[0]: [wish[0] for wish in wishes]
        for row, wishes in zip(market.children, market.wishes, strict=True)
    }
    rankings = {slot: list(row) for slot, row in market.priorities.items() if row and market.capacity[slot]}
    lists = {child: [slot for slot in row if slot in rankings] for child, row in lists.items()}
    lists = {child: row for child, row in lists.items() if row}
    body = {"children": lists, "slots": rankings, "capacity": market.capacity, "placed": placed}
    Path(path).write_text(json.dumps(body))
    return {
        "market": "8,000 without siblings",
        "seed": seed,
        "all": took[0],
        "again": sorted(took)[2],
    }


def run_peer(name: str, path: str) -> dict[str, Any]:
    """In the peers' environment: the same market, and whether the placing is the same."""
    body = json.loads(Path(path).read_text())
    capacity = {slot: body["capacity"][slot] for slot in body["slots"]}
    if name == "matching":
        from matching.games import HospitalResident

        started = time.perf_counter()
        game = HospitalResident.create_from_dictionaries(body["children"], body["slots"], capacity)
        pairs = {str(child): str(slot) for slot, row in game.solve().items() for child in row}
    else:
        from unittest.mock import MagicMock

        sys.modules["gurobipy"] = MagicMock()  # a commercial solver that other problems of the package use
        from algmatch import HR

        children, slots = list(body["children"]), list(body["slots"])  # it wants numbers for names
        child_number = {child: number for number, child in enumerate(children)}
        slot_number = {slot: number for number, slot in enumerate(slots)}
        residents = {child_number[c]: [slot_number[s] for s in row] for c, row in body["children"].items()}
        hospitals = {
            slot_number[slot]: {"capacity": capacity[slot], "preferences": [child_number[c] for c in row]}
            for slot, row in body["slots"].items()
        }
        started = time.perf_counter()
        found = HR(dictionary={"residents": residents, "hospitals": hospitals}).get_stable_matching()
        rows = found["resident_sided"].items()
        pairs = {children[int(child[1:])]: slots[int(slot[1:])] for child, slot in rows if slot}
    took = time.perf_counter() - started
    ours = {child: slot for child, slot in body["placed"].items() if slot}
    return {"market": f"{name}, 8,000 without siblings", "all": took, "status": f"same: {pairs == ours}"}


def in_a_process(python: str, *words: object, limit: float = 600.0) -> dict[str, Any]:
    """One measurement in a process of its own; how it failed if it did."""
    command = [python, __file__, "--one", *map(str, words)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        return {"market": str(words[:2]), "status": f"not within {limit:.0f} s"}
    if done.returncode:
        return {
            "market": str(words[:2]),
            "status": (done.stderr.strip().splitlines() or ["failed"])[-1][:100],
        }
    return dict(json.loads(done.stdout))


def one(kind: str, *words: str) -> dict[str, Any]:
    """The measurement that a child process was asked for."""
    if kind == "file":
        return run_file(int(words[0]), int(words[1]), int(words[2]), float(words[3]))
    if kind == "what-ifs":
        return run_what_ifs(int(words[0]), int(words[1]))
    if kind == "alone":
        return run_alone(int(words[0]), words[1])
    return run_peer(words[0], words[1])


def peers_python(folder: str) -> str:
    """An environment with the peers, without what they say they need and this problem does not."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = f"{folder}/bin/python"
    wanted = str(PROJECT / "benchmarks" / "nursery-peers.txt")
    install = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "-r", wanted]
    subprocess.run(install, check=True)
    return python


def show(row: dict[str, Any]) -> None:
    cells = [f"{value:.4f}" if isinstance(value, float) else str(value) for value in row.values()]
    print("| " + " | ".join(f"{key} {cell}" for key, cell in zip(row, cells, strict=True)) + " |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--one", nargs="+")
    options = parser.parse_args()
    if options.one:
        print(json.dumps(one(*options.one)))
        return
    for seed in options.seeds:
        show(in_a_process(sys.executable, "file", 2900, 80, seed, options.seconds))
        show(in_a_process(sys.executable, "file", *CITY, seed, options.seconds))
        show(in_a_process(sys.executable, "file", *CITY, seed, 0))
    show(in_a_process(sys.executable, "file", 100_000, 4500, options.seeds[0], 0))
    show(in_a_process(sys.executable, "what-ifs", options.seeds[0], 1000))
    with tempfile.TemporaryDirectory() as folder:
        lists = f"{folder}/market.json"
        show(in_a_process(sys.executable, "alone", options.seeds[0], lists))
        if options.peers:
            python = peers_python(f"{folder}/venv")
            for name in ("algmatch", "matching"):
                show(in_a_process(python, "peer", name, lists, limit=PEER_SECONDS))


if __name__ == "__main__":
    main()
