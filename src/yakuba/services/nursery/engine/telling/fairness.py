"""Who gets a place and a first wish, by groups: to see whether the rules treat groups alike.

Groups of fewer than `FEWEST` children are withheld, so that nobody's result can be read from the tables. What is
withheld could be worked out from the total when it is one group alone, or when all of it are fewer than `FEWEST`
children; the next smallest group is withheld with it then. What is withheld depends on who applied, never on results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from yakuba.services.nursery.contracts import Applied, Child, Household
from yakuba.services.nursery.engine.telling.comparing import wish_number

FEWEST = 5
MOST_BANDS = 8
FEW, BESIDE = f"{FEWEST}人未満", "非表示"
BAND_WIDTHS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
Label = Callable[[Household, Child], str]


@dataclass(frozen=True)
class Share:
    """One row of the fairness tables. count: applicants; placed: with a wish come true; first: with their first wish.

    withheld: what is shown instead of the numbers, which are 0 then, where so few could be told apart.
    """

    label: str
    count: int
    placed: int
    first: int
    withheld: str = ""

    @property
    def placed_rate(self) -> float | None:
        """The share of `placed`, from 0 to 1; None where it is withheld."""
        return None if self.withheld else self.placed / self.count

    @property
    def first_rate(self) -> float | None:
        """The same of `first`."""
        return None if self.withheld else self.first / self.count


@dataclass(frozen=True)
class _Row:
    """One applicant with what came of it. wish: number of the wish that came true, 0 for none or a seat kept."""

    household: Household
    child: Child
    wish: int


def tables(applied: Applied, assignment: Mapping[str, str | None]) -> list[tuple[str, list[Share]]]:
    """(title, rows) by index band, siblings, transfers, district, month of birth.

    assignment: child id → slot or None. Applicants of this round alone; those without an index (they take no part
    at all) stand in a band of their own. `placed` are the children with a wish come true, whose seat of now kept
    does not count.
    """
    rows = [
        _Row(household, child, wish_number(applied, child, assignment.get(child.id)))
        for household, child in applied.applications.children()
        if child.id not in applied.applications.seated
    ]
    together = {household.id: len(household.children) for household in applied.applications.households}
    return [
        ("指数", _by_index(applied, rows)),
        (
            "きょうだいの同時申込",
            _table(rows, lambda home, _: "あり" if together[home.id] > 1 else "なし", ("あり", "なし")),
        ),
        ("転園", _table(rows, lambda _, child: "転園" if child.current else "新規", ("新規", "転園"))),
        ("地区", _table(rows, lambda home, _: home.district or "（記載なし）")),
        (
            "生まれ月",
            _table(
                rows,
                lambda _, child: f"{child.birth.month}月",
                # From April, when the class begins: its eldest come first.
                [f"{(at + 3) % 12 + 1}月" for at in range(12)],
            ),
        ),
    ]


def _by_index(applied: Applied, rows: list[_Row]) -> list[Share]:
    """Bands of equal width, the highest first."""
    totals = applied.totals
    known = [totals[row.child.id] for row in rows if row.child.id in totals]
    if not known:
        return _table(rows, lambda _, child: "指数なし")
    width = next(
        (width for width in BAND_WIDTHS if max(known) // width - min(known) // width < MOST_BANDS),
        BAND_WIDTHS[-1],
    )
    bands = range(max(known) // width, min(known) // width - 1, -1)
    names = {band: _band(band * width, width) for band in bands}

    def label(_: Household, child: Child) -> str:
        return names[totals[child.id] // width] if child.id in totals else "指数なし"

    return _table(rows, label, [*names.values(), "指数なし"])


def _band(low: int, width: int) -> str:
    return f"{low}点" if width == 1 else f"{low}〜{low + width - 1}点"


def _table(rows: Iterable[_Row], label: Label, order: Iterable[str] = ()) -> list[Share]:
    """One row a label: those of `order` that occur, then the others by name."""
    groups: dict[str, list[_Row]] = {name: [] for name in order}
    others: dict[str, list[_Row]] = {}
    for row in rows:
        name = label(row.household, row.child)
        (groups if name in groups else others).setdefault(name, []).append(row)
    groups |= dict(sorted(others.items()))
    return withheld([_share(name, group) for name, group in groups.items() if group])


def _share(name: str, rows: list[_Row]) -> Share:
    placed, first = sum(row.wish > 0 for row in rows), sum(row.wish == 1 for row in rows)
    return Share(name, len(rows), placed, first)


def withheld(shares: list[Share]) -> list[Share]:
    """The same without the numbers of small groups."""
    small = [share.label for share in shares if share.count < FEWEST]
    hidden = dict.fromkeys(small, FEW)
    rest = [share for share in shares if share.label not in hidden]
    hidden_children = sum(share.count for share in shares if share.label in hidden)
    if small and rest and (len(small) == 1 or hidden_children < FEWEST):
        hidden[min(rest, key=lambda share: share.count).label] = BESIDE
    return [
        Share(share.label, 0, 0, 0, hidden[share.label]) if share.label in hidden else share
        for share in shares
    ]
