"""Advisors: who fits a request and why, how much a body may still ask for, and the notice of a job. Pure Python.

The limit is the supported body's, not the advisor's: at most three visits a fiscal year, or ten hours online. Whether both may be
mixed is not said in the source, so the mix is refused unless somebody gives a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

from yakuba.kernel.definitions import Faults, Section, parse
from yakuba.kernel.maps.places import place

MOST_VISITS, MOST_MINUTES = 3, 600
EARTH = 6371.0  # km, mean radius
SKILLS = Path(__file__).parent / "data/skills.yaml"
FIELDS = ("オープンデータ", "AI・RPA", "業務改革", "窓口", "住民サービス", "情報セキュリティ", "データ利活用", "通信基盤", "防災", "医療・福祉", "教育", "農林水産", "観光", "働き方", "人材育成")  # fmt: skip


@dataclass(frozen=True)
class Used:
    """What a body had in a fiscal year. visits: occasions, a team counts once; minutes: online."""

    visits: int = 0
    minutes: int = 0


def refusal(used: Used, minutes: int, *, online: bool) -> tuple[str, bool]:
    """Why one more is not within the limit, empty where it is; and whether a reason may override it (the mix alone)."""
    if online:
        if used.minutes + minutes > MOST_MINUTES:
            left = max(0, MOST_MINUTES - used.minutes)
            return f"オンラインは、団体ごとに年度で合計10時間までです。残りは{left}分です。", False
        if used.visits:
            return (
                f"この団体は今年度、現地の派遣を{used.visits}回受けています。現地（年3回）とオンライン（年10時間）を混ぜてよいかは、要綱に書かれていません。",
                True,
            )
        return "", False
    if used.visits >= MOST_VISITS:
        return (
            f"現地の派遣は、団体ごとに年度で{MOST_VISITS}回までです。もう{used.visits}回受けています。",
            False,
        )
    if used.minutes:
        return (
            f"この団体は今年度、オンラインの支援を{used.minutes}分受けています。現地（年3回）とオンライン（年10時間）を混ぜてよいかは、要綱に書かれていません。",
            True,
        )
    return "", False


def kilometres(one: str, other: str) -> float | None:
    """Between the town halls of two codes, along a great circle; None where one of them has no place."""
    here, there = place(one), place(other)
    if here is None or there is None or here.at is None or there.at is None:
        return None
    (east, north), (to_east, to_north) = ((radians(at[0]), radians(at[1])) for at in (here.at, there.at))
    half = sin((to_north - north) / 2) ** 2 + cos(north) * cos(to_north) * sin((to_east - east) / 2) ** 2
    return 2 * EARTH * asin(sqrt(half))


@dataclass(frozen=True)
class Candidate:
    """An advisor as matching sees one. load: occasions of this fiscal year; most: how many the advisor takes."""

    key: int
    name: str
    fields: Sequence[str]
    roles: Sequence[str]
    code: str
    online: bool
    load: int
    most: int


@dataclass(frozen=True)
class Wanted:
    """What a body asks for. code: its 団体コード."""

    fields: Sequence[str]
    code: str
    online: bool
    role: str = ""


@dataclass(frozen=True)
class Match:
    """A candidate with the reasons, for and against, in Japanese. km: None where it is not known."""

    candidate: Candidate
    matched: Sequence[str]
    km: float | None
    reasons: Sequence[str]
    against: Sequence[str]


def matches(wanted: Wanted, candidates: Iterable[Candidate]) -> list[Match]:
    """Who has at least one of the fields, the best first: what speaks against, then more of the fields, the role, less load, less
    distance (nothing online), the name. Who takes no more this year is left out only by a person."""
    found = []
    for one in candidates:
        matched = [field for field in wanted.fields if field in one.fields]
        if matched:
            found.append(_match(wanted, one, matched))
    return sorted(found, key=lambda one: _order(wanted, one))


def _match(wanted: Wanted, one: Candidate, matched: Sequence[str]) -> Match:
    km = kilometres(one.code, wanted.code)
    reasons = [f"分野が合う：{'、'.join(matched)}（{len(wanted.fields)}のうち{len(matched)}）"]
    against: list[str] = []
    if wanted.role:
        (reasons if wanted.role in one.roles else against).append(
            f"役割「{wanted.role}」{'を持つ' if wanted.role in one.roles else 'は登録されていない'}"
        )
    reasons.append(f"今年度の受け持ち {one.load}回（{one.most}回まで）")
    if one.load >= one.most:
        against.append("今年度の受け持ちが上限に達している")
    if wanted.online:
        (reasons if one.online else against).append("オンラインで支援できる" if one.online else "オンラインの支援は受けていない")  # fmt: skip
    elif km is None:
        reasons.append("距離は分からない（どちらかの場所が地図の一覧にない）")
    else:
        reasons.append(f"役所どうしの距離 約{km:.0f}km（直線）")
    return Match(one, matched, km, reasons, against)


def _order(wanted: Wanted, one: Match) -> tuple[object, ...]:
    far = 0.0 if wanted.online else (one.km if one.km is not None else 99_999.0)
    load = one.candidate.load / one.candidate.most if one.candidate.most else 1.0
    return (len(one.against), -len(one.matched), load, far, one.candidate.name, one.candidate.key)


@dataclass(frozen=True)
class Role:
    """A role of the skill standard."""

    name: str
    example: str
    does: str
    skills: Sequence[str]


@dataclass(frozen=True)
class Standard:
    """The skill standard: a reference, no condition."""

    source: str
    note: str
    roles: Sequence[Role]

    def role(self, name: str) -> Role | None:
        """By its name."""
        return next((one for one in self.roles if one.name == name), None)


@cache
def standard() -> Standard:
    """The skill standard that comes with the house."""
    faults = Faults()
    top = Section(parse(SKILLS.read_text(encoding="utf-8")), "", faults, ("根拠", "注", "役割"))
    roles = []
    for node in top.rows("役割"):
        one = Section(node, "", faults, ("名前", "例", "役目", "スキル"))
        roles.append(Role(one.text("名前"), one.text("例"), one.text("役目"), tuple(word for _, word in one.texts("スキル"))))  # fmt: skip
    if faults.found:
        raise ValueError(str(faults.found[0]))
    return Standard(top.text("根拠"), top.text("注"), tuple(roles))


@dataclass(frozen=True)
class Job:
    """What a town knows of a job that it offers."""

    body: str
    role: str
    task: str
    employment: str
    term: str
    place: str
    pay: str
    apply_by: str
    contact: str


def notice(job: Job) -> str:
    """A draft of a job notice, from the role of the standard and what the town says; what is empty says that it is to be written."""
    role = standard().role(job.role)
    if role is None:
        raise ValueError(job.role)
    lines = [
        f"{job.body}　{role.name}の募集（案）",
        "",
        "1 お願いしたい仕事",
        f"　{role.does}",
        *(f"　{line}" for line in job.task.splitlines() if line.strip()),
        "",
        "2 望ましいスキルと経験（参考。すべてを満たす必要はありません）",
        *(f"　・{skill}" for skill in role.skills),
        "",
        "3 条件",
        f"　任用の形：{job.employment or '（書いてください）'}",
        f"　期間：{job.term or '（書いてください）'}",
        f"　勤務の場所：{job.place or '（書いてください）'}",
        f"　報酬：{job.pay or '（書いてください）'}",
        "",
        "4 応募",
        f"　締切：{job.apply_by or '（書いてください）'}",
        f"　問い合わせ：{job.contact or '（書いてください）'}",
        "",
        f"（{standard().source}をもとにした案です。{standard().note}）",
    ]
    return "\n".join(lines)
