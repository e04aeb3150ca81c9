"""A campaign as a file that a clerk reads and writes: who, what, when, and how people are assigned.

施策: 特定健診の受診勧奨
年度: 2026
決める日: 2026-06-01
対象:
  - 年齢 以上 40
除く:
  - 今年度の受診 である はい
文面:
  - 名前: 短い手紙
    件名: 健診のお知らせ
    本文: "{氏名}さん、…"
対照群: 33
層: [性別, 地区]
分位: {年齢: 4}
印刷日: 2026-07-01
結果の終わり: 2026-12-31
見る日: 2027-01-15
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from yakuba.kernel.definitions import DefinitionRefused, Faults, Section, parse
from yakuba.kernel.values import ValueRefused, calendar
from yakuba.kernel.values.my_numbers import likely_in
from yakuba.services.outreach.engine.columns import KIND_OF, BadColumn, ColumnSpec, known_on
from yakuba.services.outreach.engine.rules import BadRule, Rule, read_rule

AGE, RISK = "年齢", "リスク"
ALIKE, ADAPTIVE = "同じ割合", "逐次"
METHODS = {ALIKE: "alike", ADAPTIVE: "adaptive"}
MOST_LETTERS, MOST_RULES, MOST_STRATA = 5, 60, 6
LONGEST_TEXT = 1_500
FIELD = re.compile(r"\{([^{}]{1,40})\}")
REQUIRED = ("施策", "年度", "決める日", "対象", "文面", "対照群", "印刷日", "結果の終わり", "見る日")
OPTIONAL = (
    "除く",
    "割り付け",
    "層",
    "分位",
    "乱数の種",
    "一通の費用",
    "ほかの費用",
    "見込む差",
    "これまでの割合",
    "リスクのモデル",
    "送り方",
)
BY_LETTER, BY_LIST = "手紙", "一覧だけ"


@dataclass(frozen=True)
class Message:
    """A variant. body: with {列} to be filled in."""

    name: str
    subject: str
    body: str

    @property
    def fields(self) -> list[str]:
        """The columns that it names."""
        return list(dict.fromkeys(FIELD.findall(self.subject + self.body)))


@dataclass(frozen=True)
class Plan:
    """A campaign. control: share of the control group; expected, before: shares, for the size; costs in yen; model: number of the
    risk model, 0 for none."""

    name: str
    year: int
    decided: date
    who: tuple[Rule, ...]
    without: tuple[Rule, ...]
    messages: tuple[Message, ...]
    control: float
    method: str
    strata: tuple[str, ...]
    quantiles: Mapping[str, int]
    seed: int
    print_day: date
    ends: date
    look: date
    letter_cost: float = 0
    other_cost: float = 0
    expected: float = 0.02
    before: float = 0.35
    model: int = 0
    by_letter: bool = True
    columns: tuple[str, ...] = field(default=())  # of the table, that it uses for anything

    @property
    def cutoff(self) -> date:
        """Who was examined by this day, the one before printing, gets no letter."""
        return self.print_day - timedelta(days=1)

    @property
    def shares(self) -> list[float]:
        """Of the arms, where all letters are as frequent: the control group first."""
        return [self.control, *[(1 - self.control) / len(self.messages)] * len(self.messages)]

    @property
    def arms(self) -> list[str]:
        """What the arms are called, the control group first."""
        return ["対照群（送らない）", *(one.name for one in self.messages)]


def kinds_of(specs: Sequence[ColumnSpec]) -> dict[str, str]:
    """Column → kind of value, with what is made of them: the age, the risk."""
    kinds = {one.heading: one.kind for one in specs if one.role != "unused"}
    if any(one.role == "birth" for one in specs):
        kinds[AGE] = "number"
    return kinds | {RISK: "number"}


def read_plan(text: str, specs: Sequence[ColumnSpec]) -> Plan:
    """The plan. specs: of the table. Raises DefinitionRefused with every fault by its line."""
    faults = Faults()
    top = Section(parse(text), "", faults, REQUIRED, OPTIONAL)
    plan = _Reading(top, faults, specs).plan()
    if faults.found:
        raise DefinitionRefused(faults.found)
    return plan


class _Reading:
    def __init__(self, top: Section, faults: Faults, specs: Sequence[ColumnSpec]) -> None:
        self.top, self.faults = top, faults
        self.specs = {one.heading: one for one in specs if one.role != "unused"}
        self.kinds = kinds_of(specs)
        self.birth = next((one.heading for one in specs if one.role == "birth"), "")
        self.used: dict[str, None] = {}

    def plan(self) -> Plan:
        top = self.top
        days = {key: self._day(key) for key in ("決める日", "印刷日", "結果の終わり", "見る日")}
        year = top.whole("年度", 2000, 1990, 2098)
        who, without = self._rules("対象"), self._rules("除く")
        messages, strata, quantiles = self._messages(), self._strata(), self._quantiles()
        model = top.whole("リスクのモデル", 0, 1, 10**9)
        if any(RISK in rule.columns for rule in (*who, *without)) and not model:
            top.fault("対象", "「リスク」の条件には「リスクのモデル」に承認されたモデルの番号が要ります。")
        self._order(days)
        if top.number("これまでの割合", 35.0, 0.5, 99) + top.number("見込む差", 2.0, 0.1, 80) >= 100:
            top.fault("見込む差", "「これまでの割合」と「見込む差」を足して100%より小さくしてください。")
        self._known(
            year, days["決める日"], [*strata, *(name for rule in (*who, *without) for name in rule.columns)]
        )
        for name in (*strata, *quantiles):
            self._use(name)
        return Plan(
            top.text("施策")[:120], year, days["決める日"], who, without, messages, top.number("対照群", 50.0, 5, 90) / 100,
            top.word("割り付け", METHODS, "alike"), strata, quantiles, top.whole("乱数の種", 0, 0, 2**31 - 1), days["印刷日"],
            days["結果の終わり"], days["見る日"], top.number("一通の費用", 0, 0, 1e6), top.number("ほかの費用", 0, 0, 1e9),
            top.number("見込む差", 2.0, 0.1, 80) / 100, top.number("これまでの割合", 35.0, 0.5, 99) / 100, model,
            top.word("送り方", {BY_LETTER: True, BY_LIST: False}, True), tuple(self.used),
        )  # fmt: skip

    def _day(self, key: str) -> date:
        text = self.top.text(key)
        try:
            return calendar.read_date(text) if text else date(2000, 4, 1)
        except ValueRefused as error:
            self.top.fault(key, f"「{key}」の日が読めません。{error}")
            return date(2000, 4, 1)

    def _order(self, days: Mapping[str, date]) -> None:
        order = ["決める日", "印刷日", "結果の終わり", "見る日"]
        for before, after in itertools.pairwise(order):
            if days[before] > days[after] and before in self.top and after in self.top:
                self.top.fault(after, f"「{after}」は「{before}」より後の日にしてください。")

    def _rules(self, key: str) -> tuple[Rule, ...]:
        found = []
        for line, text in self.top.texts(key) if key in self.top else ():
            try:
                found.append(read_rule(text, self.kinds))
            except BadRule as error:
                self.faults.add(line, key, str(error))
        if len(found) > MOST_RULES:
            self.top.fault(key, f"条件は{MOST_RULES}までです。")
        for rule in found:
            for name in rule.columns:
                self._use(name)
        return tuple(found)

    def _use(self, name: str) -> None:
        """A column is used; the age uses the birth."""
        name = self.birth if name == AGE and self.birth else name
        if name in self.specs:
            self.used[name] = None

    def _messages(self) -> tuple[Message, ...]:
        found: list[Message] = []
        for number, node in enumerate(self.top.rows("文面"), start=1):
            section = Section(node, f"{number}番目の文面", self.faults, ("名前", "件名", "本文"))
            message = Message(section.text("名前")[:40], section.text("件名")[:80], section.text("本文"))
            for name in message.fields:
                if name not in self.kinds or name == RISK:
                    section.fault(
                        "本文",
                        f"差し込み {{{name}}} に当たる列がありません。使えるのは {'、'.join(one for one in self.kinds if one != RISK)} です。",
                    )
                self._use(name)
            if len(message.body) > LONGEST_TEXT:
                section.fault("本文", f"本文は{LONGEST_TEXT:,}字までです。")
            if likely_in(message.subject + message.body):
                section.fault("本文", "個人番号（マイナンバー）に見える番号が入っています。消してください。")
            found.append(message)
        if not 0 < len(found) <= MOST_LETTERS:
            self.top.fault("文面", f"文面は1から{MOST_LETTERS}までにしてください。")
        if len({one.name for one in found}) < len(found):
            self.top.fault("文面", "同じ名前の文面が二つあります。")
        if self.top.text("割り付け") == ADAPTIVE and len(found) < 2:
            self.top.fault("割り付け", "逐次の割り付けには、文面が二つ以上要ります。")
        return tuple(found)

    def _strata(self) -> tuple[str, ...]:
        found = []
        for line, name in self.top.texts("層") if "層" in self.top else ():
            if name not in self.kinds or name == RISK:
                self.faults.add(line, "層", f"「{name[:30]}」という列はありません。")
            else:
                found.append(name)
        if len(found) > MOST_STRATA:
            self.top.fault("層", f"層にする列は{MOST_STRATA}までです。")
        return tuple(dict.fromkeys(found))

    def _quantiles(self) -> dict[str, int]:
        node = self.top.node("分位")
        found: dict[str, int] = {}
        if node is None:
            return found
        section = Section(node, "分位", self.faults, (), None)
        for name in section.all():
            if self.kinds.get(name) != "number":
                section.fault(name, f"「{name[:30]}」は数の列ではありません。")
            else:
                found[name] = section.whole(name, 4, 2, 10)
        return found

    def _known(self, year: int, decided: date, names: Sequence[str]) -> None:
        """Nobody is chosen by what is known only after the choice."""
        for name in dict.fromkeys(names):
            spec = self.specs.get(self.birth if name == AGE and self.birth else name)
            if spec is None:
                continue
            try:
                day = known_on(spec.known, year)
            except BadColumn as error:
                self.top.fault("決める日", str(error))
                continue
            if day is None:
                self.top.fault(
                    "決める日",
                    f"列「{name}」は、いつ知った値かが書かれていません。表のページで「知った日」を書いてください。",
                )
            elif day > decided:
                self.top.fault(
                    "決める日",
                    f"列「{name}」は {day.isoformat()} に知る値なので、{decided.isoformat()} に決めるのには使えません。",
                )


def write_plan(given: Mapping[str, Any]) -> str:
    """The file of what was filled in on a form; keys as in the file, empty ones left out."""
    import yaml

    kept = {key: given[key] for key in (*REQUIRED[:3], "リスクのモデル", "対象", "除く", "文面", "割り付け", "対照群", "層", "分位", "乱数の種", *REQUIRED[6:], "送り方", "一通の費用", "ほかの費用", "見込む差", "これまでの割合") if given.get(key) not in (None, "", [], {}, ())}  # fmt: skip
    return str(yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=1000))


def filled(text: str, values: Mapping[str, str]) -> str:
    """A message with its fields; what a person has no value of is left empty."""
    return FIELD.sub(lambda found: values.get(found[1], ""), text)


__all__ = [
    "ADAPTIVE",
    "AGE",
    "ALIKE",
    "KIND_OF",
    "RISK",
    "Message",
    "Plan",
    "filled",
    "kinds_of",
    "read_plan",
    "write_plan",
]
