"""3GPP TR 38.901 (V16/V17) table 7.4.1-1: path loss in dB. fc in GHz, d2d in m on the ground, heights in m.

Effective heights of UMa and UMi are 1 m lower (hE = 1 m, hUT ≤ 13 m). c = 3.0e8 m/s, as the report has it.
"""

from __future__ import annotations

from math import exp, hypot, log10, pi

SPEED = 3.0e8
STREET, BUILDINGS = 20.0, 5.0  # m: street width W and building height h of RMa, the report's usual values


def break_point(scenario: str, fc: float, hbs: float, hut: float) -> float:
    """d'BP (UMa, UMi) or dBP (RMa) in m."""
    if scenario == "rma":
        return 2 * pi * hbs * hut * fc * 1e9 / SPEED
    return 4 * (hbs - 1) * (hut - 1) * fc * 1e9 / SPEED


def line_of_sight(scenario: str, fc: float, d2d: float, hbs: float, hut: float) -> float:
    """LOS of umi, uma or rma."""
    d3d, far = hypot(d2d, hbs - hut), break_point(scenario, fc, hbs, hut)
    if scenario == "rma":
        near = min(d2d, far)
        loss = _rma_near(fc, hypot(near, hbs - hut))
        return loss if d2d <= far else loss + 40 * log10(d3d / hypot(far, hbs - hut))
    at_1m, slope, correction = (32.4, 21.0, 9.5) if scenario == "umi" else (28.0, 22.0, 9.0)
    if d2d <= far:
        return at_1m + slope * log10(d3d) + 20 * log10(fc)
    return at_1m + 40 * log10(d3d) + 20 * log10(fc) - correction * log10(far**2 + (hbs - hut) ** 2)


def _rma_near(fc: float, d3d: float) -> float:
    h = BUILDINGS
    loss = 20 * log10(40 * pi * d3d * fc / 3) + min(0.03 * h**1.72, 10) * log10(d3d)
    return loss - min(0.044 * h**1.72, 14.77) + 0.002 * log10(h) * d3d


def no_line_of_sight(scenario: str, fc: float, d2d: float, hbs: float, hut: float) -> float:
    """NLOS: at least the loss with line of sight."""
    d3d = hypot(d2d, hbs - hut)
    if scenario == "umi":
        own = 35.3 * log10(d3d) + 22.4 + 21.3 * log10(fc) - 0.3 * (hut - 1.5)
    elif scenario == "uma":
        own = 13.54 + 39.08 * log10(d3d) + 20 * log10(fc) - 0.6 * (hut - 1.5)
    else:
        own = _rma_hidden(fc, d3d, hbs, hut)
    return max(line_of_sight(scenario, fc, d2d, hbs, hut), own)


def _rma_hidden(fc: float, d3d: float, hbs: float, hut: float) -> float:
    loss = 161.04 - 7.1 * log10(STREET) + 7.5 * log10(BUILDINGS)
    loss -= (24.37 - 3.7 * (BUILDINGS / hbs) ** 2) * log10(hbs)
    loss += (43.42 - 3.1 * log10(hbs)) * (log10(d3d) - 3) + 20 * log10(fc)
    return loss - (3.2 * log10(11.75 * hut) ** 2 - 4.97)


def chance_of_sight(scenario: str, d2d: float) -> float:
    """The probability of line of sight (table 7.4.2-1), for hUT ≤ 13 m."""
    if scenario == "rma":
        return 1.0 if d2d <= 10 else exp(-(d2d - 10) / 1000)
    if d2d <= 18:
        return 1.0
    far = 36 if scenario == "umi" else 63
    return 18 / d2d + exp(-d2d / far) * (1 - 18 / d2d)


def spread(scenario: str, fc: float, d2d: float, hbs: float, hut: float, *, sight: bool) -> float:
    """σ of the shadowing in dB (table 7.4.1-1)."""
    if scenario == "rma":
        return 8.0 if not sight else 4.0 if d2d <= break_point("rma", fc, hbs, hut) else 6.0
    return 4.0 if sight else 7.82 if scenario == "umi" else 6.0
