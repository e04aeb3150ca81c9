"""Reads of the room, always of the active municipality."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, Min, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.accounts import allowed
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.definitions import DefinitionRefused
from yakuba.kernel.definitions.bundle import Definition
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import remove
from yakuba.kernel.ledger.guard import RECEIPT_NUMBER
from yakuba.kernel.ledger.models import Case, CaseValue, ReductionTable
from yakuba.kernel.ledger.sight import KIND, Sight, filed, place_fields
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.protection import policy
from yakuba.kernel.registry import CheckResult, QueueState
from yakuba.services.corefiles.contracts import LeftOut
from yakuba.services.corefiles.engine.layout import Layout
from yakuba.services.corefiles.engine.writing import Given, Writer, WrittenCase
from yakuba.services.corefiles.models import CoreFile, CoreFileContent, FiledCase, FileLayout

MOST_CASES = 2_000  # in one file, which is made while somebody waits
LONG = timedelta(days=3)  # a file that nobody says was taken in


@dataclass(frozen=True)
class Prepared:
    """What a file made now would hold, and what it would not. more: further cases wait that did not fit in one file."""

    writer: Writer
    written: tuple[tuple[Case, WrittenCase], ...]
    left_out: tuple[LeftOut, ...]
    more: int


def layouts() -> QuerySet[FileLayout]:
    """Those in use, by title."""
    return FileLayout.objects.filter(retired=False).select_related("procedure").order_by("title")


def files() -> QuerySet[Any]:
    """All files, the newest first."""
    return CoreFile.objects.select_related("layout__procedure", "made_by").order_by("-pk")


def ready(layout: FileLayout) -> QuerySet[Case]:
    """The cases that wait for their entry, the oldest first, but for those that the core system refused and nobody has
    let go again."""
    refused = FiledCase.objects.filter(case=OuterRef("pk"), state=FiledCase.State.REFUSED)
    rows = Case.objects.filter(procedure=layout.procedure, status=Status.READY)
    return rows.exclude(Exists(refused)).order_by("pk")


def refused() -> QuerySet[Any]:
    """Cases that a core system refused and that wait for a person."""
    rows = FiledCase.objects.filter(state=FiledCase.State.REFUSED)
    return rows.select_related("case__procedure", "core_file__layout").order_by("pk")


def writer(layout: FileLayout) -> Writer:
    """Raises DefinitionRefused where the procedure no longer has what the layout names, or its head cannot be written."""
    definition = layout.procedure.definition
    made = Writer(layout.layout, definition, timezone.localdate(), ReductionTable.in_use())
    if faults := made.head_faults():
        from yakuba.kernel.definitions import Problem

        raise DefinitionRefused([Problem(1, one.heading, one.reason) for one in faults])
    return made


def prepared(layout: FileLayout, actor: Actor, *, locked: bool = False) -> Prepared:
    """What `actor` would get. locked: the cases are held until the transaction ends. Raises as `writer`."""
    writing = writer(layout)
    waiting = ready(layout)
    total = waiting.count()
    rows = waiting.select_related("procedure")
    cases = list((rows.select_for_update(of=("self",)) if locked else rows)[:MOST_CASES])
    values, unconfirmed = _values(cases, writing.layout)
    seen = filed(actor, [case.pk for case in cases])
    written: list[tuple[Case, WrittenCase]] = []
    left_out: list[LeftOut] = []
    for case in cases:
        own = values[case.pk] | {RECEIPT_NUMBER: case.receipt_number}
        faults = _closed(writing, own, unconfirmed[case.pk], seen[case.pk])
        given = Given(own, timezone.localdate(case.created_at))
        found = writing.case(given, len(written) + 1)
        if isinstance(found, WrittenCase) and not faults:
            written.append((case, found))
            continue
        if not isinstance(found, WrittenCase):
            faults += [str(one) for one in found if one.heading not in _headings(faults)]
        left_out.append(LeftOut(case.pk, case.receipt_number, tuple(faults)))
    return Prepared(writing, tuple(written), tuple(left_out), total - len(cases))


def _headings(faults: Sequence[str]) -> set[str]:
    return {one.partition("：")[0] for one in faults}


def _values(
    cases: Sequence[Case], layout: Layout
) -> tuple[Mapping[int, dict[str, str]], Mapping[int, set[str]]]:
    values: dict[int, dict[str, str]] = defaultdict(dict)
    unconfirmed: dict[int, set[str]] = defaultdict(set)
    rows = CaseValue.objects.filter(case__in=[case.pk for case in cases], field__in=layout.fields)
    for case, field, value, trusted in rows.values_list("case_id", "field", "value", "trusted"):
        values[case][field] = value
        if not trusted:
            unconfirmed[case].add(field)
    return values, unconfirmed


def _closed(writing: Writer, own: Mapping[str, str], unconfirmed: set[str], seen: Sight) -> list[str]:
    """Why values may not stand in a file that another program believes."""
    faults = []
    for column in writing.layout.columns:
        item = writing.procedure.by_code.get(column.field)
        if item is None:
            continue
        if column.field in unconfirmed:
            faults.append(f"{column.heading}：まだだれも確かめていない値です。受付の画面で確かめてください。")
        elif own.get(column.field) and seen.hides(item):
            faults.append(f"{column.heading}：支援措置の対象です。住所を使う承認を得てから作ってください。")
        elif own.get(column.field) and item.kind.masked and not seen.revealed:
            faults.append(
                f"{column.heading}：個人番号です。見る権限のある人が、本人の確認をしてから作ります。"
            )
    return faults


def holds_masked(core_file: CoreFile) -> bool:
    """Whether a value that is masked elsewhere may stand in the file. True where that can no longer be told."""
    try:
        fields = core_file.layout.layout.fields
    except DefinitionRefused:
        return True
    known = core_file.layout.procedure.definition.by_code
    return any(known[code].kind.masked for code in fields)


def withheld(core_file: CoreFile, actor: Actor) -> bool:
    """Whether a case of the file is under protection now, and the file says or may say where somebody lives."""
    cases = FiledCase.objects.filter(core_file=core_file).values_list("case", flat=True)
    if not policy.withheld(actor, KIND, list(cases)):
        return False
    try:
        return bool(
            core_file.layout.layout.fields.intersection(place_fields(core_file.layout.procedure.definition))
        )
    except DefinitionRefused:
        return True


def drop_content(core_file: CoreFile) -> None:
    """Delete the file itself, behind the transaction."""
    rows = CoreFileContent.objects.filter(core_file=core_file)
    stored = list(StoredFile.objects.filter(pk__in=rows.values("file")))
    rows.delete()
    remove(*stored)


def waiting_queue(user: Any) -> QueueState:
    """Files of which nobody has said that they were taken in, for the home page."""
    rows = CoreFile.objects.filter(state=CoreFile.State.OPEN)
    oldest = rows.aggregate(oldest=Min("made_at"))["oldest"]
    return QueueState(rows.count(), reverse("corefiles:index") + "?state=open", "結果を入れる", oldest)


def refused_queue(user: Any) -> QueueState:
    """Cases that a core system refused."""
    return QueueState(refused().count(), reverse("corefiles:refused"), "直す", None)


def self_check() -> list[CheckResult]:
    """Whether a file has been forgotten, and whether every layout still fits its procedure."""
    old = CoreFile.objects.filter(state=CoreFile.State.OPEN, made_at__lt=timezone.now() - LONG).count()
    advice = f"3日より長く結果の入っていない連携ファイルが{old}件あります。取り込んだか確かめて、結果を入れてください。"
    broken = [row.title for row in layouts() if not _fits(row)]
    mended = f"手続と合わなくなったレイアウトがあります（{'、'.join(broken)}）。開いて直してください。"
    return [
        CheckResult("連携ファイルの結果", not old, advice if old else ""),
        CheckResult("連携レイアウト", not broken, mended if broken else ""),
    ]


def _fits(row: FileLayout) -> bool:
    try:
        writer(row)
    except DefinitionRefused:
        return False
    return True


def collect(procedure: str) -> list[Definition]:
    """The layouts of a procedure that are in use, for a bundle."""
    return [
        Definition("layout", row.code, str(row.version), row.title, row.text)
        for row in layouts().filter(procedure__code=procedure)
    ]


def kept_cases(cases: Sequence[int]) -> list[int]:
    """Those that stand in a file which is under way: they are not erased."""
    rows = FiledCase.objects.filter(case__in=cases, state=FiledCase.State.OPEN)
    return list(rows.values_list("case", flat=True))


def may_make(user: Any) -> bool:
    """Whether the person makes files."""
    return bool(allowed(user, "corefiles.make"))
