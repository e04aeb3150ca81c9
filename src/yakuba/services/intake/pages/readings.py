"""The kana of a name, offered where it was left empty. A name is read in many ways, so that whoever has it looks at the offer."""

from __future__ import annotations

from yakuba.kernel.search.cutting import reading
from yakuba.kernel.values import ValueRefused
from yakuba.services.intake.engine.answering import Checked
from yakuba.services.intake.engine.form import Page

LOOK = "フリガナの案を入れました。違うところを直してから、もう一度「次へ」を押してください。"


def with_readings(page: Page, checked: Checked) -> Checked:
    """The same with an offer for every empty kana whose name stands on the page; it is told as something to look at."""
    values, faults = dict(checked.values), dict(checked.faults)
    for question in page.questions:
        name = values.get(question.field.reading_of, "") if question.field.reading_of else ""
        if not name or values[question.code] or question.field.reading_of in faults:
            continue
        try:
            offered = question.field.canonical(reading(name))
        except ValueRefused:  # letters that have no reading
            continue
        if offered:
            values[question.code], faults[question.code] = offered, LOOK
    return Checked(values, faults)
