"""What the gate makes of evidence, of what was seen on the paper, and of what lists, sums and ranges say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from yakuba.services.reading.contracts import Decision, Evidence, Reason
from yakuba.services.reading.engine.gate import _TEXT
from yakuba.services.reading.engine.library import FormLibrary

from .decisions import decided, evidence, read


def test_every_reason_has_a_sentence() -> None:
    assert set(_TEXT) == set(Reason)
    assert all(text.endswith("。") for text in _TEXT.values())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"agreeing": 3}, Reason.VIEWS_DISAGREE),
        ({"views": 2, "agreeing": 2, "second": 0.4}, Reason.VIEWS_DISAGREE),
        ({"views": 2, "agreeing": 2, "characters": (0.98,) * 11}, Reason.VIEWS_DISAGREE),
        ({"characters": (0.99, 0.4)}, Reason.LOW_CONFIDENCE),
        ({"posterior": 0.1}, Reason.LOW_CONFIDENCE),
        ({"cells_agree": False}, Reason.CELLS_DISAGREE),
        ({"cells_agree": None}, Reason.CELLS_UNCLEAR),
        ({"cell_floor": 0.2}, Reason.CELLS_UNCLEAR),
        ({"second": 0.001}, Reason.READERS_DISAGREE),
        ({"second": None}, Reason.READERS_DISAGREE),
        ({"print_found": 0.5}, Reason.PRINT_MISSING),
        ({"flags": (Reason.STRUCK_OUT,)}, Reason.STRUCK_OUT),
    ],
)
def test_digits_that_nothing_confirms_need_everything(
    library: FormLibrary, changes: dict[str, object], reason: Reason
) -> None:
    trusted = decided(library, "bus-pass", read("phone", "phone", "09012345678"))["phone"]
    assert (trusted.decision, trusted.reasons) == (Decision.TRUSTED, ())
    doubtful = decided(library, "bus-pass", read("phone", "phone", "09012345678", evidence(**changes)))[
        "phone"
    ]
    assert (doubtful.decision, doubtful.reasons) == (Decision.DOUBTFUL, (reason,))


@pytest.mark.parametrize(
    "seen",
    [
        Reason.STRUCK_OUT,
        Reason.OUTSIDE_BOX,
        Reason.COLOURED_INK,
        Reason.FAINT_INK,
        Reason.LABEL_DIFFERS,
        Reason.SEVERAL_LINES,
    ],
)
def test_what_was_seen_on_the_paper_counts_however_well_the_value_is_confirmed(
    library: FormLibrary, seen: Reason
) -> None:
    """A struck-out name is still the name that its reading says, and a struck-out total still the sum."""
    written = {
        "bus-pass": (
            ("receipt_number", "receipt_number", "0832714446"),
            ("name", "name", "佐藤花子"),
            ("kana", "kana", "サトウハナコ"),
            ("postal_code", "postal_code", "1000013"),
            ("address", "address", "千代田区霞が関1-2-3"),
        ),
        "resident-tax-change": (
            ("tax_total", "number", "120000"),
            ("tax_collected", "number", "50000"),
            ("tax_uncollected", "number", "70000"),
        ),
        "nursery-admission": (("wish_1", "text", "青葉保育園"),),
    }
    for procedure, values in written.items():
        clear = decided(library, procedure, *(read(*value) for value in values))
        assert all(one.confirmed_by for one in clear.values())
        assert {one.decision for one in clear.values()} == {Decision.TRUSTED}
        flagged = decided(library, procedure, *(read(*value, evidence(flags=(seen,))) for value in values))
        assert {one.reasons for one in flagged.values()} == {(seen,)}


def test_an_empty_field_is_blank_only_when_nothing_speaks_against_it(library: FormLibrary) -> None:
    nothing = Evidence()
    found = decided(
        library,
        "nursery-admission",
        read("father_name", "name", "", nothing),
        read("phone", "phone", "", nothing),
        read("mother_days", "number", "", Evidence(flags=(Reason.FAINT_INK,))),
    )
    assert found["father_name"].decision is Decision.BLANK
    assert found["phone"].reasons == (Reason.REQUIRED_BLANK,)
    assert found["mother_days"].reasons == (Reason.FAINT_INK,)


@pytest.mark.parametrize(
    "seen",
    [
        {"flags": (Reason.FAINT_INK,)},
        {"flags": (Reason.OUTSIDE_BOX,)},
        {"flags": (Reason.COLOURED_INK,)},
        {"flags": (Reason.MARK_UNCLEAR,)},
        {"flags": (Reason.LABEL_DIFFERS,)},
        {"print_found": 0.5},
    ],
)
def test_an_optional_field_is_blank_only_with_evidence_as_any_value(
    library: FormLibrary, seen: dict[str, object]
) -> None:
    fields = (("mother_name", "name"), ("mother_days", "number"), ("sibling_together", "choice"))
    for code, type_ in fields:
        assert not library.procedures["nursery-admission"].by_code[code].required
        nothing = decided(library, "nursery-admission", read(code, type_, "", Evidence()))[code]
        assert (nothing.decision, nothing.reasons) == (Decision.BLANK, ())
        found = decided(library, "nursery-admission", read(code, type_, "", Evidence(**seen)))[code]  # type: ignore[arg-type]
        assert found.decision is Decision.DOUBTFUL
        assert len(found.reasons) == 1


@pytest.mark.parametrize(
    ("field", "type_", "note"),
    [
        ("father_employer", "text", "後日提出"),
        ("father_employer", "text", "別紙のとおり"),
        ("mother_name", "name", "同上"),
        ("address", "address", "上に同じ"),
        ("father_employer", "text", "なし"),
        ("father_employer", "text", "特に無し"),
        ("father_name", "name", "なし"),  # each of its kana is a reading of itself
        ("applicant_kana", "kana", "ナシ"),
        ("father_employer", "text", "緑町商店又は若葉商店"),
    ],
)
def test_a_note_in_the_place_of_a_value_is_no_value(
    library: FormLibrary, field: str, type_: str, note: str
) -> None:
    found = decided(library, "nursery-admission", read(field, type_, note))[field]
    assert found.decision is Decision.DOUBTFUL
    assert Reason.IMPLAUSIBLE in found.reasons


@pytest.mark.parametrize(
    ("value", "rivals", "candidates"),
    [("なレ", (), ()), ("なん", ("", "しツ"), ()), ("たし", ("なに", ""), ()), ("燕し", (), ("無し",))],
)
def test_a_word_for_no_value_that_was_read_a_little_otherwise_asks(
    library: FormLibrary, value: str, rivals: tuple[str, ...], candidates: tuple[str, ...]
) -> None:
    own = evidence(views=4, agreeing=4, characters=(0.999,) * 2, posterior=0.999, second=0.999, rivals=rivals)
    reading = replace(read("father_employer", "text", value, own), candidates=candidates)
    assert decided(library, "nursery-admission", reading)["father_employer"].reasons == (Reason.IMPLAUSIBLE,)
    shop = read("father_employer", "text", "花王", replace(own, rivals=()))
    assert decided(library, "nursery-admission", shop)["father_employer"].decision is Decision.TRUSTED


@pytest.mark.parametrize(("character", "passes"), [(0.95, True), (0.8, False)])
def test_an_entry_of_a_list_passes_only_where_each_of_its_characters_was_clear(
    library: FormLibrary, character: float, passes: bool
) -> None:
    own = evidence(views=2, agreeing=2, characters=(character, *[0.99] * 4), posterior=0.75)
    found = decided(library, "nursery-admission", read("wish_1", "text", "東山保育園", own))["wish_1"]
    assert found.confirmed_by == ("lexicon",)
    assert (found.decision is Decision.TRUSTED) is passes  # else it may be 束山, which is on no list


@pytest.mark.parametrize(("second", "passed"), [(0.99, True), (0.97, False)])
def test_text_that_nothing_confirms_needs_both_recognisers_sure(
    library: FormLibrary, second: float, passed: bool
) -> None:
    alone = read("employer_name", "text", "南部産業", evidence(characters=(1.0,) * 4, second=second))
    found = decided(library, "resident-tax-change", alone)["employer_name"]
    assert (found.decision is Decision.TRUSTED) == passed
    assert found.reasons == (() if passed else (Reason.READERS_DISAGREE,))


def test_sums_confirm_or_contradict_all_their_parts(library: FormLibrary) -> None:
    weak = evidence(characters=(0.75,) * 6, posterior=0.65, cells_agree=None)
    names = ("tax_total", "tax_collected", "tax_uncollected")
    fine = decided(
        library,
        "resident-tax-change",
        *(read(n, "number", v, weak) for n, v in zip(names, ("120000", "50000", "70000"), strict=True)),
    )
    assert {r.decision for r in fine.values()} == {Decision.TRUSTED}
    wrong = decided(
        library,
        "resident-tax-change",
        *(read(n, "number", v) for n, v in zip(names, ("120000", "50000", "10000"), strict=True)),
    )
    assert {r.reasons for r in wrong.values()} == {(Reason.SUM_MISMATCH,)}


def test_a_closed_list_and_a_range_are_kept(library: FormLibrary) -> None:
    found = decided(
        library,
        "nursery-admission",
        read("wish_1", "text", "青葉保育園"),
        read("wish_2", "text", "青空保育園"),
        read("mother_days", "number", "9"),
        read("child_birth", "date", "1999-01-01"),
    )
    assert found["wish_1"].decision is Decision.TRUSTED
    assert found["wish_2"].reasons == (Reason.NOT_IN_LEXICON,)
    assert found["mother_days"].reasons == found["child_birth"].reasons == (Reason.OUT_OF_RANGE,)
