"""What is offered where a field was left empty: the kana of a name, the beginning of an address by its postal code. Both may be
wrong, so that the page is shown again and nothing is sent that nobody has looked at."""

from __future__ import annotations

from collections.abc import Mapping

from yakuba.kernel.definitions.procedures import FieldDefinition
from yakuba.kernel.postal import beginning
from yakuba.kernel.refusals import if_valid
from yakuba.kernel.search.cutting import reading
from yakuba.services.intake.engine.answering import Checked
from yakuba.services.intake.engine.form import Page

LOOK_AT_KANA = "フリガナの案を入れました。違うところを直してから、もう一度「次へ」を押してください。"
LOOK_AT_ADDRESS = (
    "郵便番号から住所の案を入れました。続き（町名や番地）を書き足してから、もう一度「次へ」を押してください。"
)


def with_offers(page: Page, checked: Checked, before: Mapping[str, str]) -> Checked:
    """The same with an offer in every empty field for which there is one; it is told as something to look at. before: answers
    so far; who was offered the same and took it out again wants the field empty."""
    values, faults = dict(checked.values), dict(checked.faults)
    asked = {one.code: one.field for one in page.questions}
    for field in asked.values():
        for target, offered, look in (_kana(field, values, faults), _address(field, values, faults)):
            if offered and target in asked and not values[target] and before.get(target) != offered:
                values[target], faults[target] = offered, look
    return Checked(values, faults)


def _kana(
    field: FieldDefinition, values: Mapping[str, str], faults: Mapping[str, str]
) -> tuple[str, str, str]:
    """(the kana field, its offer, the sentence)"""
    name = "" if field.reading_of in faults else values.get(field.reading_of, "")
    read = if_valid(field.canonical, reading(name)) if name and field.reading_of else ""
    return field.code, read or "", LOOK_AT_KANA  # of some letters there is no reading


def _address(
    field: FieldDefinition, values: Mapping[str, str], faults: Mapping[str, str]
) -> tuple[str, str, str]:
    """(the address's field, its offer, the sentence)"""
    code = "" if field.code in faults or not field.postal_code_of else values[field.code]
    return field.postal_code_of, beginning(code) if code else "", LOOK_AT_ADDRESS
