"""満空: what a number of free spaces means."""

from __future__ import annotations

from enum import StrEnum


class Fill(StrEnum):
    """How full a car park is."""

    FREE = "free"
    NEARLY = "nearly"
    FULL = "full"


WORDS = {Fill.FREE: "空車", Fill.NEARLY: "混雑", Fill.FULL: "満車"}


def free_of(number: float, spaces: int, counts_free: bool) -> float:
    """Free spaces, between none and all. number: as it was measured, free or taken ones."""
    return min(float(spaces), max(0.0, number if counts_free else spaces - number))


def fill(free: float, nearly: int) -> Fill:
    """Less than one free space is full; `nearly` or fewer is nearly full."""
    if free < 1:
        return Fill.FULL
    return Fill.NEARLY if free <= nearly else Fill.FREE


def between(low: float, high: float, nearly: int) -> str:
    """In words, between two numbers of free spaces: one word, or from the fuller to the emptier one."""
    fuller, emptier = WORDS[fill(low, nearly)], WORDS[fill(high, nearly)]
    return fuller if fuller == emptier else f"{emptier}〜{fuller}"
