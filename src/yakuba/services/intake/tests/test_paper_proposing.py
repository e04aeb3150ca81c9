"""A web form from the paper form: its headings, its order, its words."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from yakuba.kernel.definitions.procedures import read_document
from yakuba.kernel.ledger.actions import load_procedure
from yakuba.services.intake.engine.form import left_out, parse_form
from yakuba.services.intake.engine.paper.proposing import propose
from yakuba.services.intake.models import WebForm
from yakuba.services.intake.tests import papers
from yakuba.services.reading.contracts import Printed
from yakuba.services.reading.facade import load_form, printed_words

PARTS = ("name", "work", "employer", "days", "hours")
NOTHING = Printed({}, {})


def test_without_words_the_pages_are_the_papers():
    procedure = papers.procedure("nursery-admission")
    document = propose(papers.paper(papers.library(), "nursery-admission"), procedure, NOTHING, {})
    assert [page["title"] for page in document["pages"]] == [
        "1枚目",
        "1枚目（続き）",
        "2枚目",
        "2枚目（続き）",
        "2枚目（続き）",
    ]
    assert document["pages"][0]["fields"][:2] == ["applicant_kana", "applicant_name"]
    assert document["pages"][-1]["fields"][-2:] == ["sibling", "sibling_together"], "rows are one group"
    form = parse_form(document, procedure)
    assert set(form.questions) == set(procedure.by_code) - {"receipt_number", "application_date"}
    assert {code for code, one in form.questions.items() if one.required} == {
        code for code, one in procedure.by_code.items() if one.required and code in form.questions
    } | {f"sibling_{n}_{part}" for n in (1, 2) for part in ("name", "birth")}


def test_labels_are_as_printed_unless_two_of_a_page_would_be_alike():
    procedure = papers.procedure("nursery-admission")
    said = Printed(
        {"father_work": "状況", "mother_work": "状況", "care_time": "保育時間", "phone": "電話番号"},
        {f"{who}_{what}": "保護者" for who in ("father", "mother") for what in PARTS},
    )
    document = propose(papers.paper(papers.library(), "nursery-admission"), procedure, said, {})
    assert document["fields"] == {"care_time": {"label": "保育時間"}}
    assert parse_form(document, procedure).questions["care_time"].field.label == "保育時間"


@pytest.mark.slow
def test_a_clerk_takes_what_the_paper_prints_with_one_press(in_yakuba_city, clerk, client):
    samples = Path(settings.YAKUBA.samples_dir)
    procedure = load_procedure(read_document(samples / "procedures/bus-pass.yaml"))
    client.force_login(clerk)
    where = reverse("intake:form", args=["bus-pass"])
    assert "紙の様式から作る" not in client.get(where).content.decode()
    client.post(f"{where}propose/", HTTP_REFERER=where)
    assert not WebForm.objects.exists(), "it has no paper form yet"
    load_form(samples / "forms/bus-pass")
    assert printed_words("bus-pass").labels["routes"] == "利用する路線"
    assert client.post(f"{where}propose/")["Location"] == where
    document = WebForm.objects.get(procedure=procedure).document
    assert [page["title"] for page in document["pages"]] == ["申請する方", "申請する乗車券"]
    page = client.get(where).content.decode()
    assert "利用する路線" in page
    assert "申請する乗車券" in client.get(f"{where}load/").content.decode(), "to be corrected there"


@pytest.mark.parametrize("code", ["bus-pass", "nursery-admission", "resident-tax-change"])
def test_the_sample_forms_fit_their_procedures(code):
    form = parse_form(read_document(papers.SAMPLES / f"intake/{code}.yaml"), papers.procedure(code))
    assert left_out(form) == [], "everything that is required is asked or calculated"
