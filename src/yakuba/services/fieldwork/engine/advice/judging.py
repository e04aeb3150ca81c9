"""A field on a day against the rules: advised, not advised, not enough known, or beyond what a rule was made for.

No number is made up: a mean or a sum of days needs nine of ten of them and the last one, a sample or a picture must not be older than
the rule says, and degree-days need nine of ten days since sowing. What lacks is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from yakuba.services.fieldwork.engine.advice.measures import DAILY, Origin
from yakuba.services.fieldwork.engine.advice.rules import AdviceRule, AdviceRules, Condition, Crop

KNOWN = 0.9  # share of days
ONE = timedelta(days=1)
Days = Mapping[date, float]
DegreeDays = Callable[[Days, date, date, float], tuple[float, int]]


class Verdict(StrEnum):
    """What comes of a rule."""

    ADVISED = "advised"
    NOT = "not"
    LACKING = "lacking"
    BEYOND = "beyond"


VERDICTS = {
    Verdict.ADVISED: "助言",
    Verdict.NOT: "当てはまらない",
    Verdict.LACKING: "データが足りない",
    Verdict.BEYOND: "決まりの範囲の外",
}


@dataclass(frozen=True)
class FieldFacts:
    """What is known of a field. daily: word → day → value; samples: word → its values by day."""

    crop: str
    sown: date | None
    daily: Mapping[str, Days] = field(default_factory=dict)
    samples: Mapping[str, Days] = field(default_factory=dict)


@dataclass(frozen=True)
class StageNow:
    """name: empty before the first stage, and where it is not known; total: degree-days, None where not known; told: in words."""

    name: str
    total: float | None
    told: str
    lacking: bool = False
    beyond: bool = False


@dataclass(frozen=True)
class Judged:
    """What a rule says of a field on a day. reasons: sentences."""

    rule: AdviceRule
    verdict: Verdict
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class _Seen:
    """value: None where not enough is known; told: the number in words, or what lacks."""

    value: float | None
    told: str


def stage_of(rules: AdviceRules, facts: FieldFacts, day: date, reckon: DegreeDays) -> StageNow:
    """By the degree-days up to and with the day before `day`. reckon: `(means, begin, behind, base)` → degree-days and days
    without a value."""
    crop = rules.crops.get(facts.crop)
    if crop is None:
        return StageNow("", None, f"作物「{facts.crop}」の決まりがありません。", lacking=True)
    if facts.sown is None:
        return StageNow("", None, "播種（移植）の日が入っていません。", lacking=True)
    if day <= facts.sown:
        return StageNow("", 0.0, "播種（移植）の前です。")
    total, missing = reckon(facts.daily.get("平均気温", {}), facts.sown, day, crop.base)
    number = (day - facts.sown).days
    if missing > (1 - KNOWN) * number:
        told = f"播種からの{number}日のうち、平均気温のない日が{missing}日あります。"
        return StageNow("", None, told, lacking=True)
    if total > crop.end:
        told = f"積算温度{total:,.0f}℃・日は、この作物の決まりの終わり（{crop.end:,.0f}）を過ぎています。"
        return StageNow("", total, told, beyond=True)
    return StageNow(_stage(crop, total), total, _stage_told(crop, total, missing))


def _stage(crop: Crop, total: float) -> str:
    return next((one.name for one in reversed(crop.stages) if total >= one.total), "")


def _stage_told(crop: Crop, total: float, missing: int) -> str:
    name = _stage(crop, total) or "はじめの段階の前"
    without = f"、値のない{missing}日を除く" if missing else ""
    return f"{name}（積算温度{total:,.0f}℃・日、基準{crop.base:g}℃{without}。出典：{crop.source}）"


def judge(rules: AdviceRules, facts: FieldFacts, day: date, reckon: DegreeDays) -> list[Judged]:
    """All rules of the field's crop, those that are not of its stage left out. day: of which the days before are over."""
    stage = stage_of(rules, facts, day, reckon)
    found = []
    for rule in rules.rules:
        if rule.crops and facts.crop not in rule.crops:
            continue
        if rule.stages:
            if stage.lacking or stage.beyond:
                verdict = Verdict.LACKING if stage.lacking else Verdict.BEYOND
                found.append(Judged(rule, verdict, (f"生育段階：{stage.told}",)))
                continue
            if stage.name not in rule.stages:
                continue
        found.append(_judged(rule, facts, stage, day))
    return found


def _judged(rule: AdviceRule, facts: FieldFacts, stage: StageNow, day: date) -> Judged:
    seen = [(one, _look(one, facts, stage, day)) for one in rule.conditions]
    lacking = tuple(what.told for _, what in seen if what.value is None)
    if lacking:
        return Judged(rule, Verdict.LACKING, lacking)
    beyond = tuple(
        f"{what.told}は、この決まりの範囲（{one.low:g}から{one.high:g}）の外です。"
        for one, what in seen
        if what.value is not None and not one.low <= what.value <= one.high
    )
    if beyond:
        return Judged(rule, Verdict.BEYOND, beyond)
    holds = [(_holds(one, what.value), _told(one, what)) for one, what in seen]
    if all(right for right, _ in holds):
        reasons = [told for _, told in holds]
        if rule.stages:
            reasons.insert(0, f"生育段階：{stage.told}")
        return Judged(rule, Verdict.ADVISED, tuple(reasons))
    return Judged(rule, Verdict.NOT, tuple(told for right, told in holds if not right))


def _holds(one: Condition, value: float | None) -> bool:
    assert value is not None
    return (one.above is None or value > one.above) and (one.below is None or value < one.below)


def _told(one: Condition, what: _Seen) -> str:
    limits = [
        f"{one.above:g}を超えるとき" if one.above is not None else "",
        f"{one.below:g}を下回るとき" if one.below is not None else "",
    ]
    return f"{what.told}（決まり：{'、'.join(filter(None, limits))}）"


def _look(one: Condition, facts: FieldFacts, stage: StageNow, day: date) -> _Seen:
    kind = one.kind
    if one.word in DAILY:
        return _of_days(one, facts.daily.get(one.word, {}), day)
    if kind.origin is Origin.TOTAL:
        if stage.total is None:
            return _Seen(None, stage.told)
        return _Seen(stage.total, f"積算温度{stage.total:,.0f}℃・日")
    samples = {at: value for at, value in facts.samples.get(one.word, {}).items() if at <= day}
    if not samples:
        return _Seen(None, f"{one.word}の値がありません。")
    newest = max(samples)
    if (day - newest).days > one.days:
        return _Seen(None, f"{one.word}の値が古い（{newest}）。{one.days}日以内のものが要ります。")
    return _Seen(samples[newest], f"{one.word} {samples[newest]:g}{kind.unit}（{newest}）")


def _of_days(one: Condition, values: Days, day: date) -> _Seen:
    days = [day - number * ONE for number in range(one.days, 0, -1)]
    known = [values[at] for at in days if at in values]
    if days[-1] not in values or len(known) < KNOWN * one.days:
        return _Seen(None, f"{one.word}：{days[0]}からの{one.days}日のうち{len(known)}日しか値がありません。")
    total = sum(known)
    if one.kind.origin is Origin.SUM:
        return _Seen(total, f"{one.word}の{one.days}日の合計 {total:.1f}{one.kind.unit}（{days[-1]}まで）")
    mean = total / len(known)
    return _Seen(mean, f"{one.word}の{one.days}日の平均 {mean:.1f}{one.kind.unit}（{days[-1]}まで）")
