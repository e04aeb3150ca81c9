"""The demo's group shares the costs of an installation: two months are closed, one waits. All of it is made up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from yakuba.demo import bodies, town
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.reform import facade as reform
from yakuba.services.sharing import facade as sharing

GROUP = {
    "code": "kyodo", "title": "帳票読取の共同利用（見本）", "agreement": "見本の協定（見本第1号）", "biller": "やくば市長", "pay_to": "見本の口座、翌月末まで",
    "rounding": "half_up", "by_days": False, "shows_all": True,
}  # fmt: skip
PAGES = {
    "04": (5_210, 940, 610, 4_480, 7_730), "05": (4_870, 1_020, 580, 4_610, 7_150), "06": (5_540, 880, 655, 4_390, 8_020),
}  # fmt: skip
KIND = "reading.pages"


def load() -> None:
    """Load it, unless there is a group. やくば市 must be active, in its group of towns."""
    if not sharing.is_empty():
        return
    chief, approver, year = town.user("kacho"), town.user("kanri"), reform.fiscal_year()
    with active_municipality(Municipality.objects.get(code=town.NEIGHBOUR_TOWN[0])):
        set_values({"sharing.organiser": town.YAKUBA_CITY[0]}, actor=town.user("tonari"))
    _costs(year, chief, approver)


def _costs(year: int, chief: town.User, approver: town.User) -> None:
    counted = date(year, 1, 1)
    joined = date(year, 4, 1)
    group = sharing.sample_group(
        GROUP,
        [(code, name, joined) for code, name, _ in bodies.POPULATIONS],
        [(code, people) for code, _, people in bodies.POPULATIONS],
        counted,
        bodies.SOURCE,
    )
    first = f"{year}-04"
    by_people = {"equal": Decimal(6), "population": Decimal(94), "counted_on": counted, "source": "見本の協定第5条"}  # fmt: skip
    by_use = {"equal": Decimal(20), "use": Decimal(80), "use_kind": KIND, "source": "見本の協定第6条"}
    months = [f"{year}-{month}" for month in PAGES]
    sharing.sample_item(
        group, "base", "基本利用料", "固定費", first, by_people, dict.fromkeys(months, 380_000), actor=chief
    )
    sharing.sample_item(
        group, "pages", "読み取り", "従量費", first, by_use, dict(zip(months, (285_450, 273_450, 292_275), strict=True)), actor=chief
    )  # fmt: skip
    rows = [
        (code, f"{year}-{month}", KIND, pages)
        for month, uses in PAGES.items()
        for (code, _, _), pages in zip(bodies.POPULATIONS, uses, strict=True)
    ]
    sharing.sample_uses(group, rows)
    for month in months[:2]:
        sharing.sample_closing(group, month, proposer=chief, approver=approver)
