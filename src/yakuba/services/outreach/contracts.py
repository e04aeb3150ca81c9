"""What may leave the room."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Estimate:
    """An estimated difference. method: of `METHODS`; difference, low, high: shares (0.019 is 1.9 points), the ends of the 95 %
    interval; p: two-sided; note: why it cannot be had, in Japanese, empty otherwise (then the numbers are meaningless)."""

    method: str
    difference: float = 0.0
    low: float = 0.0
    high: float = 0.0
    p: float = 1.0
    note: str = ""

    @property
    def is_there(self) -> bool:
        """Whether it could be calculated."""
        return not self.note


@dataclass(frozen=True)
class ArmResult:
    """What became of an arm. arm: 0 is the control group; n: analysed; examined: of them; withdrawn: before printing."""

    arm: int
    name: str
    n: int
    examined: int
    withdrawn: int

    @property
    def share(self) -> float | None:
        """Of those analysed; None for nobody."""
        return self.examined / self.n if self.n else None


METHODS = {
    "stratified": "層別の差（Neyman の分散）",
    "lin": "回帰で調整した差（Lin、HC2）",
    "logistic": "ロジスティック回帰の標準化（デルタ法）",
    "plain": "層を使わない差（Newcombe。区間は広すぎます）",
    "weighted": "割り付けの確率で重み付けした差",
}


@dataclass(frozen=True)
class CampaignFacts:
    """A campaign as other rooms see it: numbers alone."""

    id: int
    name: str
    state: str
    members: int
    arms: tuple[str, ...] = field(default=())
