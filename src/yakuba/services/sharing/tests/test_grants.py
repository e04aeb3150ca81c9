"""Grants by dated rules: the vectors of the sources, the period, what is excluded, and files with faults."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from django.test import Client
from django.urls import reverse

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.kernel.refusals import Invalid
from yakuba.services.sharing.actions import definitions as actions
from yakuba.services.sharing.engine import grants
from yakuba.services.sharing.queries import definitions

OPEN = date(2019, 3, 15)


def rule(code: str) -> grants.Rule:
    return grants.bundled()[code][1]


@pytest.mark.parametrize(
    ("cost", "wanted"),
    [(5_000_000, 1_666_000), (7_999_999, 2_666_000), (8_000_000, 2_666_000), (8_000_001, 2_666_000), (10_000_000, 2_666_000), (2_999, 0), (3_000, 1_000), (0, 0)],
)  # fmt: skip
def test_the_grant_of_the_source(cost, wanted):
    found = grants.work_out(rule("rpa-grant"), OPEN, {"cost": Fraction(cost)})
    assert found.yen == wanted
    assert [step.text for step in found.steps][1].startswith("上限8,000,000円")


@pytest.mark.parametrize("day", [date(2019, 2, 28), date(2019, 4, 16), date(2026, 11, 30)])
def test_outside_its_period_there_is_no_number(day):
    for code in ("rpa-grant", "rpa-allocation", "smart-city", "digital-support"):
        found = grants.work_out(rule(code), date(2030, 1, 1), {"cost": Fraction(1_000_000)})
        assert found.yen is None
        assert "確認が必要です" in found.why
    assert grants.work_out(rule("rpa-grant"), day, {"cost": Fraction(5_000_000)}).yen is None


def test_joint_procurement_needs_an_agreement_and_twenty_fields_are_left_out():
    one, day, cost = rule("ai-rpa-allocation"), date(2025, 6, 1), {"cost": Fraction(10_000_001)}
    assert grants.work_out(one, day, cost).yen == Fraction(30_000_003, 10)
    assert grants.work_out(one, day, cost, agreed=True).yen == Fraction(10_000_001, 2)
    assert len(one.excluded) == 20
    for field in one.excluded:
        found = grants.work_out(one, day, cost, field_of_work=field, agreed=True)
        assert found.yen is None
        assert "対象外" in found.why
    assert grants.work_out(one, date(2026, 4, 1), cost).yen is None
    assert "端数の扱いは決まっていません" in grants.shown(Fraction(1, 3))


def test_the_older_rule_asks_for_the_rate_and_has_no_default():
    one, day = rule("rpa-allocation"), date(2019, 6, 1)
    with pytest.raises(Invalid, match="財政力"):
        grants.work_out(one, day, {"cost": Fraction(1)})
    for rate in (Fraction(0), Fraction(2)):
        with pytest.raises(Invalid, match="0より大きく1以下"):
            grants.work_out(one, day, {"cost": Fraction(1), "rate": rate})
    assert grants.work_out(one, day, {"cost": Fraction(1_000), "rate": Fraction(1, 3)}).yen == 100


def test_the_published_numbers_add_up():
    (classes,) = rule("rpa-grant").figures
    assert classes.total == sum(classes.parts.values()) == 82
    assert list(classes.parts.values()) == [10, 3, 25, 39, 5, 0]
    (places,) = rule("digital-support").figures
    assert (places.total, list(places.parts.values())) == (4_804, [4_454, 326, 24])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("合計: 82", "合計: 83", "内訳を足すと82"),
        ("{cost: 3000, 結果: 1000}", "{cost: 3000, 結果: 1001}", "見本の結果と違います"),
        ("値: 1/3", "値: 三分の一", "のような数で"),
        ("まで: 2019-04-15", "まで: 2018-04-15", "「から」より前"),
        ("何を: 切り捨て", "何を: 切り上げ", "書けません"),
    ],
)
def test_a_fault_in_a_rule_is_told_with_its_line(old, new, said):
    text = grants.bundled()["rpa-grant"][0]
    assert old in text
    with pytest.raises(DefinitionRefused) as told:
        grants.read_rule(text.replace(old, new))
    problem = next(one for one in told.value.problems if said in str(one))
    assert problem.line > 1


def test_a_town_writes_a_rule_of_its_own_and_the_page_shows_the_steps(in_yakuba_city, clerk):
    page = Client()
    page.force_login(clerk)
    address = reverse("sharing:grant", args=["rpa-grant"])
    shown = page.get(address, {"day": "平成31年3月15日", "in_cost": "５,０００,０００"}).content.decode()
    assert "1,666,000円" in shown
    assert "補助率" in shown
    late = page.get(address, {"day": "2026-11-30", "in_cost": "5000000"}).content.decode()
    assert "確認が必要です" in late
    assert "1,666,000" not in late
    assert page.get(address, {"day": "x", "in_cost": "5百万"}).status_code == 422
    text = grants.bundled()["rpa-grant"][0].replace("まで: 2019-04-15", "まで: 2020-03-31")
    page.post(reverse("sharing:load_grant"), {"text": text})
    assert definitions.rule("rpa-grant").ends == date(2020, 3, 31)
    assert actions.load_rule(text, actor=clerk).version == 2
    assert "期間の中" not in page.get(reverse("sharing:grants")).content.decode()
    assert page.get(reverse("sharing:grant", args=["nothing"])).status_code == 404


def test_what_is_excluded_is_excluded_however_it_is_written():
    one = grants.bundled()["ai-rpa-allocation"][1]
    cost = {"cost": Fraction(100)}
    for word in ("介護保険　", " 介護 保険", "戸籍の附票"):
        assert grants.work_out(one, one.begins, cost, field_of_work=word).yen is None
    with pytest.raises(Invalid, match="除かれる事務「介護保険」のことですか"):
        grants.work_out(one, one.begins, cost, field_of_work="介護保険事務")
    assert grants.work_out(one, one.begins, cost, field_of_work="道路の管理").yen == 30
