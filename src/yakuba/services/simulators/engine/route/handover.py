"""Hand-over along a route: event A3 with hysteresis and time to trigger, correlated shadowing, radio link failure.

Sources: 3GPP TS 36.331 5.5.4.4 (A3: neighbour > serving + hysteresis during the whole time to trigger; offsets 0);
M. Gudmundson, "Correlation model for shadow fading in mobile radio systems", Electronics Letters 27 (1991): e^(−Δx/d). Failure of the
radio link by Q_out, Q_in and T310 as in TR 36.839, whose numbers (−8 dB, −6 dB, 1 s) are from memory and may be changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Rules:
    """hysteresis: dB; trigger, interruption, t310, reconnect: s; q_out, q_in: dB of SINR; step: s between measurements; ping_pong:
    s within which going back counts as one."""

    hysteresis: float
    trigger: float
    interruption: float
    q_out: float
    q_in: float
    t310: float
    reconnect: float
    step: float
    ping_pong: float = 1.0


@dataclass
class Drive:
    """What happened: hand-overs as (step, from, to), ping-pongs among them, failures as steps; serving station at each step (−1:
    none); down: whether nothing passes then."""

    handovers: list[tuple[int, int, int]] = field(default_factory=list)
    ping_pongs: int = 0
    failures: list[int] = field(default_factory=list)
    serving: Any = None
    down: Any = None

    def gaps(self, step: float) -> list[float]:
        """Lengths of the stretches in which nothing passes, s."""
        edges = np.flatnonzero(np.diff(np.concatenate(([0], self.down.astype(np.int8), [0]))))
        return [float(end - start) * step for start, end in zip(edges[::2], edges[1::2], strict=True)]


def shadowing(moves: Any, stations: int, sigma: float, distance: float, generator: Any) -> Any:
    """Normal in dB with σ at every step, for each station by itself; neighbouring steps are correlated by e^(−Δx/distance).
    moves: m between steps, (steps − 1). → (steps, stations)."""
    steps = len(moves) + 1
    if not sigma:
        return np.zeros((steps, stations))
    noise = generator.standard_normal((steps, stations)) * sigma
    kept = np.exp(-moves / distance)
    fresh = np.sqrt(1 - kept**2)
    for at in range(1, steps):
        noise[at] = kept[at - 1] * noise[at - 1] + fresh[at - 1] * noise[at]
    return noise


def quality(levels: Any, noise: float, load: float) -> Any:
    """SINR of each station in dB where all others send at that share of the time: level − 10 log(noise + load Σ others), levels and noise in
    dBm."""
    powers = 10 ** (levels / 10)
    others = powers.sum(axis=1, keepdims=True) - powers
    return levels - 10 * np.log10(10 ** (noise / 10) + load * others)


def drive(levels: Any, sinr: Any, rules: Rules) -> Drive:
    """Walk along the route. levels, sinr: (steps, stations). The first station is the strongest.

    A station that was above serving + hysteresis at every step of the time to trigger takes over; nothing passes during
    the interruption. While SINR is below q_out nothing passes, until it is q_in again; after t310 of that the link has
    failed, and after `reconnect` the strongest station serves.
    """
    steps, stations = levels.shape
    needed, t310 = _steps(rules.trigger, rules.step), max(1, _steps(rules.t310, rules.step))
    serving = int(np.argmax(levels[0]))
    best = Drive(serving=np.empty(steps, dtype=np.int16), down=np.zeros(steps, dtype=bool))
    above = np.zeros(stations, dtype=np.int64)
    out, blocked, previous, since = 0, 0, -1, 0
    for at in range(steps):
        if blocked:
            blocked -= 1
            best.serving[at], best.down[at] = serving, True
            if serving < 0 and not blocked:
                serving, previous = int(np.argmax(levels[at])), -1
                above[:] = 0
            continue
        out = _out(out, float(sinr[at, serving]), rules)
        if out >= t310:
            best.failures.append(at)
            best.serving[at], best.down[at] = -1, True
            serving, blocked, out = -1, max(1, _steps(rules.reconnect, rules.step)), 0
            continue
        best.serving[at], best.down[at] = serving, out > 0
        above = np.where(levels[at] > levels[at, serving] + rules.hysteresis, above + 1, 0)
        ready = above > needed
        if ready.any():
            target = int(np.argmax(np.where(ready, levels[at], -np.inf)))
            best.handovers.append((at, serving, target))
            best.ping_pongs += target == previous and (at - since) * rules.step <= rules.ping_pong
            previous, since, serving = serving, at, target
            above[:] = 0
            blocked, out = _steps(rules.interruption, rules.step), 0
    return best


def _steps(seconds: float, step: float) -> int:
    """Whole steps, none too few."""
    return int(np.ceil(seconds / step - 1e-9))


def _out(out: int, sinr: float, rules: Rules) -> int:
    """For how many steps the link has been out of step."""
    if sinr < rules.q_out:
        return out + 1
    return out + 1 if out and sinr < rules.q_in else 0


def crossing(distance: float, aside: float, exponent: float, hysteresis: float) -> float | None:
    """Closed form for two stations, `distance` D m apart along a straight road and `aside` a m off it, without shadowing, where the
    loss grows by 10 n log d: m from the first station to where the second is `hysteresis` H dB above it.

    There (D − x)² + a² = k (x² + a²), k = 10^(−H/(5 n)); on the road itself (a = 0) x = D/(1 + √k), the midpoint for H = 0. The
    hand-over comes v × time to trigger later. None where the second is never that much above.
    """
    k = 10 ** (-hysteresis / (5 * exponent))
    if k == 1:
        return distance / 2
    root = distance**2 - (1 - k) * (distance**2 + aside**2 * (1 - k))
    return (distance - root**0.5) / (1 - k) if root >= 0 else None
