"""The four promises with this installation's own figures, on one sheet of paper."""

import io
import json

import pypdfium2
import pytest
from django.conf import settings
from django.urls import reverse

from yakuba.kernel.audit.chain import record
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.audit.tests.tampering import execute
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import UNASKED, CaseValue
from yakuba.kernel.ledger.queries import asked_values
from yakuba.kernel.ledger.tests.test_ledger import DOCUMENT
from yakuba.kernel.ledger.workflow import Status
from yakuba.services.reform.adapters.figures import published
from yakuba.services.reform.queries import promises as queries
from yakuba.services.reform.queries.promises import promises


def figures():
    return {
        figure.label: figure for promise in promises() for figure in (*promise.figures, *promise.published)
    }


@pytest.fixture
def case(in_yakuba_city):
    case = ledger.open_case(ledger.load_procedure(DOCUMENT), "0800000129")
    ledger.record_value(case, "name", "高橋花子", trusted=True, source={})
    ledger.record_value(case, "kind", "adult", trusted=True, source={})
    ledger.record_value(case, "receipt_number", "0800000129", trusted=False, source={})
    return case


def test_what_passed_what_was_asked_and_what_was_found_wrong(case, clerk):
    ledger.confirm_value(case, "receipt_number", "0800000129", actor=clerk, seconds=1)  # had been asked
    before = figures()
    assert before["人が見ずに通った値"].value == "2個"
    assert before["そのうち誤りだった値"].value == "0個"
    ledger.confirm_value(case, "name", "髙橋花子", actor=clerk, seconds=1)  # had passed, and was wrong
    ledger.confirm_value(case, "kind", "adult", actor=clerk, seconds=1)  # had passed, and was right
    after = figures()
    assert after["人が見ずに通った値"].value == "2個"
    assert after["職員が確かめた値・確かめる値"].value == "1個"
    assert after["通ったあとで職員が見直した値"].value == "2個"
    assert after["そのうち誤りだった値"].value == "1個"
    assert "見直した値の誤りの割合" not in before, "where nobody looked again nothing is claimed"
    assert after["見直した値の誤りの割合"].value == "97.468%以下"


def test_entries_and_cases_open_to_their_rows(case, clerk):
    for status in (Status.READY, Status.ENTERING, Status.ENTERED):
        ledger.move(case, status, target_number="K-17" if status == Status.ENTERED else "")
    found = figures()
    assert (found["入力済みの受付"].value, found["入力済みの受付"].url) == ("1件", "/cases/?status=entered")
    assert found["二度入力済みになった受付"].value == "0件"
    assert found["2つの受付が持つ登録番号"].value == "0件"
    assert found["受け付けた申請"].value == "1件"


@pytest.mark.django_db(transaction=True)
def test_a_broken_audit_chain_is_told(settings, tmp_path, in_yakuba_city):
    settings.YAKUBA = settings.YAKUBA.model_copy(update={"data_dir": tmp_path})
    for _ in range(2):
        last = record("ledger.searched")
    assert figures()["監査記録の鎖"].value == "つながっています"
    execute(f"DELETE FROM audit_auditevent WHERE id = {last.pk}")
    assert "問題" in figures()["監査記録の鎖"].value, "what is left is whole, but its end is not there"


def test_published_figures_come_from_the_file_and_what_it_lacks_is_left_out(case, tmp_path, monkeypatch):
    (tmp_path / "benchmarks").mkdir()
    file = tmp_path / "benchmarks" / "figures.json"
    file.write_text(json.dumps({"misleading_silent": 0, "misleading_judged": 500, "measured": "x"}))
    monkeypatch.setattr(
        "yakuba.services.reform.queries.promises.published", lambda project: published(tmp_path)
    )
    found = figures()
    assert found["まぎらわしく書いた用紙で、黙って通った誤り"].value == "0個／500個"
    assert not any("強制終了" in label for label in found)
    file.write_text("{")
    assert not any("まぎらわしく" in label for label in figures())


def test_the_paper_is_one_page_in_japanese(case, client, clerk):
    client.force_login(clerk)
    assert "四つの約束" in client.get(reverse("reform:promises")).content.decode()
    answer = client.get(reverse("reform:promises-pdf"))
    document = pypdfium2.PdfDocument(io.BytesIO(answer.content))
    assert len(document) == 1
    text = document[0].get_textpage().get_text_bounded()
    for words in ("黙って間違えない", "二度しない", "失わない", "入れない", "課長"):
        assert words in text
    assert AuditEvent.objects.filter(name="reform.promises_printed").count() == 1


def test_the_file_of_the_project_is_where_the_page_looks_for_it():
    assert (settings.YAKUBA.samples_dir.parent / "benchmarks").is_dir()


def test_the_counts_in_the_index_are_those_of_the_values_themselves(in_yakuba_city):
    """Of every origin, trusted and not, confirmed by nobody, and of withdrawn cases."""
    fields = [{"code": f"note{n}", "label": f"備考{n}", "type": "text"} for n in range(12)]
    base = {"minutes_per_case": 1, "kind": "estimated", "source": "試験"}
    document = {"procedure": "all", "title": "すべて", "version": 1, "baseline": base, "fields": fields}
    procedure = ledger.load_procedure(document)
    origins = (CaseValue.Origin.READING, CaseValue.Origin.PERSON, CaseValue.Origin.REGISTER)
    kinds = [
        (one, trusted, said) for one in origins for trusted in (True, False) for said in ({}, {UNASKED: True})
    ]
    for number, status in (("0800000129", Status.READY), ("0800000226", Status.WITHDRAWN)):
        case = ledger.open_case(procedure, number, status)
        for n, (origin, trusted, source) in enumerate(kinds):
            CaseValue.objects.create(
                case=case, field=f"note{n}", value="x", origin=origin, trusted=trusted, source=source
            )
    values = asked_values(CaseValue.objects.exclude(case__status=Status.WITHDRAWN))
    passed = values.filter(origin=CaseValue.Origin.READING, trusted=True).count()
    assert queries._passed_and_asked() == (passed, values.count() - passed) == (2, 4)
