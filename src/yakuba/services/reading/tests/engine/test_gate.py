"""What one field says about another, and what the gate makes of it."""

from __future__ import annotations

import pytest

from yakuba.services.reading.contracts import Decision, Evidence, FieldReading, Reason
from yakuba.services.reading.engine import postal, readings
from yakuba.services.reading.engine.gate import _TEXT, decide
from yakuba.services.reading.engine.library import FormLibrary

CLEAR = Evidence(
    views=4, agreeing=4, characters=(0.99,) * 30, posterior=0.99, cells_agree=True, cell_floor=0.99, rivals=()
)


def read(field: str, type_: str, value: str, evidence: Evidence = CLEAR) -> FieldReading:
    return FieldReading(
        field, field, type_, 1, value, value, 0.9, Decision.DOUBTFUL, (), "", (), evidence=evidence
    )


def decided(library: FormLibrary, procedure: str, *fields: FieldReading) -> dict[str, FieldReading]:
    return {r.field: r for r in decide(library.procedures[procedure], fields)}


def evidence(**changes: object) -> Evidence:
    return Evidence(**{**CLEAR.__dict__, **changes})  # type: ignore[arg-type]


def test_every_reason_has_a_sentence() -> None:
    assert set(_TEXT) == set(Reason)
    assert all(text.endswith("。") for text in _TEXT.values())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"agreeing": 3}, Reason.VIEWS_DISAGREE),
        ({"views": 2, "agreeing": 2}, Reason.VIEWS_DISAGREE),
        ({"characters": (0.99, 0.4)}, Reason.LOW_CONFIDENCE),
        ({"posterior": 0.1}, Reason.LOW_CONFIDENCE),
        ({"cells_agree": False}, Reason.CELLS_DISAGREE),
        ({"cells_agree": None}, Reason.CELLS_UNCLEAR),
        ({"cell_floor": 0.2}, Reason.CELLS_UNCLEAR),
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


def test_a_postal_code_confirms_its_town_but_not_the_block(library: FormLibrary) -> None:
    address = "千代田区霞が関1-2-3"
    weak_town = evidence(characters=(0.6,) * 7 + (0.99,) * 5)
    weak_block = evidence(characters=(0.99,) * 11 + (0.8,))
    code = read("postal_code", "postal_code", "1000013", evidence(cells_agree=None, cell_floor=0.0))
    fine = decided(library, "bus-pass", code, read("address", "address", address, weak_town))
    assert {r.decision for r in fine.values()} == {Decision.TRUSTED}
    unsure = decided(library, "bus-pass", code, read("address", "address", address, weak_block))
    assert unsure["address"].reasons == (Reason.LOW_CONFIDENCE,)
    wrong = decided(library, "bus-pass", code, read("address", "address", "中央区築地1-2-3"))
    assert {r.reasons for r in wrong.values()} == {(Reason.POSTAL_MISMATCH,)}
    unknown = decided(
        library,
        "bus-pass",
        read("postal_code", "postal_code", "0000000"),
        read("address", "address", address),
    )
    assert Reason.POSTAL_UNKNOWN in unknown["postal_code"].reasons


def test_postal_codes_know_how_people_write_addresses() -> None:
    assert postal.check("1000013", "東京都千代田区霞が関1-2-3").town
    assert postal.check("1000013", "千代田区霞ヶ関1-2-3").town
    assert not postal.check("1000013", "千代田区永田町1-2-3").town
    assert not postal.check("9999999", "千代田区").known


def test_kana_confirm_a_name_or_contradict_it(library: FormLibrary) -> None:
    weak = evidence(characters=(0.6,) * 4, posterior=0.6)
    fine = decided(
        library,
        "bus-pass",
        read("name", "name", "佐藤花子", weak),
        read("kana", "kana", "サトウハナコ", weak),
    )
    assert {r.decision for r in fine.values()} == {Decision.TRUSTED}
    wrong = decided(
        library, "bus-pass", read("name", "name", "佐藤花了"), read("kana", "kana", "サトウハナコ")
    )
    assert {r.reasons for r in wrong.values()} == {(Reason.KANA_MISMATCH,)}
    voiced = decided(
        library, "bus-pass", read("name", "name", "中島花子"), read("kana", "kana", "ナカシマハナコ", weak)
    )
    assert voiced["kana"].reasons == (Reason.LOW_CONFIDENCE,)


def test_kanji_that_look_alike_go_to_a_person(library: FormLibrary) -> None:
    kana = read("kana", "kana", "タカハシハナコ")
    for name, reason in (("高橋花子", Reason.LOOKALIKE), ("髙橋花子", Reason.VARIANT_KANJI)):
        assert decided(library, "bus-pass", read("name", "name", name), kana)["name"].reasons == (reason,)
    rival = evidence(rivals=("大", "", "", ""), characters=(0.9,) * 4, posterior=0.9)
    both = decided(
        library, "bus-pass", read("name", "name", "太田花子", rival), read("kana", "kana", "オオタハナコ")
    )
    assert both["name"].decision is Decision.DOUBTFUL


def test_sums_confirm_or_contradict_all_their_parts(library: FormLibrary) -> None:
    weak = evidence(characters=(0.6,) * 6, posterior=0.6, cells_agree=None)
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


def test_readings_come_from_the_dictionary() -> None:
    assert readings.supported("山田太郎", "ヤマダタロウ")
    assert not readings.supported("山田太郎", "ヤマダジロウ")
    assert "ナカジマハナコ" in readings.other_readings("中島花子", "ナカシマハナコ")
    assert readings.is_known("鈴木結衣")
    assert not readings.is_known("鈴木結衣衣衣衣衣")
    assert readings.supported("山﨑花子", "ヤマザキハナコ")
