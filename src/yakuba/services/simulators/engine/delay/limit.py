"""The largest delay at which a PD loop is stable, in closed form.

Plants, with the control u = Kp (r − x) − Kd x' that arrives τ late:

* double: x'' = u(t − τ), characteristic equation s² + (Kp + Kd s) e^(−sτ) = 0.
* single: x' = u(t − τ), s + (Kp + Kd s) e^(−sτ) = 0.
* first: T x' + x = u(t − τ), T s + 1 + (Kp + Kd s) e^(−sτ) = 0.

A root stands on the imaginary axis at s = jω where |P(jω)| = |Kp + j Kd ω|; its phase gives τ. With one such ω > 0 the loop
that is stable without delay is stable for every τ below that τ* and for none above. The last two are of neutral type where
Kd > 0: with Kd ≥ 1 (Kd ≥ T) infinitely many roots stand right of the axis for any τ > 0.
Gains in 1/s² and 1/s (double), 1/s and 1 (single), 1 and s (first); T and τ in s.
"""

from __future__ import annotations

from math import asin, atan, inf, pi, sqrt


def crossing(plant: str, kp: float, kd: float, t: float = 1.0) -> float | None:
    """ω in rad/s at which a root crosses the axis; None where none ever does."""
    if plant == "double":
        return sqrt((kd**2 + sqrt(kd**4 + 4 * kp**2)) / 2)
    if plant == "single":
        return kp / sqrt(1 - kd**2) if kd < 1 else None
    return sqrt((kp**2 - 1) / (t**2 - kd**2)) if kp > 1 and kd < t else None


def largest_delay(plant: str, kp: float, kd: float, t: float = 1.0) -> float:
    """τ* in s: 0 where any delay makes it unstable (neutral type), inf where none does.

    double: τ* = atan(Kd ω / Kp) / ω, which is 0 without Kd, since the loop then swings for ever already without delay.
    """
    if plant != "double" and kd >= (1 if plant == "single" else t):
        return 0.0
    omega = crossing(plant, kp, kd, t)
    if omega is None:
        return inf
    if plant == "double":
        return atan(kd * omega / kp) / omega
    if plant == "single":
        return sqrt(1 - kd**2) * (pi / 2 + asin(kd)) / kp
    return (pi - atan(omega * t) + atan(kd * omega / kp)) / omega


def stable(plant: str, kp: float, kd: float, t: float, tau: float) -> bool:
    """Whether the loop comes to rest with a delay of tau s ≥ 0. Without delay all do whose Kp is above 0, but for the double one
    without Kd: τ* = 0 of the neutral type speaks of delays above 0 alone."""
    if tau <= 0:
        return plant != "double" or kd > 0
    return tau < largest_delay(plant, kp, kd, t)


def fastest(plant: str, kp: float, kd: float, t: float = 1.0) -> float:
    """The quickest rate in rad/s that an answer has to show: of the crossing, and of what decays."""
    decay = (1 + kp) / t if plant == "first" else kp if plant == "single" else 0.0
    return max(crossing(plant, kp, kd, t) or 0.0, decay)
