"""Receipt numbers that the house gives: to sheets of a form on which none is printed, one for each sheet."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from yakuba.kernel.ledger.models import Case, Procedure
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.values.receipt_numbers import check_digits
from yakuba.services.reading.models import FormDefinition, Sheet

FIRST_OF_REIWA = 2018  # the year before 令和1
APRIL = 4
LAST = 999_999


def given_number(sheet: Sheet, form: FormDefinition | None) -> str:
    """The number of a read sheet whose form has its numbers by order: the one it was given before, or the next of the
    fiscal year. Empty for any other form. The procedure's row is locked until the transaction ends, so that two sheets at
    once get two numbers. Raises Conflict when the year's numbers are used up."""
    if form is None or form.document.get("numbering") != "order":
        return ""
    return sheet.receipt_number or _next(form.procedure, timezone.localdate())


def _next(procedure: Procedure, today: date) -> str:
    Procedure.objects.select_for_update(no_key=True).get(pk=procedure.pk)
    year = f"{(today.year if today.month >= APRIL else today.year - 1) - FIRST_OF_REIWA:02d}"
    last = Case.objects.filter(procedure=procedure, receipt_number__startswith=year).order_by(
        "-receipt_number"
    )
    number = last.values_list("receipt_number", flat=True).first()
    serial = int(number[2:8]) + 1 if number else 1
    if serial > LAST:
        raise Conflict("今年度の受付番号を使い切りました。システム担当へ知らせてください。")
    return f"{year}{serial:06d}{check_digits(f'{year}{serial:06d}')}"
