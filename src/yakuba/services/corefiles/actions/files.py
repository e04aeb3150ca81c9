"""Files for the core system: made, taken in there, or undone. A case is in at most one that is under way, and while it is,
no robot and no person enters it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import content_of, store
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.by_hand import Taken, own_number, taken_numbers
from yakuba.kernel.ledger.masking import shows
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.meter.noting import note
from yakuba.kernel.refusals import Conflict, Forbidden, Invalid, Missing, NothingToDo, attempt
from yakuba.services.corefiles import queries
from yakuba.services.corefiles.engine.layout import Form
from yakuba.services.corefiles.engine.results import Result, key_of
from yakuba.services.corefiles.models import CoreFile, CoreFileContent, FiledCase, FileLayout

LONGEST_REASON = 300
State = CoreFile.State
RowState = FiledCase.State


@transaction.atomic
def make(layout: FileLayout, *, actor: Actor) -> CoreFile:
    """A file of the cases that wait for their entry and can be written, the oldest first, at most `queries.MOST_CASES`.
    They are being entered from now on.

    Raises DefinitionRefused where the procedure no longer has what the layout names, Conflict for a layout out of use, and
    NothingToDo where no case can be written.
    """
    row = FileLayout.objects.select_for_update(of=("self",)).select_related("procedure").get(pk=layout.pk)
    if row.retired:
        raise Conflict(f"レイアウト「{row.title}」は使わないことになっています。")
    prepared = queries.prepared(row, actor, locked=True)
    if not prepared.written:
        raise NothingToDo(f"「{row.procedure.title}」に、ファイルにできる受付がありません。")
    writer = prepared.writer
    notes = sorted({note_ for _, case in prepared.written for note_ in case.notes})
    made = CoreFile.objects.create(
        layout=row,
        version=row.version,
        cases=len(prepared.written),
        held=queries.held(writer.layout, writer.procedure),
        notes=notes,
        made_by=known(actor),
    )
    content = writer.file([case for _, case in prepared.written])
    ending = "csv" if writer.layout.form is Form.CSV else "txt"
    name = f"{row.code}-{made.pk}.{ending}"
    stored = store(StoredFile.Kind.OUTPUT, name, "application/octet-stream", content, actor=actor)
    CoreFileContent.objects.create(core_file=made, file=stored)
    FiledCase.objects.bulk_create(
        FiledCase(core_file=made, case=case, line=line) for line, (case, _) in enumerate(prepared.written, 1)
    )
    cases = [case for case, _ in prepared.written]
    ledger.move_together(cases, Status.ENTERING, user=actor, reason=f"{made}に入れた")
    record("corefiles.made", subject=f"corefile:{made.pk}", actor=actor, cases=made.cases, layout=row.code)
    note("corefiles.cases", f"corefile:{made.pk}", made.cases)
    return made


def take(core_file: CoreFile, *, actor: Actor) -> Download:
    """The file, as often as somebody needs it while it is kept. Raises Missing when it is gone, Forbidden where it holds
    what the person may not take along now, and Conflict when it was undone."""
    if core_file.state == State.UNDONE:
        raise Conflict(f"{core_file}は取り消しました。新しく作ってください。")
    kept = CoreFileContent.objects.select_related("file").filter(core_file=core_file).first()
    if kept is None:
        raise Missing(f"{core_file}の中身は、保存する日数が過ぎたので消しました。")
    if queries.holds_masked(core_file) and not shows(actor):
        raise Forbidden(
            "個人番号が入っているので、個人番号を見る権限のある人が、本人の確認をしてから取り出します。"
        )
    if queries.withheld(core_file, actor):
        raise Forbidden(
            "作ったあとで支援措置の対象になった受付が入っています。取り消して、作り直してください。"
        )
    record("corefiles.taken", subject=f"corefile:{core_file.pk}", actor=actor)
    return Download(kept.file.name, "application/octet-stream", content_of(kept.file))


@transaction.atomic
def settle(core_file: CoreFile, results: Iterable[Result] | None, *, actor: Actor) -> list[str]:
    """What the core system did with the file's cases: of each in `results`, or (None) that it took in all. Gives a sentence
    for each result that could not be used; those cases stay as they are.

    A case is entered under the number that the core system gave, or else under the file's and the line's. One that was
    refused waits for its entry again, and is in no further file until somebody says so. Raises Conflict where nothing of
    the file is under way.
    """
    locked = _under_way(core_file)
    rows = list(
        FiledCase.objects.filter(core_file=locked, state=RowState.OPEN).select_related(
            "case__procedure", "core_file"
        )
    )
    given = [Result(row.case.receipt_number) for row in rows] if results is None else list(results)
    waiting = _Waiting(rows)
    taken = taken_numbers(locked.layout.procedure_id, [one.number for one in given] + [*map(_own, rows)])
    told: list[str] = []
    entered: dict[int, tuple[FiledCase, str]] = {}
    for one in given:
        row = waiting.take(one)
        if row is None:
            told.append(f"受付番号「{one.receipt_number}」は、この連携ファイルで取り込みを待っていません。")
            continue
        if one.refused:
            _refuse(row, one.refused, actor)
            continue
        number, unfit = attempt(own_number, row.case, one.number or _free(row, taken), taken)
        if number is None:
            told.append(f"受付番号「{one.receipt_number}」：{unfit}")
        else:
            entered[row.case_id] = row, number
    _enter(locked, entered, actor)
    _close(locked, actor)
    record("corefiles.settled", subject=f"corefile:{locked.pk}", actor=actor, unused=len(told))
    return told


class _Waiting:
    """The rows of a file that wait for their result."""

    def __init__(self, rows: Sequence[FiledCase]) -> None:
        self._rows = {row.case.receipt_number: row for row in rows}
        self._by_key: dict[str, list[str]] = {}
        for number in self._rows:
            self._by_key.setdefault(key_of(number), []).append(number)

    def take(self, result: Result) -> FiledCase | None:
        """The row of which the result speaks, once; also where a spreadsheet took the zeros at the number's beginning."""
        alike = self._by_key.get(result.key, [])
        number = alike[0] if len(alike) == 1 else result.receipt_number
        return self._rows.pop(number, None)


