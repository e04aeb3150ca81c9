"""The room among people: two clerks on one finding, claims sent again, near persons, protection, what goes when its time is over."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from yakuba.kernel.letters.letter import Addressee
from yakuba.kernel.protection import actions as protection
from yakuba.kernel.protection.policy import HIDDEN, PlaceHidden
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.claims import facade, queries
from yakuba.services.claims.actions import findings, imports, rules, running, tax
from yakuba.services.claims.engine import making
from yakuba.services.claims.engine.alike import alike
from yakuba.services.claims.engine.samples import RULES
from yakuba.services.claims.models import CheckRun, ClaimFile, Declaration, Finding, RuleSet
from yakuba.services.claims.operations import findings as operations
from yakuba.services.claims.tests.examples import MONTH, claims

VISITS = "規則:\n  - {符号: visits, 名前: 初診は月1回, 種類: 回数, 項目: [199000001], 上限: 1, 期間: 月, 出典: x, 重さ: 照会, 文: x}\n"
NEAR = "規則:\n  - {符号: near, 名前: 似た人, 種類: 似た人, 出典: x, 重さ: 確認, 文: x}\n"
TWICE = "  - {符号: twice, 名前: 重複, 種類: 重複, 出典: x, 重さ: 返戻, 文: x}\n"


@pytest.fixture
def page(in_yakuba_city, clerk):
    client = Client()
    client.force_login(clerk)
    return client


def check(text: str, clerk, *files: bytes, months=(MONTH,)) -> CheckRun:
    for at, content in enumerate(files):
        facade.take_in(f"{at}.uke", content, actor=clerk)
    facade.sample_rules(list(months), text, maker=None, publisher=clerk)
    return CheckRun.objects.get(pk=facade.check(list(months), actor=clerk))


def one(number: int, person: int, points: int = 288, times: int = 1, month: int = MONTH) -> making.Sample:
    items = (("SI", 11, making.FIRST_VISIT, 1.0, points, tuple(range(3, 3 + times))),)
    return making.Sample(number, 1, month, person, False, 1, 19900110, items, ((9_900_009, month, False),))


def file(*samples: making.Sample) -> bytes:
    return b"".join(making.lines(iter(samples)))


def named(content: bytes, *changes: tuple[str, str]) -> bytes:
    for old, new in changes:
        content = content.replace(old.encode("cp932"), new.encode("cp932"))
    return content


def test_later_goes_through_the_whole_queue_and_round(checked_queue):
    order = [row.pk for row in queries.waiting_findings()]
    at, seen = queries.next_finding().pk, []
    for _ in order:
        seen.append(at)
        at = queries.next_finding(at).pk
    assert seen == order
    assert at == order[0]


@pytest.fixture
def checked_queue(in_yakuba_city, clerk):
    return check(RULES, clerk, claims(60))


def test_what_another_clerk_decided_meanwhile_is_not_written_over(page, checked_queue, clerk):
    row = Finding.objects.first()
    findings.judge(row, "wrong", "規則が古い", actor=None)
    url = reverse("claims:judge", args=[row.pk])
    answer = page.post(url, {"outcome": "right", "seen": "open", "note": ""})
    assert answer.status_code == 422
    assert "ほかの職員が「誤った指摘」" in answer.content.decode()
    row.refresh_from_db()
    assert row.outcome == "wrong"
    assert page.post(url, {"outcome": "right", "seen": "wrong", "note": ""}).status_code == 302


def test_a_number_that_may_be_somebodys_own_is_kept_out_of_notes(checked_queue, clerk):
    with pytest.raises(Invalid, match="個人番号"):
        findings.judge(Finding.objects.first(), "wrong", "番号は123456789018", actor=clerk)


def test_formulas_in_a_note_are_text_in_every_file(page, checked_queue, clerk):
    row = Finding.objects.first()
    findings.judge(row, "wrong", "=1+1", actor=clerk)
    content = taken(operations.export(clerk, form="utf-8", outcome="wrong"))
    assert ",=1+1" not in content.decode("utf-8-sig")
    content = taken(operations.export(clerk, form="xlsx", outcome="wrong"))
    cells = [cell for line in load_workbook(io.BytesIO(content)).active for cell in line]
    assert not any(cell.data_type == "f" for cell in cells)


def test_claims_sent_again_are_named_once_and_counted_once(in_yakuba_city, clerk):
    first = file(one(1, 1), one(2, 2))
    again = file(one(1, 2), one(2, 3))
    run = check(VISITS + TWICE, clerk, first, again)
    assert run.claims == 4
    assert run.counts["visits"]["findings"] == 0, "one visit that came twice is one"
    found = Finding.objects.get()
    assert (found.rule, found.file.name, found.other.name) == ("twice", "1.uke", "0.uke")


def test_one_file_handed_in_by_two_people_at_once_is_taken_in_once(in_yakuba_city, clerk):
    first = imports.hand_in("a.uke", claims(), actor=clerk)
    ClaimFile.objects.filter(pk=first.pk).update(state="failed")  # as if the second had not seen it yet
    second = imports.hand_in("b.uke", claims(), actor=clerk)
    ClaimFile.objects.filter(pk=first.pk).update(state="waiting")
    imports.work(first.pk, lambda *_: None)
    with pytest.raises(Conflict, match="すでに"):
        imports.work(second.pk, lambda *_: None)
    assert ClaimFile.objects.filter(state="done").count() == 1


def test_what_is_given_up_while_it_is_read_is_not_taken_in(in_yakuba_city, clerk):
    row = imports.hand_in("a.uke", claims(), actor=clerk)

    def told(*_):
        ClaimFile.objects.filter(pk=row.pk).update(state="failed")

    imports.STEP, kept = 1, imports.STEP
    try:
        imports.work(row.pk, told)
    finally:
        imports.STEP = kept
    row.refresh_from_db()
    assert (row.state, row.claims) == ("failed", 0)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (("見本一郎", "", "19900110"), ("見本一郎", "", "19900110"), True),
        (
            ("見本一郎", "", "19900110"),
            ("見本二郎", "", "19900110"),
            True,
        ),  # twins, or a slip: a person looks
        (("見本一郎", "", "19900110"), ("見本一郎", "", "19900111"), True),
        (("見本　一郎", "", "19900110"), ("見本一郎", "", "19900101"), True),  # two digits swapped
        (("髙橋一郎", "", "19900110"), ("高橋一郎", "", "19910110"), True),
        (("見本一郎", "", "19900110"), ("見本二郎", "", "19900111"), False),
        (("見本一郎", "", "19900110"), ("見本一郎", "", "19920111"), False),
        (("山田一郎", "ミホンイチロウ", "19900110"), ("見本一郎", "ミホンイチロウ", "19900110"), True),
        (("", "", "19900110"), ("", "", "19900110"), False),
    ],
)
def test_who_may_be_one_person(first, second, same):
    assert alike(first, second) is same


def test_the_same_person_under_two_numbers_is_found_also_with_a_slip_in_the_birth(in_yakuba_city, clerk):
    births = ("19900110", "19900111", "19920221", "19900110")
    content = file(*(one(number, number) for number in range(1, 5)))
    for number, name, birth in zip(
        range(1, 5), ("見本　花子", "見本花子", "見本花子", "別人太郎"), births, strict=True
    ):
        content = named(
            content,
            (f"見本　{number},1,19900110", f"{name},1,{birth}"),
        )
    content = named(content, (",ミホン,", ",,"))
    check(NEAR, clerk, content)
    found = Finding.objects.get()
    assert (found.claim, found.other_claim) == (2, 1)
    assert (found.other_name, found.other_birth) == ("見本　花子", "1990-01-10")


def test_a_finding_is_hidden_also_for_whose_claim_stands_beside_it(page, clerk, make_staff, yakuba_city):
    content = named(
        file(one(1, 1), one(2, 2)),
        ("見本　1,", "隠里　花子,"),
        ("見本　2,1,19900110", "隠里　花子,1,19900111"),
        ("見本医院", "隠里医院"),
    )
    check(NEAR, clerk, content)
    ClaimFile.objects.update(name="隠里医院.uke")
    row = Finding.objects.get()
    _protect("隠里 花子", date(1990, 1, 10), clerk)
    for url in ("claims:finding", "claims:findings"):
        answer = page.get(reverse(url, args=[row.pk] if url.endswith("finding") else []), follow=True)
        assert "隠里医院" not in answer.content.decode(), url
    assert operations.list_findings(clerk)[0]["file"] == HIDDEN
    assert operations.judge(clerk, finding_id=row.pk, outcome="right").pk == row.pk
    assert operations.finding_facts(row)["file"] == HIDDEN
    assert "隠里医院" not in taken(operations.export(clerk, form="utf-8")).decode("utf-8-sig")


def test_a_letter_about_somebody_under_protection_is_neither_made_nor_told_on_the_page(page, clerk):
    content = named(file(one(1, 1, times=2)), ("見本　1,", "隠里　花子,"), ("見本医院", "隠里医院"))
    check(VISITS, clerk, content)
    row = Finding.objects.get()
    draft = findings.Draft(
        Addressee("隠里医院", "", "やくば市東町1丁目"), "", date(2026, 6, 1), "なぜですか。"
    )
    findings.ask([row], draft, actor=clerk)
    assert "隠里医院" in page.get(reverse("claims:finding", args=[row.pk])).content.decode()
    _protect("隠里花子", date(1990, 1, 10), clerk)
    shown = page.get(reverse("claims:finding", args=[row.pk])).content.decode()
    assert "隠里医院" not in shown
    assert "支援措置" in shown
    assert page.get(reverse("claims:ask", args=[row.pk])).status_code == 403
    with pytest.raises(PlaceHidden):
        findings.ask([row], draft, actor=clerk)
    assert page.get(reverse("claims:letter_pdf", args=[row.letter_id or 1]), follow=True).status_code != 200


def _protect(name: str, birth: date, clerk) -> None:
    today = timezone.localdate()
    given = {"name": name, "birth": birth, "begins": today, "until": today + timedelta(days=300)}
    protection.begin(given, actor=clerk)


def taken(download) -> bytes:
    answer = download.answer()
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_an_old_file_goes_when_its_time_is_over_and_what_a_later_one_found_stays(in_yakuba_city, clerk):
    again = VISITS.replace("回数", "再初診").replace("期間: 月, ", "").replace("上限: 1", "上限: 60")
    files = (file(one(1, 1, month=202603)), file(one(1, 1, points=100)))
    check(again, clerk, *files)
    row = Finding.objects.get()
    assert row.other.name == "0.uke"
    row.other.delete()
    row.refresh_from_db()
    assert (row.other, row.file.name) == (None, "1.uke")


def test_eligibility_counts_with_or_without_a_branch(in_yakuba_city, clerk):
    head = "保険者番号,記号,番号,枝番,生年月日,資格取得日\n"
    told = "00990019,見本,0000001,,,2020/4/1\n00990019,見本,2,01,,2020/4/1\n00990019,見本,4,02,,2020/4/1\n"
    facade.take_table("m.csv", (head + told).encode(), "members", 202601, actor=clerk)
    content = file(*(one(number, number) for number in range(1, 5)))
    bare = content.replace(b"0000002,01,,", b"0000002,,,")  # no branch in the claim
    rule = "規則:\n  - {符号: none, 名前: 資格, 種類: 資格, 何を: 該当なし, 出典: x, 重さ: 返戻, 文: x}\n"
    check(rule, clerk, bare)
    assert sorted(Finding.objects.values_list("claim", flat=True)) == [3, 4]


def test_a_month_before_the_first_edition_is_told_and_never_checked_by_chance(in_yakuba_city, clerk):
    doses = "医薬品コード,1日量の上限\n" + "".join(f"{code},0\n" for code in range(699000001, 699000101))
    facade.take_table("t.csv", doses.encode(), "drug_dose", 202605, actor=clerk)
    files = [claims(30, seed=month, month=month) for month in (202604, 202605)]
    both = check(NEAR, clerk, *files, months=(202604, 202605))
    assert set(Finding.objects.values_list("month", flat=True)) == {202605}
    assert any("2026年4月の版がない" in told for told in both.sources)
    alone = CheckRun.objects.get(pk=facade.check([202604], actor=clerk))
    assert any("2026年4月の版がない" in told for told in alone.sources)


def test_no_two_versions_hold_and_who_made_one_publishes_it_nowhere(
    page, in_yakuba_city, clerk, make_staff, yakuba_city
):
    facade.take_in("a.uke", claims(), actor=clerk)
    row = rules.load(VISITS, "", actor=clerk)
    running.work(running.start(row, [MONTH], True, actor=clerk).pk, lambda *_: None)
    page.post(reverse("claims:publish", args=[row.pk]))
    row.refresh_from_db()
    assert row.state == RuleSet.State.DRAFT
    for months in ([0], [202613], [10**30], []):
        with pytest.raises(Invalid):
            running.start(row, months, True, actor=clerk)


def test_a_run_that_was_given_up_keeps_nothing(in_yakuba_city, clerk):
    facade.take_in("a.uke", claims(60), actor=clerk)
    facade.sample_rules([MONTH], VISITS, maker=None, publisher=clerk)
    run = running.start(RuleSet.objects.get(), [MONTH], False, actor=clerk)
    running.work(run.pk, lambda *_: CheckRun.objects.filter(pk=run.pk).update(state="failed"))
    run.refresh_from_db()
    assert run.state == "failed"
    assert not Finding.objects.exists()


HEAD = "宛名番号,年分,提出日,申告の種類,整理番号,税額\n"
FIRST = "1,2025,2026/2/1,確定申告,A1,100\n1,2025,2026/2/9,確定申告,A2,200\n"


def verdicts(text: str, deadline: date, clerk) -> list[str]:
    tax.take("a.csv", (HEAD + text).encode(), deadline, actor=clerk)
    return list(Declaration.objects.order_by("pk").values_list("verdict", flat=True))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("1,2025,2026/2/12,取下げ,A2,\n", ["valid", "withdrawn", "withdrawn"]),
        ("1,2025,2026/2/12,取下げ,A1,\n", ["withdrawn", "valid", "withdrawn"]),
        ("1,2025,2026/2/12,取下げ,,\n", ["ask", "ask", "ask"]),
        ("1,2025,2026/2/12,取下げ,B9,\n", ["ask", "ask", "ask"]),
        ("1,2025,2026/5/12,取下げ,A2,\n", ["ask", "ask", "ask"]),
        ("1,2025,2026/2/3,取下げ,A2,\n", ["ask", "ask", "ask"]),  # before it was filed
    ],
)
def test_withdrawn_declarations_do_not_count(in_yakuba_city, clerk, more, said):
    assert verdicts(FIRST + more, date(2026, 3, 16), clerk) == said


def test_a_deadline_on_a_sunday_is_the_next_day_that_is_open(in_yakuba_city, clerk):
    assert tax.in_time_until(date(2026, 3, 15)) == date(2026, 3, 16)
    assert tax.in_time_until(date(2026, 12, 31)) == date(2027, 1, 4)
    assert tax.in_time_until(date(2026, 5, 3)) == date(2026, 5, 7)
    with pytest.raises(Invalid):
        tax.in_time_until(date(1, 1, 1))
    row = tax.take(
        "a.csv", (HEAD + "1,2025,2026/3/16,確定申告,A1,1\n").encode(), date(2026, 3, 15), actor=clerk
    )
    assert row.deadline == date(2026, 3, 16)
    assert "休みの日" in row.told
    assert Declaration.objects.get().why == "期限内に出た申告です。"


def test_a_table_written_out_every_week_brings_only_what_is_new(in_yakuba_city, clerk):
    deadline = date(2026, 3, 16)
    assert verdicts(FIRST, deadline, clerk) == ["superseded", "valid"]
    with pytest.raises(Conflict, match="すべて"):
        verdicts(FIRST, deadline, clerk)
    assert verdicts(FIRST + "1,2025,2026/3/1,確定申告,A3,300\n", deadline, clerk) == [
        "superseded",
        "superseded",
        "valid",
    ]


@pytest.mark.parametrize("year", ["0000", "9999", "25", "令和0年", "明治1年"])
def test_a_year_that_nobody_files_for_is_told(in_yakuba_city, clerk, year):
    with pytest.raises(Invalid):
        verdicts(f"1,{year},2026/3/1,確定申告,A1,1\n", date(2026, 3, 16), clerk)


def test_ten_thousand_findings_are_listed_and_given_out_in_few_questions(
    page, checked_queue, django_assert_max_num_queries
):
    template = Finding.objects.first()
    made = []
    for at in range(10_000):
        made.append(
            Finding(
                **{
                    f.attname: getattr(template, f.attname)
                    for f in Finding._meta.concrete_fields
                    if f.name != "id"
                }
            )
        )
        made[-1].key, made[-1].points = f"k{at}", at % 700
    Finding.objects.bulk_create(made, batch_size=1_000)
    with django_assert_max_num_queries(60):
        assert page.get(reverse("claims:findings"), follow=True).status_code == 200
        assert page.get(reverse("claims:queue")).status_code == 302
        assert page.get(reverse("claims:index")).status_code == 200


def test_two_clerks_who_decide_about_one_declaration(page, clerk):
    assert verdicts(
        "1,2025,2026/2/9,確定申告,A1,100\n1,2025,2026/2/9,確定申告,A2,200\n", date(2026, 3, 16), clerk
    ) == ["ask", "ask"]
    first, second = Declaration.objects.order_by("pk")
    url = reverse("claims:declaration", args=[second.pk])
    assert 'name="seen" value="none"' in page.get(url).content.decode()
    tax.decide(first, "本人に確かめた", actor=None)
    answer = page.post(url, {"why": "こちら", "seen": "none"})
    assert answer.status_code == 422
    assert "ほかの職員が決めました" in answer.content.decode()
    first.refresh_from_db()
    assert first.verdict == "valid"


def test_a_number_that_may_be_somebodys_own_is_not_shown_out_of_a_claim(page, clerk):
    content = file(one(1, 1, times=2)).replace(
        b"GO,", "CO,80,1,830000001,番号は123456789018\r\nGO,".encode("cp932"), 1
    )
    check(VISITS, clerk, content)
    shown = page.get(reverse("claims:finding", args=[Finding.objects.get().pk])).content.decode()
    assert "123456789018" not in shown
    assert "個人番号に見える" in shown
