"""Link budget, margin for shadowing, radius, hexagons. Pure functions; powers in dBm, gains and losses in dB, lengths in km."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, e, erf, exp, log10, sqrt
from statistics import NormalDist

THERMAL = -174.0  # dBm in 1 Hz at 290 K: 10 log10(k T / 1 mW) = −173.98


def sensitivity(bandwidth: float, noise_figure: float, snr: float) -> float:
    """The least power that is enough, dBm: −174 + 10 log10(B in Hz) + noise figure + SNR. bandwidth in MHz."""
    return THERMAL + 10 * log10(bandwidth * 1e6) + noise_figure + snr


def margin(sigma: float, edge: float) -> float:
    """dB that the mean must be above so that `edge` % of the places at the cell's edge are served, shadowing being normal in dB:
    z(edge) σ. 90 % is 1.2816 σ."""
    return sigma * NormalDist().inv_cdf(edge / 100) if sigma else 0.0


def within_cell(sigma: float, edge: float, exponent: float) -> float:
    """The share of the cell's area that is served, in %, where the loss grows by 10 n dB a decade (Jakes, Microwave Mobile
    Communications, 1974, 2.5): ½ [1 + erf a' + e^((2a'b + 1)/b²) (1 − erf(a' + 1/b))] with a' = margin/(σ√2), b = 10 n log10 e/(σ√2)."""
    if not sigma:
        return 100.0
    from scipy.special import erfcx  # e^(x²)(1 − erf x), which neither overflows nor cancels

    a = margin(sigma, edge) / (sigma * sqrt(2))
    b = 10 * exponent * log10(e) / (sigma * sqrt(2))
    return 50 * (1 + erf(a) + exp(-(a**2)) * float(erfcx(a + 1 / b)))


def radius(loss: Callable[[float], float], most: float, low: float, high: float) -> float | None:
    """The largest distance at which the loss is at most `most`, between low and high; None where it is more already at low. The
    loss must not fall with distance. 60 halvings."""
    if loss(low) > most:
        return None
    if loss(high) <= most:
        return high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if loss(middle) <= most else (low, middle)
    return low


def hexagon(radius: float) -> float:
    """The area of a hexagonal cell with that distance to its corners: (3√3/2) R², km²."""
    return 1.5 * sqrt(3) * radius**2


def stations(area: float, radius: float) -> int:
    """How many such cells have that area, without regard to its shape."""
    return ceil(area / hexagon(radius) - 1e-9)
