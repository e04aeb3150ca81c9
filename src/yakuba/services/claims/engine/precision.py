"""How often a rule is right, of those that somebody judged."""

from __future__ import annotations

from dataclasses import dataclass

from yakuba.kernel.binomial import lower_bound, upper_bound

ENOUGH = 5  # judged, below which nothing is said of a rule
MOSTLY = 0.5


@dataclass(frozen=True)
class Precision:
    """right, wrong: judged; share: right of judged; low, high: bounds of it, each with 95 % confidence. None where nobody judged."""

    right: int
    wrong: int

    @property
    def judged(self) -> int:
        """The denominator."""
        return self.right + self.wrong

    @property
    def share(self) -> float | None:
        """None where nobody judged."""
        return self.right / self.judged if self.judged else None

    @property
    def low(self) -> float | None:
        """The share of right ones is above it with 95 % confidence."""
        wrong = upper_bound(self.wrong, self.judged)
        return None if wrong is None else 1.0 - wrong

    @property
    def high(self) -> float | None:
        """The share of right ones is below it with 95 % confidence."""
        return 1.0 - lower_bound(self.wrong, self.judged) if self.judged else None

    @property
    def is_mostly_wrong(self) -> bool:
        """Enough were judged, and more were wrong than right beyond chance, or all of them."""
        return self.judged >= ENOUGH and self.high is not None and self.high < MOSTLY
