"""Who may ask, without a database: files, what is lacking, who is nobody's agent."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.kernel.refusals import Invalid
from yakuba.services.intake.engine.acting import answers
from yakuba.services.intake.engine.acting.reading import parse_rules
from yakuba.services.intake.engine.acting.rules import Asked, Door, Part
from yakuba.services.intake.engine.acting.standing import (
    Given,
    is_same_person,
    seen_only,
    standing,
    wanted,
)

TODAY = date(2026, 12, 1)
RULES = """申請できる人: バス乗車券
手続: bus
根拠: 要綱4条
出典: 例規集
確認日: 2026-12-01
残すこと: 種類と確かめた日
本人確認:
  一点: [{名: 運転免許証, 示すこと: [氏名, 住所]}, {名: 旅券, 郵送: いいえ}]
  二点: [資格確認書, 年金手帳, 社員証]
権限の書類:
  - {名: 委任状, 確かめること: [自筆, 日付], 何か月以内: 3}
  - 登記事項証明書
役割:
  - {役: 本人, ところ: [ウェブ, 窓口, 郵送, タブレット], 本人確認: [窓口, 郵送]}
  - {役: 同一世帯の人, ところ: [ウェブ, 窓口], 本人確認: [窓口], 聞くこと: [氏名]}
  - {役: 法定代理人, ところ: [窓口], 本人確認: [窓口], 権限: [登記事項証明書], 聞くこと: [氏名, 続柄]}
  - {役: 任意代理人, ところ: [ウェブ, 窓口, 郵送], 本人確認: [窓口, 郵送], 権限: [委任状], 聞くこと: [氏名, 住所]}
  - {役: 使者, ところ: [窓口], 本人確認: [窓口], 権限: [委任状], 聞くこと: [氏名]}
