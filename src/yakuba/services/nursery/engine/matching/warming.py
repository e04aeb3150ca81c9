"""Compiles the loops ahead, so that the first real run need not wait for it."""

from __future__ import annotations

from yakuba.services.nursery.contracts import Market
from yakuba.services.nursery.engine.matching import dynamics, market_file, solving
from yakuba.services.nursery.engine.matching.what_ifs import what_ifs


def warm_up() -> None:
    """Run every compiled loop once on a tiny market without a stable matching; the machine code stays on disk.

    See `kernel.machinecode`; NUMBA_CACHE_DIR names another folder.
    """
    arrays = market_file.checked(_circle())
    solving.solve(arrays, seconds=3600.0)
    held, _ = dynamics.run(arrays.plan)
    list(what_ifs(arrays, held, [{"X": 1}]))
    solving.solve(market_file.checked(Market({"X": 1}, ["single"], [["k"]], [[["X"]]], {}, {"X": ["k"]})))


def _circle() -> Market:
    """A couple and a single child who push each other out for ever (Roth 1984)."""
    return Market(
        capacity={"X": 1, "Y": 1},
        family_ids=["couple", "single"],
        children=[["k1", "k2"], ["k3"]],
        wishes=[[["X", "Y"]], [["X"], ["Y"]]],
        current={},
        priorities={"X": ["k1", "k3"], "Y": ["k3", "k2"]},
    )


if __name__ == "__main__":  # `make setup` calls it before there is a database
    warm_up()
