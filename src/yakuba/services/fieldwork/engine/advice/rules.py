"""The file in which a town says when a field is advised what (助言の決まり): crops with their stages, rules with their range and
source. A clerk or an agronomist reads and writes it.

Each condition states the range for which its rule was made (範囲の下, 範囲の上). Beyond it the rule gives no advice, and says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from yakuba.kernel.definitions import DefinitionRefused, Faults, Node, Section, parse
from yakuba.services.fieldwork.engine.advice.measures import DAILY, MEASURES, MeasureKind, Origin

MOST_CROPS, MOST_RULES, MOST_STAGES, MOST_CONDITIONS = 60, 300, 20, 8
LONGEST = {"名前": 60, "助言": 300, "出典": 300}
_CODE = re.compile(r"[a-z][a-z0-9-]{0,39}\Z")
EXAMPLE = """# 見本です。数は作り物なので、使う前に、品種と地域の資料の値に直してください。
作物:
  - 名前: 水稲（見本）
    基準温度: 10
    終わりの積算温度: 1600
    出典: 見本の資料 第1表（作り物）
    段階:
      - {名前: 分げつ期, 積算温度: 300}
      - {名前: 幼穂形成期, 積算温度: 750}
      - {名前: 出穂期, 積算温度: 1100}
決まり:
  - 符号: rice-cold
    名前: 低温のときの深水
    作物: [水稲（見本）]
    段階: [幼穂形成期]
    条件:
      - {見る: 最低気温, 日数: 3, 下回る: 17, 範囲の下: 5, 範囲の上: 30}
    助言: 田の水を深くして、穂を冷えから守ってください。
    出典: 見本の資料 第2表（作り物）
  - 符号: rice-topdress
    名前: 穂肥の見当
    作物: [水稲（見本）]
    段階: [幼穂形成期]
    条件:
      - {見る: VARI, 日数: 14, 下回る: 0.15, 範囲の下: -0.2, 範囲の上: 0.6}
      - {見る: pH, 超える: 5, 範囲の下: 4, 範囲の上: 8}
    助言: 葉の色を畑で見て、穂肥を考えてください。
    出典: 見本の資料 第3表（作り物）
  - 符号: dry-soil
    名前: 雨が少ない
    条件:
      - {見る: 雨量, 日数: 10, 下回る: 5, 範囲の下: 0, 範囲の上: 400}
      - {見る: 平均気温, 日数: 5, 超える: 22, 範囲の下: 0, 範囲の上: 38}
    助言: 土の乾きを見て、水を入れてください。
    出典: 見本の資料 第4表（作り物）
"""


@dataclass(frozen=True)
class Stage:
    """From so many degree-days on."""

    name: str
    total: float


@dataclass(frozen=True)
class Crop:
    """base: °C; end: degree-days beyond which nothing is known of it."""

    name: str
    base: float
    end: float
    source: str
    stages: tuple[Stage, ...]


@dataclass(frozen=True)
class Condition:
    """word: the measure; days: over which, or how old; above, below: strict, None where not asked; low, high: the rule's range."""

    word: str
    days: int
    above: float | None
    below: float | None
    low: float
    high: float

    @property
    def kind(self) -> MeasureKind:
        """What is looked at."""
        return MEASURES[self.word]


@dataclass(frozen=True)
class AdviceRule:
    """crops, stages: empty for all."""

    code: str
    name: str
    crops: tuple[str, ...]
    stages: tuple[str, ...]
    conditions: tuple[Condition, ...]
    advice: str
    source: str


@dataclass(frozen=True)
class AdviceRules:
    """A file."""

    crops: Mapping[str, Crop]
    rules: tuple[AdviceRule, ...]


def read_rules(text: str) -> AdviceRules:
    """Raises DefinitionRefused with every fault by its line."""
    faults = Faults()
    top = Section(parse(text), "", faults, ("作物", "決まり"), ("題名",))
    crops: dict[str, Crop] = {}
    for number, node in enumerate(top.rows("作物"), 1):
        if number > MOST_CROPS:
            faults.add(node.line, "", f"作物は{MOST_CROPS}までです。")
            break
        crop = _crop(node, number, faults)
        if crop.name in crops:
            faults.add(node.line, "", f"作物「{crop.name}」が二つあります。")
        crops[crop.name] = crop
    rules = tuple(_rules(top, crops, faults))
    if not rules and not faults.found:
        top.fault("決まり", "決まりを一つ以上書いてください。")
    if faults.found:
        raise DefinitionRefused(faults.found)
    return AdviceRules(crops, rules)


