"""What the search finds of the ledger: what is there now, by whoever may see it, and never what is masked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.definitions.procedures import read_document
from yakuba.kernel.ledger import actions
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.ledger.tests.examples import RECEIPT_NUMBER
from yakuba.kernel.search import indexing, postings
from yakuba.kernel.search.finding import find
from yakuba.kernel.search.models import Document, Posting, Waiting

SOURCE = "ledger.cases"
OTHER_NUMBER = "0800000226"
MY_NUMBER = "123456789018"


def document(code: str = "bus-pass", **types: str) -> dict[str, Any]:
    """The sample procedure, with other types for some fields."""
    found = read_document(Path(settings.YAKUBA.samples_dir) / f"procedures/{code}.yaml")
    for item in found["fields"]:
        if item["code"] in types:
            kept = {"code": item["code"], "label": item["label"]}
            item.clear()
            item.update(kept | {"type": types[kept["code"]]})
    return found


@pytest.fixture
def case(in_yakuba_city) -> Case:
    procedure = actions.load_procedure(document())
    case = actions.open_case(procedure, RECEIPT_NUMBER)
    for field, value in (
        ("name", "髙橋花子"),
        ("kana", "タカハシハナコ"),
        ("phone", "0312345678"),
        ("birth", "2021-04-01"),
    ):
        actions.record_value(case, field, value, trusted=False, source={})
    indexing.rebuild(SOURCE)
    indexing.take_in(SOURCE)
    return case


def found(person, text: str) -> list[str]:
    return [hit.entry.key for hit in find(SOURCE, person, text).hits]


@pytest.mark.parametrize(
    "text",
    [
        RECEIPT_NUMBER, "０８０００００１２９", "髙橋花子", "高橋", "高橋　花子", "花子", "たかはし", "ﾊﾅｺ", "03-1234-5678",
        "０３１２３４５６７８", "5678", "令和3年4月1日", "R3.4.1", "2021-04-01", "高橋 5678",
    ],
)  # fmt: skip
def test_a_case_is_found_in_every_way_in_which_people_write(case, clerk, text):
    assert found(clerk, text) == [str(case.pk)]


@pytest.mark.parametrize("text", ["高橋太郎", "高橋 9999", "0800000226", "花男", "令和4年4月1日"])
def test_what_holds_only_a_part_of_the_words_is_not_found(case, clerk, text):
    assert found(clerk, text) == []


def test_an_exact_number_is_first_and_needs_no_index(case, clerk):
    other = actions.open_case(case.procedure, OTHER_NUMBER)
    actions.record_value(
        other, "name", f"高橋{RECEIPT_NUMBER[:4]}".rstrip("0123456789"), trusted=False, source={}
    )
    Document.objects.all().delete()
    Posting.objects.all().delete()
    Waiting.objects.all().delete()
    answer = find(SOURCE, clerk, RECEIPT_NUMBER)
    assert ([hit.entry.key for hit in answer.hits], answer.named) == ([str(case.pk)], True)
    Case.objects.filter(pk=other.pk).update(target_number="K-77")
    assert found(clerk, "k-77") == []  # another number, as it is written
    assert found(clerk, "K-77") == [str(other.pk)]


def test_a_change_is_found_at_once_and_the_old_value_no_more(case, clerk):
    actions.confirm_value(case, "name", "佐藤花子", actor=clerk, seconds=1)
    assert (found(clerk, "佐藤花子"), found(clerk, "高橋")) == ([str(case.pk)], [])
    indexing.take_in(SOURCE)
    assert (found(clerk, "佐藤花子"), found(clerk, "高橋")) == ([str(case.pk)], [])
    before = {row.term for row in Posting.objects.all()}
    assert postings.number_of("g髙橋") not in before
    assert postings.number_of("g高橋") not in before


def test_a_deleted_case_leaves_no_trace_in_the_index(case, clerk):
    CaseValue.objects.filter(case=case).delete()
    assert found(clerk, "髙橋花子") == []
    case.events.all().delete()
    case.delete()
    assert found(clerk, RECEIPT_NUMBER) == []
    indexing.take_in(SOURCE)
    assert not Posting.objects.exists()
    assert not Document.objects.exists()


def test_an_individual_number_is_in_no_index_and_in_no_snippet(in_yakuba_city, make_staff):
    person = make_staff(in_yakuba_city, "ledger.view", "ledger.reveal")
    procedure = actions.load_procedure(document(phone="my_number", address="text"))
    case = actions.open_case(procedure, RECEIPT_NUMBER)
    actions.record_value(case, "phone", MY_NUMBER, trusted=False, source={})
    actions.record_value(
        case, "address", f"覚え書き 1234-5678-9018 {MY_NUMBER} 以上", trusted=False, source={}
    )
    indexing.rebuild(SOURCE)
    terms = set(Posting.objects.values_list("term", flat=True))
    for digits in (MY_NUMBER, "1234", "5678", "9018"):
        assert not {postings.number_of(f"d{digits}"), postings.number_of(f"d…{digits}")} & terms
        assert found(person, digits) == []
    (hit,) = find(SOURCE, person, "覚え書き").hits
    assert not any(character.isdigit() for said, _ in hit.snippet for character in said)


def test_a_field_that_is_masked_from_now_on_leaves_the_index(case, clerk):
    CaseValue.objects.filter(case=case, field="phone").delete()
    indexing.take_in(SOURCE)
    changed = document(phone="my_number")
    procedure = actions.load_procedure(changed)
    case.refresh_from_db()
    actions.record_value(Case.objects.get(pk=case.pk), "phone", MY_NUMBER, trusted=False, source={})
    assert procedure.definition.by_code["phone"].kind.masked
    assert not indexing.is_built(SOURCE)
    indexing.take_in(SOURCE)
    indexing.rebuild(SOURCE)
    assert postings.number_of(f"d{MY_NUMBER}") not in set(Posting.objects.values_list("term", flat=True))


def test_who_may_not_see_the_ledger_finds_nothing_of_it(case, make_staff, neighbour, yakuba_city):
    assert found(make_staff(yakuba_city, "reading.view"), RECEIPT_NUMBER) == []
    assert found(neighbour, RECEIPT_NUMBER) == []


def test_every_question_is_recorded_without_its_words(case, clerk):
    found(clerk, "髙橋花子")
    found(clerk, "だれもいない")
    events = AuditEvent.objects.filter(name="ledger.searched", actor=clerk)
    assert [event.details for event in events] == [{"found": 1}, {"found": 0}]
