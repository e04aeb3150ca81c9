"""The step response of a PD loop with transport delay.

Method of steps: within a block [kτ, (k+1)τ] what arrives late is known, so the block is a plain integral (or a linear equation of
the first order), solved by collocation at Chebyshev points: exact but for the polynomial's degree. It is solved with two
degrees, and their difference is told. Without delay, and where a delay is so short that blocks would be too many (then
ω τ < 0.02), e^(−sτ) is the Padé approximant (2,2), whose error (ω τ)⁵/720 is below 10⁻¹¹ for what is smooth, and the loop a
matrix exponential; the corner at τ is rounded, by less than τ × the steepest slope.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import inf
from typing import Any

import numpy as np

from yakuba.services.simulators.engine.delay.limit import fastest, stable

MOST_BLOCKS = 6_000
SHORT = 0.02  # ω τ below which a delay may be approximated
POINTS = 4_000  # of the answer, at least
RESOLVED = (
    0.05  # rad of the quickest motion between two points: a peak between them is missed by less than 0.04 %
)
MOST_POINTS = 200_000
DEGREES = (10, 16)
BURST = 1e6  # from here on an unstable loop is not followed further


@dataclass(frozen=True)
class Loop:
    """plant: double, single, first (see `limit`); gains, T and τ as there. on_error: whether D acts on r − x and not on x
    alone (double only): the step then gives a kick Kd."""

    plant: str
    kp: float
    kd: float
    tau: float
    t: float = 1.0
    on_error: bool = False

    @property
    def final(self) -> float:
        """Where a stable loop ends after a step of 1: 1 with an integrator, else Kp/(1 + Kp)."""
        return self.kp / (1 + self.kp) if self.plant == "first" else 1.0

    @property
    def fastest(self) -> float:
        """The quickest rate that has to be seen, rad/s."""
        return fastest(self.plant, self.kp, self.kd, self.t)

    @property
    def stable(self) -> bool:
        """Whether it comes to rest."""
        return stable(self.plant, self.kp, self.kd, self.t, self.tau)


@dataclass(frozen=True)
class Response:
    """times in s, values after a step of 1 at 0; error: the largest difference of the two degrees, or what the corner may be off."""

    times: Any
    values: Any
    error: float


def longest(loop: Loop) -> float:
    """For how long (s) it can be followed exactly enough: within the blocks that may be counted, and with points close enough
    that no peak falls between them. Of an unstable loop no peak is told, so that points do not bind."""
    by_points = MOST_POINTS * RESOLVED / loop.fastest if loop.stable else inf
    by_blocks = MOST_BLOCKS * loop.tau if loop.fastest * loop.tau > SHORT else inf
    return min(by_points, by_blocks)


def _points(loop: Loop, duration: float) -> int:
    return int(min(MOST_POINTS, max(POINTS, np.ceil(duration * loop.fastest / RESOLVED))))


def step_response(loop: Loop, duration: float) -> Response:
    """The answer to a step of 1 at time 0, until `duration` (s) or until it has burst. Ask `longest` before."""
    neutral = loop.tau > 0 and not loop.stable and loop.plant != "double"
    if neutral and loop.fastest * loop.tau <= SHORT:
        duration = min(
            duration, MOST_BLOCKS * loop.tau
        )  # bursts by 1/τ: nothing is left of it later, and Padé would overflow
    if loop.tau <= 0 or duration > MOST_BLOCKS * loop.tau:
        return _exponential(loop, duration)
    coarse, fine = (_steps(loop, duration, degree) for degree in DEGREES)
    reach = min(len(coarse.values), len(fine.values))
    scale = max(1.0, float(np.max(np.abs(fine.values[:reach]))))
    error = float(np.max(np.abs(coarse.values[:reach] - fine.values[:reach]))) / scale
    return Response(fine.times, fine.values, error)


def _steps(loop: Loop, duration: float, degree: int) -> Response:
    tau, unit = loop.tau, loop.plant == "double"
    integral = _integral(degree) * (tau / 2)
    size = degree + 1
    a0, t = (1.0, loop.t) if loop.plant == "first" else (0.0, 1.0)
    solve = np.linalg.inv(t * np.eye(size) + a0 * integral)
    blocks = int(np.ceil(duration / tau - 1e-9))
    xs = np.zeros((max(blocks, 1), size))  # in the first block nothing has arrived yet
    rate = np.zeros(size)
    x, v = 0.0, loop.kd if unit and loop.on_error else 0.0
    reached = blocks
    for block in range(1, blocks):
        push = loop.kp * (1.0 - xs[block - 1]) - loop.kd * rate
        if unit:
            rate = v + integral @ push
            v = rate[-1]
        else:
            rate = solve @ (push - a0 * x)
        xs[block] = x + integral @ rate
        x = xs[block, -1]
        if abs(x) > BURST:
            reached = block + 1
            break
    inner = int(np.ceil(_points(loop, duration) / max(blocks, 1)))
    values = xs[:reached] @ _between(degree, inner).T
    times = (np.arange(reached)[:, None] + (np.arange(inner) + 1) / inner) * tau
    times, values = np.append(0.0, times.ravel()), np.append(0.0, values.ravel())
    kept = times <= duration * (1 + 1e-12)
    return Response(times[kept], values[kept], 0.0)


@cache
def _nodes(degree: int) -> Any:
    """Chebyshev points of the second kind from −1 to 1."""
    return -np.cos(np.pi * np.arange(degree + 1) / degree)


@cache
def _integral(degree: int) -> Any:
    """The matrix that makes of values at the points the integral from −1 to each point, exact for polynomials."""
    powers = np.polynomial.chebyshev.chebvander(_nodes(degree), degree)
    coefficients = np.linalg.inv(powers)
    whole = np.array(
        [np.polynomial.chebyshev.chebint(one, lbnd=-1) for one in np.eye(degree + 1)]
    )  # integral of each Chebyshev polynomial, as coefficients
    at = np.polynomial.chebyshev.chebvander(_nodes(degree), degree + 1)
    return at @ whole.T @ coefficients


def _between(degree: int, inner: int) -> Any:
    """The matrix that makes of values at the points those at `inner` even places, the block's end the last."""
    places = 2 * (np.arange(inner) + 1) / inner - 1
    powers = np.polynomial.chebyshev.chebvander(_nodes(degree), degree)
    return np.polynomial.chebyshev.chebvander(places, degree) @ np.linalg.inv(powers)


