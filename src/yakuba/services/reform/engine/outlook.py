"""The question of half the staff (半分の職員): whether the hours that staff have will do for the work, year by year. Pure Python.

A what-if, no forecast: every assumption is one that somebody chose, and `assumptions` says each in words.
"""

from __future__ import annotations

from dataclasses import dataclass

FARTHEST = 50  # years


@dataclass(frozen=True)
class Outlook:
    """What is assumed. hours: of the inventory, a year; core: of these; saved: hours that the proposed steps take; year: of the
    inventory; target: the year asked about; staff, work: share of today's staff hours and of today's cases there in that year
    (0.5: half of it); done: the year by which all steps are taken; per_person: hours of one person a year; waiting: sections
    that have not answered, of how many; unknown: tasks whose hours are not known; contractor: of `hours`, those of contractors."""

    hours: float
    core: float
    saved: float
    year: int
    target: int
    staff: float
    work: float
    done: int
    per_person: float
    waiting: tuple[int, int] = (0, 0)
    unknown: int = 0
    contractor: float = 0.0


@dataclass(frozen=True)
class YearHours:
    """Hours in one year: that staff have, that the work takes as today, and with the steps that are taken by then."""

    year: int
    has: float
    needs: float
    with_steps: float

    @property
    def short(self) -> float:
        """Hours that lack although the steps are taken; negative where some are left."""
        return self.with_steps - self.has


def years(asked: Outlook) -> list[YearHours]:
    """From the year of the inventory to the target. Raises ValueError where that is no later year, or too far."""
    span = asked.target - asked.year
    if not 0 < span <= FARTHEST:
        raise ValueError(f"年度は、{asked.year + 1}から{asked.year + FARTHEST}までにしてください。")
    found = []
    for ahead in range(span + 1):
        part = ahead / span
        has = asked.hours * (1 + (asked.staff - 1) * part)
        grown = 1 + (asked.work - 1) * part
        taken = min(1.0, ahead / max(1, asked.done - asked.year))
        found.append(
            YearHours(
                asked.year + ahead, has, asked.hours * grown, (asked.hours - asked.saved * taken) * grown
            )
        )
    return found


def first_short(found: list[YearHours]) -> YearHours | None:
    """The first year in which hours lack although the steps are taken; less than an hour is none."""
    return next((one for one in found if one.short > 1), None)


def assumptions(asked: Outlook) -> list[str]:
    """All that was assumed, in Japanese."""
    return [
        f"いまの職員の時間は、棚卸しの合計（年{asked.hours:,.0f}時間）とちょうど同じとします。残業や休みは見ていません。",
        f"職員の時間は、{asked.target}年度に今の{asked.staff:.0%}になるまで、毎年同じだけ変わるとします。",
        f"仕事の量は、{asked.target}年度に今の{asked.work:.0%}になるまで、毎年同じだけ変わるとします。",
        f"提案した取組は、{asked.done}年度までに毎年同じだけ進み、年{asked.saved:,.0f}時間を減らすとします。減る割合は公表された実証の値で、この自治体で測った値ではありません。",
        f"1人は年{asked.per_person:,.0f}時間とします。",
        "新しい仕事、制度の改正、職員の経験の差は入れていません。",
        *_lacking(asked),
    ]


def _lacking(asked: Outlook) -> list[str]:
    """What the inventory itself does not know, or counts in."""
    told = []
    if asked.contractor > 0:
        told.append(
            f"合計のうち年{asked.contractor:,.0f}時間は委託先の時間で、職員の時間と同じに扱っています。"
        )
    if asked.waiting[0]:
        told.append(
            f"{asked.waiting[1]}課のうち{asked.waiting[0]}課はまだ答えていません。その課の時間は、書かれた分だけです。"
        )
    if asked.unknown:
        told.append(f"件数か分の書かれていない作業が{asked.unknown:,}あり、その時間は入っていません。")
    return told
