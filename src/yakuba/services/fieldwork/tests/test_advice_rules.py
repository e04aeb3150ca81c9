"""Rules of advice as they are written, and what they say of a field and do not say."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.services.cityhub.engine.degreedays import accumulated
from yakuba.services.fieldwork.engine.advice.judging import FieldFacts, Verdict, judge, stage_of
from yakuba.services.fieldwork.engine.advice.rules import EXAMPLE, read_rules

DAY = date(2026, 7, 10)
SOWN = date(2026, 5, 1)
RICE = "水稲（見本）"


def nothing(done, total, note):
    pass


def days(first, number, value):
    return {first + timedelta(days=at): value for at in range(number)}


def facts(**more):
    """Sown 70 days ago at 22 °C: 840 degree-days above 10 °C, 幼穂形成期."""
    daily = {
        "平均気温": days(SOWN, 70, 22.0),
        "最低気温": days(SOWN, 70, 20.0),
        "雨量": days(SOWN, 70, 1.0),
    } | more.pop("daily", {})
    return FieldFacts(RICE, SOWN, daily, more.pop("samples", {}))


def said(known, day=DAY, text=EXAMPLE):
    return {one.rule.code: one for one in judge(read_rules(text), known, day, accumulated)}


# --- rules ---------------------------------------------------------------------------------------------------


def test_the_sample_is_read():
    rules = read_rules(EXAMPLE)
    assert [one.code for one in rules.rules] == ["rice-cold", "rice-topdress", "dry-soil"]
    assert rules.crops[RICE].stages[1].total == 750


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("範囲の下: 5, ", "", "範囲の下"),
        ("下回る: 17, ", "", "「超える」か「下回る」"),
        ("下回る: 17", "下回る: 40", "範囲（5から30）の外"),
        ("見る: 最低気温", "見る: 月の満ち欠け", "月の満ち欠け"),
        ("日数: 3, ", "", "「日数」が要ります"),
        ("段階: [幼穂形成期]", "段階: [登熟期]", "段階「登熟期」がありません"),
        ("作物: [水稲（見本）]", "作物: [小麦]", "作物「小麦」"),
        ("出典: 見本の資料 第2表（作り物）", "出典:", "出典"),
        ("符号: rice-topdress", "符号: rice-cold", "二つあります"),
        ("積算温度: 750", "積算温度: 200", "前の段階より大きく"),
        ("終わりの積算温度: 1600", "終わりの積算温度: 900", "後の段階より大きく"),
        ("見る: VARI, 日数: 14", "見る: 積算温度, 日数: 14", "書けません"),
        ("下回る: 0.15, 範囲の下: -0.2", "下回る: .nan, 範囲の下: -0.2", "数で書いてください"),
    ],
)
def test_what_is_wrong_in_a_file_is_told_by_its_line(before, after, reason):
    assert before in EXAMPLE
    with pytest.raises(DefinitionRefused) as told:
        read_rules(EXAMPLE.replace(before, after, 1))
    assert reason in str(told.value)
    assert all(one.line for one in told.value.problems)


# --- judging -------------------------------------------------------------------------------------------------


def test_the_stage_is_the_sum_of_degrees_and_says_its_source():
    found = stage_of(read_rules(EXAMPLE), facts(), DAY, accumulated)
    assert (found.name, found.total) == ("幼穂形成期", 70 * 12)
    assert "見本の資料 第1表" in found.told


def test_cold_nights_are_advised_with_the_number_and_the_source():
    known = facts(daily={"最低気温": days(SOWN, 70, 20.0) | days(DAY - timedelta(days=3), 3, 15.0)})
    one = said(known)["rice-cold"]
    assert one.verdict is Verdict.ADVISED
    assert "最低気温の3日の平均 15.0℃" in one.reasons[1]
    assert said(facts())["rice-cold"].verdict is Verdict.NOT


def test_a_limit_itself_is_not_below_it():
    known = facts(daily={"最低気温": days(SOWN, 70, 17.0)})
    assert said(known)["rice-cold"].verdict is Verdict.NOT


def test_beyond_the_range_nothing_is_advised():
    known = facts(
        daily={"最低気温": days(SOWN, 70, 2.0)}
    )  # below 17, and below the 5 for which the rule was made
    one = said(known)["rice-cold"]
    assert one.verdict is Verdict.BEYOND
    assert "範囲（5から30）の外" in one.reasons[0]


@pytest.mark.parametrize("gap", [1, 2, 3])
def test_a_day_that_lacks_is_not_filled_in(gap):
    lows = days(SOWN, 70, 15.0)
    del lows[DAY - timedelta(days=gap)]
    one = said(facts(daily={"最低気温": lows}))["rice-cold"]
    assert one.verdict is Verdict.LACKING
    assert "3日のうち2日しか" in one.reasons[0]


def test_without_temperatures_there_is_no_stage_and_no_rule_of_a_stage():
    means = days(SOWN, 60, 22.0)  # the last ten of seventy days lack
    found = said(facts(daily={"平均気温": means}))
    assert found["rice-cold"].verdict is Verdict.LACKING
    assert "平均気温のない日が10日" in found["rice-cold"].reasons[0]


def test_past_the_end_of_a_crop_nothing_is_known_of_it():
    known = FieldFacts(RICE, SOWN, {"平均気温": days(SOWN, 160, 22.0)})
    found = said(known, SOWN + timedelta(days=160))
    assert found["rice-cold"].verdict is Verdict.BEYOND
    assert "決まりの終わり" in found["rice-cold"].reasons[0]


def test_old_samples_and_pictures_do_not_count_and_later_ones_are_not_known_yet():
    fresh = {"VARI": {DAY - timedelta(days=3): 0.1}, "pH": {DAY - timedelta(days=300): 6.0}}
    assert said(facts(samples=fresh))["rice-topdress"].verdict is Verdict.ADVISED
    old = fresh | {"VARI": {DAY - timedelta(days=15): 0.1}}
    assert "古い" in said(facts(samples=old))["rice-topdress"].reasons[0]
    later = fresh | {"VARI": {DAY + timedelta(days=1): 0.1}}
    assert said(facts(samples=later))["rice-topdress"].verdict is Verdict.LACKING


def test_a_crop_that_no_rule_knows_is_told():
    known = FieldFacts("ふしぎな草", SOWN, {"平均気温": days(SOWN, 70, 22.0)})
    assert stage_of(read_rules(EXAMPLE), known, DAY, accumulated).lacking
    assert set(said(known)) == {"dry-soil"}  # the one for all crops