def _exponential(loop: Loop, duration: float) -> Response:
    """Without delay, or with a short one by Padé: time is counted in durations, so that no coefficient is huge."""
    from scipy.linalg import expm

    matrix, drive, start = _matrices(loop, duration)
    size = len(drive)
    block = np.zeros((size + 1, size + 1))
    block[:size, :size], block[:size, size] = matrix, drive
    points = _points(loop, duration)
    values = _powers(expm(block / points), np.append(start, 1.0), points + 1)
    burst = np.flatnonzero(np.abs(values) > BURST)
    reached = int(burst[0]) if len(burst) else points
    times, values = np.linspace(0.0, duration, points + 1)[: reached + 1], values[: reached + 1]
    steepest = float(np.max(np.abs(np.diff(values)))) * points / duration if len(values) > 1 else 0.0
    return Response(times, values, loop.tau * steepest / max(1.0, float(np.max(np.abs(values)))))


def _powers(once: Any, state: Any, number: int) -> Any:
    """The first state after 0, 1, … steps, `number` of them or until one has burst: √number steps at a time."""
    stride = int(number**0.5) + 1
    rows = np.zeros((stride, len(state)))
    rows[0, 0] = 1.0
    for at in range(1, stride):
        rows[at] = rows[at - 1] @ once
    jump, parts = np.linalg.matrix_power(once, stride), []
    for _ in range(stride):
        parts.append(rows @ state)
        if np.max(np.abs(parts[-1])) > BURST:
            break
        state = jump @ state
    return np.concatenate(parts)[:number]


def _matrices(loop: Loop, duration: float) -> tuple[Any, Any, Any]:
    """States x, (v,) (w, w'): e^(−sτ) u ≈ u − τ w', with w'' τ²/12 + w' τ/2 + w = u. Rates are per duration."""
    kp, kd, tau = loop.kp, loop.kd, loop.tau
    double, delayed = loop.plant == "double", tau > 0
    size = 1 + double + 2 * delayed
    matrix, drive, start = np.zeros((size, size)), np.zeros(size), np.zeros(size)
    w, dw = size - 2, size - 1
    if double:
        matrix[0, 1] = 1
        matrix[1, :2], drive[1] = (-kp, -kd), kp
        if delayed:
            matrix[1, dw] = -tau
        start[1] = kd if loop.on_error else 0.0
        u, known = matrix[1].copy(), kp
        if delayed:
            u[dw] = 0.0
    else:
        a0, t = (1.0, loop.t) if loop.plant == "first" else (0.0, 1.0)
        matrix[0, 0], drive[0] = -(kp + a0) / (t + kd), kp / (t + kd)
        if delayed:
            matrix[0, dw] = -tau / (t + kd)
        u, known = -kd * matrix[0], kp - kd * drive[0]
        u[0] -= kp
    if delayed:
        matrix[w, dw] = 1
        matrix[dw] = 12 / tau**2 * u
        drive[dw] = 12 / tau**2 * known
        matrix[dw, w] -= 12 / tau**2
        matrix[dw, dw] -= 6 / tau
    scale = np.ones(size)
    if double:
        scale[1] = duration
    if delayed:
        scale[dw] = duration
    return matrix * duration * scale[:, None] / scale[None, :], drive * duration * scale, start * scale


@dataclass(frozen=True)
class Figures:
    """overshoot: % over the final value; settling: s, the last exit from ±2 % of it; rise: s from 10 to 90 %. None where it is not
    reached within the time."""

    overshoot: float
    settling: float | None
    rise: float | None


def figures(response: Response, final: float) -> Figures:
    """Overshoot, settling and rise time, linear between points."""
    times, values = response.times, response.values / final
    outside = np.flatnonzero(np.abs(values - 1) > 0.02)
    last = int(outside[-1]) if len(outside) else -1
    settling: float | None = 0.0
    if last >= len(values) - 1:
        settling = None
    elif last >= 0:
        settling = _meets(times, values, last, 0.98 if values[last] < 1 else 1.02)
    low, high = (_first(times, values, level) for level in (0.1, 0.9))
    rise = high - low if low is not None and high is not None else None
    return Figures(max(0.0, float(np.max(values) - 1) * 100), settling, rise)


def _meets(times: Any, values: Any, at: int, level: float) -> float:
    share = (level - values[at]) / (values[at + 1] - values[at])
    return float(times[at] + share * (times[at + 1] - times[at]))


def _first(times: Any, values: Any, level: float) -> float | None:
    above = np.flatnonzero(values >= level)
    return _meets(times, values, int(above[0]) - 1, level) if len(above) and above[0] else None
