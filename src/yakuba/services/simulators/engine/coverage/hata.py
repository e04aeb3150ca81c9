"""Path loss in dB over distances of kilometres: free space, Okumura–Hata, COST-231 Hata. f in MHz, d in km, heights in m.

Sources: ITU-R P.525 (free space); M. Hata, "Empirical formula for propagation loss in land mobile radio services", IEEE
Trans. Veh. Technol. VT-29 (1980); COST Action 231 final report (1999), chapter 4.
"""

from __future__ import annotations

from math import log10


def free_space(f: float, d: float) -> float:
    """32.44 + 20 log f + 20 log d."""
    return 32.44 + 20 * log10(f) + 20 * log10(d)


def mobile_correction(f: float, hm: float, *, large: bool) -> float:
    """a(hm): small and medium cities, or a large one (below and above 300 MHz)."""
    if not large:
        return (1.1 * log10(f) - 0.7) * hm - (1.56 * log10(f) - 0.8)
    if f <= 300:
        return 8.29 * log10(1.54 * hm) ** 2 - 1.1
    return 3.2 * log10(11.75 * hm) ** 2 - 4.97


def hata(f: float, hb: float, hm: float, d: float, area: str) -> float:
    """Okumura–Hata. area: small, large, suburban, open. Valid for 150–1500 MHz, hb 30–200 m, hm 1–10 m, 1–20 km."""
    base = 69.55 + 26.16 * log10(f) - 13.82 * log10(hb) - mobile_correction(f, hm, large=area == "large")
    urban = base + (44.9 - 6.55 * log10(hb)) * log10(d)
    if area == "suburban":
        return urban - 2 * log10(f / 28) ** 2 - 5.4
    if area == "open":
        return urban - 4.78 * log10(f) ** 2 + 18.33 * log10(f) - 40.94
    return urban


def cost231(f: float, hb: float, hm: float, d: float, *, metropolitan: bool) -> float:
    """COST-231 Hata; 3 dB more in metropolitan centres. Valid for 1500–2000 MHz, hb 30–200 m, hm 1–10 m, 1–20 km."""
    base = 46.3 + 33.9 * log10(f) - 13.82 * log10(hb) - mobile_correction(f, hm, large=False)
    return base + (44.9 - 6.55 * log10(hb)) * log10(d) + (3.0 if metropolitan else 0.0)
