"""Eligibility (資格情報): who is insured with whom from when until when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from yakuba.kernel.definitions import Problem
from yakuba.kernel.tables.columns import Column
from yakuba.kernel.tables.reading import Row
from yakuba.kernel.values import ValueRefused, calendar
from yakuba.kernel.values.characters import narrow
from yakuba.services.claims.engine.reading import Faults

INSURER, SYMBOL, NUMBER, BRANCH = "保険者番号", "記号", "番号", "枝番"
NAME, KANA, BIRTH, SINCE, UNTIL = "氏名", "カナ", "生年月日", "資格取得日", "資格喪失日"
BENEFIT, PAYER, RESIDENT = "給付割合", "公費負担者番号", "宛名番号"
COLUMNS = (
    Column(INSURER, required=True),
    Column(SYMBOL, ("被保険者証記号", "記号番号（記号）")),
    Column(NUMBER, ("被保険者番号", "被保険者証番号"), required=True),
    Column(BRANCH),
    Column(NAME, ("被保険者氏名",)),
    Column(KANA, ("氏名カナ", "フリガナ", "カナ氏名")),
    Column(BIRTH),
    Column(SINCE, ("取得日", "資格取得年月日"), required=True),
    Column(UNTIL, ("喪失日", "資格喪失年月日")),
    Column(BENEFIT),
    Column(PAYER, ("公費番号",)),
    Column(RESIDENT, ("宛名コード",)),
)
REQUIRED = (INSURER, NUMBER, SINCE)
FOREVER = 99_991_231
LONGEST = 120


@dataclass(frozen=True, slots=True)
class Member:
    """A period of one insured. since, until: YYYYMMDD; until: the first day without (資格喪失日); benefit: per cent, 0 where not
    told."""

    insurer: str
    symbol: str
    insured: str
    branch: str
    name: str
    kana: str
    birth: str
    since: int
    until: int
    benefit: int
    payer: str
    resident: str


def members(rows: Iterable[Row], faults: Faults) -> Iterator[Member]:
    """The periods of all rows that can be read; of the others `faults` says why, without names."""
    for row in rows:
        try:
            yield _member(row)
        except (ValueError, ValueRefused) as error:
            faults.append(Problem(row.line, "", str(error)))


def _member(row: Row) -> Member:
    number = narrow(row.get(NUMBER))
    if not number:
        raise ValueError("番号がありません。")
    benefit = narrow(row.get(BENEFIT)).rstrip("%割")
    if benefit and not (benefit.isascii() and benefit.isdigit() and int(benefit) <= 100):
        raise ValueError("給付割合は0から100までの数で書いてください。")
    share = int(benefit or 0)
    birth = row.get(BIRTH)
    since, until = _day(row.get(SINCE)), _day(row.get(UNTIL)) if row.get(UNTIL) else FOREVER
    if until < since:
        raise ValueError("資格喪失日が資格取得日より前です。")
    return Member(
        narrow(row.get(INSURER)), narrow(row.get(SYMBOL)), number, narrow(row.get(BRANCH)), row.get(NAME)[:LONGEST],
        row.get(KANA)[:LONGEST], calendar.read_date(birth).isoformat() if birth else "", since, until,
        share * 10 if 0 < share <= 10 else share, narrow(row.get(PAYER)), narrow(row.get(RESIDENT)),
    )  # fmt: skip


def _day(text: str) -> int:
    found = calendar.read_date(text)
    return found.year * 10_000 + found.month * 100 + found.day
