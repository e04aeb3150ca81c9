"""The list of cases as files: CSV for other programs, one Excel sheet a procedure for people."""

from __future__ import annotations

import re
from typing import Any

from django.utils import timezone

from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.ledger.guard import RECEIPT_NUMBER
from yakuba.kernel.ledger.listing import listed
from yakuba.kernel.ledger.masking import reveals
from yakuba.kernel.ledger.models import CaseValue, Procedure, ReductionTable
from yakuba.kernel.ledger.workflow import LABELS, Status
from yakuba.kernel.lists import Wanted
from yakuba.kernel.lists.files import FORMATS, Lacking, write
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.kernel.ui.wording import wareki

__all__ = ["Lacking", "NothingToWrite", "export"]

HEAD = ("受付番号", "状態", "登録番号", "受付日")
ASKED_AT_ONCE = 500  # cases whose values are read together


class NothingToWrite(ValueError):
    """There is nothing to write, or more than one file's worth of columns; `str()` says what to do."""


def export(wanted: Wanted, form: str, *, accept: bool, actor: Any) -> Download:
    """The cases that `wanted` lists, with all their values. form: a key of FORMATS; accept: a character that
    Shift_JIS cannot hold may be reduced by the town's table, or become 〓. Who took it is recorded.

    Raises NothingToWrite, Lacking, and KeyError for another form.
    """
    if form not in FORMATS:
        raise KeyError(form)
    revealed = reveals(actor)
    tables = _tables(wanted, revealed)
    if not tables:
        raise NothingToWrite("書き出す受付がありません。条件をゆるめてください。")
    if form != "xlsx" and len(tables) > 1:
        raise NothingToWrite(
            "列は手続ごとに違います。手続を1つ選ぶか、Excelで書き出してください（手続ごとのシートになります）。"
        )
    file = write(tables, "cases", form, accept=accept, reduction=ReductionTable.in_use())
    rows = sum(len(table.rows) for table in tables)
    record(
        "ledger.exported", actor=actor, form=form, cases=rows, procedure=wanted.chosen.get("procedure", "")
    )
    return file


def _tables(wanted: Wanted, revealed: bool) -> list[Table]:
    tables = []
    titles: set[str] = set()
    for procedure in Procedure.objects.order_by("title"):
        cases = list(listed(wanted).filter(procedure=procedure))
        if cases:
            tables.append(_table(procedure, cases, _sheet_title(procedure.title, titles), revealed))
    return tables


def _sheet_title(title: str, taken: set[str]) -> str:
    """A name that Excel takes: at most 31 characters, none of []:*?/\\, no two alike."""
    plain = re.sub(r"[\[\]:*?/\\]", "・", title)
    number = 1
    while (name := plain[:31] if number == 1 else f"{plain[:27]}（{number}）") in taken:
        number += 1
    taken.add(name)
    return name


def _table(procedure: Procedure, cases: list[Any], title: str, revealed: bool) -> Table:
    fields = [item for item in procedure.definition.fields if item.code != RECEIPT_NUMBER]
    rows = []
    for start in range(0, len(cases), ASKED_AT_ONCE):
        part = cases[start : start + ASKED_AT_ONCE]
        values: dict[int, dict[str, str]] = {case.pk: {} for case in part}
        stored = CaseValue.objects.filter(case__in=[case.pk for case in part])
        for case_id, field, value in stored.values_list("case_id", "field", "value"):
            values[case_id][field] = value
        for case in part:
            day = wareki(timezone.localtime(case.created_at), weekday=False)
            head = (case.receipt_number, LABELS[Status(case.status)], case.target_number, day)
            own = values[case.pk]
            rows.append(
                (
                    *head,
                    *(
                        item.kind.cell(own.get(item.code, ""), item.options, revealed=revealed)
                        for item in fields
                    ),
                )
            )
    return Table(title, (*HEAD, *(item.label for item in fields)), rows)
