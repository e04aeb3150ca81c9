"""Fairness, comparison, what-ifs, files and notices, through the pages."""

from __future__ import annotations

import csv
import io

import openpyxl
import pypdfium2
import pytest
from django.urls import reverse

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.ledger.actions import load_reduction
from yakuba.kernel.letters.mailing import read_marks
from yakuba.services.nursery.actions import decisions, notices, rounds, runs, trying
from yakuba.services.nursery.models import NoticePrint, Run, Snapshot
from yakuba.services.nursery.queries import outputs, today
from yakuba.services.nursery.queries.refusal import NotPossible
from yakuba.services.nursery.tests.desk import START, receipt

FIRST, SECOND, THIRD = "0800000129", "0800000226", "0800000323"


@pytest.fixture
def page(client, clerk):
    client.force_login(clerk)
    return client


def url(name: str, row) -> str:
    return reverse(f"nursery:{name}", args=[row.pk])


def events(name: str) -> list:
    return list(AuditEvent.objects.filter(name=name))


def freeze(desk) -> None:
    decision = decisions.propose_freeze(desk.round, "第1回の結果のとおり", actor=desk.person)
    decisions.approve(decision, actor=desk.boss)
    desk.round.refresh_from_db()


def calculate(run: Run) -> Run:
    runs.calculate(run.pk, lambda *_: None)
    return Run.objects.select_related("round").get(pk=run.pk)


def test_the_fairness_page_counts_groups_and_hides_small_ones(full, page):
    for number in range(4):
        full.case(receipt(400 + number), child_birth="2025-07-01")
    full.take()
    run = full.calculate()
    text = page.get(url("fairness", run)).content.decode()
    assert "5人未満" in text
    assert '<td class="num" data-label="申込">7</td>' in text  # the one group of all: no transfers
    assert "ごとの割合" in text


def seven_children(desk) -> Run:
    """Calculated and adopted."""
    for number in range(4):
        desk.case(receipt(400 + number), child_birth="2025-07-01")
    desk.take()
    return Run.objects.select_related("round").get(pk=desk.adopted().pk)


def decide(desk, child: str, slot: str) -> None:
    """By hand: one proposes, the other one approves."""
    decision = decisions.propose_place(desk.child(child), slot, "事情による", actor=desk.person)
    decisions.approve(decision, actor=desk.boss)


def transfers(run: Run, *, final: bool) -> tuple[int, int, int]:
    """The one group that holds everybody: there are no transfers."""
    (share,) = dict(outputs.shares(run, final=final))["転園"]
    return share.count, share.placed, share.first


def test_fairness_is_told_of_the_calculation_and_of_what_counts_in_the_end(full, page):
    run = seven_children(full)
    assert transfers(run, final=False) == transfers(run, final=True) == (7, 2, 1)
    decide(full, SECOND, "")
    assert transfers(run, final=False) == (7, 2, 1)
    assert transfers(run, final=True) == (7, 1, 1)
    text = page.get(url("fairness", run) + "?result=final").content.decode()
    assert '<td class="num" data-label="希望がかなった">1</td>' in text
    assert (
        '<td class="num" data-label="希望がかなった">2</td>'
        in page.get(url("fairness", run)).content.decode()
    )
    freeze(full)
    decisions.decline(full.child(FIRST), "転居", actor=full.person)
    assert transfers(run, final=True) == (7, 1, 1)  # as it was decided


def test_both_kinds_of_fairness_withhold_the_same_groups(full):
    run = seven_children(full)
    decide(full, SECOND, "")
    decide(full, THIRD, "N2-1")
    kinds = [
        [
            (title, [(one.label, one.withheld) for one in table])
            for title, table in outputs.shares(run, final=final)
        ]
        for final in (False, True)
    ]
    assert kinds[0] == kinds[1]
    assert any(withheld for _, table in kinds[0] for _, withheld in table)


def test_only_the_adopted_run_has_a_final_result(full, page):
    run = full.calculate()
    with pytest.raises(NotPossible, match="採用した計算だけ"):
        outputs.shares(run, final=True)
    assert "最終の結果" not in page.get(url("fairness", run) + "?result=final").content.decode()