def _own(row: FiledCase) -> str:
    return f"連携{row.core_file_id}-{row.line}"


def _free(row: FiledCase, taken: Taken) -> str:
    """The house's number for a case. In a town that was taken over, another file may have had it before."""
    own = _own(row)
    return f"{own}-{row.case_id}" if own in taken else own


def _refuse(row: FiledCase, reason: str, actor: Actor) -> None:
    row.state, row.reason = RowState.REFUSED, reason[:LONGEST_REASON]
    row.save()
    told = f"{row.core_file}で取り込まれなかった：{row.reason}"
    ledger.move(row.case, Status.READY, user=actor, reason=told)


def _enter(core_file: CoreFile, entered: Mapping[int, tuple[FiledCase, str]], actor: Actor) -> None:
    """entered: case → its row and the number under which it stands in the core system."""
    if not entered:
        return
    rows = [row for row, _ in entered.values()]
    FiledCase.objects.filter(pk__in=[row.pk for row in rows]).update(state=RowState.ENTERED)
    ledger.move_together(
        [row.case for row in rows],
        Status.ENTERED,
        user=actor,
        reason=f"{core_file}が取り込まれた",
        numbers={case: number for case, (_, number) in entered.items()},
    )


def _close(core_file: CoreFile, actor: Actor) -> None:
    if FiledCase.objects.filter(core_file=core_file, state=RowState.OPEN).exists():
        return
    core_file.state, core_file.settled_at, core_file.settled_by = State.SETTLED, timezone.now(), known(actor)
    core_file.save()


@transaction.atomic
def undo(core_file: CoreFile, reason: str, *, actor: Actor) -> None:
    """The file was not and will not be taken in: its cases wait for their entry again, and the file is deleted. Raises
    Conflict where a case of it was settled already, and Invalid without a reason."""
    reason = reason.strip()[:LONGEST_REASON]
    if not reason:
        raise Invalid("取り消す理由を書いてください。")
    locked = _under_way(core_file)
    rows = FiledCase.objects.filter(core_file=locked)
    if rows.exclude(state=RowState.OPEN).exists():
        raise Conflict(
            f"{locked}は一部の結果を取り込んでいるので、取り消せません。残りの結果を入れてください。"
        )
    cases = [row.case for row in rows.select_related("case")]
    ledger.move_together(cases, Status.READY, user=actor, reason=f"{locked}を取り消した：{reason}")
    rows.update(state=RowState.UNDONE)
    locked.state, locked.settled_at, locked.settled_by, locked.reason = (
        State.UNDONE,
        timezone.now(),
        known(actor),
        reason,
    )
    locked.save()
    queries.drop_content(locked)
    record("corefiles.undone", subject=f"corefile:{locked.pk}", actor=actor)


@transaction.atomic
def again(row: FiledCase, *, actor: Actor) -> FiledCase:
    """A case that the core system refused may be in the next file. Raises Conflict where it was not refused."""
    changed = FiledCase.objects.filter(pk=row.pk, state=RowState.REFUSED).update(state=RowState.AGAIN)
    if not changed:
        raise Conflict("この受付は、取り込まれなかったものではありません。")
    record("corefiles.again", subject=f"case:{row.case_id}", actor=actor)
    row.state = RowState.AGAIN
    return row


def _under_way(core_file: CoreFile) -> CoreFile:
    locked: CoreFile = CoreFile.objects.select_for_update(of=("self",)).get(pk=core_file.pk)
    if locked.state != State.OPEN:
        raise Conflict(f"{locked}は「{locked.get_state_display()}」です。")
    return locked
