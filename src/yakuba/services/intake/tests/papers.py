"""The sample forms as paper, and applications that fill them in."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from yakuba.kernel.definitions.procedures import ProcedureDefinition, load_procedure
from yakuba.services.reading.contracts import PaperBox, PaperForm, PaperPage
from yakuba.services.reading.engine.library import FormLibrary

SAMPLES = Path(__file__).parents[5] / "samples"
NUMBER = "0832714446"
LONG = "東京都千代田区千代田1-1-1" * 4

BUS = {
    "application_date": "2026-10-07",
    "kana": "ヤマダハナコ",
    "name": "山田花子",
    "birth": "1941-11-20",
    "postal_code": "1000013",
    "address": "千代田区霞が関1-2-3",
    "phone": "0312345678",
    "category": "elderly",
    "routes": "east,loop",
    "period": "month6",
    "start_date": "2026-11-01",
    "delivery": "post",
}
# An era that the paper lacks, an address that no line holds, the first year of an era, a name of many letters, a sign.
AWKWARD = BUS | {
    "birth": "1925-03-04",
    "address": LONG,
    "start_date": "2019-05-01",
    "name": "MARIA CLARA DA CONCEICAO PEREIRA",
    "kana": "マリアクララダコンセイサンペレイラ",
    "phone": "09012345678",
    "routes": "west",
}
TAX = {
    "submission_date": "2026-10-07",
    "employer_postal_code": "1000013",
    "employer_address": "東京都千代田区霞が関1-2-3",
    "employer_name": "株式会社見本",
    "designation_number": "0012345",
    "contact_name": "山田花子",
    "contact_phone": "0312345678",
    "employee_kana": "サトウジロウ",
    "employee_name": "佐藤次郎",
    "employee_birth": "1980-05-03",
    "employee_number": "00123",
    "employee_postal_code": "1000001",
    "employee_address": "東京都千代田区千代田1-1",
    "tax_total": "120000",
    "tax_collected": "20000",
    "tax_uncollected": "100000",
    "change_date": "2026-09-30",
    "change_reason": "retired",
    "collection_after": "ordinary",
}
NURSERY = {
    "application_date": "2026-10-07",
    "applicant_name": "佐藤次郎",
    "applicant_kana": "サトウジロウ",
    "applicant_birth": "1990-02-03",
    "applicant_relation": "father",
    "postal_code": "1000001",
    "address": "東京都千代田区千代田1-1",
    "phone": "09012345678",
    "child_name": "佐藤花",
    "child_kana": "サトウハナ",
    "child_birth": "2023-05-06",
    "child_sex": "female",
    "child_allergy": "no",
    "start_date": "2027-04-01",
    "care_time": "standard",
    "care_days": "mon,tue,wed,sat",
    "father_name": "佐藤次郎",
    "father_work": "employed",
    "father_employer": "見本商事",
    "father_days": "5",
    "father_hours": "160",
    "household_income": "5400000",
    "wish_1": "中央保育園",
    "wish_2": "緑ヶ丘保育園",
    "sibling_1_name": "佐藤太郎",
    "sibling_1_birth": "2010-05-06",
}


def library() -> FormLibrary:
    """The sample forms as the reader knows them."""
    return FormLibrary.load(SAMPLES / "forms", SAMPLES / "procedures")


def procedure(code: str) -> ProcedureDefinition:
    """A sample procedure."""
    return load_procedure(SAMPLES / f"procedures/{code}.yaml")


def paper(forms: FormLibrary, code: str) -> PaperForm:
    """A sample form as the reading room hands it out."""
    found = [one for one in forms.templates if one.form.code == code]
    pages = tuple(
        PaperPage(
            one.definition.number,
            one.definition.image,
            one.image.shape[1],
            one.image.shape[0],
            tuple(
                PaperBox(box.field, box.kind, box.box, box.cells, box.marks, box.parts)
                for box in one.definition.boxes
            ),
        )
        for one in found
    )
    return PaperForm(code, 1, found[0].form.title, pages)


def without(form: PaperForm, *fields: str) -> PaperForm:
    """The same without the boxes of these fields."""
    pages = tuple(
        dataclasses.replace(page, boxes=tuple(box for box in page.boxes if box.field not in fields))
        for page in form.pages
    )
    return dataclasses.replace(form, pages=pages)