def test_inputs_that_cannot_be_read_are_told_and_no_page_breaks(full, page):
    run = full.adopted()
    other = full.calculate(again=True)
    Snapshot.objects.filter(pk=run.snapshot_id).update(document={"facilities": [{}]})
    assert run.snapshot_id == other.snapshot_id
    for address in (
        url("fairness", run),
        url("export_excel", run),
        url("export_csv", run) + "?table=points",
        url("compare", run) + f"?with={other.pk}",
        url("run_market", run),
    ):
        answer = page.get(address)
        assert answer.status_code == 422, address
        assert (
            "計算の入力: 保存した内容が壊れているため読めません。もう一度計算してください。"
            in answer.content.decode()
        )
    assert not events("nursery.exported")
    assert not events("nursery.runs_compared")


def test_what_cannot_be_tried_or_compared_is_refused(full):
    run = full.calculate()
    tried = trying.try_out(run, actor=full.person, seats={"N1-1": 1})
    next_month = START.replace(month=START.month + 1)
    other_round = rounds.make(
        "五月", next_month, full.round.procedure, full.round.rule_set, actor=full.person
    )
    elsewhere = Run.objects.create(
        round=other_round, rule_set=run.rule_set, snapshot=run.snapshot, state="done", started_by=full.person
    )
    for options, reason in (
        ({"base": tried, "level": "child"}, "終わった計算"),
        ({"base": run, "seats": {"N1-1": 0}}, "どれかを変えて"),
        ({"base": run, "seats": {"N9-1": 1}}, "枠 N9-1"),
        ({"base": run, "seats": {"N1-1": 100}}, "99人まで"),
        ({"base": run, "level": "town"}, "child、household"),
        ({"base": run, "rule_set": run.rule_set}, "どれかを変えて"),
        ({"base": run, "seats": {"N1-1": 1}}, "進んでいます"),
    ):
        with pytest.raises(NotPossible, match=reason):
            trying.try_out(actor=full.person, **options)
    done = calculate(tried)
    with pytest.raises(NotPossible, match="試算をもとに"):
        trying.try_out(done, actor=full.person, level="child")
    for before, after in ((run, run), (elsewhere, run)):
        with pytest.raises(NotPossible, match="同じ選考回"):
            outputs.compared(before, after)
    assert not events("nursery.runs_compared")


def test_a_what_if_with_more_seats_is_calculated_and_compared_child_by_child(full, page):
    run = full.calculate()
    form = {"slot_1": "N1-1", "seats_1": "1", "label": "1歳児を1人ふやす"}
    answer = page.post(url("what_if", run), form)
    tried = Run.objects.get(base=run)
    assert answer.url == url("run", tried)
    assert (tried.change, tried.label) == ({"seats": {"N1-1": 1}}, "1歳児を1人ふやす")
    calculate(tried)
    text = page.get(url("compare", tried)).content.decode()
    assert "よくなる児童（1）" in text
    assert "悪くなる児童（0）" in text
    gained = {move.child for move in outputs.compared(run, Run.objects.get(pk=tried.pk)).gains}
    assert gained == {SECOND}
    assert f"児童{SECOND}" in text
    assert "中央保育園　1歳児（第1希望）" in text
    assert events("nursery.runs_compared")
    assert page.get(url("what_if", tried)).url == url("what_if", run)  # one does not build on another
    assert page.post(url("what_if", run), form).url == url("compare", tried)


def test_a_what_if_that_changes_nothing_or_the_same_slot_twice_is_refused_with_a_reason(full, page):
    run = full.calculate()
    answer = page.post(url("what_if", run), {"label": "空"})
    assert answer.status_code == 422
    assert "どれかを変えてください" in answer.content.decode()
    twice = {"slot_1": "N1-1", "seats_1": "1", "slot_2": "N1-1", "seats_2": "2"}
    assert "二度選んでいます" in page.post(url("what_if", run), twice).content.decode()
    assert "人数" in page.post(url("what_if", run), {"slot_1": "N1-1"}).content.decode()
    assert not Run.objects.filter(base=run).exists()


def test_taking_away_more_seats_than_there_are_fails_with_the_slot_named(full, page):
    run = full.calculate()
    page.post(url("what_if", run), {"slot_1": "N1-1", "seats_1": "-5"})
    tried = calculate(Run.objects.get(base=run))
    assert tried.state == Run.State.FAILED
    assert "N1-1" in tried.problems[0]["place"]


