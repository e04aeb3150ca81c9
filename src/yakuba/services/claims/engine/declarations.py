"""Tax declarations of one person for one year: which one counts, and why (B02 確定申告書の重複処理).

Of several that were filed in time the last one counts. After the deadline a further one is no newer declaration but another kind:
an amendment (修正申告), which raises the tax, or a request (更正の請求), which lowers it. "The newest wins" is never the rule. What these
cannot tell (no date, the same day with other figures, a late first one beside others) a person decides.
Source: 国税通則法 17〜19, 23条; 所得税基本通達 120-4 (several filed in time); to be checked by the town's own tax office before it is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

FINAL, AMENDED, REQUESTED, WITHDRAWAL = "final", "amended", "request", "withdrawal"
KINDS = {
    "確定申告": FINAL,
    "確定": FINAL,
    "期限内申告": FINAL,
    "期限後申告": FINAL,
    "還付申告": FINAL,
    "住民税申告": FINAL,
    "修正申告": AMENDED,
    "修正": AMENDED,
    "更正の請求": REQUESTED,
    "更正請求": REQUESTED,
    "取下げ": WITHDRAWAL,
    "取り下げ": WITHDRAWAL,
    "申告の取下げ": WITHDRAWAL,
}
VALID, SUPERSEDED, REQUEST, AMENDMENT, DOUBLE, WITHDRAWN, ASK = (
    "valid",
    "superseded",
    "request",
    "amendment",
    "double",
    "withdrawn",
    "ask",
)


@dataclass(frozen=True)
class Filed:
    """A declaration. key: by which the caller knows it; kind: one of the four above; income, tax: yen, None where not told."""

    key: int
    filed: date
    kind: str
    reference: str = ""
    income: int | None = None
    tax: int | None = None

    @property
    def content(self) -> tuple[int | None, int | None]:
        """What two that are the same agree in."""
        return self.income, self.tax


@dataclass(frozen=True)
class Verdict:
    """What becomes of a declaration, and the sentence that says why."""

    key: int
    verdict: str
    why: str


def judged(group: Iterable[Filed], deadline: date) -> list[Verdict]:
    """Of one person and year. deadline: the last day in time."""
    rows = sorted(group, key=lambda one: (one.filed, one.reference, one.key))
    verdicts, gone = _withdrawn(rows, deadline)
    finals = [one for one in rows if one.kind == FINAL and one.key not in gone]
    verdicts += _others(rows)
    if any(one.verdict == ASK for one in verdicts):
        why = "取り下げが出ていますが、どの申告のものか決まっていません。本人に確かめてください。"
        return sorted([*verdicts, *(Verdict(one.key, ASK, why) for one in finals)], key=lambda one: one.key)
    in_time = [one for one in finals if one.filed <= deadline]
    late = [one for one in finals if one.filed > deadline]
    verdicts += _in_time(in_time) if in_time else []
    verdicts += _late(late, in_time, deadline)
    return sorted(verdicts, key=lambda one: one.key)


def _withdrawn(rows: Sequence[Filed], deadline: date) -> tuple[list[Verdict], set[int]]:
    """What was withdrawn in time, by its reference, and the keys of it; a withdrawal that names none, several, or comes after
    the deadline, a person decides."""
    verdicts, gone = [], set[int]()
    for one in (row for row in rows if row.kind == WITHDRAWAL):
        meant = [
            row for row in rows
            if row.kind == FINAL and row.reference and row.reference == one.reference and row.filed <= one.filed
        ]  # fmt: skip
        if len(meant) != 1:
            why = "取り下げる申告が整理番号で一つに決まりません。整理番号を確かめてください。"
            verdicts.append(Verdict(one.key, ASK, why))
        elif one.filed > deadline:
            why = f"期限（{deadline.isoformat()}）の後の取り下げです。取り下げられるかを税務署に確かめてください。"
            verdicts.append(Verdict(one.key, ASK, why))
        else:
            verdicts.append(
                Verdict(one.key, WITHDRAWN, f"整理番号{one.reference}の申告を取り下げるものです。")
            )
            if meant[0].key not in gone:
                why = f"期限内に取り下げられました（{one.filed.isoformat()}）。"
                verdicts.append(Verdict(meant[0].key, WITHDRAWN, why))
            gone.add(meant[0].key)
    return verdicts, gone


def _others(rows: Sequence[Filed]) -> list[Verdict]:
    """What says itself that it is no first declaration."""
    said = {
        AMENDED: (AMENDMENT, "修正申告として出されています。前の申告を取り消すものではありません。"),
        REQUESTED: (REQUEST, "更正の請求です。税務署の決定があるまで、前の申告が有効です。"),
    }
    return [Verdict(one.key, *said[one.kind]) for one in rows if one.kind in said]


def _in_time(rows: Sequence[Filed]) -> list[Verdict]:
    last_day = rows[-1].filed
    last = [one for one in rows if one.filed == last_day]
    before = [one for one in rows if one.filed < last_day]
    found = [
        Verdict(
            one.key,
            SUPERSEDED,
            f"期限内に後の申告（{last_day.isoformat()}）が出ているので、そちらが有効です。",
        )
        for one in before
    ]
    if len({one.content for one in last}) == 1:
        why = "期限内に出た申告のうち、最後のものです。" if before else "期限内に出た申告です。"
        found.append(Verdict(last[0].key, VALID, why))
        found += [
            Verdict(one.key, DOUBLE, "同じ日に、同じ金額の申告がもう一つあります。") for one in last[1:]
        ]
    else:
        why = "同じ日に、金額の違う申告があります。どちらが後か分からないので、本人に確かめてください。"
        found += [Verdict(one.key, ASK, why) for one in last]
    return found


def _late(rows: Sequence[Filed], in_time: Sequence[Filed], deadline: date) -> list[Verdict]:
    if not in_time:
        return _only_late(rows)
    before = in_time[-1]
    same_day = [one for one in in_time if one.filed == before.filed]
    if len({one.content for one in same_day}) > 1:
        return [
            Verdict(one.key, ASK, "期限内の申告が決まっていないので、先にそちらを決めてください。")
            for one in rows
        ]
    return [_after(one, before, deadline) for one in rows]


def _only_late(rows: Sequence[Filed]) -> list[Verdict]:
    if len(rows) == 1:
        return [Verdict(rows[0].key, VALID, "期限後申告です。ほかに申告はありません。")]
    if rows and len({one.content for one in rows}) == 1:
        doubles = [Verdict(one.key, DOUBLE, "同じ金額の期限後申告がもう一つあります。") for one in rows[1:]]
        return [Verdict(rows[0].key, VALID, "期限後申告です。後のものは同じ金額です。"), *doubles]
    return [
        Verdict(one.key, ASK, "金額の違う期限後申告が二つ以上あります。新しいものが有効とは限りません。")
        for one in rows
    ]


def _after(one: Filed, before: Filed, deadline: date) -> Verdict:
    """A further declaration after the deadline, beside one that was in time."""
    if one.content == before.content and None not in one.content:
        return Verdict(one.key, DOUBLE, "期限内の申告と同じ金額です。期限内のものが有効です。")
    if one.tax is None or before.tax is None or one.tax == before.tax:
        return Verdict(
            one.key,
            ASK,
            f"期限（{deadline.isoformat()}）の後の申告です。税額が比べられないので、修正申告か更正の請求かを確かめてください。",
        )
    if one.tax > before.tax:
        return Verdict(
            one.key,
            AMENDMENT,
            f"期限の後に税額が増えているので、修正申告として扱います（{before.tax:,}円 → {one.tax:,}円）。",
        )
    return Verdict(
        one.key,
        REQUEST,
        f"期限の後に税額が減っているので、更正の請求として扱います（{before.tax:,}円 → {one.tax:,}円）。",
    )


def check_digit(twelve: str) -> int:
    """The check digit of a corporate number (法人番号), of its twelve digits behind it: 9 less the remainder by 9 of the sum of the
    digits from the right times 1 and 2 by turns (法人番号の指定等に関する省令)."""
    return 9 - sum(int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(twelve))) % 9


def corporate_fault(number: str) -> str:
    """What is wrong with a corporate number by itself; empty where nothing is."""
    if not (len(number) == 13 and number.isascii() and number.isdigit()):
        return "法人番号は13桁の数字です。"
    if int(number[0]) != check_digit(number[1:]):
        return "法人番号の検査数字が合いません。写し間違いがないか確かめてください。"
    return ""


@dataclass(frozen=True)
class Collected:
    """Who withholds whose tax (特別徴収). employer: a corporate number or the town's own; since: the first month, YYYYMM."""

    resident: str
    employer: str
    since: int


