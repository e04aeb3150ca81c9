"""How likely an event is at which hour of the day, learnt from when such events were: a hazard on the circle of 24 hours.

    λ(c) = Σ w(i) K(c − c(i)) / Σ w(d)

in events per hour at clock time c: i are the events, d the days that were watched, w = 2^(−age in days / 14) lets the newer ones
count more, K is the von Mises density on the circle (κ = 26, a standard deviation of about 45 minutes), so 23:50 and 0:10 are
neighbours (Mardia and Jupp, Directional Statistics, 2000, ch. 12). The chance of an event within the next m minutes, taken as a
Poisson process of that intensity, is 1 − exp(−∫ λ).

Nothing is said before there are 20 events over 7 days, nor while the sensor is silent. It is a habit of the clock alone: what was
eaten and drunk, medicine and illness are not in it. It is no medical device.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

BINS = 96  # quarters of an hour
DAY = 86_400.0
KAPPA = 26.0
HALF = 14.0  # days
LEAST_EVENTS, LEAST_DAYS = 20, 7
MOST_DAYS = 56


def pattern(
    events: Sequence[float], since: float, now: float, offset: float = 32_400.0
) -> list[float] | None:
    """Events to be expected in each quarter of an hour of the day, from midnight. events: moments; since: when watching began;
    offset: of the town's clock; all in seconds. None where there is too little to say anything."""
    since = max(since, now - MOST_DAYS * DAY)
    known = np.array([one for one in events if since <= one <= now])
    days = (now - since) / DAY
    if len(known) < LEAST_EVENTS or days < LEAST_DAYS:
        return None
    weights = 0.5 ** ((now - known) / DAY / HALF)
    rate = math.log(2) / HALF
    watched = (1 - math.exp(-rate * days)) / rate  # ∫ w over the days
    middles = (np.arange(BINS) + 0.5) / BINS * 2 * np.pi
    clocks = ((known + offset) % DAY) / DAY * 2 * np.pi
    kernel = np.exp(KAPPA * (np.cos(middles[None, :] - clocks[:, None]) - 1))
    kernel /= kernel.sum(axis=1, keepdims=True)  # each event is one event, wherever it lies in its quarter
    return [float(one) for one in weights @ kernel / watched]


def chance(expected: Sequence[float], at: float, minutes: float, offset: float = 32_400.0) -> float:
    """Of at least one event within the next minutes. expected: of `pattern`; at: a moment in seconds."""
    step = DAY / BINS
    start = (at + offset) % DAY
    left, total = minutes * 60.0, 0.0
    while left > 0:
        room = min(left, step - start % step)
        total += expected[int(start // step) % BINS] * room / step
        start, left = (start + room) % DAY, left - room
    return 1 - math.exp(-total)
