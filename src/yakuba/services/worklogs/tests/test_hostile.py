"""Logs that somebody means ill with, or that nobody looked at: what must not come out, be lost, or be counted twice."""

from __future__ import annotations

import io
import tracemalloc
from datetime import datetime, timedelta

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from yakuba.kernel.jobs.work import work_of
from yakuba.services.worklogs import facade, queries
from yakuba.services.worklogs.actions import imports, preparing
from yakuba.services.worklogs.actions.subjects import Pseudonyms
from yakuba.services.worklogs.contracts import DAY, HOUR, MINUTE
from yakuba.services.worklogs.engine import masking, repeating
from yakuba.services.worklogs.engine.candidates import Seen, add_occurrences
from yakuba.services.worklogs.engine.masking import Masker
from yakuba.services.worklogs.engine.moments import moment_of
from yakuba.services.worklogs.engine.tally import Tally
from yakuba.services.worklogs.models import Candidate, LogImport, LogPart, Subject
from yakuba.services.worklogs.tests.examples import HEAD, log
from yakuba.services.worklogs.tests.test_logs import kept_rows, take_in


@pytest.mark.parametrize(
    ("person", "title", "kept"),
    [
        ("sudo.x9", "SUDO.X9 の予定表", "〔職員〕 の予定表"),
        ("TOWN\\sudo.x9", "sudo.x9 - 受信トレイ", "〔職員〕 - 受信トレイ"),
        ("sudo.x9@town.example", "sudo.x9 - 受信トレイ", "〔職員〕 - 受信トレイ"),
        ("", "password=Secret99x", "password=〔伏せ字〕"),
        ("", "パスワード：Abc!99xy - 入力", "パスワード：〔伏せ字〕 - 入力"),
        ("", "Password Manager", "Password Manager"),
        ("", "\\\\server\\home\\b.b9\\台帳.xlsx", "\\\\server\\home\\〔職員〕\\台帳.xlsx"),
    ],
)
def test_a_title_keeps_no_login_however_it_is_written_and_no_password(person, title, kept):
    assert Masker().text(title, person) == kept


def test_the_path_of_a_program_and_the_other_words_keep_no_login():
    masker = Masker()
    assert masker.words("C:\\Users\\b.b9\\app.exe") == "C:\\Users\\〔職員〕\\app.exe"
    assert masker.words("EXCEL /u:Sudo.X9", "sudo.x9", "PC1") == "EXCEL /u:〔職員〕"


def test_why_a_log_was_refused_quotes_no_name(in_yakuba_city, clerk):
    mixed_up = HEAD.replace("時刻", "x").replace("職員", "時刻").replace("x", "職員")
    lines = log(1, person="sudo.x9").splitlines()[1:]
    with pytest.raises(imports.Invalid) as refused:
        take_in("\n".join([mixed_up, *lines, lines[0].replace("sudo.x9", "123456789018")]).encode(), clerk)
    told = refused.value.lines()
    assert "2行目" in told
    for word in ("sudo", "123456789018"):
        assert word not in told


def test_a_fault_shows_the_moment_that_is_wrong_and_how_it_is_written(in_yakuba_city, clerk):
    lines = log(1).splitlines()
    row = take_in("\n".join([*lines, lines[1].replace("2026-04-01 09", "2026-04-31 09")]).encode(), clerk)
    assert row.faults == [
        "7行目：時刻「2026-04-31 09:00:00」を読めません。「2026-04-01 09:00:00」のように、日付と時刻を書いてください。"
    ]
    assert len(kept_rows()) == 5


def test_of_a_log_in_excel_no_second_is_lost(in_yakuba_city, clerk):
    book = openpyxl.Workbook()
    book.active.append(HEAD.split(","))
    moments = [datetime(2026, 4, 1, 9, 0, 5) + timedelta(milliseconds=250 * at) for at in range(3)]
    for moment in moments:
        book.active.append([moment, "PC-X", "t", "課", "EXCEL", "台帳", "入力", "欄"])
    content = io.BytesIO()
    book.save(content)
    assert take_in(content.getvalue(), clerk).new == 3
    assert [moment_of(row["at"]) for row in kept_rows()] == moments


