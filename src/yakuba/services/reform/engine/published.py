"""Effects that municipalities published, as they stand in the ministry's papers, and what follows from them. Pure Python.

Where a table tells the hours saved and a rounded rate alone, the hours before are an interval: those of which the rate, rounded
as it is printed, comes out.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

SLIDES = "総務省「地方自治体におけるRPAの導入効果の事例」（スマート自治体研究会、2019年）"


@dataclass(frozen=True)
class PublishedEffect:
    """One row. before, after, saved: hours a year; rate: percent as it is printed; None for what is not published. place:
    decimals of the rate."""

    body: str
    task: str
    saved: Decimal | None
    before: Decimal | None = None
    after: Decimal | None = None
    rate: Decimal | None = None
    cases: int | None = None
    total: bool = False
    source: str = SLIDES

    @property
    def before_interval(self) -> tuple[Decimal, Decimal] | None:
        """Between which hours the time before lies; None where nothing says so."""
        if self.before is not None:
            return self.before, self.before
        return interval(self.saved, self.rate) if self.rate and self.saved is not None else None


def interval(saved: Decimal, rate: Decimal) -> tuple[Decimal, Decimal]:
    """Hours before of which `saved` is `rate` percent, rounded half up to its decimals; never less than what was saved."""
    half = Decimal(5).scaleb(int(rate.as_tuple().exponent) - 1)
    low = 100 * saved / (rate + half)
    return max(low, saved), 100 * saved / (rate - half)


def rate_interval(rows: list[PublishedEffect]) -> tuple[Decimal, Decimal]:
    """Between which percents the rate of the rows' sum lies. Raises ValueError where a row says nothing of its time before."""
    found = [row.before_interval for row in rows]
    if any(one is None for one in found):
        raise ValueError("a row without its time before")
    known = [one for one in found if one is not None]
    saved = sum((row.saved for row in rows if row.saved is not None), Decimal(0))
    low, high = (sum((one[end] for one in known), Decimal(0)) for end in (0, 1))
    return 100 * saved / high, 100 * saved / low


def clock(text: str) -> Decimal:
    """`444:26` → hours."""
    hours, _, minutes = text.partition(":")
    return Decimal(hours) + Decimal(minutes) / 60


def _ichinomiya(task: str, before: int, after: int, rate: str, total: bool = False) -> PublishedEffect:
    saved = Decimal(before - after)
    return PublishedEffect("一宮市", task, saved, Decimal(before), Decimal(after), Decimal(rate), total=total)


def _tsukuba(task: str, cases: int, saved: str, rate: str, total: bool = False) -> PublishedEffect:
    return PublishedEffect("つくば市", task, clock(saved), rate=Decimal(rate), cases=cases, total=total)


PUBLISHED = (
    _ichinomiya("個人住民税 年金情報異動入力", 240, 48, "80.0"),
    _ichinomiya("個人住民税 特別徴収異動届", 592, 398, "32.8"),
    _ichinomiya("個人住民税 年度切替処理入力", 201, 53, "73.6"),
    _ichinomiya("事業所税 事業所税申告書入力", 15, 6, "60.0"),
    _ichinomiya("合計", 1048, 505, "51.8", total=True),
    _tsukuba("住民登録 転入通知投入", 10_000, "444:26", "88.9"),
    _tsukuba("市民窓口課の合計", 16_000, "511:06", "85.2", total=True),
    _tsukuba("法人市民税 法人番号情報の登録", 2_800, "31:06", "100.0"),
    _tsukuba("個人住民税 特別徴収方法の切替", 14_300, "278:03", "77.8"),
    _tsukuba("個人住民税 確定申告書の重複処理", 6_000, "66:40", "66.7"),
    _tsukuba("市民税課の合計", 32_601, "470:43", "79.5", total=True),
    _tsukuba("合計", 48_601, "981:49", "82.4", total=True),
    PublishedEffect("宇城市", "職員給与、ふるさと納税など（見込み）", Decimal(1700)),
    PublishedEffect("港区", "RPA7業務とAI-OCR（見込み）", Decimal(2000)),
    PublishedEffect("橋本市", "軽自動車税の廃車登録", Decimal("86.6")),
    PublishedEffect("加賀市", "3業務の合計", Decimal(188), rate=Decimal(52)),
    PublishedEffect("長岡市", "9課中6課の25業務（見込み）", Decimal(2028)),
    PublishedEffect("宗像市", "農地情報公開システムへの入力", Decimal(1410), Decimal(1450), Decimal(40)),
    PublishedEffect("奈良市", "5業務のうち最も減ったもの（約）", None, rate=Decimal(80)),
    PublishedEffect("（団体名なし）", "パイロット版の検証（見込み、約）", None, rate=Decimal(74)),
)
