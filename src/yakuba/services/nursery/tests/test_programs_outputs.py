"""What leaves a run or a round, through the API and the command line."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pypdfium2
import pytest

from yakuba.kernel.audit.models import AuditEvent
from yakuba.services.nursery.actions import decisions, notices, trying
from yakuba.services.nursery.actions import runs as run_actions
from yakuba.services.nursery.models import NoticePrint, Round, Run, Snapshot
from yakuba.services.nursery.queries.exports import TABLES
from yakuba.services.nursery.tests.desk import receipt

FIRST, SECOND, THIRD = "0800000129", "0800000226", "0800000323"


def events(name: str) -> list:
    return [event.details for event in AuditEvent.objects.filter(name=name).order_by("pk")]


@pytest.fixture
def run(full) -> Run:
    """Seven children, calculated and adopted; then the second loses its seat by hand."""
    for number in range(4):
        full.case(receipt(400 + number), child_birth="2025-07-01")
    full.take()
    adopted = full.adopted()
    decision = decisions.propose_place(full.child(SECOND), "", "事情による", actor=full.person)
    decisions.approve(decision, actor=full.boss)
    return Run.objects.select_related("round").get(pk=adopted.pk)


def of_everybody(facts: dict) -> tuple:
    (table,) = [table for table in facts["tables"] if table["title"] == "転園"]
    (row,) = table["rows"]
    return row["count"], row["placed"], row["first"], row["placed_rate"]


def test_fairness_of_the_calculation_and_of_the_final_result(run, api, command):
    as_run, final = api(f"runs/{run.pk}/fairness"), api(f"runs/{run.pk}/fairness?result=final")
    assert of_everybody(as_run.json()) == (7, 2, 1, 2 / 7)
    assert of_everybody(final.json()) == (7, 1, 1, 1 / 7)
    withheld = [row for table in final.json()["tables"] for row in table["rows"] if row["withheld"]]
    assert withheld
    assert {row[key] for row in withheld for key in ("count", "placed", "first", "first_rate")} == {None}
    assert api(f"runs/{run.pk}/fairness?result=other").status_code == 422
    code, shown, _ = command("fairness", run.pk, "--final", "--json")
    assert (code, json.loads(shown)) == (0, final.json())
    code, shown, _ = command("fairness", run.pk)
    assert (code, "28.6" in shown, "5人未満" in shown) == (0, True, True)


def test_the_final_result_of_a_run_that_was_not_adopted_is_refused(full, api, command):
    run = full.calculate()
    answer = api(f"runs/{run.pk}/fairness?result=final")
    assert (answer.status_code, "採用した計算だけ" in answer.json()["detail"]) == (409, True)
    code, _, said = command("fairness", run.pk, "--final")
    assert (code, "採用した計算だけ" in said) == (1, True)


def test_a_what_if_is_started_and_compared_by_a_program(full, api):
    run = full.calculate()
    tried = api(f"runs/{run.pk}/what-ifs", seats={"N1-1": 1}, label="1歳児を1人ふやす")
    assert (tried.status_code, tried.json()["base"], tried.json()["change"]) == (
        201, run.pk, {"seats": {"N1-1": 1}},
    )  # fmt: skip
    number = tried.json()["id"]
    waiting = api(f"runs/{number}/comparison")
    assert (waiting.status_code, "結果がありません" in waiting.json()["detail"]) == (409, True)
    full.calculate_open()
    facts = api(f"runs/{number}/comparison").json()
    assert facts == api(f"runs/{number}/comparison?before={run.pk}").json()
    assert facts["counts"] == {"gains": 1, "losses": 0, "others": 0, "same": 2}
    assert facts["gains"] == [
        {"receipt_number": SECOND, "before": "N2-1", "after": "N1-1", "wish_before": 2, "wish_after": 1}
    ]
    assert api(f"runs/{number}/comparison?before={number}").status_code == 404
    assert api(f"runs/{run.pk}/comparison").status_code == 404  # with which?
    assert [details["before"] for details in events("nursery.runs_compared")] == [run.pk, run.pk]
    assert api(f"runs/{run.pk}/what-ifs", seats={"N1-1": 1}).status_code == 200
    for body, status, said in (
        ({"seats": {}}, 409, "どれかを変えて"),
        ({"seats": {"N9-1": 1}}, 404, "枠 N9-1"),
        ({"rules": 999}, 404, "選考基準999"),
        ({"level": "town"}, 404, "child、household"),
    ):
        answer = api(f"runs/{run.pk}/what-ifs", **body)
        assert (answer.status_code, said in answer.json()["detail"]) == (status, True), body
    twice = api(f"runs/{number}/what-ifs", level="child")
    assert (twice.status_code, "試算をもとに" in twice.json()["detail"]) == (409, True)


def test_a_what_if_on_the_command_line(full, command, clerk):
    run = full.calculate()
    user = ("--user", clerk.username)
    code, shown, _ = command("what-if", run.pk, "--seats", "N1-1=+1", "--json", *user)
    tried = json.loads(shown)
    assert (code, tried["state"], tried["change"]) == (0, "done", {"seats": {"N1-1": 1}})
    code, shown, _ = command("compare", tried["id"], "--json", *user)
    assert (code, [move["receipt_number"] for move in json.loads(shown)["gains"]]) == (0, [SECOND])
    code, shown, _ = command("compare", tried["id"], *user)
    assert (code, "よくなる児童" in shown, SECOND in shown) == (0, True, True)
    code, _, said = command("what-if", run.pk, "--seats", "N1-1=1", *user)
    assert (code, "済んでいます" in said) == (0, True)
    for words, expected, said in (
        (("what-if", tried["id"], "--level", "child"), 1, "試算をもとに"),
        (("what-if", run.pk, "--seats", "N1-1"), 2, "枠=人数"),
        (("what-if", run.pk, "--seats", "N1-1=1", "--seats", "N1-1=2"), 2, "二度"),
        (("what-if", run.pk, "--seats", "N9-1=1"), 2, "N9-1"),
        (("what-if", run.pk), 1, "どれかを変えて"),
        (("what-if", run.pk, "--seats", "N1-1=-5"), 1, "N1-1"),
        (("compare", run.pk), 2, "比べるもとの計算"),
        (("compare", 999), 2, "計算 999"),
    ):
        code, _, printed = command(*words, *user)
        assert (code, said in printed) == (expected, True), (words, printed)


def test_every_table_and_the_workbook_are_taken_and_written_down(run, api, command, clerk, tmp_path):
    user = ("--user", clerk.username)
    for name in TABLES:
        for encoding in ("utf-8", "cp932"):
            taken = api(f"runs/{run.pk}/table.csv?table={name}&encoding={encoding}")
            assert taken["Content-Type"] == "text/csv"
            assert taken["Cache-Control"] == "no-store"
            out = tmp_path / f"{name}.csv"
            words = ("--out", out, "--table", name, "--encoding", encoding)
            assert command("export", run.pk, *words, *user)[0] == 0
            sent = taken.getvalue()
            assert out.read_bytes() == sent
            rows = list(csv.reader(io.StringIO(sent.decode(encoding))))
            assert len(rows) > 1
    shares = [api(f"runs/{run.pk}/table.csv?table={name}").getvalue() for name in ("shares", "final_shares")]
    assert ["転園,新規,7,2,1" in one.decode() for one in shares] == [True, False]
    assert "転園,新規,7,1,1" in shares[1].decode()
    book = openpyxl.load_workbook(io.BytesIO(api(f"runs/{run.pk}/tables.xlsx").getvalue()))
    assert len(book.sheetnames) == len(TABLES)
    assert command("export", run.pk, "--out", tmp_path / "all.xlsx", *user)[0] == 0
    assert openpyxl.load_workbook(tmp_path / "all.xlsx").sheetnames == book.sheetnames
    assert command("market", run.pk, "--out", tmp_path / "market.json", *user)[0] == 0
    assert len(events("nursery.exported")) == 4 * len(TABLES) + 5
    assert events("nursery.exported")[-1] == {"what": "market"}


def test_a_table_that_is_unknown_or_a_place_that_cannot_be_written_is_told(
    run, api, command, clerk, tmp_path
):
    user = ("--user", clerk.username)
    for query in ("table=passwords", "encoding=utf-7"):
        answer = api(f"runs/{run.pk}/table.csv?{query}")
        assert (answer.status_code, "から選んでください" in answer.json()["detail"]) == (404, True)
    code, _, said = command("export", run.pk, "--out", tmp_path / "x", "--table", "passwords", *user)
    assert (code, "children、wishes" in said) == (2, True)
    code, _, said = command("export", run.pk, "--out", tmp_path / "none" / "x", *user)
    assert (code, "書けません" in said) == (1, True)
    assert not list(tmp_path.iterdir())


def test_a_run_that_was_not_adopted_has_no_final_table(full, api):
    run = full.calculate()
    assert api(f"runs/{run.pk}/table.csv?table=final_shares").status_code == 404
    assert "公平性（最終の結果）" not in openpyxl.load_workbook(
        io.BytesIO(api(f"runs/{run.pk}/tables.xlsx").getvalue())
    )


def test_characters_that_shift_jis_lacks_are_told_first(full, api, command, clerk, tmp_path):
    full.case("0800000420", child_name="𠮷田花")
    full.take()
    run = full.calculate()
    answer = api(f"runs/{run.pk}/table.csv?encoding=cp932")
    assert (answer.status_code, "U+20BB7" in answer.json()["errors"][0]["reason"]) == (409, True)
    words = ("export", run.pk, "--out", tmp_path / "x.csv", "--table", "children", "--encoding", "cp932")
    code, _, said = command(*words, "--user", clerk.username)
    assert (code, "U+20BB7" in said, (tmp_path / "x.csv").exists()) == (1, True, False)
    assert not events("nursery.exported")
    taken = api(f"runs/{run.pk}/table.csv?encoding=cp932&accept=true").getvalue().decode("cp932")
    assert "〓田花" in taken
    assert command(*words, "--accept", "--user", clerk.username)[0] == 0
    assert (tmp_path / "x.csv").read_bytes().decode("cp932") == taken


def test_inputs_that_cannot_be_read_are_told_to_programs(run, api, command, clerk, tmp_path):
    Snapshot.objects.update(document={"facilities": [{}]})
    for path in (
        f"runs/{run.pk}/fairness",
        f"runs/{run.pk}/table.csv?table=points",
        f"runs/{run.pk}/tables.xlsx",
        f"runs/{run.pk}/market",
    ):
        answer = api(path)
        assert answer.status_code == 422, path
        assert "壊れているため読めません" in answer.json()["errors"][0]["reason"]
    code, _, said = command("fairness", run.pk)
    assert (code, "壊れているため読めません" in said) == (1, True)
    code, _, said = command("export", run.pk, "--out", tmp_path / "x.xlsx", "--user", clerk.username)
    assert (code, "壊れているため読めません" in said) == (1, True)
    assert not events("nursery.exported")


def pages_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    texts = [sheet.get_textpage().get_text_bounded() for sheet in document]
    document.close()
    return texts


def test_notices_are_made_and_taken_by_a_program(full, api):
    number = full.round.pk
    early = api(f"rounds/{number}/notices", go=1)
    assert (early.status_code, "採用" in early.json()["detail"]) == (409, True)
    full.adopted()
    for path in (f"rounds/{number}/notices.pdf", f"rounds/{number}/mailing.csv"):
        answer = api(path)
        assert (answer.status_code, "まだありません" in answer.json()["detail"]) == (409, True)
    assert not events("nursery.notices_taken")
    started = api(f"rounds/{number}/notices", go=1)
    assert (started.status_code, started.json()["state"], started.json()["draft"]) == (201, "active", True)
    assert api(f"rounds/{number}/notices", go=1).status_code == 409
    notices.make(started.json()["id"], lambda *_: None)
    (listed,) = api(f"rounds/{number}/notices").json()
    assert (listed["state"], listed["count"]) == ("done", 3)
    sheets = pages_of(api(f"rounds/{number}/notices.pdf").getvalue())
    text = api(f"rounds/{number}/mailing.csv?encoding=cp932").getvalue().decode("cp932")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["受付番号"] in sheet for sheet, row in zip(sheets, rows, strict=True)] == [True] * 3
    assert [details["what"] for details in events("nursery.notices_taken")] == ["pdf", "mailing.cp932"]


def test_notices_on_the_command_line(full, command, clerk, tmp_path):
    user = ("--user", clerk.username)
    pdf, mailing = tmp_path / "notices.pdf", tmp_path / "mailing.csv"
    code, _, said = command("notices", full.round.pk, "--make", *user)
    assert (code, "採用" in said) == (1, True)
    full.adopted()
    code, _, said = command("notices", full.round.pk, "--pdf", pdf, *user)
    assert (code, "まだありません" in said, pdf.exists()) == (1, True, False)
    words = ("notices", full.round.pk, "--make", "--pdf", pdf, "--mailing", mailing, "--json")
    code, shown, _ = command(*words, *user)
    assert (code, [row["count"] for row in json.loads(shown)]) == (0, [3])
    assert len(pages_of(pdf.read_bytes())) == 3
    assert mailing.read_text(encoding="utf-8-sig").startswith("頁,郵便番号")
    code, shown, _ = command("notices", full.round.pk, *user)
    assert (code, "見本" in shown, "完成" in shown) == (0, True, True)
    full.round.notice = {"intro_held": "長い文。" * 900}
    full.round.save()
    code, _, said = command("notices", full.round.pk, "--make", *user)
    assert (code, "長すぎて" in said) == (1, True)
    assert NoticePrint.objects.filter(state="failed").count() == 1


def test_what_a_killed_command_left_is_taken_up(full, command, clerk):
    """A killed command leaves a run, or notices, that have not ended; asking again ends them, and makes no others."""
    user = ("--user", clerk.username)
    left = run_actions.start(full.round, actor=clerk)
    code, shown, said = command("run", full.round.pk, "--json", *user)
    assert (code, json.loads(shown)["id"], json.loads(shown)["state"]) == (0, left.pk, "done")
    assert "前に始めて" in said
    tried = trying.try_out(Run.objects.get(pk=left.pk), actor=clerk, seats={"N1-1": 1})
    code, shown, _ = command("what-if", left.pk, "--seats", "N1-1=1", "--json", *user)
    assert (code, json.loads(shown)["id"], json.loads(shown)["state"]) == (0, tried.pk, "done")
    run_actions.adopt(Run.objects.get(pk=left.pk))
    made = notices.start(Round.objects.get(pk=full.round.pk), actor=clerk)
    code, shown, said = command("notices", full.round.pk, "--make", "--json", *user)
    assert (code, [(row["id"], row["state"]) for row in json.loads(shown)]) == (0, [(made.pk, "done")])
    assert "前に始めて" in said


def test_the_texts_of_notices_are_read_and_stated(full, client, program, command, clerk, tmp_path):
    path, user = f"rounds/{full.round.pk}/notice-texts", ("--user", clerk.username)
    file = tmp_path / "texts.json"
    code, shown, _ = command("notice-texts", full.round.pk, *user)
    texts = json.loads(shown)
    assert (code, texts["date"], "保留" in texts["title_held"]) == (0, "", True)
    file.write_text(json.dumps(texts | {"mayor": "役場花子", "date": "2027-02-10"}), encoding="utf-8")
    code, shown, _ = command("notice-texts", full.round.pk, "--file", file, *user)
    assert (code, json.loads(shown)["mayor"]) == (0, "役場花子")
    full.round.refresh_from_db()
    assert full.round.notice == {"mayor": "役場花子", "date": "2027-02-10"}
    call = program(clerk)
    assert call(path).json()["texts"] == json.loads(shown)
    stated = call.put(path, texts={"desk": "こども課"})
    assert (stated.status_code, stated.json()["texts"]["mayor"]) == (200, texts["mayor"])
    for wrong, status, said in (
        ({"password": "x"}, 404, "password"),
        ({"date": "2月10日"}, 409, "2027-02-10"),
        ({"date": "20270210"}, 409, "2027-02-10"),
        ({"mayor": "長" * 121}, 409, "120字まで"),
    ):
        answer = call.put(path, texts=wrong)
        assert (answer.status_code, said in answer.json()["detail"]) == (status, True), wrong
    full.round.refresh_from_db()
    assert full.round.notice == {"desk": "こども課"}
    for content in ("{", "[]", '{"mayor": 1}'):
        file.write_text(content)
        assert command("notice-texts", full.round.pk, "--file", file, *user)[0] == 2
    assert len(events("nursery.notice_texts_stated")) == 2


def test_only_who_may_put_out_takes_files_and_only_who_may_calculate_tries(
    full, program, command, make_staff, yakuba_city, tmp_path
):
    run = full.adopted()
    viewer = make_staff(yakuba_city, "nursery.view")
    call = program(viewer)
    assert call(f"runs/{run.pk}/fairness").status_code == 200
    for path in (
        f"runs/{run.pk}/table.csv", f"runs/{run.pk}/tables.xlsx", f"rounds/{full.round.pk}/notices",
        f"rounds/{full.round.pk}/notices.pdf", f"rounds/{full.round.pk}/mailing.csv",
        f"rounds/{full.round.pk}/notice-texts",
    ):  # fmt: skip
        assert call(path).status_code == 403, path
    assert call(f"runs/{run.pk}/what-ifs", level="child").status_code == 403
    assert call(f"rounds/{full.round.pk}/notices", go=1).status_code == 403
    out = ("--out", tmp_path / "x")
    for words in (
        ("export", run.pk, *out),
        ("notices", full.round.pk),
        ("what-if", run.pk, "--level", "child"),
    ):
        assert command(*words, "--user", viewer.username)[0] == 3, words
    assert not list(tmp_path.iterdir())


def test_another_towns_runs_and_rounds_are_not_there(
    full, program, command, make_staff, neighbour_town, tmp_path
):
    run = full.adopted()
    full.calculate(again=True)
    neighbour = make_staff(neighbour_town, "nursery.view", "nursery.run", "nursery.output")
    call = program(neighbour)
    for path in (
        f"runs/{run.pk}/fairness", f"runs/{run.pk}/comparison", f"runs/{run.pk}/table.csv",
        f"runs/{run.pk}/tables.xlsx", f"rounds/{full.round.pk}/notices.pdf",
        f"rounds/{full.round.pk}/mailing.csv", f"rounds/{full.round.pk}/notices",
    ):  # fmt: skip
        assert call(path).status_code == 404, path
    assert call(f"runs/{run.pk}/what-ifs", level="child").status_code == 404
    assert call(f"rounds/{full.round.pk}/notices", go=1).status_code == 404
    out = ("--out", tmp_path / "x")
    for words in (
        ("export", run.pk, *out), ("notices", full.round.pk, "--make"), ("compare", run.pk),
        ("what-if", run.pk, "--level", "child"), ("market", run.pk, *out),
    ):  # fmt: skip
        assert command(*words, "--user", neighbour.username)[0] == 2, words
    assert not list(tmp_path.iterdir())