def _crop(node: Node, number: int, faults: Faults) -> Crop:
    section = Section(
        node, f"{number}番目の作物", faults, ("名前", "基準温度", "終わりの積算温度", "出典", "段階")
    )
    _lengths(section)
    end = section.number("終わりの積算温度", 1, 1, 20_000)
    stages: list[Stage] = []
    last = 0.0
    for at, one in enumerate(section.rows("段階"), 1):
        if at > MOST_STAGES:
            faults.add(one.line, section.place, f"段階は{MOST_STAGES}までです。")
            break
        inner = Section(one, f"{section.place}の{at}番目の段階", faults, ("名前", "積算温度"))
        stage = Stage(inner.text("名前"), inner.number("積算温度", last, 0, 20_000))
        if stages and stage.total <= last:
            inner.fault("積算温度", "前の段階より大きくしてください。")
        last = stage.total
        stages.append(stage)
    if stages and end <= last:
        section.fault("終わりの積算温度", "いちばん後の段階より大きくしてください。")
    return Crop(
        section.text("名前"), section.number("基準温度", 0, -10, 40), end, section.text("出典"), tuple(stages)
    )


def _rules(top: Section, crops: Mapping[str, Crop], faults: Faults) -> Iterator[AdviceRule]:
    seen: set[str] = set()
    for number, node in enumerate(top.rows("決まり"), 1):
        if number > MOST_RULES:
            faults.add(node.line, "", f"決まりは{MOST_RULES}までです。")
            return
        needs = ("符号", "名前", "条件", "助言", "出典")
        section = Section(node, f"{number}番目の決まり", faults, needs, ("作物", "段階"))
        _lengths(section)
        code = section.text("符号")
        if code and not _CODE.match(code):
            section.fault(
                "符号", "符号は、英字の小文字で始め、小文字、数字、「-」で40文字までにしてください。"
            )
        if code in seen:
            section.fault("符号", f"符号「{code}」が二つあります。")
        seen.add(code)
        meant = _meant(section, crops)
        yield AdviceRule(
            code,
            section.text("名前"),
            meant,
            _stages(section, meant, crops),
            tuple(_conditions(section, faults)),
            section.text("助言"),
            section.text("出典"),
        )


def _lengths(section: Section) -> None:
    for name, most in LONGEST.items():
        if len(section.text(name)) > most:
            section.fault(name, f"「{name}」は{most}文字以内で書いてください。")


def _meant(section: Section, crops: Mapping[str, Crop]) -> tuple[str, ...]:
    found = tuple(text for _, text in section.texts("作物"))
    for name in found:
        if name not in crops:
            section.fault("作物", f"作物「{name}」が、上の「作物」にありません。")
    return found


def _stages(section: Section, meant: tuple[str, ...], crops: Mapping[str, Crop]) -> tuple[str, ...]:
    found = tuple(text for _, text in section.texts("段階"))
    if found and not meant:
        section.fault("段階", "段階を書くときは、作物も書いてください。")
    for crop in (crops[name] for name in meant if name in crops):
        for name in found:
            if name not in {one.name for one in crop.stages}:
                section.fault("段階", f"「{crop.name}」に段階「{name}」がありません。")
    return found


def _conditions(section: Section, faults: Faults) -> Iterator[Condition]:
    number = 0
    for number, node in enumerate(section.rows("条件"), 1):
        if number > MOST_CONDITIONS:
            faults.add(node.line, section.place, f"条件は{MOST_CONDITIONS}までです。")
            return
        needs, may = ("見る", "範囲の下", "範囲の上"), ("日数", "超える", "下回る")
        inner = Section(node, f"{section.place}の{number}番目の条件", faults, needs, may)
        word = inner.word("見る", {one: one for one in MEASURES}, "")
        if not word:
            continue
        yield _condition(inner, word)
    if not number and "条件" in section:
        section.fault("条件", "条件を一つ以上書いてください。")


def _condition(inner: Section, word: str) -> Condition:
    kind = MEASURES[word]
    most = 60 if word in DAILY else 4_000
    if "日数" not in inner and word in DAILY:
        inner.fault("見る", f"「{word}」には「日数」が要ります（何日の平均や合計か）。")
    if "日数" in inner and kind.origin is Origin.TOTAL:
        inner.fault("日数", "「積算温度」に「日数」は書けません（播種から足します）。")
    low = inner.number("範囲の下", kind.low, kind.low, 1e6)
    high = inner.number("範囲の上", 1e6, kind.low, 1e6)
    if low >= high:
        inner.fault("範囲の上", "「範囲の上」は「範囲の下」より大きくしてください。")
    above = inner.number("超える", 0, -1e6, 1e6) if "超える" in inner else None
    below = inner.number("下回る", 0, -1e6, 1e6) if "下回る" in inner else None
    if above is None and below is None:
        inner.fault("見る", "「超える」か「下回る」を書いてください。")
    for name, limit in (("超える", above), ("下回る", below)):
        if limit is not None and not low <= limit <= high:
            inner.fault(name, f"「{name}」の数が、範囲（{low:g}から{high:g}）の外です。")
    if above is not None and below is not None and above >= below:
        inner.fault("下回る", "「下回る」は「超える」より大きくしてください。")
    return Condition(word, inner.whole("日数", kind.days, 1, most), above, below, low, high)
