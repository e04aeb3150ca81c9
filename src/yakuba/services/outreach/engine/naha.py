"""The figures of 那覇市 (published in January; those written to rose by about 1.9 %, all by about 0.6 %, on the same time of the year
before, in which 37.7 % were examined): what can be concluded from them, and what cannot."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

BEFORE, INVITED, ALL = 0.377, 0.019, 0.006


@dataclass(frozen=True)
class Reading:
    """others: by how much those not written to must have moved; difference: of the two; reach: half of the 95 % interval of the change
    among those written to, if each year so many were; still: the share written to at which the others did not move at all."""

    others: float
    difference: float
    reach: float
    still: float


def reading(share: float, people: int) -> Reading:
    """share: of all who were written to, 0 to 1; people: written to in a year."""
    from statsmodels.stats.proportion import confint_proportions_2indep

    others = (ALL - share * INVITED) / (1 - share) if share < 1 else nan
    now, then = round((BEFORE + INVITED) * people), round(BEFORE * people)
    low, high = confint_proportions_2indep(now, people, then, people, method="wald", compare="diff")
    return Reading(others, INVITED - others, float(high - low) / 2, ALL / INVITED)