def test_the_household_level_can_be_tried(full, page):
    run = full.calculate()
    page.post(url("what_if", run), {"level": "household"})
    tried = calculate(Run.objects.get(base=run))
    assert tried.is_done
    assert tried.change == {"level": "household"}
    assert "結果が変わる児童" not in page.get(url("compare", tried)).content.decode()


def test_everything_can_be_taken_as_excel_and_csv(full, page):
    run = full.adopted()
    book = openpyxl.load_workbook(io.BytesIO(page.get(url("export_excel", run)).getvalue()))
    assert book.sheetnames == [
        "児童ごとの結果", "希望ごとの説明", "施設ごとの結果", "待機の順番", "指数の内訳", "公平性",
        "公平性（最終の結果）",
    ]  # fmt: skip
    rows = list(book["児童ごとの結果"].iter_rows(values_only=True))
    assert [row[0] for row in rows] == ["受付番号", FIRST, SECOND, THIRD]
    assert [row[7] for row in rows[1:]] == ["入所", "入所", "保留"]
    points = {row[0]: row[5] for row in book["指数の内訳"].iter_rows(values_only=True, min_row=2)}
    assert set(points) == {FIRST, SECOND, THIRD}
    answer = page.get(url("export_csv", run) + "?table=wishes&form=sjis.csv")
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("cp932"))))
    behind = next(row for row in rows if row["受付番号"] == SECOND and row["希望"] == "1")
    assert (behind["結果"], behind["指数"], behind["最低指数"], behind["差"]) == (
        "順位が届かない",
        "20",
        "23",
        "3",
    )
    waiting = page.get(url("export_csv", run) + "?table=waiting").getvalue().decode("utf-8-sig")
    assert f"中央保育園　1歳児,1,{SECOND}" in waiting
    assert len(events("nursery.exported")) == 3
    assert page.get(url("export_csv", run) + "?table=passwords").status_code == 404


def test_characters_that_shift_jis_lacks_are_shown_before_the_file_is_written(full, page):
    full.case("0800000420", child_name="𠮷田花")
    full.take()
    run = full.calculate()
    address = url("export_csv", run) + "?table=children&form=sjis.csv"
    text = page.get(address).content.decode()
    assert "U+20BB7" in text
    assert not events("nursery.exported")
    assert "〓田花" in page.get(address + "&accept=1").getvalue().decode("cp932")
    assert "𠮷田花" in page.get(url("export_csv", run) + "?table=children").getvalue().decode()
    load_reduction("文字,縮退先\n𠮷,吉\n")
    assert "吉田花" in page.get(address + "&accept=1").getvalue().decode("cp932")


def test_a_mailing_file_keeps_its_characters_and_proves_its_print_whatever_the_town_reduces(full, page):
    full.adopted()
    freeze(full)
    made(full)
    load_reduction("文字,縮退先\n市,巾\n")
    file = page.get(url("mailing_sjis", full.round)).getvalue()
    marks, problems = read_marks(file)
    assert (len(marks), problems, "市" in file.decode("cp932")) == (3, [], True)


def made(desk) -> NoticePrint:
    row = notices.start(desk.round, actor=desk.person)
    heard = []
    notices.make(row.pk, lambda done, total, note: heard.append((done, total, note)))
    assert heard[-1][:2] == (row.__class__.objects.get(pk=row.pk).count,) * 2
    return NoticePrint.objects.get(pk=row.pk)


def pages_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    texts = [sheet.get_textpage().get_text_bounded() for sheet in document]
    document.close()
    return texts