"""
AGENT = {Asked.NAME: "代理　次郎", Asked.ADDRESS: "東町1"}
POINTS = {"委任状": frozenset({"自筆", "日付"})}


def refused(text):
    with pytest.raises(DefinitionRefused) as told:
        parse_rules(text)
    return " ".join(f"{one.line} {one.reason}" for one in told.value.problems)


def given(part, door=Door.COUNTER, *seen, said=AGENT, days=None, points=None):
    return Given(part, door, said, frozenset(seen), points or {}, days or {})


def test_every_shipped_file_reads_and_says_its_source_and_day():
    files = sorted((Path(settings.YAKUBA.samples_dir) / "acting").glob("*.yaml"))
    assert len(files) >= 5
    for file in files:
        rules = parse_rules(file.read_text())
        assert rules.procedure == file.stem
        assert rules.source
        assert rules.basis
        assert rules.checked_on


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("種類と確かめた日", "写しと番号", "番号や写しは残さないでください"),
        ("{名: 運転免許証,", "{名: 健康保険証,", "2025年12月1日で使えなくなりました"),
        ("役: 使者, ところ: [窓口]", "役: 使者, ところ: [窓口, ウェブ]", "使者は書かれたものを届けるだけ"),
        ("権限: [登記事項証明書]", "権限: [登記簿]", "登記簿"),
        ("聞くこと: [氏名, 続柄]", "聞くこと: [続柄]", "「氏名」が要ります"),
        ("何か月以内: 3", "何か月以内: 三", "整数で書いてください"),
        ("役: 同一世帯の人", "役: 配偶者", "配偶者"),
        ("[自筆, 日付]", "[自筆, 番号を控える]", "番号や写しは残せません"),
        ("確認日: 2026-12-01", "確認日: きのう", "2026-12-01 のように"),
        ("[資格確認書, 年金手帳, 社員証]", "[資格確認書]", "2つ以上"),
    ],
)
def test_a_file_that_says_what_may_not_be_is_told_by_line(old, new, said):
    assert old in RULES
    assert said in refused(RULES.replace(old, new))


def test_one_of_the_first_group_or_two_of_the_second():
    rules = parse_rules(RULES)
    assert standing(rules, given(Part.SELF, Door.COUNTER, "運転免許証"), TODAY).lacking == ()
    assert standing(rules, given(Part.SELF, Door.COUNTER, "資格確認書", "社員証"), TODAY).identified
    one = standing(rules, given(Part.SELF, Door.COUNTER, "資格確認書"), TODAY)
    assert not one.identified
    assert "あと1点" in one.lacking[0]
    assert "資格確認書" in one.lacking[0]
    none = standing(rules, given(Part.SELF, Door.COUNTER), TODAY)
    assert not none.identified
    assert none.authorised
    assert not none.letter


def test_a_passport_does_at_the_counter_and_not_by_post():
    rules = parse_rules(RULES)
    assert standing(rules, given(Part.SELF, Door.COUNTER, "旅券"), TODAY).identified
    assert not standing(rules, given(Part.SELF, Door.POST, "旅券"), TODAY).identified


def test_a_power_of_attorney_needs_its_points_and_its_day():
    rules = parse_rules(RULES)
    seen = ("運転免許証", "委任状")

    def at(days, points=POINTS):
        return standing(rules, given(Part.AGENT, Door.COUNTER, *seen, days=days, points=points), TODAY)

    assert at({"委任状": TODAY - timedelta(days=30)}).lacking == ()
    assert at({"委任状": date(2026, 9, 1)}).lacking == ()
    for day in (date(2026, 8, 31), TODAY + timedelta(days=1)):
        assert "3か月以内でない" in at({"委任状": day}).lacking[0]
    assert at({}).lacking == ("委任状の日付",)
    half = at({"委任状": TODAY}, {"委任状": frozenset({"日付"})})
    assert not half.authorised
    assert "自筆" in half.lacking[0]


def test_who_acts_by_web_is_told_what_to_bring_and_waits_for_it():
    rules = parse_rules(RULES)
    told = standing(rules, given(Part.AGENT, Door.WEB), TODAY)
    assert told.identified
    assert not told.authorised
    assert "委任状" in told.lacking[0]
    role = rules.role("任意代理人")
    assert any("3か月以内の日付" in one for one in wanted(rules, role, Door.WEB))
    assert any("あなた" in one for one in wanted(rules, role, Door.POST))


def test_a_spouse_is_nobodys_legal_agent_and_a_messenger_decides_nothing():
    rules = parse_rules(RULES)
    said = {Asked.NAME: "見本　花子", Asked.RELATION: "妻"}
    with pytest.raises(Invalid, match="法定代理人ではありません"):
        standing(rules, given(Part.LEGAL, Door.COUNTER, "運転免許証", "登記事項証明書", said=said), TODAY)
    with pytest.raises(Invalid, match="ウェブで申請できるのは"):
        standing(rules, given(Part.MESSENGER, Door.WEB), TODAY)


def test_a_register_notice_is_due_only_where_nobody_proved_to_be_the_person():
    rules = parse_rules(RULES.replace("残すこと:", "戸籍の届出: はい\n残すこと:"))
    assert standing(rules, given(Part.SELF), TODAY).letter
    assert not standing(rules, given(Part.SELF, Door.COUNTER, "運転免許証"), TODAY).letter


def test_my_number_is_checked_besides_and_lacking_it_refuses_nobody():
    rules = parse_rules(RULES.replace("権限の書類:", "番号確認: [通知カード]\n権限の書類:"))
    found = standing(rules, given(Part.SELF, Door.COUNTER, "運転免許証"), TODAY)
    assert found.identified
    assert "個人番号を確かめるもの" in found.lacking[0]
    assert standing(rules, given(Part.SELF, Door.COUNTER, "運転免許証", "通知カード"), TODAY).lacking == ()


def test_nothing_is_kept_that_the_file_does_not_know():
    rules = parse_rules(RULES)
    role = rules.role("本人")
    assert seen_only(rules, role, Door.COUNTER, ["運転免許証", "委任状", "免許証番号 123"]) == {"運転免許証"}


def test_who_acts_is_not_the_person():
    assert is_same_person({Asked.NAME: "山田 太郎"}, "山田　太郎", "")
    assert not is_same_person({Asked.NAME: "山田 太郎", Asked.ADDRESS: "東町1"}, "山田　太郎", "西町2")
    assert not is_same_person({Asked.NAME: "山田 花子"}, "山田　太郎", "")


def test_keys_of_a_draft_say_the_same_again_and_an_applicant_may_say_little():
    rules = parse_rules(RULES)
    one = given(Part.AGENT, Door.COUNTER, "委任状", days={"委任状": TODAY}, points=POINTS)
    keys = answers.keys_of(one)
    assert answers.given_of(keys, Door.COUNTER, rules) == one
    assert set(answers.own(keys)) == {"#who:part", "#who:name", "#who:address"}
    assert not any(answers.cleared(keys).values())
    assert answers.given_of({"#who:part": "村長"}, Door.WEB, rules) is None
