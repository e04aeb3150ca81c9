"""受付簿: any value finds its case, every filter is in sight and goes with one press, files hold what is listed."""

import csv
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.ledger import actions
from yakuba.kernel.ledger.listing import CASES, listed, spellings
from yakuba.kernel.ledger.models import UNASKED
from yakuba.kernel.lists import Wanted

FIELDS = [
    {"code": "receipt_number", "label": "受付番号", "type": "receipt_number"},
    {"code": "name", "label": "氏名", "type": "name"},
    {"code": "kana", "label": "フリガナ", "type": "kana", "reading_of": "name"},
    {"code": "born", "label": "生年月日", "type": "date"},
    {"code": "phone", "label": "電話番号", "type": "phone"},
    {"code": "note", "label": "備考", "type": "text"},
]
BASE = {"version": 1, "baseline": {"minutes_per_case": 4, "kind": "estimated", "source": "見本"}}
PEOPLE = {
    "0800000129": ("渡辺静", "ワタナベシズカ", "1950-03-08", "0312345678", "=1+1"),
    "0800000226": ("阿部一郎", "アベイチロウ", "1960-01-01", "0467000000", ""),
    "0800000323": ("髙橋花子", "タカハシハナコ", "1970-01-01", "", "吉野家𠮷"),
}


@pytest.fixture
def town(in_yakuba_city):
    bus = actions.load_procedure(BASE | {"procedure": "bus", "title": "乗車券", "fields": FIELDS})
    for number, values in PEOPLE.items():
        case = actions.open_case(bus, number)
        for field, value in zip(("name", "kana", "born", "phone", "note"), values, strict=True):
            actions.record_value(case, field, value, trusted=True, source={})
    other = actions.load_procedure(BASE | {"procedure": "other", "title": "ほか", "fields": FIELDS[:1]})
    actions.open_case(other, "0800000420")
    return bus


def found(**wanted):
    return [row.receipt_number for row in listed(CASES.wanted(wanted))]


@pytest.mark.parametrize("text", ["渡辺", "渡 辺　静", "わたなべ", "ﾜﾀﾅﾍﾞ", "昭和25年3月8日", "S25.3.8", "03-1234-5678",
                                  "０８００００01", "00129"])  # fmt: skip
def test_any_value_finds_its_case_as_staff_write_it(town, text):
    assert found(text=text) == ["0800000129"]


def test_a_name_is_found_by_either_code_point_of_its_kanji(town):
    """A keyboard gives the common kanji; the ledger keeps the one that stands in the register."""
    case = actions.open_case(town, "0800000517")
    actions.record_value(case, "name", "\ufa19田静", trusted=True, source={})
    assert found(text="\u795e田") == found(text="\ufa19田") == ["0800000517"]
    assert case.values.get(field="name").value == "\ufa19田静"


def test_what_nobody_has_finds_nothing(town):
    assert found(text="鈴木") == []
    assert spellings("（ ）") != []


def test_the_list_sorts_by_the_reading_of_the_name_both_ways(town):
    by_kana = ["0800000226", "0800000323", "0800000129"]
    assert found(sort="name", procedure="bus") == by_kana
    assert found(sort="-name", procedure="bus") == by_kana[::-1]
    assert found(sort="name")[-1] == "0800000420", "a case without a name stands last"


def test_filters_stand_in_sight_and_go_with_one_press(town, client, clerk):
    client.force_login(clerk)
    page = client.get("/cases/", {"text": "渡辺", "status": "reading"}).content.decode()
    assert "「渡辺」を含む" in page
    assert "条件をすべて消す" in page
    again = client.get("/cases/", follow=True).content.decode()
    assert "0800000226" not in again, "the filter is remembered"
    assert re.search(r'aria-sort="none"><a id="sort-name" href="\?text=[^"]*sort=name"', again)
    assert "0800000226" in client.get("/cases/?sort=").content.decode()
    assert "条件をすべて消す" not in client.get("/cases/", follow=True).content.decode()
    assert AuditEvent.objects.filter(name="ledger.searched").count() == 2, "each time it is shown"