def test_notices_are_drafts_until_the_round_is_frozen_and_go_with_their_mailing_file(full, page):
    with pytest.raises(NotPossible):
        notices.start(full.round, actor=full.person)
    full.adopted()
    assert "見本を作る" in page.get(url("notices", full.round)).content.decode()
    texts = {"date": "2027-02-10", "mayor": "やくば市長　役場花子", "desk": "こども課"}
    usual = {"title_held": "保育所等利用保留通知書", "after_held": ""}  # as it was, and emptied
    page.post(url("notice_texts", full.round), texts | usual)
    full.round.refresh_from_db()
    assert full.round.notice == texts
    draft = made(full)
    assert draft.draft
    assert all("見本" in sheet for sheet in pages_of(page.get(url("notices_pdf", full.round)).getvalue()))

    freeze(full)
    assert page.get(url("notices_pdf", full.round)).status_code == 409  # a draft is not sent out
    final = made(full)
    assert (final.draft, final.count, final.pdf.kind) == (False, 3, "output")
    answer = page.get(url("notices_pdf", full.round))
    assert answer["Content-Type"] == "application/pdf"
    sheets = pages_of(answer.getvalue())
    rows = list(
        csv.DictReader(io.StringIO(page.get(url("mailing", full.round)).getvalue().decode("utf-8-sig")))
    )
    assert len(sheets) == len(rows) == 3
    for sheet, row in zip(sheets, rows, strict=True):
        assert "見本" not in sheet
        assert row["受付番号"] in sheet
        assert row["住所"] in sheet
        assert "令和9年2月10日" in sheet
        assert "役場花子" in sheet
    kinds = {row["受付番号"]: row["通知の種類"] for row in rows}
    assert kinds == {FIRST: "承諾", SECOND: "承諾", THIRD: "保留"}
    assert any("申込者氏名・郵便番号が空です" in problem["reason"] for problem in final.problems)
    assert {event.details["draft"] for event in events("nursery.notices_made")} == {True, False}
    assert events("nursery.notices_taken")
    assert "発送できる通知" in page.get(url("notices", full.round)).content.decode()


def test_notices_that_failed_say_why_at_home_until_they_are_made_anew(full, clerk):
    full.adopted()
    full.round.notice = {"intro_held": "長い文。" * 900}
    full.round.save()
    row = notices.start(full.round, actor=clerk)
    assert [work.url for work in today.running(clerk)] == [url("notices", full.round)]
    notices.make(row.pk, lambda *_: None)
    assert NoticePrint.objects.get(pk=row.pk).state == NoticePrint.State.FAILED
    assert [failure.reason for failure in today.failures(clerk)] == [
        "文面が長すぎて1枚に収まりません。文面を短くしてください。"
    ]
    assert not today.running(clerk)


def test_who_declines_gets_no_notice_and_a_decision_by_hand_is_told_as_it_is(full):
    full.adopted()
    for child, slot in ((SECOND, ""), (THIRD, "N2-1")):
        decision = decisions.propose_place(full.child(child), slot, "事情による", actor=full.person)
        decisions.approve(decision, actor=full.boss)
    freeze(full)
    decisions.decline(full.child(FIRST), "転居", actor=full.person)
    _, matching, wanted = outputs.final_selection(full.round)
    assert sorted(wanted) == [SECOND, THIRD]
    assert matching.assignment[FIRST] == "N1-1"  # how it was decided
    assert (matching.assignment[SECOND], matching.assignment[THIRD]) == (None, "N2-1")


def test_a_seat_given_by_hand_and_declined_afterwards_counts_as_it_was_given(full):
    full.adopted()
    decide(full, SECOND, "")
    decide(full, THIRD, "N2-1")
    freeze(full)
    decisions.decline(full.child(THIRD), "転居", actor=full.person)
    _, matching, wanted = outputs.final_selection(full.round)
    assert THIRD not in wanted
    assert matching.assignment[THIRD] == "N2-1"


def test_only_who_may_put_out_sees_notices_and_files(full, client, make_staff, yakuba_city):
    run = full.adopted()
    client.force_login(make_staff(yakuba_city, "nursery.view", "nursery.run"))
    assert client.get(url("fairness", run)).status_code == 200
    for name in ("files", "export_excel", "export_csv"):
        assert client.get(url(name, run)).status_code == 403
    for name in ("notices", "notice_texts", "notices_pdf", "mailing", "mailing_sjis"):
        assert client.get(url(name, full.round)).status_code == 403
    assert client.post(url("notices_make", full.round)).status_code == 403


def test_the_towns_own_sender_stands_where_the_round_has_none(full):
    from yakuba.kernel.townsettings.actions import set_values

    set_values({"letters.mayor": "やくば市長　役場花子"}, actor=full.person)
    assert outputs.frame_of(full.round).mayor == "やくば市長　役場花子"
    notices.state_texts(full.round, {"mayor": "やくば市長職務代理者"})
    full.round.refresh_from_db()
    assert outputs.frame_of(full.round).mayor == "やくば市長職務代理者"
