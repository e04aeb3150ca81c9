"""An invented town for the demo, tests and measurements: persons, a plan with a planted effect, who was examined."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from yakuba.services.outreach.engine.forecasts import Series
from yakuba.services.outreach.engine.plan import Plan

SEED = 20
DISTRICTS = ("北", "南", "東", "西")
YEARS = 4
EFFECT = 0.08  # planted; for the first letter, the second has half of it
HEAD = "宛名番号,年度,生年月日,性別,地区,氏名,郵便番号,住所,昨年度の受診,昨年度の収縮期血圧,受診"
KNOWN = {"昨年度の受診": "前年度末", "昨年度の収縮期血圧": "前年度末", "受診": "年度末"}
KINDS = {"昨年度の受診": "flag", "昨年度の収縮期血圧": "number", "受診": "flag"}


def table(people: int, year: int, word: str = "見本", years: int = YEARS, seed: int = SEED) -> str:
    """A CSV, a row a person and fiscal year, `years` of them up to `year`, of which the outcome is not known yet. Whoever went last year
    goes more often, and every year a little more do."""
    chance, lines = random.Random(seed), [HEAD]
    for number in range(people):
        birth = date(year - 74 + chance.randrange(34), 1, 1) + timedelta(days=chance.randrange(330))
        sex, district = chance.choice("男女"), chance.choice(DISTRICTS)
        drive = chance.gauss(0, 1)
        went = chance.random() < 0.4
        for at in range(years):
            now = year - years + 1 + at
            pressure = round(112 + (now - birth.year) / 3 + chance.gauss(0, 11)) if went else ""
            share = (
                0.22
                + 0.3 * went
                + 0.06 * drive
                + 0.02 * at
                + 0.05 * (sex == "女")
                + 0.03 * (district == "北")
                + (now - birth.year - 55) / 400
            )
            goes = chance.random() < share
            told = "" if now == year else "はい" if goes else "いいえ"
            lines.append(
                f"{70000 + number},{now},{birth:%Y/%m/%d},{sex},{district},{word}　{number + 1}号,999-{number % 10000:04},"
                f"やくば市{district}町{number % 30 + 1}番,{'はい' if went else 'いいえ'},{pressure},{told}"
            )
            went = goes
    return "\r\n".join(lines) + "\r\n"


def columns(guessed: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The sample's columns as a person would say what they are."""
    return [
        dict(one) | {"known": KNOWN.get(one["heading"], one["known"]), "kind": KINDS.get(one["heading"], one["kind"])} for one in guessed
    ]  # fmt: skip


def plan(year: int, name: str = "見本：特定健診の受診勧奨（作りもの）") -> str:
    """A campaign of two letters and a control group."""
    return f"""施策: {name}
年度: {year}
決める日: {year}-06-01
対象:
  - 年齢 以上 40
  - 年齢 以下 74
文面:
  - 名前: 予約の手紙
    件名: 特定健診のお知らせ
    本文: "{{氏名}}さん、健診の予約の受付を始めました。{{地区}}の会場は、はがきか電話で予約できます。"
  - 名前: ふつうの手紙
    件名: 特定健診のお知らせ
    本文: "{{氏名}}さん、今年度の健診を受けましょう。"
対照群: 34
層:
  - 性別
  - 地区
  - 昨年度の受診
  - 年齢
分位:
  年齢: 3
乱数の種: {SEED}
印刷日: {year}-07-01
結果の終わり: {year}-10-31
見る日: {year}-11-10
一通の費用: 110
ほかの費用: 60000
見込む差: 5
これまでの割合: 37.7
"""


def examined(people: Iterable[tuple[str, int, int]], given: Plan, *, late: bool, seed: int = SEED) -> str:
    """Who was examined, as CSV: some before printing; late: also those who went afterwards, more of those with a letter.
    people: number, arm, stratum."""
    chance, lines = random.Random(seed), ["宛名番号,受診日"]
    effects = (0.0, EFFECT, EFFECT / 2)
    for number, arm, stratum in people:
        early, share = chance.random() < 0.02, 0.3 + 0.004 * (stratum % 24) + effects[min(arm, 2)]
        goes, day = chance.random() < share, chance.randrange(1, 110)
        if early:
            lines.append(f"{number},{(given.cutoff - timedelta(days=day % 20)).isoformat()}")
        elif goes and late:
            lines.append(f"{number},{(given.print_day + timedelta(days=day)).isoformat()}")
    return "\r\n".join(lines) + "\r\n"


def months(values: Sequence[float], first: int = 2021) -> Series:
    """A series of months from January of a year."""
    return Series(
        tuple(date(first + at // 12, at % 12 + 1, 1) for at in range(len(values))), tuple(values), 12
    )


def counts(length: int, year: int, seed: int = SEED) -> str:
    """Invented counts of applications as CSV, `length` months up to March of a year, with a season and a trend."""
    chance, lines = random.Random(seed), ["年月,件数"]
    for at in range(length):
        number = year * 12 + 2 - length + 1 + at
        value = (
            220 + at + (120 if number % 12 in (2, 3) else 0) + 30 * (number % 12 == 11) + chance.gauss(0, 14)
        )
        lines.append(f"{number // 12}-{number % 12 + 1:02},{round(value)}")
    return "\r\n".join(lines) + "\r\n"
