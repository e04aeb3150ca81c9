"""What may take over a task, and why: stated rules over its class and attributes. Pure Python.

Each means looks at the task by itself and says yes, under conditions, or no, with every reason in words. The best one is proposed.
What it may take is a share of the task's hours, from published trials where there are any (`SHARES` names them), of the cases that
go the usual way.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from functools import lru_cache

from yakuba.services.reform.contracts import ClassWork as W
from yakuba.services.reform.contracts import Judgement, Means, Medium, Routine

FEW_HOURS = 20  # a year: below, making and keeping it takes as long
USUAL, MANY = Decimal(10), Decimal(30)  # percent of exceptions


class Fit(IntEnum):
    """How far a means fits a task."""

    NO = 0
    CONDITIONAL = 1
    GOOD = 2

    @property
    def label(self) -> str:
        """In Japanese."""
        return ("向かない", "条件つき", "向いている")[self]


@dataclass(frozen=True)
class Traits:
    """What of a task the rules look at; what is not known is empty, or None. exceptions: percent; few: whether it takes fewer
    hours a year than `FEW_HOURS`."""

    work: str = ""
    routine: str = ""
    judgement: str = ""
    medium: str = ""
    exceptions: Decimal | None = None
    few: bool = False


@dataclass(frozen=True)
class Verdict:
    """How one means fits. share: of the task's hours that it may take, from 0 to 1."""

    means: Means
    fit: Fit
    reasons: tuple[str, ...]
    share: Decimal


@dataclass(frozen=True)
class Share:
    """What a means takes where it fits well, and under conditions; source: where that is from."""

    good: Decimal
    conditional: Decimal
    source: str


SHARES = {
    Means.ROBOTS: Share(
        Decimal("0.824"), Decimal("0.518"), "つくば市の実証の合計82.4%、一宮市の実証の合計51.8%（総務省資料）"
    ),
    Means.READING: Share(
        Decimal("0.740"),
        Decimal("0.328"),
        "一宮市の特別徴収異動届。読み取りを改善したとき438/592時間、実証では194/592時間",
    ),
    Means.MATCHING: Share(
        Decimal("0.5"), Decimal("0.25"), "公表された値がないので、半分と4分の1と仮に置いた値"
    ),
    Means.ANSWERS: Share(
        Decimal("0.5"), Decimal("0.25"), "公表された値がないので、半分と4分の1と仮に置いた値"
    ),
}
WORKS = {
    Means.READING: (W.ENTRY, W.RECEIVE, W.FILING, W.CHECK),
    Means.ROBOTS: (W.ENTRY, W.OUTPUT, W.EXCHANGE, W.CHECK),
    Means.MATCHING: (W.CHECK, W.DECIDE),
    Means.ANSWERS: (W.TALK, W.RECEIVE),
}
MEDIA = {
    Means.READING: {Medium.PAPER: Fit.GOOD, Medium.BOTH: Fit.GOOD},
    Means.ROBOTS: {Medium.DATA: Fit.GOOD, Medium.BOTH: Fit.CONDITIONAL, Medium.PAPER: Fit.CONDITIONAL},
    Means.MATCHING: {Medium.DATA: Fit.GOOD, Medium.BOTH: Fit.CONDITIONAL, Medium.PAPER: Fit.CONDITIONAL},
    Means.ANSWERS: {Medium.TELEPHONE: Fit.GOOD, Medium.IN_PERSON: Fit.CONDITIONAL, Medium.DATA: Fit.GOOD},
}


@lru_cache(maxsize=10_000)
def verdicts(traits: Traits) -> tuple[Verdict, ...]:
    """Every means, the best first; of equal ones the first of `WORKS`."""
    found = [_verdict(means, traits) for means in WORKS]
    return tuple(sorted(found, key=lambda one: (-one.fit, -one.share)))


def proposal(traits: Traits) -> Verdict:
    """The best means, or staff with the reasons why none fits."""
    best = verdicts(traits)[0]
    if best.fit > Fit.NO:
        return best
    return Verdict(Means.PERSON, Fit.NO, _why_a_person(traits), Decimal(0))


