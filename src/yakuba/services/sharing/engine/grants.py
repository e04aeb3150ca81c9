"""Grants and tax allocation as rules that a clerk reads: which inputs, which steps, from when to when, after what source.

Outside its period a rule gives no number. Every amount comes with its steps; all of it is exact, and is rounded only where the rule
says so. `engine/data/grants/` holds the rules that come with the house.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from math import floor
from pathlib import Path

from yakuba.kernel.definitions import DefinitionRefused, Faults, Section, parse, plain
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.values.characters import compose, narrow
from yakuba.services.sharing.engine.definition_days import day_of

FOLDER = Path(__file__).parent / "data/grants"
CONFIRM = "確認が必要です"
OUTSIDE = "この規則の期間の外なので、金額は出しません。新しい要綱や省令で確かめてください。"
LIMIT, RATE, CUT, GIVEN = "上限", "率", "切り捨て", "入力の率"
STEPS = (LIMIT, RATE, CUT, GIVEN)
MOST_YEN = 10**13


@dataclass(frozen=True)
class Input:
    """What is asked. unit: 円 for an amount (whole, 0 or more), 率 for a rate above 0 and up to 1."""

    code: str
    label: str
    unit: str
    help: str = ""


@dataclass(frozen=True)
class Step:
    """What is done. value: yen of a limit, the rate, the unit that is cut to, empty for an input; agreed: the rate with an agreement."""

    deed: str
    value: Fraction
    agreed: Fraction | None = None
    given: str = ""
    label: str = ""


@dataclass(frozen=True)
class Figures:
    """Published numbers and their sum. total: equals the sum of the parts."""

    title: str
    total: int
    parts: Mapping[str, int]
    unit: str = ""


@dataclass(frozen=True)
class Rule:
    """A rule. begins, ends: the first and last day on which it holds, None for no end; excluded: fields of work that get nothing;
    vectors: (inputs, agreement, wanted), checked when the rule is read."""

    code: str
    title: str
    source: str
    checked: str
    begins: date
    ends: date | None
    inputs: Sequence[Input]
    steps: Sequence[Step]
    excluded: Sequence[str] = ()
    agreement: str = ""
    notes: Sequence[str] = ()
    figures: Sequence[Figures] = field(default=())

    def holds_on(self, day: date) -> bool:
        """Whether it holds on that day."""
        return self.begins <= day and (self.ends is None or day <= self.ends)


@dataclass(frozen=True)
class Worked:
    """A step as it went: what was done, and what came of it (yen, exact)."""

    text: str
    result: Fraction

    @property
    def shown(self) -> str:
        """With as many decimals as it needs, at most six."""
        return shown(self.result)


@dataclass(frozen=True)
class Outcome:
    """yen: exact; None where no number is given, for the reason in `why`."""

    yen: Fraction | None
    steps: Sequence[Worked] = ()
    why: str = ""
    notes: Sequence[str] = ()


def shown(yen: Fraction) -> str:
    """1,666,000円; a fraction of a yen is told and not rounded away."""
    if yen.denominator == 1:
        return f"{int(yen):,}円"
    number = Decimal(yen.numerator) / Decimal(yen.denominator)
    return f"{number:,.6f}".rstrip("0") + "円（端数の扱いは決まっていません）"


def work_out(rule: Rule, day: date, given: Mapping[str, Fraction], *, field_of_work: str = "", agreed: bool = False) -> Outcome:  # fmt: skip
    """The amount on a day, with its steps. Raises Invalid where an input is missing or wrong."""
    if not rule.holds_on(day):
        return Outcome(None, why=f"{CONFIRM}。{OUTSIDE}", notes=rule.notes)
    field_of_work = "".join(narrow(compose(field_of_work)).split())
    if field_of_work in rule.excluded:
        return Outcome(
            None,
            why=f"対象外です。「{field_of_work}」は、標準化の対象の事務なので、この措置から除かれています。",
            notes=rule.notes,
        )
    alike = [one for one in rule.excluded if one in field_of_work or (field_of_work and field_of_work in one)]
    if alike:  # an amount for what may be excluded would be wrong
        raise Invalid(
            f"「{field_of_work[:40]}」は、除かれる事務「{alike[0]}」のことですか。その名前で書くか、別の事務なら空けてください。",
            place="対象の事務",
        )
    values = {one.code: _checked(one, given.get(one.code)) for one in rule.inputs}
    first = rule.inputs[0]
    amount = values[first.code]
    steps = [Worked(f"{first.label}", amount)]
    for one in rule.steps:
        amount, text = _stepped(one, amount, values, rule, agreed)
        steps.append(Worked(text, amount))
    return Outcome(amount, steps, notes=rule.notes)


def _checked(one: Input, value: Fraction | None) -> Fraction:
    if value is None:
        raise Invalid(f"「{one.label}」を入れてください。{one.help}", place=one.label)
    if one.unit == "率" and not 0 < value <= 1:
        raise Invalid(f"「{one.label}」は0より大きく1以下の数で入れてください。", place=one.label)
    if one.unit == "円" and (value.denominator != 1 or not 0 <= value <= MOST_YEN):
        raise Invalid(f"「{one.label}」は0円以上の円の額で入れてください。", place=one.label)
    return value


def _stepped(one: Step, amount: Fraction, values: Mapping[str, Fraction], rule: Rule, agreed: bool) -> tuple[Fraction, str]:  # fmt: skip
    if one.deed == LIMIT:
        most = values[one.given] if one.given else one.value
        return min(amount, most), f"上限{int(most):,}円まで{_said(one)}"
    if one.deed == CUT:
        unit = int(one.value)
        return Fraction(floor(amount / unit) * unit), f"{unit:,}円未満を切り捨て{_said(one)}"
    if one.deed == GIVEN:
        rate = values[one.given]
        label = next(each.label for each in rule.inputs if each.code == one.given)
        return amount * rate, f"×{_rate(rate)}（{label}）"
    rate, because = one.value, ""
    if one.agreed is not None:
        because = f"（{rule.agreement or '協定'}：{'ある' if agreed else 'ない'}）"
        rate = one.agreed if agreed else one.value
    return amount * rate, f"×{_rate(rate)}{because}{_said(one)}"


def _said(one: Step) -> str:
    return f"（{one.label}）" if one.label else ""


def _rate(rate: Fraction) -> str:
    number = Decimal(rate.numerator) / Decimal(rate.denominator)
    return f"{number.normalize():f}" if Fraction(number) == rate else f"{rate.numerator}/{rate.denominator}"


def read_rule(text: str) -> Rule:
    """A rule in a file. Raises DefinitionRefused with every fault by its line."""
    faults = Faults()
    top = Section(parse(text), "", faults, ("符号", "名前", "根拠", "確認", "から", "入力", "手順"), ("まで", "除外", "協定", "注", "公表数", "見本"))  # fmt: skip
    inputs = tuple(_inputs(top, faults))
    begins, ends = day_of(top, "から"), day_of(top, "まで") if "まで" in top else None
    if begins and ends and ends < begins:
        top.fault("まで", "「まで」が「から」より前です。")
    rule = Rule(
        _code(top), top.text("名前")[:120], top.text("根拠")[:400], top.text("確認")[:200], begins or date.min, ends, inputs,
        tuple(_steps(top, faults, {one.code for one in inputs})), tuple(word for _, word in top.texts("除外")),
        top.text("協定") if "協定" in top else "", tuple(word for _, word in top.texts("注")), tuple(_figures(top, faults)),
    )  # fmt: skip
    if not inputs:
        top.fault("入力", "「入力」を一つ以上書いてください。はじめのものが、計算のもとになる額です。")
    if not faults.found:
        _try_vectors(top, faults, rule)
    if faults.found:
        raise DefinitionRefused(faults.found)
    return rule


def _code(top: Section) -> str:
    code = plain(top.text("符号"))
    if not (code[:1].isalpha() and code.isascii() and code.replace("-", "").isalnum() and code == code.lower() and len(code) <= 40):  # fmt: skip
        top.fault("符号", "「符号」は英小文字で始め、英小文字、数字、- だけで、40文字までで書いてください。")
    return code


def _inputs(top: Section, faults: Faults) -> Iterator[Input]:
    for at, node in enumerate(top.rows("入力"), start=1):
        one = Section(node, f"{at}番目の入力", faults, ("符号", "名前", "単位"), ("説明",))
        unit = one.word("単位", {"円": "円", "率": "率"}, "円")
        if at == 1 and unit != "円":
            one.fault("単位", "はじめの入力は、計算のもとになる額（円）にしてください。")
        yield Input(one.text("符号"), one.text("名前"), unit, one.text("説明") if "説明" in one else "")


def _number(section: Section, key: str, faults: Faults) -> Fraction:
    text = plain(section.text(key)).replace(",", "")
    try:
        found = Fraction(text)
    except (ValueError, ZeroDivisionError):
        section.fault(
            key, f"「{key}」は 0.3 か 1/3 か 8000000 のような数で書いてください（今は「{text}」）。"
        )
        return Fraction(1)
    if not 0 < found <= MOST_YEN:
        section.fault(key, f"「{key}」は0より大きい数で書いてください。")
        return Fraction(1)
    return found


def _steps(top: Section, faults: Faults, known: set[str]) -> Iterator[Step]:
    for at, node in enumerate(top.rows("手順"), start=1):
        one = Section(node, f"{at}番目の手順", faults, ("何を",), ("値", "入力", "協定があるとき", "説明"))
        deed = one.word("何を", {word: word for word in STEPS}, RATE)
        given = one.text("入力") if "入力" in one else ""
        if given and given not in known:
            one.fault("入力", f"「{given}」という入力はありません。")
        if deed == GIVEN and not given:
            one.fault("何を", "「入力の率」には「入力」を書いてください。")
        if deed != GIVEN and not given and "値" not in one:
            one.fault("何を", f"「{deed}」には「値」を書いてください。")
        value = _number(one, "値", faults) if "値" in one else Fraction(1)
        if deed == RATE and value > 1:
            one.fault("値", "率は1以下で書いてください。")
        if deed in (LIMIT, CUT) and value.denominator != 1:
            one.fault("値", f"「{deed}」の値は円の整数で書いてください。")
        agreed = _number(one, "協定があるとき", faults) if "協定があるとき" in one else None
        yield Step(deed, value, agreed, given, one.text("説明") if "説明" in one else "")


def _figures(top: Section, faults: Faults) -> Iterator[Figures]:
    for at, node in enumerate(top.rows("公表数"), start=1):
        one = Section(node, f"{at}番目の公表数", faults, ("題", "合計", "内訳"), ("単位",))
        total = one.whole("合計", 0, 0, 10**9)
        parts = Section(one.node("内訳"), f"{at}番目の公表数の内訳", faults, (), None)
        found = {name: parts.whole(name, 0, 0, 10**9) for name in parts.all()}
        if sum(found.values()) != total:
            one.fault("合計", f"内訳を足すと{sum(found.values()):,}で、合計の{total:,}と違います。")
        yield Figures(one.text("題"), total, found, one.text("単位") if "単位" in one else "")


def _try_vectors(top: Section, faults: Faults, rule: Rule) -> None:
    for at, node in enumerate(top.rows("見本"), start=1):
        one = Section(node, f"{at}番目の見本", faults, ("結果",), None)
        given = {
            each.code: _number_or_zero(one, each.code, faults) for each in rule.inputs if each.code in one
        }
        agreed = "協定" in one and one.flag("協定", False)
        try:
            found = work_out(rule, rule.begins, given, agreed=agreed).yen
        except Invalid as error:
            one.fault("結果", str(error))
            continue
        wanted = _number_or_zero(one, "結果", faults)
        if found != wanted:
            one.fault("結果", f"計算すると{shown(found) if found is not None else '金額なし'}で、見本の結果と違います。")  # fmt: skip


def _number_or_zero(section: Section, key: str, faults: Faults) -> Fraction:
    return Fraction(0) if plain(section.text(key)) == "0" else _number(section, key, faults)


@cache
def bundled() -> Mapping[str, tuple[str, Rule]]:
    """The rules that come with the house: code → its text and the rule."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yaml")))
    return {rule.code: (text, rule) for text in texts for rule in [read_rule(text)]}
