"""Every field type keeps what its object promises; the two numbers with one check digit."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.kernel.values import TYPES, FieldType, ValueRefused, canonical, insurance_numbers, my_numbers
from yakuba.kernel.values.receipt_numbers import later_decision, read_application_number
from yakuba.kernel.values.types import written

OPTIONS = {"a": "甲", "b": "乙"}
KINDS = pytest.mark.parametrize("kind", TYPES.values(), ids=list(TYPES))


@KINDS
def test_the_examples_are_read_and_shown_as_they_say(kind: FieldType) -> None:
    assert kind.examples
    for one in kind.examples:
        assert kind.canonical(one.written, OPTIONS) == one.value
        assert kind.is_canonical(one.value, OPTIONS)
        assert kind.shown(one.value, OPTIONS) == one.shown
        assert not kind.odd(one.value)
        assert re.search(kind.schema(OPTIONS).get("pattern", ""), one.value)
        assert one.value in kind.schema(OPTIONS).get("enum", [one.value])


@KINDS
def test_what_is_shown_to_one_who_may_see_it_is_read_back(kind: FieldType) -> None:
    for one in kind.examples:
        assert kind.canonical(kind.shown(one.value, OPTIONS, revealed=True), OPTIONS) == one.value


@KINDS
def test_every_format_writes_the_examples(kind: FieldType) -> None:
    for one in kind.examples:
        for name in kind.writings():
            assert written(one.value, (name,))


@KINDS
def test_an_empty_field_is_the_empty_string_everywhere(kind: FieldType) -> None:
    assert kind.canonical("", OPTIONS) == kind.shown("") == kind.cell("") == ""
    assert re.search(kind.schema(OPTIONS).get("pattern", ""), "")


def test_a_masked_value_is_never_shown_unasked() -> None:
    kind = TYPES["my_number"]
    assert kind.shown("123456789018") == "*" * 12 == kind.cell("123456789018")
    assert kind.shown("123456789018", revealed=True) == "1234 5678 9018"
    with pytest.raises(ValueRefused) as refusal:
        kind.canonical("123456789017")
    assert "123456789017" not in str(refusal.value)


def test_the_check_digits_are_those_of_the_rules() -> None:
    assert insurance_numbers.check_digit("3312001") == "5"  # the ministry's way, worked out by hand: 2·1+…=15
    assert my_numbers.check_digit("12345678901") == "8"
    assert my_numbers.check_digit("00000000000") == "0"


@given(st.sampled_from([(insurance_numbers, 7), (my_numbers, 11)]), st.data())
def test_a_check_digit_finds_a_wrong_digit(of: tuple[object, int], data: st.DataObject) -> None:
    module, length = of
    first = data.draw(st.text("0123456789", min_size=length, max_size=length))
    place = data.draw(st.integers(0, length - 1))
    other = data.draw(st.sampled_from("0123456789"))
    wrong = first[:place] + other + first[place + 1 :]
    same = module.check_digit(first) == module.check_digit(wrong)  # type: ignore[attr-defined]
    # of an individual number the remainders 0 and 1 share a digit
    assert same == (wrong == first) or (module is my_numbers and module.check_digit(first) == "0")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "kind", [kind for kind in TYPES.values() if kind.check_digits], ids=lambda kind: kind.code
)
def test_a_type_with_check_digits_refuses_a_number_whose_last_digit_is_another(kind: FieldType) -> None:
    values = [one.value for one in kind.examples if one.value.isdecimal()]
    assert values
    for value in values:
        assert kind.canonical(value) == value
        for digit in set("0123456789") - {value[-1]}:
            with pytest.raises(ValueRefused):
                kind.canonical(value[:-1] + digit)


def test_a_later_decision_is_a_receipt_number_and_no_number_of_an_application() -> None:
    assert later_decision("0800000129", 1) == "0800000129"
    number = later_decision("0800000129", 2)
    assert canonical("receipt_number", number) == number == "0800000129-2"
    assert canonical("receipt_number", "０８０００００１２９－１２") == "0800000129-12"
    with pytest.raises(ValueRefused):
        read_application_number(number)
    for wrong in ("0800000129-1", "0800000129-0", "0800000129-100", "0800000128-2"):
        with pytest.raises(ValueRefused):
            canonical("receipt_number", wrong)
    with pytest.raises(ValueRefused, match="99回"):
        later_decision("0800000129", 100)


def test_mixed_number_sorts_as_a_number_and_lies_within_its_limits() -> None:
    kind = TYPES["number"]
    assert sorted(["100", "-5", "20"], key=kind.order) == ["-5", "20", "100"]
    assert kind.within("20", ("3", "100"))
    assert not kind.within("101", ("3", "100"))
    assert kind.within("7", ("", ""))
