"""Tables as they are pasted and loaded in fact: titles, second heads, glued numbers, parts of 1; what is told and what is not lost."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from yakuba.services.reform.actions import sections
from yakuba.services.reform.contracts import TaskRow
from yakuba.services.reform.engine import cells
from yakuba.services.reform.engine.inventory import Table, pasted, read_table
from yakuba.services.reform.models import Process, Task, WorkClass
from yakuba.services.reform.tests.examples import ROWS, inventory

CLASSES = {"入力": "入力"}


def read(text: str) -> Table:
    """A table as it was pasted."""
    told = Table()
    return read_table(pasted(text, told), CLASSES, told)


def told(table: Table) -> str:
    """All that was said."""
    return "\n".join(one.message for one in (*table.problems, *table.notes))


@pytest.mark.parametrize("text", ["10 20", "10　20", "3,4", "1,5", "12,34", "1,2000"])
@pytest.mark.parametrize("reader", [cells.cases, cells.minutes, cells.exceptions, cells.hours])
def test_two_numbers_in_one_cell_become_no_third(reader, text):
    with pytest.raises(cells.BadCell, match="二つの数か"):
        reader(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,200", 1200), ("１，２００ 件", 1200), ("1,234,567", 1_234_567), ("約 1,200件程度", 1200)],
)
def test_a_number_with_its_commas_stays_one(text, value):
    assert cells.cases(text)[0] == value


@pytest.mark.parametrize("text", ["1月2月", "1 2", "1月 2月", "1月\n2月", "1,2", "1～2月"])
def test_two_months_are_not_december(text):
    assert cells.months(text)[0] == "1,2"


def test_headings_below_a_title_decide_about_the_columns():
    table = read("令和8年度 業務棚卸し\n\n業務\t作業\t工程\t件数\t分\n保育\t入力する\t受付\t10\t2\n")
    (row,) = table.rows.values()
    assert (row.step, row.task, row.cases, row.minutes) == ("受付", "入力する", 10, 2)
    assert "見出しの上にある" in told(table)


def test_rows_above_the_headings_are_told_as_left_out():
    table = read("保育\t受付\t書く\t入力\n業務\t工程\t作業\t件数\n保育\t受付\t読む\t1\n")
    assert [row.task for row in table.rows.values()] == ["読む"]
    assert [one.line for one in table.problems] == [1]


def test_a_second_table_below_is_read_by_its_own_headings():
    table = read("業務\t作業\t件数\t分\nA\tB\t1\t2\n\n業務\t工程\t作業\nC\tD\tE\n")
    assert [(one.process, one.step, one.task) for one in table.rows.values()] == [
        ("A", "", "B"),
        ("C", "D", "E"),
    ]
    assert "もう一度" in told(table)


def test_what_is_in_no_column_is_told_and_not_dropped():
    table = read("業務\t作業\t\nA\tB\t\nC\tD\t2026年調べ\n")
    assert [one.task for one in table.rows.values()] == ["B"]
    assert "「2026年調べ」は、どの列のものか分かりません" in told(table)
    assert "「メモ」は使わない列です" in told(read("業務\t作業\tメモ\nA\tB\tx\n"))


def test_a_quote_that_never_ends_swallows_no_row_silently():
    table = read('業務\t作業\t件数\nA\tB\t1\nC\t"特別徴収\t2\nD\tE\t3\n')
    assert [one.task for one in table.rows.values()] == ["B"]
    assert "引用符" in told(table)
    assert "引用符" in told(read(f'業務\t作業\nA\t"{"x" * 140_000}\n'))


def test_an_old_line_end_is_no_error():
    assert len(read("業務\t作業\rA\tB\rC\tD\r").rows) == 2


def test_a_whole_among_parts_of_one_is_not_one_percent():
    table = read("業務\t作業\t例外率\nA\tB\t0.05\nA\tC\t1\nA\tD\t1%\nA\tE\t0\n")
    assert [(one.task, one.exceptions) for one in table.rows.values()] == [("D", 1), ("E", 0)]
    assert "1%か100%か分かりません" in told(table)
    assert read("業務\t作業\t例外率\nA\tC\t1\n").rows[2].exceptions == 1


@pytest.fixture
def section(in_yakuba_city):
    return inventory()


@pytest.fixture
def answerer(make_staff, yakuba_city, section):
    user = make_staff(yakuba_city, "reform.answer")
    section.assigned_to = user
    section.save()
    return user


def test_a_dirty_workbook_gives_what_holds_and_tells_the_rest(client: Client, answerer, section):
    book = Workbook()
    sheet = book.active
    lines = [
        ["子育て課 業務一覧"],
        ["業務", "工程", "作業", "事務分類", "件数", "分", "例外率"],
        ["給付", "受付", "受け取る", "受付", "１２０", "90分", "5%"],
        [None, None, "入力する", "入力", 1200, "1:30", 0.05],
        ["給付", "受付", "受け取る", "受付", 120, 90, "5%"],
        [],
        ["小計", None, None, None, 1320, None, None],
        ["給付", "審査", "決める", "審査", -5, 10, "5%"],
        ["給付", "審査", "数える", "統計/集計", 9_999_999_999, 10, "5%"],
        ["給付", "審査", "写す", "入力", "#REF!", 10, "5%"],
        ["給付", "審査", "隠れた作業", "入力", 1, 10, "5%"],
    ]
    for line in lines:
        sheet.append(line)
    sheet.merge_cells("A3:A4")
    sheet.row_dimensions[11].hidden = True
    file = io.BytesIO()
    book.save(file)
    client.force_login(answerer)
    url = f"/reform/sections/{section.pk}/load/"
    where = client.post(url, {"file": SimpleUploadedFile("a.xlsx", file.getvalue())})["Location"]
    page = client.get(where).content.decode()
    section.refresh_from_db()
    assert f'name="before" value="{section.revision}"' in page
    names = ["業務", "工程", "作業", "事務分類", "", "件数", "分", "", "", "", "", "例外率", "", "", "", ""]
    data = {f"column-{at}": name for at, name in enumerate(names)}
    data |= {"table": where.split("table=")[1], "take": "1", "before": str(section.revision)}
    answer = client.post(url, data).content.decode()
    assert set(Task.objects.filter(process__name="給付").values_list("name", flat=True)) == {"受け取る"}
    for words in ("0.05%か5%か分かりません", "同じ行", "-5", "大きすぎます", "#REF!", "非表示の行です"):
        assert words in answer, words


def test_rows_of_a_retired_class_can_be_written_again(client: Client, answerer, section):
    WorkClass.objects.filter(name="相談").update(retired=True)
    taken = sections.take_table(section, ROWS, actor=answerer)
    assert taken.same == len(ROWS)
    client.force_login(answerer)
    text = "業務\t作業\t事務分類\t件数\t分\n相談\t保護者と話す\t相談\t500\t30\n"
    page = client.post(f"/reform/sections/{section.pk}/paste/", {"text": text, "look": "1"}).content.decode()
    assert "1行を取り込む" in page
    Task.objects.filter(work_class__name="相談").delete()
    page = client.post(f"/reform/sections/{section.pk}/paste/", {"text": text, "look": "1"}).content.decode()
    assert "事務分類「相談」はありません" in page


def test_four_thousand_rows_are_taken_and_written_part_by_part(client: Client, answerer, section):
    rows = [
        TaskRow("届出", "受付", f"届{at}を読む", "入力", cases=Decimal(at), minutes=Decimal(2))
        for at in range(4_000)
    ]
    sections.take_table(section, rows, actor=answerer)
    client.force_login(answerer)
    process = Process.objects.get(name="届出")
    address = f"/reform/processes/{process.pk}/"
    page = client.get(f"{address}?from=3950").content.decode()
    assert "届3999を読む" in page
    assert page.count("<input") + page.count("<select") < 1_000, "more fields than a form may send"
    number = Task.objects.get(name="届3999を読む").pk
    sent = {"rows": "1", "from": "3950", "before": str(process.revision), "0-number": str(number)}
    sent |= {"0-1": "届3999を読む", "0-2": "入力", "0-4": "77", "0-5": "2"}
    answer = client.post(address, sent)
    assert (answer.status_code, answer["Location"]) == (302, f"{address}?from=3950")
    assert Task.objects.get(pk=number).cases == 77
    assert Task.objects.filter(process=process).count() == 4_000