def tallied(rows: list[tuple[str, int, int, int]]) -> dict:
    """section, person, PC, day, each with an hour of work → the facts."""
    tally = Tally(())
    keys = [
        {"section": section, "person": person, "machine": machine, "day": day}
        for section, person, machine, day in rows
    ]
    sums = {"dwell": HOUR, "idle": 0, "events": 1, "sessions": 1, "switches": 0}
    step = {"application": "A", "screen": "", "action": "", "object": "", "step": 1, "weekday": 0, "hour": 9}
    measured = {
        name: [key | step | sums for key in keys]
        for name in ("hours", "people", "days", "applications", "screens", "steps")
    }
    tally.add(202604, measured | {"switches": []})
    return tally.facts()


def test_of_a_section_of_one_nobody_sees_what_that_one_did():
    people = {"秘書係": 1, "福祉課": 6, "子育て課": 5, "税務課": 9}
    rows = [
        (section, len(section) * 100 + at + 10_000 * people[section], at, 1)
        for section in people
        for at in range(people[section])
    ]
    facts = tallied(rows)
    # The next larger one goes with it: else what is left of the whole would be the one's.
    assert {row[0]: row[1] for row in facts["sections"]} == {
        "（5人より少ない所属）": 6,
        "福祉課": 6,
        "税務課": 9,
    }
    for name in ("hours", "persons"):
        assert {row[0] for row in facts[name]} == {"（5人より少ない所属）", "福祉課", "税務課"}
    assert sum(row[2] for row in facts["sections"]) == facts["minutes"] == 21 * 60


def test_the_days_of_a_person_with_two_pcs_are_days():
    ((*_, days),) = tallied([("福祉課", 1, pc, day) for pc in (1, 2) for day in (1, 2)])["persons"]
    assert days == 2


@pytest.mark.parametrize("there_before", [True, False])
def test_two_who_write_one_part_at_once_lose_nothing_of_each_other(
    in_yakuba_city, clerk, monkeypatch, there_before
):
    if there_before:
        take_in(log(1, day=1).encode(), clerk)
    merge, others = imports.shelf.merge, [log(1, day=2)]

    def interrupted(*given):
        done = merge(*given)
        if others:
            assert take_in(others.pop().encode(), clerk).new == 5
        return done

    monkeypatch.setattr(imports.shelf, "merge", interrupted)
    facade.take_in("x.csv", io.BytesIO(log(1, day=3).encode()), actor=clerk)
    days = {moment_of(row["at"]).day for row in kept_rows()}
    assert days == ({1, 2, 3} if there_before else {2, 3})
    assert [one.new for one in LogImport.objects.all()] == [5] * len(days)
    assert LogPart.objects.get().events == 5 * len(days)


def bomb(text: str, rows: int) -> bytes:
    """A small Parquet file of so many rows with that text, which stand in memory while it is made."""
    table = pa.table(
        {"timestamp": ["2026-04-01 09:00:00"] * rows, "host": ["H"] * rows, "app": [text] * rows}
    )
    content = io.BytesIO()
    pq.write_table(table, content)
    return content.getvalue()


XES = '<log><trace><string key="x" value="{}"/>{}</trace></log>'


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(lambda: bomb("長" * 100_000, 2_000), id="parquet"),
        pytest.param(lambda: XES.format("x" * 100_000, "<event/>" * 2_000).encode(), id="xes"),
    ],
)
def test_a_small_file_that_grows_to_a_large_table_is_refused(monkeypatch, tmp_path, made):
    monkeypatch.setattr(imports, "SMALL", 100_000)
    monkeypatch.setattr(imports, "GROWS", 10)
    content = made()
    assert len(content) < 400_000
    tracemalloc.start()
    with (
        pytest.raises(imports.Invalid, match=r"MBを超えます|いくつかのファイルに分けて"),
        imports.as_table(io.BytesIO(content), tmp_path),
    ):
        pass
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 30_000_000
    assert (tmp_path / "table.csv").stat().st_size < 5_000_000


def test_a_page_writes_no_larger_table_than_it_takes(in_yakuba_city, clerk, monkeypatch):
    monkeypatch.setattr("yakuba.services.worklogs.pages.imports.LARGEST", 50_000)
    client = Client()
    client.force_login(clerk)
    given = {"file": SimpleUploadedFile("l.parquet", bomb("EXCEL", 5_000))}
    answer = client.post(reverse("worklogs:load"), given)
    assert answer.status_code == 422
    assert "コマンドで入れてください" in answer.content.decode()


