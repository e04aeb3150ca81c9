"""The Gilbert–Elliott channel: a good and a bad state, packets lost with another probability in each.

p: probability of good → bad from one packet to the next, r: of bad → good; g, b: probability of loss in good and bad.
Sources: E. N. Gilbert, Bell Syst. Tech. J. 39 (1960); E. O. Elliott, Bell Syst. Tech. J. 42 (1963).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any


@dataclass(frozen=True)
class Channel:
    """All four between 0 and 1, p and r above 0."""

    p: float
    r: float
    g: float
    b: float

    @property
    def bad(self) -> float:
        """The share of packets in the bad state: π_B = p/(p + r)."""
        return self.p / (self.p + self.r)

    @property
    def loss(self) -> float:
        """The share of packets lost: (1 − π_B) g + π_B b."""
        return (1 - self.bad) * self.g + self.bad * self.b

    @property
    def stay(self) -> float:
        """Packets in the bad state at a time, on average: 1/r."""
        return 1 / self.r

    @property
    def memory(self) -> float:
        """λ = 1 − p − r: the correlation of the state k packets apart is λ^k."""
        return 1 - self.p - self.r

    def deviation(self, n: int) -> float:
        """Standard deviation of the number lost of n packets: √(n L(1 − L) + 2 (b − g)² π_B(1 − π_B) Σ (n − k) λ^k), k from 1 to n − 1."""
        share = (self.b - self.g) ** 2 * self.bad * (1 - self.bad)
        return sqrt(max(0.0, n * self.loss * (1 - self.loss) + 2 * share * _weighted(n, self.memory)))

    def independent(self, n: int) -> float:
        """The same if each packet were lost by itself: √(n L(1 − L))."""
        return sqrt(n * self.loss * (1 - self.loss))


def _weighted(n: int, x: float) -> float:
    """Σ (n − k) x^k, k from 1 to n − 1, for x below 1: n x/(1 − x) − x (1 − x^n)/(1 − x)²; close to 1 by the sum itself."""
    if 1 - x > 1e-3:
        return n * x / (1 - x) - x * (1 - x**n) / (1 - x) ** 2
    import numpy as np

    k = np.arange(1, n)
    return float(np.sum((n - k) * x**k))


def simulate(channel: Channel, packets: int, seed: int) -> Any:
    """Whether each packet is lost: a Boolean array. The states are drawn as stays, which are geometric."""
    import numpy as np

    generator = np.random.default_rng(seed)
    bad = np.zeros(packets, dtype=bool)
    at, state = 0, bool(generator.random() < channel.bad)
    while at < packets:
        pairs = min(100_000, int((packets - at) / (1 / channel.p + 1 / channel.r)) + 100)
        first, second = (channel.r, channel.p) if state else (channel.p, channel.r)
        stays = np.empty(2 * pairs, dtype=np.int64)
        stays[0::2] = np.minimum(generator.geometric(first, pairs), packets)
        stays[1::2] = np.minimum(generator.geometric(second, pairs), packets)
        ends = at + np.cumsum(stays)
        used = int(np.searchsorted(ends, packets)) + 1
        states = np.resize(np.array([state, not state]), 2 * pairs)
        part = np.repeat(states[:used], stays[:used])[: packets - at]
        bad[at : at + len(part)] = part
        at += len(part)  # whole pairs have passed, or the end is reached: the state is the same again
    return generator.random(packets) < np.where(bad, channel.b, channel.g)


@dataclass(frozen=True)
class Count:
    """packets, how many were lost, and in how many bursts (runs of lost ones)."""

    packets: int
    lost: int
    bursts: int


def count(lost: Any) -> Count:
    """Of a Boolean array."""
    import numpy as np

    starts = int(np.count_nonzero(lost[1:] & ~lost[:-1])) + int(lost[0]) if len(lost) else 0
    return Count(len(lost), int(np.count_nonzero(lost)), starts)


def burst_share(channel: Channel) -> float:
    """The probability that a packet begins a burst: lost, and the one before was not. Σ over the states of both."""
    stays = ((1 - channel.p, channel.p), (channel.r, 1 - channel.r))  # good, bad → good, bad
    share, lost = (1 - channel.bad, channel.bad), (channel.g, channel.b)
    return sum(share[i] * (1 - lost[i]) * stays[i][j] * lost[j] for i in range(2) for j in range(2))


def mean_burst(channel: Channel) -> float | None:
    """Packets of a burst, on average: L over the probability that one begins. None where none begins."""
    begins = burst_share(channel)
    return channel.loss / begins if begins > 0 else None


def fit(counted: Count) -> Channel:
    """p and r for g = 0, b = 1 (the simple Gilbert channel): r = 1/mean burst, p = r L/(1 − L). Raises ValueError where nothing or
    everything was lost."""
    if not 0 < counted.bursts <= counted.lost < counted.packets:
        raise ValueError("a fit needs packets that were lost and packets that were not")
    r = counted.bursts / counted.lost
    loss = counted.lost / counted.packets
    return Channel(min(1.0, r * loss / (1 - loss)), r, 0.0, 1.0)
