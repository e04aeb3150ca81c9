"""The pages in the order of a round: what they say, where they lead, and that each button does its work."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.tables.tests.looking import form_of
from yakuba.services.nursery.actions import decisions, rules
from yakuba.services.nursery.models import Application, Decision, Facility, Placement, Round, RuleSet, Run
from yakuba.services.nursery.tests.desk import FACILITIES, RULES


@pytest.fixture
def ask(desk, client, clerk):
    """`ask(name, *args, **data)`: the answer to the person with every permission; POST when data is given."""
    client.force_login(clerk)

    def get_or_post(name, /, *args, query="", **data):
        address = reverse(f"nursery:{name}", args=args) + query
        return client.post(address, data, follow=True) if data else client.get(address, follow=True)

    return get_or_post


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def taken(ask, page, round, data):
    """The file looked at and taken over, its columns as the page proposes them."""
    shown = ask(page, round.pk, file=SimpleUploadedFile("a.csv", data))
    return ask(page, round.pk, take="1", **form_of(shown))


def test_a_round_from_rules_to_freezing(ask, desk, client, boss, clerk):
    file = SimpleUploadedFile("rules.yaml", RULES.replace("版: 1", "版: 2").encode())
    assert "第2版" in text_of(ask("rules_load", file=file))
    rule_set = RuleSet.objects.get(version="2")
    form = {"title": "新しい回", "start": "2027-05-01", "procedure": desk.round.procedure_id}
    assert "施設と空き枠を取り込みます" in text_of(ask("round_new", **form, rule_set=rule_set.pk))
    round = Round.objects.get(title="新しい回")
    assert "受付簿から取り込む" in text_of(taken(ask, "facilities_load", round, FACILITIES.encode("cp932")))
    desk.case("0800000129")
    desk.case("0800000226", wish_1="どこにもない園")
    assert "最初の1つを直す" in text_of(ask("take", round.pk, go="1"))
    child = Application.objects.get(round=round, receipt_number="0800000226")
    body = text_of(ask("application_edit", child.pk))
    assert "どこにもない園（この選考回にない施設）" in body
    form = {"household": child.household, "wish_1": "N2", "fact_mother_work": "employed"}
    assert "直しました" in text_of(ask("application_edit", child.pk, **form))
    assert "準備ができました" in text_of(ask("round", round.pk))
    assert "進み具合" in text_of(ask("start", round.pk, seconds="30"))
    desk.calculate_open()
    run = Run.objects.get(round=round)
    assert "安定な割り当てです" in text_of(ask("run", run.pk))
    assert "変わっていない" in text_of(ask("start", round.pk, seconds="30"))
    assert "採用" in text_of(ask("adopt", run.pk, go="1"))
    assert "承認を待って" in text_of(ask("freeze", round.pk, reason="確かめた"))
    frozen = Decision.objects.get(round=round)
    assert "本人は承認できません" in text_of(ask("approve", frozen.pk, go="1"))
    client.force_login(boss)
    assert "確定しました" in text_of(ask("approve", frozen.pk, go="1"))
    client.force_login(clerk)
    assert "入力に回しています" in text_of(ask("hand_over", round.pk, go="1"))
    assert "引き継ぎました" in text_of(ask("next_round", round.pk, title="二次"))
    assert AuditEvent.objects.filter(name="nursery.frozen", actor=boss).exists()


def test_refused_rows_are_shown_by_line(ask, desk):
    data = (
        "受付番号,児童氏名,生年月日,第1希望\n0800700178,児童一,2025-06-01,N1\n0800700275,児童二,いつか,N1\n"
    )
    answer = taken(ask, "applications_load", desk.round, data.encode())
    assert answer.status_code == 422
    assert "1件に誤りがあり" in text_of(answer)
    assert Application.objects.count() == 1


def test_bad_rules_are_shown_with_their_lines(ask, desk):
    answer = ask("rules_load", text=RULES.replace("版: 1", "版: なし"))
    assert answer.status_code == 422
    assert re.search(r"\d+行目", text_of(answer))


def test_results_are_found_by_facility_and_by_child(ask, full):
    run = full.adopted()
    assert "指数の分布" in text_of(ask("run", run.pk))
    assert "中央保育園" in text_of(ask("run_facilities", run.pk))
    body = text_of(ask("run_facility", run.pk, Facility.objects.get(code="N1", round=full.round).pk))
    assert body.index("0800000129") < body.index("0800000226") < body.index("0800000323")
    assert "0800000323" not in text_of(ask("run_children", run.pk, query="?result=placed"))
    row = Placement.objects.get(run=run, application__receipt_number="0800000323")
    body = text_of(ask("placement", row.pk))
    assert "ご家庭への説明" in body
    child = full.child("0800000323")
    assert "個別の決定を起案する" in text_of(ask("application", child.pk))
    assert "求職" in text_of(ask("application_index", child.pk))
    assert AuditEvent.objects.filter(name="nursery.application_viewed").count() == 3
    market = ask("run_market", run.pk)
    assert market.json()["priorities"]["N1-1"][0] == "0800000129"
    assert "児童" not in market.content.decode()


def test_a_decision_is_proposed_and_sent_back(ask, full, client, boss):
    full.adopted()
    child = full.child("0800000129")
    assert "残り0" in text_of(ask("propose", child.pk))
    assert "共用枠" in text_of(ask("propose", full.child("0800000323").pk, slot="N2-1", reason="x"))
    assert "起案しました" in text_of(ask("propose", child.pk, slot="", reason="転出"))
    decision = Decision.objects.get()
    client.force_login(boss)
    assert "承認する" in text_of(ask("decision", decision.pk))
    assert "理由を書いて" in text_of(ask("refuse", decision.pk, answer=""))
    assert "差し戻しました" in text_of(ask("refuse", decision.pk, answer="事情が足りない"))
    again = decisions.propose_place(child, "", "転出", actor=full.person)
    decisions.approve(again, actor=boss)
    assert "個別の決定で変わりました" in text_of(ask("application", child.pk))


def test_who_may_only_look_changes_nothing(client, full, make_staff, in_yakuba_city):
    run = full.adopted()
    decision = decisions.propose_place(full.child("0800000129"), "", "転出", actor=full.person)
    client.force_login(make_staff(in_yakuba_city, "nursery.view"))
    child = full.child("0800000129")
    for name, key in (
        ("take", full.round.pk), ("start", full.round.pk), ("application_withdraw", child.pk),
        ("adopt", run.pk), ("approve", decision.pk), ("refuse", decision.pk), ("hand_over", full.round.pk),
    ):  # fmt: skip
        assert client.post(reverse(f"nursery:{name}", args=[key])).status_code == 403, name
    assert "選考の項目を直す" not in text_of(client.get(reverse("nursery:application", args=[child.pk])))


def test_the_home_page_tells_what_waits(client, full, boss):
    full.adopted()
    decisions.propose_place(full.child("0800000129"), "", "転出", actor=full.person)
    client.force_login(boss)
    assert "承認を待つものが1件あります" in text_of(client.get("/"))


def test_who_approves_a_freeze_sees_numbers_warnings_and_the_file_where_one_decides(
    ask, full, client, boss, make_staff, yakuba_city
):
    child = full.child("0800000323")
    child.facts["sibling_attends"] = "市外の園"
    child.save()
    run = full.adopted()
    run.notes = [{"line": 4, "place": "受付 0800000323", "reason": "地区「東地区」の施設はありません。"}]
    run.save()
    full.case("0800000420", status=Status.CONFIRMING)
    moved = decisions.propose_place(full.child("0800000226"), "", "本人の希望", actor=full.person)
    decisions.approve(moved, actor=boss)
    frozen = decisions.propose_freeze(full.round, "確かめた", actor=full.person)
    client.force_login(boss)
    body = text_of(ask("decision", frozen.pk))
    for part in (
        "<dt>児童</dt><dd>3<small>人",
        "<dt>保留</dt><dd>2<small>人",
        "安定な割り当てです",
        "地区「東地区」の施設はありません。",
        "読み取りと確認が済んでいない申込が1件",
        "個別の決定で変わった児童（1人）",
        "青葉保育園",
        "承認する",
    ):
        assert part in body
    assert "まだ確定できません" not in body
    assert f'href="{reverse("nursery:decision_file", args=[frozen.pk])}"' in body
    file = ask("decision_file", frozen.pk)
    assert file["Content-Type"].endswith("sheet")
    assert AuditEvent.objects.filter(name="nursery.exported", actor=boss).count() == 1
    client.force_login(make_staff(yakuba_city, "nursery.view"))
    assert ask("decision_file", frozen.pk).status_code == 403
    assert reverse("nursery:decision_file", args=[frozen.pk]) not in text_of(ask("decision", frozen.pk))


def test_a_freeze_that_does_not_hold_any_more_cannot_be_approved_and_says_why(ask, full, client, boss):
    full.adopted()
    frozen = decisions.propose_freeze(full.round, "確かめた", actor=full.person)
    full.case("0800000420")
    full.take()
    client.force_login(boss)
    body = text_of(ask("decision", frozen.pk))
    assert "まだ確定できません" in body
    assert "計算し直して採用してください" in body
    assert re.search(r"disabled>承認する", body)


def test_what_a_rule_compares_is_told_before_calculating(ask, desk):
    rule = RULES + (
        "施設別加点:\n  出典: 別表3\n  行:\n    - {点: 2, 名前: 地区, 条件: {地区: この施設の地区}}\n"
    )
    desk.round.rule_set = rules.load(rule.replace("版: 1", "版: 3"), actor=desk.person)
    desk.round.save()
    desk.case("0800000129", district="東地区")
    desk.take()
    body = text_of(ask("round", desk.round.pk))
    assert "計算の前に確かめるところ（1か所）" in body
    assert "地区「東地区」の施設はありません。「東」の間違いではありませんか。" in body
    assert "計算する" in body
    run = desk.calculate()
    assert "地区「東地区」" in text_of(ask("run", run.pk))


def test_a_receipt_number_of_the_procedures_type_needs_its_check_digits(ask, desk):
    data = "受付番号,児童氏名,生年月日,第1希望\n0800700179,児童一,2025-06-01,N1\n８.００７E+08,児童二,2025-06-01,N1\n"
    body = text_of(taken(ask, "applications_load", desk.round, data.encode()))
    assert "検査数字" in body
    assert "数として書きかえた" in body
    assert not Application.objects.exists()


def test_lists_are_narrowed_sorted_and_taken_by_who_may(ask, full, client, make_staff):
    run, round = full.adopted(), full.round
    body = text_of(ask("applications", round.pk, query="?text=0800000226"))
    assert ("0800000226" in body, "0800000129" in body) == (True, False)
    assert "0800000129" in text_of(ask("applications", round.pk, query="?first=N1&sort=-age"))
    assert text_of(ask("facilities", round.pk, query="?sort=-name")).count("data-label=") > 0
    places = text_of(ask("run_facilities", run.pk, query="?text=中央"))
    assert ("中央保育園" in places, "東保育園" in places) == (True, False)
    slot = Placement.objects.get(run=run, application__receipt_number="0800000129").slot
    told = b"".join(ask("run_children", run.pk, query=f"?slot={slot}&form=utf-8")).decode("utf-8-sig")
    assert told.splitlines()[0] == "受付番号,児童,指数,結果,希望"
    assert "0800000129" in told
    assert "0800000323" not in told
    client.force_login(make_staff(round.municipality, "nursery.view"))
    assert "書き出す" not in text_of(ask("run_children", run.pk))
    assert ask("run_children", run.pk, query="?form=utf-8").status_code == 403
