"""Rounds of crews on published instances (Solomon, Homberger), beside OR-Tools in the same run:
`.venv/bin/python benchmarks/rounds.py FOLDER [--seconds 5 60] [--only R112 …] [--peers]`.

FOLDER holds the instances (R112.txt as Solomon wrote it, or R112.vrptw); they are not part of this project. Distances are cut to one decimal
and their sum is compared with the best known one (DIMACS convention). Each plan is looked at by `checking` too.
"""

from __future__ import annotations

import argparse
import math
import resource
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import vrplib

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT / "src")]

# Total distance of the best known solutions as CVRPLIB lists them (one decimal).
BEST_KNOWN = {
    "R112": 948.6, "RC108": 1114.2, "R211": 746.7, "C1_2_10": 2624.7,
    "R1_2_10": 3293.1, "RC1_2_10": 2990.5, "R2_2_10": 2549.4, "RC2_2_10": 1989.2,
}  # fmt: skip


@dataclass(frozen=True)
class Instance:
    """x, y, demand, ready, due, service: a row a place, the depot first; times and distances in tenths."""

    name: str
    vehicles: int
    capacity: int
    rows: list[list[int]]

    def table(self) -> list[list[int]]:
        places = [(x / 10, y / 10) for x, y, *_ in self.rows]
        return [[int(10 * math.dist(one, other)) for other in places] for one in places]


def read(path: Path) -> Instance:
    """A file in Solomon's own form (.txt) or in that of VRPLIB (.vrptw, one service time for all). As many vehicles as DIMACS
    allows: 25 for 100 customers, 50 for 200."""
    solomon = path.suffix.lower() == ".txt"
    found = vrplib.read_instance(path, "solomon" if solomon else "vrplib", compute_edge_weights=False)
    service = (
        found["service_time"] if solomon else [0] + [found["service_time"]] * (len(found["node_coord"]) - 1)
    )
    rows = [
        [
            round(10 * float(x)),
            round(10 * float(y)),
            int(demand),
            round(10 * early),
            round(10 * late),
            round(10 * work),
        ]
        for (x, y), demand, (early, late), work in zip(
            found["node_coord"], found["demand"], found["time_window"], service, strict=True
        )
    ]
    return Instance(path.stem.upper(), 25 if len(rows) <= 101 else 50, int(found["capacity"]), rows)


def ours(instance: Instance, seconds: float, seed: int) -> int | None:
    """Tenths; None where the plan leaves something out or breaks a condition."""
    from yakuba.services.fieldwork.engine.rounds.checking import broken
    from yakuba.services.fieldwork.engine.rounds.problem import Problem, Shift, Stop, Ways
    from yakuba.services.fieldwork.engine.rounds.solving import Effort, solve

    table = instance.table()
    stops = tuple(
        Stop(str(number), number, service, ((ready, due),), demand)
        for number, (_, _, demand, ready, due, service) in enumerate(instance.rows)
        if number
    )
    depot = instance.rows[0]
    shifts = tuple(
        Shift(str(n), 0, 0, (depot[3], depot[4]), capacity=instance.capacity)
        for n in range(instance.vehicles)
    )
    problem = Problem(stops, shifts, Ways(table, table), shortest=True)
    plan = solve(problem, Effort(seconds=seconds, seed=seed))
    return None if plan.left_out or broken(problem, plan) else plan.metres


def or_tools(instance: Instance, seconds: float) -> int | None:
    """Cheapest insertion, then guided local search, as its own guide to time windows sets it up."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    table = instance.table()
    manager = pywrapcp.RoutingIndexManager(len(table), instance.vehicles, 0)
    routing = pywrapcp.RoutingModel(manager)

    def way(one: int, other: int) -> int:
        return table[manager.IndexToNode(one)][manager.IndexToNode(other)]

    def taken(one: int, other: int) -> int:
        return way(one, other) + instance.rows[manager.IndexToNode(one)][5]

    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitCallback(way))
    due = instance.rows[0][4]
    routing.AddDimension(routing.RegisterTransitCallback(taken), due, due, False, "time")
    demand = routing.RegisterUnaryTransitCallback(lambda one: instance.rows[manager.IndexToNode(one)][2])
    routing.AddDimension(demand, 0, instance.capacity, True, "load")
    times = routing.GetDimensionOrDie("time")
    for number, row in enumerate(instance.rows):
        if number:
            times.CumulVar(manager.NodeToIndex(number)).SetRange(row[3], row[4])
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(int(1000 * seconds))
    solution = routing.SolveWithParameters(parameters)
    return solution.ObjectiveValue() if solution else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, nargs="+", default=[5, 60])
    parser.add_argument("--only", nargs="+", default=sorted(BEST_KNOWN))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--peers", action="store_true")
    chosen = parser.parse_args()
    files = {path.stem.upper(): path for path in chosen.folder.iterdir() if path.stem.upper() in BEST_KNOWN}
    gaps: dict[tuple[str, float], list[float]] = {}
    print("instance   program     seconds   CPU s   distance   above best known")
    for name in (name for name in chosen.only if name in files):
        instance = read(files[name])
        for seconds in chosen.seconds:
            for program, run in [("Yakuba", lambda s, i=instance: ours(i, s, chosen.seed))] + [
                ("OR-Tools", lambda s, i=instance: or_tools(i, s))
            ] * chosen.peers:
                before = time.process_time()
                distance = run(seconds)
                cpu = time.process_time() - before
                gap = None if distance is None else 100 * (distance / 10 / BEST_KNOWN[name] - 1)
                gaps.setdefault((program, seconds), []).append(math.inf if gap is None else gap)
                told = "none" if gap is None else f"{distance / 10:9.1f}   {gap:6.2f} %"
                print(f"{name:10} {program:10} {seconds:7.0f} {cpu:9.1f}  {told}", flush=True)
    for (program, seconds), values in gaps.items():
        print(
            f"{program}, {seconds:.0f} s: median {statistics.median(values):.2f} %, largest {max(values):.2f} %"
        )
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