def _verdict(means: Means, traits: Traits) -> Verdict:
    if not traits.work:
        return Verdict(means, Fit.NO, ("事務分類が書かれていません。",), Decimal(0))
    if traits.work not in WORKS[means]:
        told = f"「{W(traits.work).label}」は{means.label}の仕事ではありません。"
        return Verdict(means, Fit.NO, (told,), Decimal(0))
    looked = _looked(means, traits)
    fit = min(one for one, _ in looked)
    share = Decimal(0)
    if fit > Fit.NO:
        shares = SHARES[means]
        usual = 1 - (traits.exceptions or Decimal(0)) / 100
        share = (shares.good if fit == Fit.GOOD else shares.conditional) * usual
    return Verdict(means, fit, tuple(reason for _, reason in looked if reason), share)


def _looked(means: Means, traits: Traits) -> tuple[tuple[Fit, str], ...]:
    """What each attribute says, with the reason."""
    return (
        _medium(means, traits.medium),
        _routine(means, traits.routine),
        _judgement(means, traits.judgement),
        _exceptions(traits.exceptions),
        _hours(traits.few),
    )


def _medium(means: Means, medium: str) -> tuple[Fit, str]:
    if not medium:
        return Fit.CONDITIONAL, "媒体が書かれていません。"
    label = Medium(medium).label
    fit = MEDIA[means].get(Medium(medium), Fit.NO)
    if fit == Fit.NO:
        return fit, f"媒体が{label}なので、{means.label}は使えません。"
    if fit == Fit.CONDITIONAL and means != Means.ANSWERS:
        return fit, f"媒体が{label}なので、先に帳票読取か電子申請でデータにする必要があります。"
    if fit == Fit.CONDITIONAL:
        return fit, "対面なので、来る前に答えが見つかる人の分だけ減ります。"
    return fit, f"媒体が{label}です。"


def _routine(means: Means, routine: str) -> tuple[Fit, str]:
    if not routine:
        return Fit.CONDITIONAL, "定型かどうかが書かれていません。"
    if routine == Routine.ROUTINE:
        return Fit.GOOD, "手順が定型です。"
    if routine == Routine.PARTLY:
        return Fit.CONDITIONAL, "定型なのは一部なので、手順を分けられるところだけです。"
    return Fit.NO, "手順が毎回違います（非定型）。"


def _judgement(means: Means, judgement: str) -> tuple[Fit, str]:
    if not judgement:
        return Fit.CONDITIONAL, "判断の有無が書かれていません。"
    if judgement == Judgement.NONE:
        return Fit.GOOD, "判断が要りません。"
    if judgement == Judgement.DISCRETION:
        return Fit.NO, "裁量のある判断なので、職員が行います。"
    if means == Means.MATCHING:
        return Fit.GOOD, "判断は基準に当てはめるもので、決まりとして書けます。"
    return Fit.CONDITIONAL, "基準に当てはめる判断があり、その分は職員か決まりの部品が要ります。"


def _exceptions(exceptions: Decimal | None) -> tuple[Fit, str]:
    if exceptions is None:
        return Fit.CONDITIONAL, "例外率が書かれていません。"
    said = f"例外が{exceptions.normalize():f}%"
    if exceptions <= USUAL:
        return Fit.GOOD, f"{said}と少なめです。"
    if exceptions <= MANY:
        return Fit.CONDITIONAL, f"{said}あり、その分は職員に残ります。"
    return Fit.NO, f"{said}と多く、先に手順をそろえる必要があります。"


def _hours(few: bool) -> tuple[Fit, str]:
    return (
        (Fit.NO, f"年に{FEW_HOURS}時間より少なく、作って保つ手間のほうが大きくなります。")
        if few
        else (Fit.GOOD, "")
    )


def _why_a_person(traits: Traits) -> tuple[str, ...]:
    """What stands against the means that is nearest to fitting; that none does such work, where it is so."""
    if not traits.work:
        return ("事務分類が書かれていないので、まだ分かりません。",)
    against = [
        tuple(reason for fit, reason in _looked(means, traits) if fit == Fit.NO)
        for means, works in WORKS.items()
        if traits.work in works
    ]
    return min(against, key=len, default=(f"「{W(traits.work).label}」は職員が行う仕事です。",))
