"""Prices beside one another: made comparable, by band, with outliers from five bodies on; tables with faults."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from yakuba.kernel.tables.reading import rows
from yakuba.kernel.tables.tests.looking import form_of
from yakuba.services.sharing.engine import benchmark
from yakuba.services.sharing.engine.benchmark import Paid, bands
from yakuba.services.sharing.models import Price

HEAD = "団体コード,人口,年度,品目,月数,金額,税込み,出典\n"


def paid(code: str, yen: int, population: int = 20_000, **given) -> Paid:
    usual = {"year": 2025, "kind": "帳票読取", "product": "", "months": 12, "taxed": False, "tax_rate": 10, "options": (), "custom": False, "hours": None, "source": "x"}  # fmt: skip
    return Paid(code=code, name=code, population=population, yen=yen, **(usual | given))


def test_tax_and_term_are_taken_out():
    assert paid("1", 6_600_000, months=36, taxed=True).yearly == 2_000_000
    assert paid("1", 100, 3).per_head == Fraction(100, 3)
    assert paid("1", 1_200, hours=Decimal(60)).per_hour == 20
    assert paid("1", 1_200).per_hour is None


def test_an_outlier_is_named_from_five_bodies_on():
    usual = [paid(f"{at}", 1_000_000 + 20_000 * at) for at in range(5)]
    (band,) = bands([*usual, paid("9", 9_000_000)])
    assert (band.label, len(band.bodies)) == ("1万人～3万人", 6)
    assert [one.paid.code for one in band.bodies if one.outlier] == ["9"]
    assert band.bodies[-1].outlier == "高い"
    low, median, high = band.middle
    assert low < median < high
    assert median == pytest.approx((1_040_000 + 1_060_000) / 2 / 20_000)
    (few,) = bands([*usual[:3], paid("9", 9_000_000)])
    assert few.middle is None
    assert not any(one.outlier for one in few.bodies)
    assert "4団体しかない" in few.why


def test_without_spread_or_with_a_free_body_there_is_no_verdict():
    (same,) = bands([paid(f"{at}", 1_000) for at in range(4)] + [paid("9", 99_000)])
    assert not any(one.outlier for one in same.bodies)
    assert "同じ額" in same.why
    (free,) = bands([paid(f"{at}", 1_000 * at) for at in range(5)])
    assert "0円" in free.why


def test_bands_are_on_a_log_scale_and_the_newest_price_of_a_body_counts():
    found = bands(
        [paid("1", 1, 999), paid("2", 1, 1_000), paid("3", 1, 2_000_000), paid("1", 5, 999, year=2026)]
    )
    assert [band.label for band in found] == ["1,000人未満", "1,000人～3,000人", "100万人以上"]
    assert found[0].bodies[0].paid.yen == 5


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("990019,31400,2025,x,12,100,たぶん,s\n", "「はい」か「いいえ」"),
        ("131013,0,2025,x,12,100,,s\n", "人口"),
        ("131013,8000円,2025,x,12,100,,s\n", "8000円"),
        ("131013,8000,2025,x,12人,100,,s\n", "12人"),
        ("131016,5,2025,x,0,100,,s\n", "月数"),
        ("131016,5,2025,x,12,,,s\n", "金額が空です"),
        ("999999,5,2025,x,12,1,,s\n", "合併した先の団体コード"),
        ("131016,5,2025,x,12,1,,s\n131016,5,令和7年度,x,12,2,,s\n", "前にもあります"),
    ],
)
def test_a_bad_cell_is_told(row, said):
    found = benchmark.read(
        rows((HEAD + row).encode(), ("団体コード",), []), {"131016": "千代田区", "990019": "やくば市"}
    )
    assert any(said in str(one) for one in found.problems)


def test_prices_come_in_by_a_table_and_are_compared(in_yakuba_city, clerk):
    page = Client()
    page.force_login(clerk)
    codes = ("131016", "131024", "131032", "131041", "131059")
    lines = [f"{code},20000,令和7年度,帳票読取,12,\"{1_000_000 + at * 30_000:,}円\",いいえ,見本\n" for at, code in enumerate(codes)]  # fmt: skip
    content = (
        HEAD + "".join(lines) + "131067,20000,2025,帳票読取,12,９９,０００,０００,いいえ,見本\n"
    ).encode()
    address = reverse("sharing:load_prices")
    shown = page.post(address, {"file": SimpleUploadedFile("p.csv", content)}, follow=True)
    page.post(address, form_of(shown) | {"take": "1"}, follow=True)
    assert Price.objects.count() == 5
    given = {"code": "131067", "population": "20000", "year": "2025", "kind": "帳票読取", "months": "12", "yen": "99,000,000", "tax_rate": "10", "source": "見本"}  # fmt: skip
    assert page.post(reverse("sharing:new_price"), given | {"code": "999999"}).status_code == 422
    page.post(reverse("sharing:new_price"), given)
    shown = page.get(reverse("sharing:compare"), {"kind": "帳票読取"}).content.decode()
    assert "大きく離れています" in shown
    assert "中央の半数" in shown
    listed = page.get(reverse("sharing:prices"), follow=True).content.decode()
    assert "4,950.00円" in listed
    row = Price.objects.get(code="131067")
    page.post(reverse("sharing:remove_price", args=[row.pk]))
    assert not Price.objects.filter(pk=row.pk).exists()
