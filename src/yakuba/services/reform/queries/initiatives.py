"""Initiatives reckoned: what they save, what they cost, and when that has come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone

from yakuba.kernel.charts import Chart, bar_chart, before_after, line_chart
from yakuba.services.reform.contracts import Means
from yakuba.services.reform.engine.returns import FARTHEST, LONG, RISKS, SHORT, YEARS, Terms, in_words
from yakuba.services.reform.models import BaselineEntry, HourPrice, Initiative
from yakuba.services.reform.queries.analysis import prices

LONGEST_LABEL = 20  # characters of a bar's name
CRITERIA = {
    "service": "住民サービス",
    "errors": "誤りの防止",
    "working": "働き方",
    "continuity": "続けやすさ",
}
SCORES = {1: "悪くなる", 2: "少し悪くなる", 3: "変わらない", 4: "良くなる", 5: "とても良くなる"}


@dataclass(frozen=True)
class Reckoned:
    """An initiative with its figures. price: None where the kind of staff has none; then yen are not reckoned."""

    row: Initiative
    terms: Terms
    price: HourPrice | None

    @property
    def pk(self) -> int:
        """Of the row."""
        return int(self.row.pk)

    @property
    def title(self) -> str:
        """Of the row."""
        return str(self.row.title)

    @property
    def saved(self) -> Decimal:
        """Hours a year."""
        return self.terms.saved

    @property
    def rate(self) -> Decimal | None:
        """Their share of the time before."""
        return self.terms.rate

    @property
    def measured(self) -> bool:
        """Whether before and after were both measured."""
        return {self.row.before_kind, self.row.after_kind} == {BaselineEntry.Kind.MEASURED}

    @property
    def horizon(self) -> tuple[int, int]:
        """Over how many years it is to be looked at: a robot 1 and 2, AI 5 and 10."""
        return SHORT if self.row.means == Means.ROBOTS else LONG

    @property
    def returns(self) -> list[tuple[int, bool, list[Decimal]]]:
        """Years, whether they count for this means, and the yen gained by then: each of `RISKS`."""
        return [
            (years, years in self.horizon, [self.terms.gain(years, risk) for _, risk in RISKS])
            for years in YEARS
        ]

    @property
    def paybacks(self) -> list[Decimal | None]:
        """Years until the first cost is back, of each of `RISKS`."""
        return [self.terms.payback(risk) for _, risk in RISKS]

    @property
    def payback(self) -> Decimal | None:
        """As foreseen; None where never, or without a price."""
        return self.terms.payback() if self.price else None

    @property
    def paybacks_in_words(self) -> list[str]:
        """The same as sentences have them; none can be told without a price."""
        return [in_words(years) if self.price else "単価なし" for years in self.paybacks]

    @property
    def holds(self) -> bool | None:
        """Whether the cost is back within the longer of its years; None without a price."""
        if self.price is None:
            return None
        return self.payback is not None and self.payback <= self.horizon[1]

    @property
    def scores(self) -> list[tuple[str, int | None, str]]:
        """Criterion, score, and what that says."""
        found = [(label, getattr(self.row, name)) for name, label in CRITERIA.items()]
        return [(label, score, SCORES.get(score, "") if score else "") for label, score in found]


def fiscal_year() -> int:
    """Of today."""
    today = timezone.localdate()
    return today.year if today.month >= 4 else today.year - 1


def reckoned(rows: QuerySet[Initiative] | None = None) -> list[Reckoned]:
    """All initiatives, those with the most hours first, by the prices of their years."""
    found = Initiative.objects.select_related("department") if rows is None else rows
    known: dict[int, dict[str, HourPrice]] = {}
    made = []
    for row in found:
        year = max(row.year, fiscal_year()) if row.state == Initiative.State.PROPOSED else row.year
        if year not in known:
            known[year] = prices(year)
        made.append(reckon(row, known[year].get(row.staff)))
    return sorted(made, key=lambda one: (-one.saved, one.title))


def reckon(row: Initiative, price: HourPrice | None) -> Reckoned:
    """One of them."""
    terms = Terms(
        row.cases, row.before, row.after, row.error_rate / 100, row.fix, row.maintenance, row.initial, row.yearly,
        row.changes, row.change_hours, row.change_cost, Decimal(price.yen if price else 0),
    )  # fmt: skip
    return Reckoned(row, terms, price)


@dataclass(frozen=True)
class Together:
    """The sums of several, each kind apart: hours saved, before them, and overtime that was measured (not added)."""

    rows: list[Reckoned]

    @property
    def measured(self) -> Decimal:
        """Hours saved of those that were measured before and after."""
        return sum((one.saved for one in self.rows if one.measured), Decimal(0))

    @property
    def estimated(self) -> Decimal:
        """Hours saved of all others."""
        return sum((one.saved for one in self.rows if not one.measured), Decimal(0))

    @property
    def overtime(self) -> Decimal | None:
        """Hours of overtime less; None where nobody measured any."""
        found = [one.row.overtime for one in self.rows if one.row.overtime is not None]
        return sum(found, Decimal(0)) if found else None

    @property
    def initial(self) -> Decimal:
        """Yen at the beginning."""
        return sum((one.terms.initial for one in self.rows), Decimal(0))

    @property
    def yearly(self) -> Decimal:
        """Yen a year."""
        return sum((one.terms.yearly for one in self.rows), Decimal(0))


def hours_chart(rows: Sequence[Reckoned]) -> Chart:
    """Hours before and now: now with corrections and maintenance."""
    found = [
        (
            name,
            float(one.terms.cases * one.terms.before / 60),
            float(one.terms.cases * one.terms.before / 60 - one.saved),
        )
        for name, one in zip(_short([one.title for one in rows]), rows, strict=True)
        if one.terms.cases
    ]
    return before_after(found, title="1年の時間（直しと保守を含む）", unit="時間")


def gain_chart(one: Reckoned) -> Chart:
    """Yen gained year by year, of each of `RISKS`."""
    span = range(one.horizon[1] + 1)
    lines: dict[str, list[float | None]] = {
        label: [float(one.terms.gain(year, risk)) for year in span] for label, risk in RISKS
    }
    return line_chart(
        [f"{year}年" for year in span] if one.price else [],
        lines if one.price else {},
        title="かけた費用がいつ戻るか（累計）",
        unit="円",
    )


def worth_chart(rows: Sequence[Reckoned]) -> Chart:
    """How many years until the cost is back, of those where somebody lives to see it."""
    back = [one for one in rows if one.payback is not None and one.payback <= FARTHEST]
    names = _short([one.title for one in back])
    found = [(name, {"年": float(one.payback or 0)}) for name, one in zip(names, back, strict=True)]
    return bar_chart(found, title="費用が戻るまでの年数（見込みどおりのとき）", unit="年")


def _short(titles: Sequence[str]) -> list[str]:
    """In two lines of a picture at most; those that look alike then with a number."""
    cut = [title if len(title) <= LONGEST_LABEL else f"{title[: LONGEST_LABEL - 3]}…" for title in titles]
    return [f"{name}{at + 1}" if cut.count(name) > 1 else name for at, name in enumerate(cut)]
