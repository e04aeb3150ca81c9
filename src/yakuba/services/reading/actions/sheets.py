"""Sheets: a file is split into them, each is read, and each finds its case or waits for a person.

The rows say what is left to do. Every function here may be called again after a crash at any point.
Locks are always taken in the order sheet, question, case.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import content_of, store
from yakuba.kernel.files.uploads import PageImage, pages
from yakuba.kernel.jobs import enqueue
from yakuba.kernel.ledger.actions import add_event, open_case
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.workflow import LABELS, Status
from yakuba.kernel.meter.noting import note
from yakuba.kernel.refusals import Refused
from yakuba.services.reading.actions import covers, reader, twins
from yakuba.services.reading.actions.by_hand import page_by_hand
from yakuba.services.reading.actions.cases import assemble
from yakuba.services.reading.actions.numbering import given_number
from yakuba.services.reading.actions.uploads import LANE
from yakuba.services.reading.contracts import PageReading, PageStatus
from yakuba.services.reading.models import BatchFile, Cover, FormDefinition, Sheet

# Also what was sent back to the applicant: the corrected paper, or what is told on the telephone, comes in here.
OPEN_STATUSES = (Status.READING, Status.CONFIRMING, Status.RETURNED, Status.READY)
_PROBLEMS = {
    PageStatus.UNKNOWN_FORM: Sheet.Problem.UNKNOWN_FORM,
    PageStatus.TWO_FORMS: Sheet.Problem.TWO_FORMS,
    PageStatus.POOR_SCAN: Sheet.Problem.POOR_SCAN,
    PageStatus.BAD_IMAGE: Sheet.Problem.POOR_SCAN,
}
READ_FAILED = (
    "読み取りの途中で思わぬエラーが続いたため止めました。「もう一度読む」を試し、続くときはこの用紙を"
    "スキャンし直してください。"
)
READ_AGAIN = "「もう一度読む」を押すと、また読みます。"


def split_file(file_id: int, tell: Callable[[int, int], None]) -> None:
    """Make a sheet of every page that has none yet; `tell(done, total)` after each, where it may stop."""
    file = BatchFile.objects.select_related("stored", "batch").get(pk=file_id)
    if file.state != BatchFile.State.SPLITTING or file.stored is None:
        return
    last = file.sheets.aggregate(last=Max("index"))["last"]
    started = time.perf_counter()
    for page in pages(file.stored, 0 if last is None else last + 1):
        add_sheet(file, page, time.perf_counter() - started)
        tell(page.index + 1, file.pages)
        started = time.perf_counter()
    BatchFile.objects.filter(pk=file.pk, state=BatchFile.State.SPLITTING).update(state=BatchFile.State.SPLIT)


def add_sheet(file: BatchFile, page: PageImage, seconds: float) -> None:
    """Make a sheet of a rendered page, to be read; `seconds` are what rendering took. A cover begins another batch."""
    cover = covers.on_page(page.content) if page.content is not None else None
    _add_sheet(file, page, seconds, cover)


@transaction.atomic
def _add_sheet(file: BatchFile, page: PageImage, seconds: float, cover: Cover | None) -> None:
    batch = covers.begun(cover, file) if cover is not None else covers.batch_of(file, page.index)
    sheet = Sheet(batch=batch, file=file, index=page.index, seconds=seconds)
    if page.content is None:
        trouble(sheet, Sheet.Problem.DAMAGED, page.refused)
        return
    name = f"{file.pk}-{page.index + 1}"
    sheet.image = store(StoredFile.Kind.PAGE, name, page.media_type, page.content)
    if cover is not None:
        sheet.state, sheet.message = Sheet.State.COVER, f"「{cover.title}」の表紙です。"
        sheet.save()
        return
    sheet.save()
    _ask_to_read(sheet)


def _ask_to_read(sheet: Sheet) -> None:
    enqueue("reading.read_sheet", key=f"sheet-{sheet.pk}", lane=LANE, sheet_id=sheet.pk)


def read_sheet(sheet_id: int) -> None:
    """Read a waiting sheet and put it where it belongs."""
    sheet = Sheet.objects.select_related("image", "chosen_form").get(pk=sheet_id)
    if sheet.state != Sheet.State.WAITING:
        return
    started = time.perf_counter()
    reading = _read(sheet)
    look = twins.look_of(sheet, reading)
    _keep(sheet_id, reading, time.perf_counter() - started, look)


def wait_again(row: Sheet) -> None:
    """Have a sheet read once more."""
    row.state, row.problem, row.message = Sheet.State.WAITING, "", ""
    row.save()
    _ask_to_read(row)


def _read(sheet: Sheet) -> PageReading:
    if sheet.image is None:
        return PageReading(PageStatus.BAD_IMAGE, "画像の保存期間が過ぎています。スキャンし直してください。")
    content = content_of(sheet.image)
    if sheet.chosen_form is None or sheet.chosen_page is None:
        return reader.read_image(content)
    reading = reader.read_image(content, (sheet.chosen_form.code, sheet.chosen_page))
    if reading.status is PageStatus.READ:
        return reading
    return page_by_hand(sheet.chosen_form, sheet.chosen_page, reading.corners)


@transaction.atomic
def _keep(sheet_id: int, reading: PageReading, seconds: float, look: bytes = b"") -> None:
    sheet = Sheet.objects.select_for_update().get(pk=sheet_id)
    if sheet.state != Sheet.State.WAITING:
        return
    sheet.reading, sheet.look = reading.to_json(), look
    sheet.seconds += seconds
    note("reading.pages", f"sheet:{sheet.pk}")
    sort(sheet, reading)


@transaction.atomic
def give_up(refusal: Refused, *, sheet_id: int) -> None:
    """The job will not read the sheet: a person sees it."""
    sheet = Sheet.objects.select_for_update().filter(pk=sheet_id, state=Sheet.State.WAITING).first()
    if sheet is not None:
        told = READ_FAILED if refusal.again else f"{refusal}{READ_AGAIN}"
        trouble(sheet, Sheet.Problem.FAILED, told)


@transaction.atomic
def take_up(*, sheet_id: int) -> None:
    """The job is begun again; a sheet of which a person has decided otherwise is left alone."""
    troubled = Sheet.objects.filter(state=Sheet.State.PROBLEM, problem=Sheet.Problem.FAILED)
    sheet = troubled.select_for_update().filter(pk=sheet_id).first()
    if sheet is not None:
        wait_again(sheet)


def give_up_file(refusal: Refused, *, file_id: int) -> None:
    """The job will not part the file into pages; the sheets that there are stay."""
    rows = BatchFile.objects.filter(pk=file_id, state=BatchFile.State.SPLITTING)
    rows.update(state=BatchFile.State.FAILED, message=refusal.lines())


def take_up_file(*, file_id: int) -> None:
    """The job is begun again."""
    rows = BatchFile.objects.filter(pk=file_id, state=BatchFile.State.FAILED)
    rows.update(state=BatchFile.State.SPLITTING, message="")


def sort(sheet: Sheet, reading: PageReading) -> None:
    """Decide what becomes of a read sheet. Saves it."""
    if reading.status is PageStatus.BLANK:
        sheet.state, sheet.problem, sheet.message = Sheet.State.BLANK, "", reading.message
        sheet.save()
    elif reading.status is not PageStatus.READ:
        trouble(sheet, _PROBLEMS[reading.status], reading.message)
    else:
        place(sheet, reading)


def place(sheet: Sheet, reading: PageReading) -> None:
    """Give a read sheet to its case, or say why that cannot be."""
    form = FormDefinition.objects.filter(code=reading.form, version=reading.form_version).first()
    sheet.form, sheet.page = form, reading.page
    if (twin := twins.twin_of(sheet, reading)) is not None:
        sheet.twin = twin
        trouble(sheet, Sheet.Problem.TWIN, twins.told(twin))
        return
    number = sheet.typed_number or reading.receipt_number or given_number(sheet, form)
    if form is None or not number:
        trouble(sheet, Sheet.Problem.NUMBER, _number_message(reading))
        return
    sheet.receipt_number = number
    case = Case.objects.select_for_update().get(pk=open_case(form.procedure, number).pk)
    obstacle = _obstacle(sheet, case)
    if obstacle:
        trouble(sheet, *obstacle)
        return
    join(sheet, case)


def join(sheet: Sheet, case: Case) -> None:
    """Make it a page of the locked case."""
    sheet.case, sheet.state, sheet.problem, sheet.message = case, Sheet.State.PLACED, "", ""
    if not sheet.seconds_noted:
        details = {"sheet": sheet.pk, "page": sheet.page}
        add_event(case, "reading.read", seconds=sheet.seconds, **details)
        if sheet.typed_by is not None:
            add_event(
                case,
                "reading.sheet_resolved",
                user=sheet.typed_by,
                seconds=sheet.typed_seconds,
                **(details | ({"assumed": True} if sheet.typed_assumed else {})),
            )
        sheet.seconds_noted = True
    sheet.save()
    assemble(case)


def takes_changes(case: Case) -> bool:
    """Whether its pages and values may still change; what the core system holds is corrected instead."""
    return case.status in OPEN_STATUSES and not case.is_entered


def _obstacle(sheet: Sheet, case: Case) -> tuple[Sheet.Problem, str] | None:
    """Why the sheet cannot become a page of the locked case."""
    others = Sheet.objects.filter(case=case).exclude(pk=sheet.pk).select_related("file", "form")
    for other in others:
        if other.form is not None and sheet.form is not None and other.form.code != sheet.form.code:
            return Sheet.Problem.OTHER_FORM, (
                f"受付番号 {case.receipt_number} は別の様式「{other.form.title}」で使われています"
                f"（{other.place_in_file}）。受付番号を用紙と見比べて、入れ直してください。"
            )
        if other.page == sheet.page:
            return Sheet.Problem.DUPLICATE, (
                f"受付番号 {case.receipt_number} の{sheet.page}ページ目は、もうあります（{other.place_in_file}）。"
                "見比べて、どちらを使うか選んでください。"
            )
    if not takes_changes(case):
        return Sheet.Problem.CLOSED, (
            f"受付番号 {case.receipt_number} は「{LABELS[Status(case.status)]}」なので、用紙を加えられません。"
            "受付番号を用紙と見比べ、正しければこの用紙を除外してください。"
        )
    return None


def _number_message(reading: PageReading) -> str:
    field = reading.field("receipt_number")
    told = field.message if field is not None else ""
    return f"受付番号を確かに読めません。{told}用紙を見て入れてください。"


def trouble(sheet: Sheet, problem: Sheet.Problem, message: str) -> None:
    """Let it wait for a person."""
    sheet.state, sheet.problem, sheet.message, sheet.case = Sheet.State.PROBLEM, problem, message, None
    sheet.problem_since = timezone.now()
    sheet.save()
