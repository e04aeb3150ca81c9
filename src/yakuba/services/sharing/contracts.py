"""What may leave the sharing room. No framework."""

from __future__ import annotations

from yakuba.kernel.values.labelled import Labelled


class WithoutUse(Labelled):
    """How the part by use is shared in a month in which nobody used anything (だれも使わなかった月)."""

    EQUAL = "equal", "均等に分ける"
    POPULATION = "population", "人口で分ける"
    REFUSE = "refuse", "締めずに確かめる"


class TaxRounding(Labelled):
    """How consumption tax is rounded, once for each bill and rate (消費税の端数)."""

    HALF_UP = "half_up", "四捨五入"
    DOWN = "down", "切り捨て"
    UP = "up", "切り上げ"
