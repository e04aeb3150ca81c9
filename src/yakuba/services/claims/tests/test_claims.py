"""Claims on their way: taken in, checked by tried and published rules, judged, asked about, taken along."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from yakuba.config.command import build
from yakuba.kernel.accounts.models import ApiToken
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.definitions import DefinitionRefused
from yakuba.kernel.files.storage import blob_path
from yakuba.kernel.jobs.models import Job
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.tables.tests.looking import form_of
from yakuba.services.claims import facade, queries
from yakuba.services.claims.actions import findings, imports, rules, running
from yakuba.services.claims.engine.rules import KINDS, read_rules
from yakuba.services.claims.engine.samples import RULES
from yakuba.services.claims.models import CheckRun, CheckTable, ClaimFile, Finding, InquiryLetter, RuleSet
from yakuba.services.claims.tests.examples import MONTH, claims


@pytest.fixture
def page(in_yakuba_city, clerk):
    client = Client()
    client.force_login(clerk)
    return client


@pytest.fixture
def checked(in_yakuba_city, clerk):
    """A file with what was planted, masters, eligibility, rules, and a check."""
    for kind, content in facade.sample_masters().items():
        facade.take_table(f"{kind}.csv", content, kind, 202601, actor=clerk)
    facade.take_table("members.csv", facade.sample_members(300), "members", 202601, actor=clerk)
    facade.take_in("a.uke", claims(60), actor=clerk)
    facade.sample_rules([MONTH], maker=None, publisher=clerk)
    facade.check([MONTH], actor=clerk)
    return CheckRun.objects.get(trial=False)


def text(answer) -> str:
    return answer.content.decode()


def test_what_was_planted_is_found_with_rule_line_and_points(checked):
    found = {row.rule: row for row in Finding.objects.order_by("-pk")}
    assert {
        "visit-month",
        "injury",
        "total",
        "member-none",
        "both-visits",
        "twice",
        "visit-again",
    } <= found.keys()
    visits = found["visit-month"]
    assert visits.message.startswith("見本の初診料が月に")
    assert Finding.objects.filter(
        rule="visit-month", message="見本の初診料が月に2回あります。", points=576, month=MONTH
    ).exists()
    assert found["twice"].other_line > 0
    assert found["injury"].points == queries.findings().get(pk=found["injury"].pk).points
    assert checked.claims == 61
    assert checked.counts["visit-month"]["claims"] >= 1


def test_files_are_encrypted_and_the_same_file_is_refused(in_yakuba_city, clerk):
    facade.take_in("a.uke", claims(), actor=clerk)
    row = ClaimFile.objects.select_related("file", "claims_part").get()
    for file in (row.file, row.claims_part):
        content = blob_path(file).read_bytes()
        assert b"PAR1" not in content
        assert "見本".encode("cp932") not in content
    with pytest.raises(Conflict, match="すでに"):
        facade.take_in("b.uke", claims(), actor=clerk)
    assert ClaimFile.objects.count() == 1


def test_a_file_without_any_claim_ends_with_why_and_can_be_tried_again(page, clerk):
    row = imports.hand_in("x.uke", b"a,b\r\n", actor=clerk)
    with pytest.raises(Invalid) as refused:
        imports.work(row.pk, lambda *_: None)
    imports.give_up(refused.value, claim_file_id=row.pk)
    row.refresh_from_db()
    assert row.state == "failed"
    assert queries.failures(clerk)[0].url == reverse("claims:file", args=[row.pk])
    assert "読めるレセプトが一件もありません" in text(page.get(reverse("claims:file", args=[row.pk])))
    imports.take_up(claim_file_id=row.pk)
    row.refresh_from_db()
    assert row.state == "waiting"


def test_several_files_through_the_page_wait_for_a_worker(page):
    given = [SimpleUploadedFile(f"{at}.uke", claims(8, seed=at)) for at in (1, 2)]
    page.post(reverse("claims:load"), {"files": given})
    assert ClaimFile.objects.filter(state="waiting").count() == 2
    assert Job.objects.filter(name="claims.take_in").count() == 2
    for row in ClaimFile.objects.all():
        imports.work(row.pk, lambda *_: None)
    assert set(ClaimFile.objects.values_list("claims", flat=True)) == {9}
    assert page.get(reverse("claims:files"), follow=True).status_code == 200


def test_rules_are_tried_before_another_person_publishes_them(in_yakuba_city, clerk, make_staff, yakuba_city):
    facade.take_in("a.uke", claims(), actor=clerk)
    other = make_staff(yakuba_city, "claims.publish")
    row = rules.load(RULES, "", actor=clerk)
    with pytest.raises(Conflict, match="試していません"):
        rules.publish(row, actor=other)
    run = running.start(row, [MONTH], True, actor=clerk)
    running.work(run.pk, lambda *_: None)
    run.refresh_from_db()
    assert run.state == "done"
    assert run.findings > 0
    assert not Finding.objects.exists(), "a trial keeps nothing"
    with pytest.raises(Conflict, match="自分で"):
        rules.publish(row, actor=clerk)
    rules.publish(row, actor=other)
    second = rules.load(RULES, "", actor=clerk)
    with pytest.raises(Conflict, match="公開されていません"):
        running.start(second, [MONTH], False, actor=clerk)
    running.work(running.start(second, [MONTH], True, actor=clerk).pk, lambda *_: None)
    rules.publish(second, actor=other)
    assert list(RuleSet.objects.order_by("version").values_list("state", flat=True)) == [
        "withdrawn",
        "published",
    ]


def test_faults_of_a_file_of_rules_are_told_by_line(page):
    bad = (
        "規則:\n  - {符号: a, 名前: x, 種類: 回数, 項目: [abc], 期間: 月, 出典: x, 重さ: 照会, 文: x}\n"
        "  - {符号: a, 名前: x, 種類: 何か, 出典: x, 重さ: 強い, 文: x}\n"
        "  - {符号: c, 名前: x, 種類: 重複, 上限: 3, 出典: x, 重さ: 照会, 文: x, 適用: 2026-13から}\n"
    )
    with pytest.raises(DefinitionRefused) as refused:
        read_rules(bad)
    told = "\n".join(map(str, refused.value.problems))
    for words in (
        "2行目",
        "「上限」が要ります",
        "9桁以内のコード",
        "符号「a」が二つ",
        "「何か」は書けません",
        "使えません",
        "2026",
    ):
        assert words in told
    answer = page.post(reverse("claims:new_rules"), {"text": bad})
    assert answer.status_code == 422
    assert "9桁以内のコード" in text(answer)


def test_every_kind_of_rule_stands_in_the_sample_or_is_told():
    kinds = {rule.kind for rule in read_rules(RULES)}
    assert {kind.name for kind in KINDS.values()} - kinds == {
        "indication",
        "contraindication",
        "pair",
        "days",
    }


def test_what_was_decided_stays_when_it_is_found_again(checked, clerk):
    number = Finding.objects.count()
    row = Finding.objects.order_by("pk")[0]
    with pytest.raises(Invalid, match="わけ"):
        findings.judge(row, "wrong", "", actor=clerk)
    findings.judge(row, "wrong", "規則が古い", actor=clerk)
    facade.check([MONTH], actor=clerk)
    row.refresh_from_db()
    assert (row.outcome, row.note) == ("wrong", "規則が古い")
    assert Finding.objects.count() == number


def test_the_queue_is_worked_by_keyboard_and_every_look_is_recorded(page, checked):
    first = page.get(reverse("claims:queue"))
    shown = page.get(first.url)
    assert 'data-key="1"' in text(shown)
    assert "＊" in text(shown), "the number of the insured is masked"
    row = Finding.objects.get(pk=int(first.url.rstrip("/").rpartition("/")[2]))
    seen = AuditEvent.objects.filter(name="claims.claim_seen")
    assert seen.count() == 1
    assert row.name not in json.dumps(seen[0].details, ensure_ascii=False)
    after = page.post(reverse("claims:judge", args=[row.pk]), {"outcome": "right"}, follow=True)
    assert after.redirect_chain[-1][0] != first.url
    row.refresh_from_db()
    assert row.outcome == "right"
    assert page.post(reverse("claims:judge", args=[row.pk]), {"outcome": "wrong"}).status_code == 422


def test_precision_has_its_denominator_and_names_rules_that_are_mostly_wrong(page, checked, clerk):
    rows = list(Finding.objects.filter(rule="visit-month"))
    assert len(rows) >= 1
    template = rows[0]
    for at in range(8):  # as if the rule had found nine
        template.pk, template.key = None, f"k{at}"
        template.save(force_insert=True)
    for at, row in enumerate(Finding.objects.filter(rule="visit-month")):
        findings.judge(row, "right" if at == 0 else "wrong", "x", actor=clerk)
    found = {row["code"]: row for row in queries.rule_rows()}
    precision = found["visit-month"]["precision"]
    assert (precision.right, precision.wrong) == (1, Finding.objects.filter(rule="visit-month").count() - 1)
    assert precision.low < precision.share < precision.high
    assert found["visit-month"]["mostly_wrong"]
    assert found["women-only"]["silent"] == (found["women-only"]["findings"] == 0)
    assert "ほとんど" in text(page.get(reverse("claims:index")))
    assert not queries.self_check()[1].ok


def test_a_careless_rule_is_capped_and_named(in_yakuba_city, clerk):
    facade.take_in("a.uke", claims(400, seed=3), actor=clerk)
    careless = "規則:\n  - {符号: all, 名前: 全部, 種類: 入外, 項目: [199000001, 199000002, 199000003, 199000004], 入外: 入院, 出典: x, 重さ: 確認, 文: x}\n"
    facade.sample_rules([MONTH], careless, maker=None, publisher=clerk)
    run = CheckRun.objects.get(pk=facade.check([MONTH], actor=clerk))
    assert run.counts["all"]["capped"]
    assert run.counts["all"]["claims"] > 20
    assert Finding.objects.count() == 20


def test_check_tables_hold_by_month_of_treatment_and_of_two_editions_each_has_its_months(
    in_yakuba_city, clerk
):
    old = "医薬品コード,1日量の上限\n" + "".join(f"{code},0\n" for code in range(699000001, 699000101))
    new = old.replace(",0\n", ",99\n")
    facade.take_table("old.csv", old.encode(), "drug_dose", 202501, actor=clerk)
    facade.take_table("new.csv", new.encode("cp932"), "drug_dose", 202605, actor=clerk)
    for month in (202604, 202605):
        facade.take_in(f"{month}.uke", claims(30, seed=month, month=month), actor=clerk)
    nothing = "規則:\n  - {符号: twice, 名前: 重複, 種類: 重複, 出典: x, 重さ: 確認, 文: x}\n"
    facade.sample_rules([202604, 202605], nothing, maker=None, publisher=clerk)
    facade.check([202604, 202605], actor=clerk)
    months = set(Finding.objects.exclude(rule="twice").values_list("month", flat=True))
    assert months == {202604}
    assert Finding.objects.filter(rule__startswith="drug_dose:").exists()


def test_a_master_of_another_width_or_kind_is_refused_with_what_to_do(in_yakuba_city, clerk):
    content = facade.sample_masters()["act"]
    for kind, given, words in (
        ("drug", content.replace(b",S,", b",Y,"), ""),
        ("drug", content, "Y"),
        ("act", b"0,S,1\r\n", "150列"),
        ("bundle", content, "包括"),
    ):
        row = imports.hand_in_table("x.csv", given, kind, 202604, actor=clerk)
        if words:
            with pytest.raises(Invalid, match=words):
                imports.work_table(row.pk, lambda *_: None)
        else:
            imports.work_table(row.pk, lambda *_: None)
    row = imports.hand_in_table(
        "x.csv",
        b"0,S,abc,4," + "名".encode("cp932") + b"," * 145 + b"\r\n" + content,
        "act",
        202604,
        actor=clerk,
    )
    imports.work_table(row.pk, lambda *_: None)
    row.refresh_from_db()
    assert row.bad == 1
    assert "9桁以内" in row.faults[0]


def test_columns_of_a_table_are_chosen_on_the_page(page):
    address = reverse("claims:load_table", args=["drug_days"])
    content = "薬のCD,何日まで\n699000001,14\n699000002,\n".encode()
    looked = page.post(address, {"file": SimpleUploadedFile("d.csv", content)}, follow=True)
    form = form_of(looked)
    for name in form:
        if name.startswith("column-"):
            form[name] = ""
    names = [name for name in form if name.startswith("column-")]
    form[names[0]], form[names[1]] = "薬のCD", "何日まで"
    page.post(address, form | {"take": "1", "since": "2026-04"}, follow=True)
    row = CheckTable.objects.get()
    imports.work_table(row.pk, lambda *_: None)
    row.refresh_from_db()
    assert (row.rows, row.bad, row.since, row.state) == (1, 1, 202604, "done")


def test_a_letter_is_made_once_and_read_back(page, checked, clerk):
    row = Finding.objects.get(rule="total")
    address = reverse("claims:ask", args=[row.pk])
    assert row.institution_name in text(page.get(address))
    given = {
        "name": row.institution_name,
        "address": "○○市東町1",
        "day": "2026/7/1",
        "question": "わけをお知らせください。",
        "number": "第1号",
        "postal_code": "",
    }
    page.post(address, given)
    row.refresh_from_db()
    letter = InquiryLetter.objects.get()
    assert (row.outcome, row.letter) == ("asked", letter)
    assert AuditEvent.objects.filter(name="claims.asked").exists()
    again = page.post(address, given)
    assert again.status_code == 422
    assert "もう照会した" in text(again)


def test_findings_are_taken_along(page, checked, clerk):
    answer = page.get(reverse("claims:export"), {"form": "utf-8"})
    written = (
        b"".join(answer.streaming_content if answer.streaming else [answer.content])
        .decode("utf-8-sig")
        .splitlines()
    )
    assert len(written) == Finding.objects.count() + 1
    assert "請求ファイル,行,点数" in written[0]
    assert AuditEvent.objects.filter(name="claims.exported").exists()
    listed = CliRunner().invoke(build(), ["claims", "precision", "--user", clerk.username, "--json"])
    assert {one["code"] for one in json.loads(listed.stdout)} >= {"visit-month"}


def test_who_only_sees_numbers_sees_nobody(checked, make_staff, yakuba_city):
    other = Client()
    staff = make_staff(yakuba_city, "claims.view")
    other.force_login(staff)
    row = Finding.objects.order_by("pk")[0]
    assert row.name not in text(other.get(reverse("claims:index")))
    assert row.name not in text(other.get(reverse("claims:run", args=[checked.pk])))
    for name, given in (("finding", [row.pk]), ("queue", []), ("findings", []), ("export", []), ("load", [])):
        assert other.get(reverse(f"claims:{name}", args=given)).status_code == 403
    token = ApiToken.issue(staff, "x", ["claims.view"])[1]
    headers = {"Authorization": f"Bearer {token}"}
    assert other.get("/api/v1/claims/precision", headers=headers).status_code == 200
    assert other.get("/api/v1/claims/findings", headers=headers).status_code == 403


def test_a_month_without_claims_is_refused_with_what_to_do(in_yakuba_city, clerk):
    facade.take_in("a.uke", claims(), actor=clerk)
    row = rules.load(RULES, "", actor=clerk)
    run = running.start(row, [202501], True, actor=clerk)
    with pytest.raises(Conflict, match="取り込まれていません") as refused:
        running.work(run.pk, lambda *_: None)
    running.give_up(refused.value, check_run_id=run.pk)
    run.refresh_from_db()
    assert run.state == "failed"
