"""受付簿 with the index: it finds the same as by reading every value, at once after each change, and reads few of them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from yakuba.kernel.ledger import actions, erasing
from yakuba.kernel.ledger.listing import CASES, SOURCE, listed
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.tests.test_listing import BASE, FIELDS, PEOPLE
from yakuba.kernel.ledger.tests.test_protected import PHONE, opened, protect
from yakuba.kernel.ledger.tests.test_protected import procedure as visits
from yakuba.kernel.lists import Wanted
from yakuba.kernel.search import indexing, postings
from yakuba.kernel.search.models import Posting
from yakuba.kernel.search.parts import candidates

MY_NUMBER = "123456789018"
procedure = visits


def bus(**types):
    fields = [
        item | {"type": types.get(item["code"], item["type"])}
        for item in FIELDS
        if types.get(item["code"], "x")
    ]
    return actions.load_procedure(BASE | {"procedure": "bus", "title": "乗車券", "fields": fields})


@pytest.fixture
def town(in_yakuba_city):
    row = bus()
    for number, values in PEOPLE.items():
        case = actions.open_case(row, number)
        for field, value in zip(("name", "kana", "born", "phone", "note"), values, strict=True):
            actions.record_value(case, field, value, trusted=True, source={})
    return row


@pytest.fixture
def built(town):
    build()
    return town


def build():
    indexing.rebuild(SOURCE)
    indexing.take_in(SOURCE)


def found(text):
    return sorted(listed(Wanted(text=text)).values_list("receipt_number", flat=True))


TEXTS = ("渡辺", "渡", "辺静", "わたなべ", "ﾜﾀﾅﾍﾞ", "ﾜﾀ", "昭和25年3月8日", "1950-03", "3-0", "03-1234-5678", "2345", "45", "00129",
         "０８００００", "家𠮷", "+1", "=", "0", "阿部一郎", "鈴木", "髙橋", "高橋", "渡辺 静", "吉野家𠮷")  # fmt: skip


def test_it_finds_the_same_with_the_index_as_without(town):
    without = {text: found(text) for text in TEXTS}
    assert sum(map(bool, without.values())) > len(TEXTS) / 2
    build()
    assert {text: found(text) for text in TEXTS} == without


@pytest.mark.parametrize(
    ("text", "said"), [("渡辺", True), ("2345", True), ("渡", False), ("45", False), ("=+", False)]
)
def test_the_index_says_where_to_look_for_all_but_the_shortest(built, text, said):
    assert (candidates(SOURCE, [text]) is not None) is said


def test_values_of_other_cases_are_not_read(built):
    with CaptureQueriesContext(connection) as asked:
        assert found("渡辺静") == ["0800000129"]
    looked = [one["sql"] for one in asked if "渡辺静" in one["sql"]]
    assert len(looked) == 2, "in the values and in the numbers"
    assert all("json_each" in sql or "unnest" in sql for sql in looked)
    (values,) = (sql for sql in looked if "ledger_casevalue" in sql)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + ("" if connection.vendor == "postgresql" else "QUERY PLAN ") + values)
        plan = str(cursor.fetchall())
    if connection.vendor == "sqlite":  # PostgreSQL reads three rows whole, whatever there is
        assert "(case_id=?)" in plan


def test_a_change_is_found_at_once_and_the_old_value_no_more(built, clerk):
    case = Case.objects.get(receipt_number="0800000129")
    actions.confirm_value(case, "name", "佐藤花子", actor=clerk, seconds=1)
    for _ in range(2):
        assert (found("佐藤"), found("渡辺静")) == (["0800000129"], [])
        indexing.take_in(SOURCE)


def test_while_it_is_not_built_as_it_should_be_all_values_are_read(built, monkeypatch):
    assert candidates(SOURCE, ["渡辺"])
    monkeypatch.setattr("yakuba.kernel.search.cutting.VERSION", 0)
    assert candidates(SOURCE, ["渡辺"]) is None
    assert found("渡辺") == ["0800000129"]


def test_nobody_finds_where_somebody_under_protection_lives(procedure, clerk):
    case = opened(procedure)
    build()
    assert found(PHONE) == found("0398") == [case.receipt_number]
    protect(clerk)
    for _ in range(2):
        assert found(PHONE) == found("0398") == found("9876") == found("隠里") == []
        assert found("見本花子") == [case.receipt_number]
        indexing.take_in(SOURCE)


def test_an_individual_number_is_no_key_and_its_digits_are_in_no_index(built):
    """In a field that says so; in a text by chance its case is still found, from the ledger itself."""
    row = bus(phone="my_number")
    case = actions.open_case(row, "0800000614")
    actions.record_value(case, "phone", MY_NUMBER, trusted=False, source={})
    actions.record_value(case, "note", "整理 123456789018", trusted=False, source={})
    build()
    terms = set(Posting.objects.values_list("term", flat=True))
    assert postings.number_of("t195") in terms, "of a birth date"
    assert not terms & {postings.number_of(f"t{digits}") for digits in ("789", "890", "901", "018")}
    assert found("456789") == ["0800000614"]
    actions.record_value(case, "note", "", trusted=False, source={})
    assert found("456789") == []
    build()
    assert found("456789") == found(MY_NUMBER) == []


def test_by_a_field_that_the_procedure_lacks_by_now_nobody_finds(town):
    """It may have been one that is masked."""
    assert found("0312345678") == ["0800000129"]
    bus(phone="")
    assert found("0312345678") == []
    build()
    assert found("0312345678") == []


def test_an_erased_case_is_in_no_index_and_has_no_name(built):
    case = Case.objects.get(receipt_number="0800000129")
    erasing.erase([case.pk])
    case.refresh_from_db()
    assert (case.name, case.kana) == ("", None)
    assert found("渡辺静") == []
    indexing.take_in(SOURCE)
    assert postings.number_of("g渡辺") not in set(Posting.objects.values_list("term", flat=True))


def test_sorting_by_name_reads_no_value(town):
    with CaptureQueriesContext(connection) as asked:
        rows = list(listed(CASES.wanted({"sort": "name"}))[:50])
    assert [row.name for row in rows] == ["阿部一郎", "髙橋花子", "渡辺静"]
    (sql,) = (one["sql"] for one in asked if "ORDER BY" in one["sql"] and "ledger_case" in one["sql"])
    assert "ledger_casevalue" not in sql
    if connection.vendor == "sqlite":  # PostgreSQL sorts three rows, whatever there is
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plan = str(cursor.fetchall())
        assert "case_by_name" in plan
        assert "TEMP B-TREE" not in plan


def test_a_case_keeps_the_name_that_its_value_says(town, clerk):
    stale = Case.objects.get(receipt_number="0800000129")
    fresh = Case.objects.get(pk=stale.pk)
    actions.confirm_value(fresh, "name", "佐藤静", actor=clerk, seconds=1)
    actions.confirm_value(fresh, "kana", "", actor=clerk, seconds=1)
    assert (fresh.name, fresh.kana) == ("佐藤静", None)
    stale.save()
    stale.refresh_from_db()
    assert (stale.name, stale.kana) == ("佐藤静", None), "an older object puts nothing back"


def test_where_another_field_is_the_name_cases_are_called_by_that(town):
    other = [*FIELDS[:1], {"code": "note", "label": "備考", "type": "name"}, *FIELDS[3:5]]
    actions.load_procedure(BASE | {"procedure": "bus", "title": "乗車券", "fields": other})
    named = dict(Case.objects.values_list("receipt_number", "name"))
    assert named == {"0800000129": "=1+1", "0800000226": "", "0800000323": "吉野家𠮷"}
    assert set(Case.objects.values_list("kana", flat=True)) == {None}
