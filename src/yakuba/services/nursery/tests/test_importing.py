"""A table is looked at before it is taken over: which column is which, what is wrong in its first rows."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import blob_path
from yakuba.kernel.tables.models import ColumnChoice, WaitingTable
from yakuba.kernel.tables.remembering import remembered
from yakuba.kernel.tables.tests.looking import form_of
from yakuba.services.nursery.actions import taking
from yakuba.services.nursery.models import Application

OTHER_NAMES = "整理番号,氏名（児童）,生年月日,希望園１\n0800700178,児童一,令和7年6月1日,N1\n0800700275,児童二,いつか,N1\n"
CHOSEN = {"受付番号": "整理番号", "児童氏名": "氏名(児童)", "第1希望": "希望園1"}


@pytest.fixture
def send(client, desk, clerk):
    client.force_login(clerk)
    address = reverse("nursery:applications_load", args=[desk.round.pk])

    def send(data="", name="申込.csv", **fields):
        if data:
            fields["file"] = SimpleUploadedFile(name, data if isinstance(data, bytes) else data.encode())
        return client.post(address, fields, follow=True)

    return send


def test_columns_that_are_called_otherwise_are_chosen_once_and_remembered(send, desk, clerk):
    page = send(OTHER_NAMES)
    assert page.status_code == 422
    assert "「受付番号」「第1希望」が、どの列か分かりません" in page.content.decode().replace(
        "」」「「", "」「"
    )
    looked = send(look="1", **form_of(page, **CHOSEN))
    body = looked.content.decode()
    assert "児童一" in body
    assert "いつか" in body
    assert "この対応で取り込む" in body
    assert not Application.objects.exists()
    done = send(take="1", **form_of(looked))
    assert "1件に誤りがあり" in done.content.decode()
    assert [(one.receipt_number, one.name) for one in Application.objects.all()] == [("0800700178", "児童一")]
    assert {name: remembered("nursery.applications")[name] for name in CHOSEN} == CHOSEN
    again = send(OTHER_NAMES.replace("いつか", "令和7年7月1日"))
    assert form_of(again) == form_of(again, **CHOSEN)
    # A file that nobody looks at (the API, the command) is read in the same way.
    data = OTHER_NAMES.replace("いつか", "令和7年7月1日").encode()
    assert taking.applications_from_file(desk.round, data).new == 1


def test_a_file_without_columns_asks_nobody_to_choose_one(send):
    page = send(b"%PDF-1.7\n", "申込.pdf").content.decode()
    assert "PDFです" in page
    assert "どの列か分かりません" not in page
    assert "列の対応" not in page


def test_nothing_of_the_file_stays_once_it_is_taken(send, django_capture_on_commit_callbacks):
    page = send("受付番号,第1希望,生年月日\n0800700178,N1,2025-06-01\n")
    stored = StoredFile.objects.get()
    path = blob_path(stored)
    assert path.exists()
    assert b"0800700178" not in path.read_bytes()
    with django_capture_on_commit_callbacks(execute=True):
        send(take="1", **form_of(page))
    assert not WaitingTable.objects.exists()
    assert not StoredFile.objects.exists()
    assert not path.exists()


def test_another_file_takes_the_place_of_one_that_waits(send):
    send("受付番号,第1希望\n1,N1\n")
    send("受付番号,第1希望\n2,N1\n")
    assert (WaitingTable.objects.count(), StoredFile.objects.count()) == (1, 1)


def test_a_workbook_is_looked_at_and_its_faults_are_told_by_cell(send):
    book = Workbook()
    for line in (
        ["申込一覧"],
        ["受付番号", "第1希望", "生年月日"],
        ["0800700178", "N1", "2025-06-01"],
        [1, None, None],
    ):
        book.active.append(line)
    book.active.merge_cells("A4:B4")
    buffer = io.BytesIO()
    book.save(buffer)
    body = send(buffer.getvalue(), "申込.xlsx").content.decode()
    assert "0800700178" in body
    assert "4行目" in body
    assert "A4:B4" in body


def test_what_is_no_table_is_told_and_nothing_can_be_taken(send):
    page = send(b"%PDF-1.7", "申込.csv")
    assert page.status_code == 422
    assert "PDFです" in page.content.decode()
    assert "この対応で取り込む" not in page.content.decode()


def test_a_column_for_two_things_is_told(send):
    page = send("整理番号,希望\n1,N1\n")
    body = send(look="1", **form_of(page, 受付番号="整理番号", 第1希望="整理番号")).content.decode()
    assert "二つの項目に選ばれています" in body
    assert "この対応で取り込む" not in body


def test_a_column_that_is_left_out_steps_aside_and_one_that_is_lacking_is_not_remembered(send):
    page = send("受付番号,新しい番号,第1希望,生年月日\n0800700178,0800700275,N1,2025-06-01\n")
    send(take="1", **form_of(page, 受付番号="新しい番号"))
    assert Application.objects.get().receipt_number == "0800700275"
    kept = ColumnChoice.objects.get().columns
    assert kept["受付番号"] == "新しい番号"
    assert "第2希望" not in kept


def test_a_waiting_file_is_its_persons_alone(send, client, boss):
    page = send("受付番号,第1希望\n1,N1\n")
    client.force_login(boss)
    assert send(take="1", **form_of(page)).status_code in (403, 404)
    assert send(table="nonsense").status_code in (403, 404)
