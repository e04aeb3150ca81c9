"""What an initiative (取組) saves and when its cost has come back. Pure Python, exact decimals.

saved = n · (t0 − t1) − n · e · t_fix − maintenance, in hours a year. A robot that recognises screens has to be made again when these
change, so it is looked at over 1 and 2 years; AI over 5 and 10 (the ministry's study group of 令和元年).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

SHORT, LONG = (1, 2), (5, 10)
YEARS = (*SHORT, *LONG)
FARTHEST = 100  # years: beyond, a figure would only look exact
RISKS = (
    ("画面が一度も変わらない", Decimal(0)),
    ("見込みどおりに変わる", Decimal(1)),
    ("見込みの2倍変わる", Decimal(2)),
)


def in_words(payback: Decimal | None) -> str:
    """After how many years the first cost has come back: 0.8年."""
    if payback is None:
        return "戻らない"
    return f"{payback:,.1f}年" if payback <= FARTHEST else f"{FARTHEST}年より後"


@dataclass(frozen=True)
class Terms:
    """What one knows or assumes of an initiative. cases: a year; before, after: minutes of a case; error_rate: share of cases
    that have to be put right; fix: minutes for one of these; maintenance: hours a year; initial, yearly: yen; changes: of
    screens a year; change_hours, change_cost: hours and yen for one of them; price: yen an hour."""

    cases: Decimal
    before: Decimal
    after: Decimal
    error_rate: Decimal = Decimal(0)
    fix: Decimal = Decimal(0)
    maintenance: Decimal = Decimal(0)
    initial: Decimal = Decimal(0)
    yearly: Decimal = Decimal(0)
    changes: Decimal = Decimal(0)
    change_hours: Decimal = Decimal(0)
    change_cost: Decimal = Decimal(0)
    price: Decimal = Decimal(0)

    @property
    def shortened(self) -> Decimal:
        """n · (t0 − t1), hours a year."""
        return self.cases * (self.before - self.after) / 60

    @property
    def correcting(self) -> Decimal:
        """n · e · t_fix, hours a year."""
        return self.cases * self.error_rate * self.fix / 60

    @property
    def saved(self) -> Decimal:
        """Hours a year that are saved, without the risk of screens that change; negative where it takes longer."""
        return self.shortened - self.correcting - self.maintenance

    @property
    def rate(self) -> Decimal | None:
        """Their share of the time before; None without any."""
        whole = self.cases * self.before / 60
        return self.saved / whole if whole else None

    def yearly_gain(self, risk: Decimal = Decimal(1)) -> Decimal:
        """Yen a year, the first cost left out. risk: how many times as often as foreseen screens change."""
        hours = self.saved - risk * self.changes * self.change_hours
        return hours * self.price - self.yearly - risk * self.changes * self.change_cost

    def gain(self, years: int, risk: Decimal = Decimal(1)) -> Decimal:
        """Yen after so many years, all costs taken off."""
        return years * self.yearly_gain(risk) - self.initial

    def payback(self, risk: Decimal = Decimal(1)) -> Decimal | None:
        """After how many years the first cost has come back; None where it never does."""
        gain = self.yearly_gain(risk)
        return self.initial / gain if gain > 0 else None
