"""Pages to applications by their receipt numbers, and the checks across pages."""

from __future__ import annotations

from yakuba.services.reading.contracts import (
    CaseReading,
    CaseStatus,
    Decision,
    Evidence,
    FieldReading,
    PageReading,
    PageStatus,
    Reason,
)
from yakuba.services.reading.engine.assemble import read_cases
from yakuba.services.reading.engine.library import FormLibrary

CLEAR = Evidence(
    views=4,
    agreeing=4,
    characters=(0.99,) * 10,
    posterior=0.99,
    cells_agree=True,
    cell_floor=0.99,
    second=1.0,
)


def reading(
    field: str, type_: str, value: str, page: int, decision: Decision = Decision.TRUSTED
) -> FieldReading:
    return FieldReading(field, field, type_, page, value, value, 0.99, decision, (), "", (), evidence=CLEAR)


def page(number: str, which: int, *fields: FieldReading, form: str = "nursery-admission") -> PageReading:
    receipt = reading("receipt_number", "receipt_number", number, which)
    if not number:
        receipt = reading("receipt_number", "receipt_number", "", which, Decision.DOUBTFUL)
    return PageReading(
        PageStatus.READ, "", form=form, form_version=1, procedure=form, page=which, fields=(receipt, *fields)
    )


def statuses(cases: list[CaseReading]) -> list[tuple[tuple[int, ...], CaseStatus]]:
    return [(case.pages, case.status) for case in cases]


def test_pages_find_each_other_in_any_order(library: FormLibrary) -> None:
    blank = PageReading(PageStatus.BLANK, "白紙")
    pages = [
        page("0832714446", 2),
        blank,
        page("0832714543", 1),
        page("0832714446", 1),
        page("0832714543", 2),
    ]
    cases = read_cases(pages, library)
    assert statuses(cases) == [((0, 3), CaseStatus.COMPLETE), ((2, 4), CaseStatus.COMPLETE)]
    assert [case.receipt_number for case in cases] == ["0832714446", "0832714543"]


def test_a_reading_stored_by_another_version_can_still_be_read() -> None:
    stored = page("0832714446", 1).to_json()
    stored["from_the_future"] = 1
    evidence = stored["fields"][0]["evidence"]
    evidence |= {"from_the_future": [1], "flags": ["a_reason_of_the_future"]}
    del evidence["rivals"], stored["fields"][0]["candidates"]
    assert PageReading.from_json(stored) == page("0832714446", 1)


def test_a_missing_page_a_second_copy_and_an_unreadable_number_are_told(library: FormLibrary) -> None:
    pages = [
        page("0832714446", 1),
        page("0832714543", 1),
        page("0832714543", 1),
        page("0832714543", 2),
        page("", 2),
    ]
    cases = read_cases(pages, library)
    assert statuses(cases) == [
        ((0,), CaseStatus.PAGE_MISSING),
        ((1, 2, 3), CaseStatus.PAGE_TWICE),
        ((4,), CaseStatus.NUMBER_UNREADABLE),
    ]
    assert "2ページ目がありません" in cases[0].message
    assert "1ページ目が2枚" in cases[1].message


def test_the_same_number_on_different_forms_is_not_one_case(library: FormLibrary) -> None:
    cases = read_cases([page("0832714446", 1), page("0832714446", 1, form="bus-pass")], library)
    assert [case.form for case in cases] == ["nursery-admission", "bus-pass"]


def test_a_parent_on_page_two_is_confirmed_by_the_applicant_on_page_one(library: FormLibrary) -> None:
    unclear = Evidence(views=4, agreeing=4, characters=(0.75,) * 4, posterior=0.65, second=1.0)
    name = reading("applicant_name", "name", "山田花子", 1)
    kana = reading("applicant_kana", "kana", "ヤマダハナコ", 1)
    mother = FieldReading(
        "mother_name",
        "母",
        "name",
        2,
        "山田花子",
        "山田花子",
        0.6,
        Decision.DOUBTFUL,
        (),
        "",
        (),
        evidence=unclear,
    )
    (case,) = read_cases([page("0832714446", 1, name, kana), page("0832714446", 2, mother)], library)
    found = case.field("mother_name")
    assert found is not None
    assert (found.decision, found.confirmed_by) == (Decision.TRUSTED, ("same_name",))
    (alone,) = read_cases([page("0832714446", 2, mother)], library)
    found = alone.field("mother_name")
    assert found is not None
    assert found.reasons == (Reason.LOW_CONFIDENCE,)


def test_copies_of_a_page_that_contradict_each_other_go_to_a_person(library: FormLibrary) -> None:
    pages = [
        page("0832714446", 1, reading("phone", "phone", "0312345678", 1)),
        page("0832714446", 1, reading("phone", "phone", "0312345679", 1)),
    ]
    (case,) = read_cases(pages, library)
    found = case.field("phone")
    assert found is not None
    assert Reason.PAGES_DISAGREE in found.reasons