@dataclass(frozen=True)
class Change:
    """What changed between two lists. kind: `begin`, `end`, `employer`, `double`."""

    resident: str
    kind: str
    before: str
    after: str
    sentence: str


def changes(before: Iterable[Collected], after: Iterable[Collected]) -> list[Change]:
    """What changed: who is newly withheld, no longer, by another employer, or by two at once, which a person decides."""
    old, new = _by_resident(before), _by_resident(after)
    found = []
    for resident in sorted(old.keys() | new.keys()):
        was, now = sorted(old.get(resident, ())), sorted(new.get(resident, ()))
        if len(now) > 1:
            found.append(
                Change(
                    resident,
                    "double",
                    "、".join(was),
                    "、".join(now),
                    "二つの事業所から特別徴収の届けがあります。どちらか確かめてください。",
                )
            )
        elif was and not now:
            found.append(
                Change(
                    resident,
                    "end",
                    was[0],
                    "",
                    "特別徴収が終わりました。普通徴収に切り替えるか確かめてください。",
                )
            )
        elif now and not was:
            found.append(Change(resident, "begin", "", now[0], "特別徴収が始まりました。"))
        elif was != now:
            found.append(
                Change(resident, "employer", "、".join(was), now[0], "特別徴収をする事業所が替わりました。")
            )
    return found


def _by_resident(rows: Iterable[Collected]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in rows:
        found.setdefault(one.resident, set()).add(one.employer)
    return found
