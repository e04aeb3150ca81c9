"""A small rule file whose parts a test replaces, and small applications."""

from __future__ import annotations

from datetime import date

from yakuba.services.nursery.contracts import Applications, Child, Facility, Household
from yakuba.services.nursery.engine import preparing, rules

WORK = "{名前: %sの状況, 種類: 選択, 選択肢: {employed: 会社勤務, self: 自営業, seeking: 求職中}}"
PARTS = {
    "選考基準": "試験の基準",
    "版": "1",
    "手続": "nursery-admission",
    "適用開始": "2026-11-01",
    "項目": f"""
  father_work: {WORK % "父"}
  father_hours: {{名前: 父の時間, 種類: 数, 単位: 時間}}
  mother_work: {WORK % "母"}
  mother_hours: {{名前: 母の時間, 種類: 数, 単位: 時間}}
  income: {{名前: 収入, 種類: 数, 単位: 円}}
  days: {{名前: 曜日, 種類: 複数選択, 選択肢: {{mon: 月, sat: 土}}}}
  applied: {{名前: 申込日, 種類: 日付}}
  pick_up: {{名前: 迎え, 種類: 時刻}}
  attends: {{名前: きょうだいの在園施設, 種類: 文字}}
  care: {{名前: 医療的ケア, 種類: 選択, 選択肢: {{"yes": あり, "no": なし}}}}""",
    "施設項目": """
  saturday: {名前: 土曜開所, 種類: 選択, 選択肢: {"yes": あり, "no": なし}}
  closes: {名前: 閉所, 種類: 時刻}
  from_days: {名前: 受入日齢, 種類: 数, 単位: 日}
  partner: {名前: 連携園, 種類: 文字}""",
    "世帯をまとめる項目": "[申込日]",
    "保護者": """
  父: {状況: 父の状況, 月: 父の時間}
  母: {状況: 母の状況, 月: 母の時間}""",
    "基本指数": """
  出典: 別表1
  いない保護者: {点: 15, 名前: ひとり親}
  行:
    - {点: 20, 名前: フルタイム, 条件: {状況: [会社勤務, 自営業], 月: 160時間以上}}
    - {点: 10, 名前: 就労, 条件: {状況: [会社勤務, 自営業], 月: 1時間以上}}
    - {点: 5, 名前: 求職中, 条件: {状況: 求職中}}""",
    "同点のとき": """
  出典: 第1条
  順:
    - {名前: 受付番号, 比べる: 受付番号}""",
    "きょうだい": """
  標準: apart
  方法:
    apart: {名前: 別々でもよい, 段: [同じ施設, 全員]}
    together: {名前: 一緒か待つ, 段: [同じ施設]}""",
}
START = date(2027, 4, 1)


def text(**parts: str) -> str:
    """The rule file with these parts instead of, or beside, the usual ones; an empty part is left out."""
    return "".join(f"{key}: {value.rstrip()}\n" for key, value in {**PARTS, **parts}.items() if value)


def read(number: int = 1, **parts: str) -> rules.Rules:
    return rules.read(text(**parts), number)


def child(
    name: str, *wishes: str, born: str = "2025-06-01", current=None, gives_up=False, hold=False, **facts: str
):
    """A child whose parents both work full time, unless facts say otherwise."""
    usual = {
        "father_work": "employed",
        "father_hours": "160",
        "mother_work": "employed",
        "mother_hours": "160",
    }
    return Child(
        name, name, date.fromisoformat(born), wishes or ("A",), current, gives_up, hold, usual | facts
    )


def household(*children: Child, mode: str = "", district: str = "", line: int = 0) -> Household:
    return Household(f"f-{children[0].id}", children, mode, district, line)


def facility(
    name: str, seats: int = 1, *, kind="", district="", shared=(), ages=range(6), **facts: str
) -> Facility:
    return Facility(name, f"{name}園", dict.fromkeys(ages, seats), kind, district, shared, facts)


def given(*households: Household, facilities=None, number: int = 1, seated=None) -> Applications:
    places = facilities or [facility("A"), facility("B"), facility("C")]
    return Applications(places, households, START, number, seated or {})


def prepared(*households: Household, facilities=None, number: int = 1, seated=None, **parts: str):
    applications = given(*households, facilities=facilities, number=number, seated=seated)
    return preparing.prepare(applications, read(**parts))


def lines(selection, name: str, where: str = "") -> dict[str, int]:
    """Points by rule of a child; with `where` those that count at that facility only."""
    index = selection.indices[name]
    found = index.at_facility.get(where, ()) if where else index.lines
    counted: dict[str, int] = {}
    for line in found:
        counted[line.rule] = counted.get(line.rule, 0) + line.points
    return counted


def order(selection, slot: str) -> list[str]:
    return list(selection.market.priorities[slot])
