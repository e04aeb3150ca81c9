"""Reads of the room, always of the active municipality."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.accounts import allowed
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.definitions import DefinitionRefused, Problem
from yakuba.kernel.definitions.bundle import Definition
from yakuba.kernel.definitions.procedures import ProcedureDefinition
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import remove
from yakuba.kernel.ledger.guard import RECEIPT_NUMBER
from yakuba.kernel.ledger.masking import MASKED_TYPES
from yakuba.kernel.ledger.models import Case, CaseValue, ReductionTable
from yakuba.kernel.ledger.sight import KIND, Sight, filed
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.protection import policy
from yakuba.kernel.refusals import if_valid
from yakuba.kernel.registry import CheckResult, QueueState, queued
from yakuba.services.corefiles.contracts import LeftOut
from yakuba.services.corefiles.engine.layout import Layout
from yakuba.services.corefiles.engine.writing import ColumnFault, Given, Writer, WrittenCase
from yakuba.services.corefiles.models import CoreFile, CoreFileContent, FiledCase, FileLayout

MOST_CASES = 2_000  # in one file, which is made while somebody waits
MOST_LOOKED_AT = 20_000  # cases, while such are sought as can be written
MASKED = "（個人番号）"
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
    """Cases that a core system refused and that wait for a person. One that came in otherwise, or was withdrawn, waits no
    more."""
    over = [Status.ENTERED, Status.DECIDED, Status.REFUSED, Status.DONE, Status.WITHDRAWN]
    rows = FiledCase.objects.filter(state=FiledCase.State.REFUSED).exclude(case__status__in=over)
    return rows.select_related("case__procedure", "core_file__layout").order_by("pk")


def writer(layout: FileLayout) -> Writer:
    """Raises DefinitionRefused where the procedure no longer has what the layout names, or it cannot be written itself."""
    definition = layout.procedure.definition
    made = Writer(layout.layout, definition, timezone.localdate(), ReductionTable.in_use())
    if faults := made.own_faults():
        raise DefinitionRefused([Problem(1, one.heading, one.reason) for one in faults])
    return made


def prepared(layout: FileLayout, actor: Actor, *, locked: bool = False) -> Prepared:
    """What `actor` would get: cases that cannot be written take no place from those behind them. locked: the cases are
    held until the transaction ends. Raises as `writer`."""
    writing = writer(layout)
    numbers = list(ready(layout).values_list("pk", flat=True))
    within = numbers[:MOST_LOOKED_AT]
    written: list[tuple[Case, WrittenCase]] = []
    left_out: list[LeftOut] = []
    looked_at = 0
    while looked_at < len(within) and len(written) < MOST_CASES:
        part = within[looked_at : looked_at + MOST_CASES - len(written)]
        looked_at += len(part)
        _write(writing, _held(layout, part, locked=locked), actor, written, left_out)
    return Prepared(writing, tuple(written), tuple(left_out), len(numbers) - looked_at)


def _held(layout: FileLayout, numbers: Sequence[int], *, locked: bool) -> list[Case]:
    """Those of the cases that still wait: another person may have been quicker."""
    rows = ready(layout).filter(pk__in=numbers).select_related("procedure")
    return list(rows.select_for_update(of=("self",)) if locked else rows)


def _write(
    writing: Writer,
    cases: Sequence[Case],
    actor: Actor,
    written: list[tuple[Case, WrittenCase]],
    left_out: list[LeftOut],
) -> None:
    """Put each case to those that are written or to those that are left out."""
    values, unconfirmed = _values(cases, writing.layout)
    seen = filed(actor, [case.pk for case in cases])
    for case in cases:
        own = values[case.pk] | {RECEIPT_NUMBER: case.receipt_number}
        faults = _closed(writing, own, unconfirmed[case.pk], seen[case.pk])
        given = Given(own, timezone.localdate(case.created_at))
        found = writing.case(given, len(written) + 1)
        if isinstance(found, WrittenCase) and not faults:
            written.append((case, found))
            continue
        if not isinstance(found, WrittenCase):
            told = {one.heading for one in faults}
            faults += [one for one in found if one.heading not in told]
        left_out.append(LeftOut(case.pk, case.receipt_number, tuple(map(str, faults))))


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


def _closed(writing: Writer, own: Mapping[str, str], unconfirmed: set[str], seen: Sight) -> list[ColumnFault]:
    """Why values may not stand in a file that another program believes."""
    faults = []
    for column in writing.layout.columns:
        item = writing.procedure.by_code.get(column.field)
        if item is None:
            continue
        reason = ""
        if column.field in unconfirmed:
            reason = "まだだれも確かめていない値です。受付の画面で確かめてください。"
        elif own.get(column.field) and seen.hides(item):
            reason = "支援措置の対象です。住所を使う承認を得てから作ってください。"
        elif own.get(column.field) and item.kind.masked and not seen.revealed:
            reason = "個人番号です。見る権限のある人が、本人の確認をしてから作ります。"
        if reason:
            faults.append(ColumnFault(column.heading, reason))
    return faults


def shown_cells(prepared: Prepared, cells: Sequence[str]) -> list[str]:
    """A line as a page shows it: of a masked value only that it is there, also to who may take the file."""
    by_code = prepared.writer.procedure.by_code
    masked = [
        column.field in by_code and by_code[column.field].kind.masked
        for column in prepared.writer.layout.columns
    ]
    return [MASKED if hide and cell.strip() else cell for hide, cell in zip(masked, cells, strict=True)]


def held(layout: Layout, procedure: ProcedureDefinition) -> list[list[str]]:
    """Of each field that stands in a file by the layout what says whether it is masked or a place: `CoreFile.held`."""
    items = [procedure.by_code[code] for code in sorted(layout.fields)]
    return [[item.code, item.type, item.label, item.lexicon] for item in items]


def holds_masked(core_file: CoreFile) -> bool:
    """Whether a value that is masked elsewhere may stand in the file, whatever its layout has become since. True where
    that cannot be told."""
    return core_file.held is None or any(type_ in MASKED_TYPES for _, type_, _, _ in core_file.held)


def withheld(core_file: CoreFile, actor: Actor) -> bool:
    """Whether a case of the file is under protection now, and the file says or may say where somebody lives, whatever its
    layout has become since."""
    cases = FiledCase.objects.filter(core_file=core_file).values_list("case", flat=True)
    if not policy.withheld(actor, KIND, list(cases)):
        return False
    places = policy.places()
    return core_file.held is None or any(
        places.has(type_, code, label, lexicon) for code, type_, label, lexicon in core_file.held
    )


def drop_content(core_file: CoreFile) -> None:
    """Delete the file itself, behind the transaction."""
    rows = CoreFileContent.objects.filter(core_file=core_file)
    stored = list(StoredFile.objects.filter(pk__in=rows.values("file")))
    rows.delete()
    remove(*stored)


def waiting_queue(user: Any) -> QueueState:
    """Files of which nobody has said that they were taken in, for the home page."""
    rows = CoreFile.objects.filter(state=CoreFile.State.OPEN)
    return queued(rows, "made_at", reverse("corefiles:index") + "?state=open", "結果を入れる")


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
    return if_valid(writer, row) is not None


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