def test_moments_of_parquet_finer_than_a_microsecond_are_read(tmp_path):
    pq.write_table(pa.table({"時刻": pa.array([1775034000123456789], pa.timestamp("ns"))}), tmp_path / "x")
    assert list(imports.shelf.table_rows(tmp_path / "x")) == [["時刻"], ["2026-04-01 09:00:00.123456"]]


def test_xes_in_an_encoding_that_is_not_read_says_so(tmp_path):
    content = io.BytesIO('<?xml version="1.0" encoding="Shift_JIS"?><log/>'.encode("cp932"))
    with pytest.raises(imports.Invalid, match="UTF-8で"), imports.as_table(content, tmp_path):
        pass


def test_nested_columns_of_parquet_are_passed_over(tmp_path):
    given = {
        "時刻": ["2026-04-01 09:00:00"],
        "中": [{"a": "x" * 9}],
        "並び": [["y"]],
        "PC": pa.array(["P"]).dictionary_encode(),
    }
    pq.write_table(pa.table(given | {"数": [1.5], "空": pa.array([None], pa.string())}), tmp_path / "x")
    assert list(imports.shelf.table_rows(tmp_path / "x")) == [
        ["時刻", "PC", "数", "空"],
        ["2026-04-01 09:00:00", "P", "1.5", ""],
    ]


def test_a_change_of_the_pause_or_the_rules_is_told_until_it_is_calculated(
    in_yakuba_city, clerk, monkeypatch
):
    take_in(log(1).encode(), clerk)
    facade.prepare()
    monkeypatch.setattr(queries, "preparing", lambda: work_of("worklogs.prepare", "nobody asked"))
    assert queries.is_up_to_date()
    monkeypatch.setattr(queries, "pause_minutes", lambda: 6)
    assert not queries.is_up_to_date()
    facade.prepare()
    assert queries.is_up_to_date()
    facade.set_rules("作業:\n  - 名前: x\n    アプリ: [EXCEL]\n", actor=clerk)
    assert not queries.is_up_to_date()


def test_what_was_decided_stays_with_the_routine_that_is_most_alike(in_yakuba_city):
    def found(title: str, steps: list[int]) -> dict:
        parts = dict.fromkeys(("people", "days"), 1) | {"transfers": [], "variants": []}
        return {
            "title": title,
            "times": 9,
            "minutes": 9.0,
            "regularity": 1.0,
            "score": 1.0,
            "steps": steps,
        } | parts

    long, short = list(range(10)), list(range(8))
    preparing._keep([found("長い", long)])
    Candidate.objects.update(state="dismissed")
    preparing._keep([found("短い", short), found("長い", long)])
    assert dict(Candidate.objects.values_list("title", "state")) == {"長い": "dismissed", "短い": "found"}


def test_the_name_of_a_file_does_not_say_whose_pc_it_was(in_yakuba_city, clerk):
    row = take_in(log(1, pc="NOTE-X9", person="sudo.x9").encode(), clerk, "note-x9_SUDO.X9_20260401.csv")
    assert row.name == "〔職員〕_〔職員〕_20260401.csv"


def test_long_titles_do_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(masking, "MOST_LETTERS", 10_000)
    masker = Masker()
    for at in range(100):
        masker.words(f"{at:02}" + "x" * 998)
    assert sum(map(len, masker._words)) <= 10_000
    assert masker.words("電話 03-1234-5678") == "電話 〔伏せ字〕"


def test_no_minute_is_of_two_routines():
    """A routine within another: what both took is no more than the time that went by."""
    runs = [(0, 1, 2, 3, 4), (5, 6, 7)]
    stretch = repeating.Stretch(np.array([0, 1, 2, 5, 6, 7, 3, 4]), np.zeros(8, int))
    columns = {"machine": np.ones(8, int), "person": np.ones(8, int), "at": np.arange(8) * MINUTE}
    seen = [Seen(run) for run in runs]
    for one, where in zip(seen, repeating.matched(runs, stretch), strict=True):
        add_occurrences(one, (0, 202604), where.firsts, where.lasts, where.events, columns, DAY)
    # 0, 1, 2 and 3 are of the one; 5 and 6 of the other; with its last event a routine is over.
    assert [one.minutes for one in seen] == [4.0, 2.0]


def test_a_number_of_one_who_is_forgotten_is_nobodys_again(in_yakuba_city):
    first = Pseudonyms().number(Subject.Kind.PC, "PC-01")
    Subject.objects.all().delete()
    assert Pseudonyms().number(Subject.Kind.PC, "PC-02") == first + 1