def test_a_search_leaves_no_personal_value_in_the_audit_record(town, client, clerk):
    client.force_login(clerk)
    client.get("/cases/", {"text": "渡辺"})
    assert AuditEvent.objects.get(name="ledger.searched").details == {"found": 1}


def test_excel_holds_every_case_with_all_values_one_sheet_a_procedure(town, client, clerk):
    client.force_login(clerk)
    book = load_workbook(io.BytesIO(b"".join(client.get("/cases/export/?form=xlsx"))))
    assert book.sheetnames == ["ほか", "乗車券"]
    rows = list(book["乗車券"].iter_rows(values_only=True))
    assert rows[0] == (
        "受付番号",
        "状態",
        "登録番号",
        "受付日",
        "氏名",
        "フリガナ",
        "生年月日",
        "電話番号",
        "備考",
    )
    assert len(rows) == 4
    assert rows[1][:2] == ("0800000129", "読み取り中")
    assert rows[1][7:] == ("03-1234-5678", "=1+1"), "leading zeros stay, and nothing becomes a formula"
    assert AuditEvent.objects.get(name="ledger.exported").details["cases"] == 4


def test_csv_in_both_encodings_and_no_character_is_lost_unseen(town, client, clerk):
    client.force_login(clerk)
    answer = client.get("/cases/export/?form=utf-8&procedure=bus")
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert [row[4] for row in rows[1:]] == ["渡辺静", "阿部一郎", "髙橋花子"]
    refused = client.get("/cases/export/?form=cp932&procedure=bus")
    assert refused.status_code == 422
    assert "「𠮷」" in refused.content.decode()
    accepted = b"".join(client.get("/cases/export/?form=cp932&procedure=bus&accept=1")).decode("cp932")
    assert "吉野家〓" in accepted
    assert "髙橋花子" in accepted


@pytest.mark.parametrize("form", ["utf-8", "json"])
def test_a_value_that_nobody_confirmed_says_so_in_every_file(town, client, clerk, form):
    case = actions.open_case(town, "0800000517")
    for field, value in (("phone", "0312345678"), ("note", "")):
        actions.record_value(case, field, value, trusted=False, source={UNASKED: True})
    actions.record_value(case, "name", "山目太郎", trusted=True, source={})
    client.force_login(clerk)
    file = b"".join(client.get(f"/cases/export/?form={form}&procedure=bus")).decode("utf-8-sig")
    assert file.count("（未確認）") == 2, "a blank one too: nobody has looked whether it is"
    assert "03-1234-5678（未確認）" in file
    assert "山目太郎（未確認）" not in file


def test_csv_of_two_procedures_is_not_offered_and_says_what_to_do(town, client, clerk):
    client.force_login(clerk)
    both = client.get("/cases/", follow=True).content.decode()
    assert "form=xlsx" in both
    assert not any(f"form={form}" in both for form in ("utf-8", "cp932", "json"))
    assert "CSVとJSONは、手続を1つ選ぶと書き出せます" in both
    one = client.get("/cases/?procedure=bus").content.decode()
    assert all(f"form={form}" in one for form in ("xlsx", "utf-8", "cp932", "json"))
    assert "手続を1つ選ぶと" not in one
    page = client.get("/cases/export/?form=utf-8", follow=True).content.decode()
    assert "手続を1つ選ぶ" in page
    assert client.get("/cases/export/?form=doc").status_code == 404


def test_who_may_not_export_sees_no_button(town, client, make_staff, yakuba_city):
    client.force_login(make_staff(yakuba_city, "ledger.view"))
    assert "書き出す" not in client.get("/cases/", follow=True).content.decode()
    assert client.get("/cases/export/?form=xlsx").status_code == 403


def test_a_value_is_looked_for_once_and_not_for_each_case_the_count_and_the_page(town):
    with CaptureQueriesContext(connection) as asked:
        rows = listed(Wanted(text="渡辺"))
        assert rows.count() == len(rows)
    looked = [one["sql"] for one in asked if "渡辺" in one["sql"] and "ledger_casevalue" in one["sql"]]
    assert len(looked) == 1
