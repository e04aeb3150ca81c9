"""The list of cases as files: CSV for other programs, one Excel sheet a procedure for people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.ledger.guard import RECEIPT_NUMBER
from yakuba.kernel.ledger.listing import listed
from yakuba.kernel.ledger.models import CaseValue, Procedure
from yakuba.kernel.ledger.sight import filed
from yakuba.kernel.ledger.workflow import LABELS, Status
from yakuba.kernel.lists import Wanted
from yakuba.kernel.lists.files import write
from yakuba.kernel.lists.shown import parts
from yakuba.kernel.tables.files import FORMATS, Lacking
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.kernel.ui.wording import wareki

__all__ = ["Lacking", "NothingToWrite", "export"]

HEAD = ("受付番号", "状態", "登録番号", "受付日")


class NothingToWrite(ValueError):
    """There is nothing to write, or more than one file's worth of columns; `str()` says what to do."""


def export(wanted: Wanted, form: str, *, accept: bool, actor: Actor) -> Download:
    """The cases that `wanted` lists, with all their values; one that nobody confirmed says so. form: a key of FORMATS; accept: a character that
    Shift_JIS cannot hold may be reduced by the town's table, or become 〓. Who took it is recorded.

    Raises NothingToWrite, Lacking, and KeyError for another form.
    """
    if form not in FORMATS:
        raise KeyError(form)
    cases = listed(wanted)  # a text is looked for once
    counts = _counts(cases)
    if not counts:
        raise NothingToWrite("書き出す受付がありません。条件をゆるめてください。")
    if form != "xlsx" and len(counts) > 1:
        raise NothingToWrite(
            "列は手続ごとに違います。手続を1つ選ぶか、Excelで書き出してください（手続ごとのシートになります）。"
        )
    tables = _tables(cases, list(counts), actor)
    file = write(tables, "cases", form, accept=accept)
    chosen = wanted.chosen.get("procedure", "")
    record("ledger.exported", actor=actor, form=form, cases=sum(counts.values()), procedure=chosen)
    return file


def _counts(cases: QuerySet[Any]) -> dict[int, int]:
    """How many cases of each procedure are listed; none of those without any."""
    rows = cases.order_by().values_list("procedure").annotate(number=Count("pk"))
    return dict(rows.order_by("procedure__title"))


def _tables(cases: QuerySet[Any], procedures: Sequence[int], actor: Actor) -> Iterator[Table]:
    titles: set[str] = set()
    known = Procedure.objects.in_bulk(procedures)
    for number in procedures:
        title = _sheet_title(known[number].title, titles)
        yield _table(known[number], cases.filter(procedure=number), title, actor)


def _sheet_title(title: str, taken: set[str]) -> str:
    """A name that Excel takes: at most 31 characters, none of []:*?/\\, no two alike."""
    plain = re.sub(r"[\[\]:*?/\\]", "・", title)
    number = 1
    while (name := plain[:31] if number == 1 else f"{plain[:27]}（{number}）") in taken:
        number += 1
    taken.add(name)
    return name


def _table(procedure: Procedure, cases: Any, title: str, actor: Actor) -> Table:
    fields = [item for item in procedure.definition.fields if item.code != RECEIPT_NUMBER]
    rows = (row for part in parts(cases) for row in _rows(part, fields, actor))
    return Table(title, (*HEAD, *(item.label for item in fields)), rows)


def _rows(cases: Sequence[Any], fields: Sequence[Any], actor: Actor) -> Iterator[list[str | int]]:
    values: dict[int, dict[str, str]] = {case.pk: {} for case in cases}
    unconfirmed: set[tuple[int, str]] = set()
    stored = CaseValue.objects.filter(case__in=list(values))
    for case_id, field, value, trusted in stored.values_list("case_id", "field", "value", "trusted"):
        values[case_id][field] = value
        if not trusted:
            unconfirmed.add((case_id, field))
    seen = filed(actor, values)
    for case in cases:
        day = wareki(timezone.localtime(case.created_at), weekday=False)
        own = values[case.pk]
        yield [
            case.receipt_number,
            LABELS[Status(case.status)],
            case.target_number,
            day,
            *(
                seen[case.pk].cell(
                    item, own.get(item.code, ""), unconfirmed=(case.pk, item.code) in unconfirmed
                )
                for item in fields
            ),
        ]
