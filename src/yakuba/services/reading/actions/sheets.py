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

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import content_of
from yakuba.kernel.files.uploads import PageImage, pages, store_image
from yakuba.kernel.jobs import enqueue
from yakuba.kernel.ledger.actions import add_event, open_case
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.workflow import LABELS, Status
from yakuba.kernel.meter.noting import note
from yakuba.kernel.refusals import Refused
from yakuba.kernel.values import ValueRefused
from yakuba.kernel.values.receipt_numbers import read_application_number
from yakuba.services.reading.actions import covers, reader, twins
from yakuba.services.reading.actions.by_hand import page_by_hand
from yakuba.services.reading.actions.cases import assemble
from yakuba.services.reading.actions.numbering import given_number
from yakuba.services.reading.actions.uploads import LANE, WrongStep
from yakuba.services.reading.contracts import PageReading, PageStatus
from yakuba.services.reading.models import BatchFile, Cover, FormDefinition, Question, Sheet

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
        _trouble(sheet, Sheet.Problem.DAMAGED, page.refused)
        return
    name = f"{file.pk}-{page.index + 1}"
    sheet.image = store_image(StoredFile.Kind.PAGE, name, page.media_type, page.content)
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
    _sort(sheet, reading)


@transaction.atomic
def give_up(refusal: Refused, *, sheet_id: int) -> None:
    """The job will not read the sheet: a person sees it."""
    sheet = Sheet.objects.select_for_update().filter(pk=sheet_id, state=Sheet.State.WAITING).first()
    if sheet is not None:
        told = READ_FAILED if refusal.again else f"{refusal}{READ_AGAIN}"
        _trouble(sheet, Sheet.Problem.FAILED, told)


@transaction.atomic
def take_up(*, sheet_id: int) -> None:
    """The job is begun again; a sheet of which a person has decided otherwise is left alone."""
    troubled = Sheet.objects.filter(state=Sheet.State.PROBLEM, problem=Sheet.Problem.FAILED)
    sheet = troubled.select_for_update().filter(pk=sheet_id).first()
    if sheet is not None:
        _wait_again(sheet)


def give_up_file(refusal: Refused, *, file_id: int) -> None:
    """The job will not part the file into pages; the sheets that there are stay."""
    rows = BatchFile.objects.filter(pk=file_id, state=BatchFile.State.SPLITTING)
    rows.update(state=BatchFile.State.FAILED, message=refusal.lines())


def take_up_file(*, file_id: int) -> None:
    """The job is begun again."""
    rows = BatchFile.objects.filter(pk=file_id, state=BatchFile.State.FAILED)
    rows.update(state=BatchFile.State.SPLITTING, message="")


def _sort(sheet: Sheet, reading: PageReading) -> None:
    """Decide what becomes of a read sheet. Saves it."""
    if reading.status is PageStatus.BLANK:
        sheet.state, sheet.problem, sheet.message = Sheet.State.BLANK, "", reading.message
        sheet.save()
    elif reading.status is not PageStatus.READ:
        _trouble(sheet, _PROBLEMS[reading.status], reading.message)
    else:
        _place(sheet, reading)


def _place(sheet: Sheet, reading: PageReading) -> None:
    """Give a read sheet to its case, or say why that cannot be."""
    form = FormDefinition.objects.filter(code=reading.form, version=reading.form_version).first()
    sheet.form, sheet.page = form, reading.page
    if (twin := twins.twin_of(sheet, reading)) is not None:
        sheet.twin = twin
        _trouble(sheet, Sheet.Problem.TWIN, twins.told(twin))
        return
    number = sheet.typed_number or reading.receipt_number or given_number(sheet, form)
    if form is None or not number:
        _trouble(sheet, Sheet.Problem.NUMBER, _number_message(reading))
        return
    sheet.receipt_number = number
    case = Case.objects.select_for_update().get(pk=open_case(form.procedure, number).pk)
    obstacle = _obstacle(sheet, case)
    if obstacle:
        _trouble(sheet, *obstacle)
        return
    _join(sheet, case)


def _join(sheet: Sheet, case: Case) -> None:
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


def _trouble(sheet: Sheet, problem: Sheet.Problem, message: str) -> None:
    sheet.state, sheet.problem, sheet.message, sheet.case = Sheet.State.PROBLEM, problem, message, None
    sheet.problem_since = timezone.now()
    sheet.save()


# What a person does with a sheet that waits.


@transaction.atomic
def resolve(
    sheet: Sheet,
    *,
    receipt_number: str = "",
    form: FormDefinition | None = None,
    page: int | None = None,
    actor: Actor = None,
    seconds: float = 0.0,
    assumed: bool = False,
) -> Sheet:
    """Take what a person says about a problem sheet: its receipt number, and its form and page where those
    are not known. `assumed`: the seconds were not measured. Raises WrongStep with what is missing or wrong."""
    row = _locked(sheet, Sheet.State.PROBLEM)
    row.typed_by = known(actor)
    row.typed_seconds += max(0.0, seconds)
    row.typed_assumed = assumed
    try:
        row.typed_number = read_application_number(receipt_number) or row.typed_number
    except ValueRefused as error:
        raise WrongStep(str(error)) from error
    reading = row.page_reading
    read = reading is not None and reading.status is PageStatus.READ
    if form is not None and page is not None and not (read and (row.form_id, row.page) == (form.pk, page)):
        _read_as(row, form, page)
    elif reading is not None and read:
        if not row.typed_number:
            raise WrongStep("受付番号を入れてください。")
        _place(row, reading)
    else:
        raise WrongStep("この用紙がどの様式の何ページ目かを選んでください。")
    return row


def _read_as(row: Sheet, form: FormDefinition, page: int) -> None:
    if row.image is None:
        raise WrongStep("この用紙には画像がありません。スキャンし直してください。")
    if not form.pages.filter(number=page).exists():
        raise WrongStep(f"「{form.title}」に{page}ページ目はありません。")
    row.chosen_form, row.chosen_page = form, page
    _wait_again(row)


@transaction.atomic
def read_again(sheet: Sheet, *, actor: Actor = None) -> Sheet:
    """Let the engine try once more, without what a person had said. Raises WrongStep."""
    row = _locked(sheet, Sheet.State.PROBLEM)
    if row.image is None:
        raise WrongStep("この用紙には画像がありません。スキャンし直してください。")
    row.chosen_form = row.chosen_page = None
    row.typed_number = ""
    _wait_again(row)
    record("reading.sheet_read_again", subject=f"sheet:{row.pk}", actor=actor)
    return row


def _wait_again(row: Sheet) -> None:
    row.state, row.problem, row.message = Sheet.State.WAITING, "", ""
    row.save()
    _ask_to_read(row)


@transaction.atomic
def put_aside(sheet: Sheet, reason: str, *, actor: Actor = None) -> Sheet:
    """Take a sheet out of the work, with a reason; `take_back` undoes it. Raises WrongStep.

    A sheet in trouble, or a page of a case that is not complete yet (it came there by a wrong number).
    """
    row = _locked(sheet, Sheet.State.PROBLEM, Sheet.State.PLACED)
    if row.case is not None and row.case.status != Status.READING:
        raise WrongStep(
            "ページのそろった受付の用紙は除外できません。値が違うときは、受付の画面で直してください。"
        )
    if not reason.strip():
        raise WrongStep("除外する理由を入れてください。")
    _aside(row, reason.strip(), actor)
    return row


@transaction.atomic
def same(sheet: Sheet, *, actor: Actor = None) -> Sheet:
    """A person says that it is a second scan of a sheet that is there: it is put aside. Raises WrongStep."""
    row = _locked(sheet, Sheet.State.PROBLEM)
    other = row.twin if row.problem == Sheet.Problem.TWIN else duplicate_of(row)
    if row.problem not in (Sheet.Problem.TWIN, Sheet.Problem.DUPLICATE) or other is None:
        raise WrongStep("この用紙は、比べる相手がありません。画面を開き直してください。")
    _aside(row, f"{other.place_in_file} と同じ用紙の2回目のスキャン", actor)
    return row


@transaction.atomic
def apart(sheet: Sheet, *, actor: Actor = None) -> Sheet:
    """A person says that it is another sheet than the one it looks like: it goes its way. Raises WrongStep."""
    row = _locked(sheet, Sheet.State.PROBLEM)
    reading = row.page_reading
    if row.problem != Sheet.Problem.TWIN or reading is None:
        raise WrongStep("この用紙は、比べる相手がありません。画面を開き直してください。")
    row.apart = True
    _place(row, reading)
    return row


@transaction.atomic
def take_back(sheet: Sheet, *, actor: Actor = None) -> Sheet:
    """Bring a sheet back that was put aside; it is sorted anew. Raises WrongStep."""
    row = _locked(sheet, Sheet.State.ASIDE)
    reading = row.page_reading
    if reading is not None:
        _sort(row, reading)
    elif row.image is not None:
        _wait_again(row)
    else:
        _trouble(row, Sheet.Problem.DAMAGED, row.message)
    record("reading.sheet_taken_back", subject=f"sheet:{row.pk}", actor=actor)
    return row


@transaction.atomic
def use_instead(sheet: Sheet, *, actor: Actor = None) -> Sheet:
    """Let a duplicate take the place of the page that is there; that one is put aside. Raises WrongStep."""
    row = _locked(sheet, Sheet.State.PROBLEM)
    other = duplicate_of(row)
    if row.problem != Sheet.Problem.DUPLICATE or other is None or other.case is None:
        raise WrongStep("この用紙は、差し替える相手がありません。画面を開き直してください。")
    case = Case.objects.select_for_update().get(pk=other.case.pk)
    if not takes_changes(case):
        raise WrongStep(f"この受付は「{LABELS[Status(case.status)]}」なので、差し替えられません。")
    other.case = None
    _aside(other, f"{row.place_in_file} に差し替え", actor)
    _join(row, case)
    record("reading.sheet_replaced", subject=f"sheet:{row.pk}", actor=actor, replaced=other.pk)
    return row


def duplicate_of(sheet: Sheet) -> Sheet | None:
    """The sheet that already is the page which `sheet` claims to be."""
    if sheet.form is None or not sheet.receipt_number:
        return None
    rows = Sheet.objects.filter(
        case__procedure=sheet.form.procedure, case__receipt_number=sheet.receipt_number, page=sheet.page
    )
    return rows.exclude(pk=sheet.pk).select_related("case", "file", "image").first()


def put_away(case: Case, reason: str, actor: Actor) -> None:
    """A case is withdrawn: its sheets are put aside, and can be taken back, for instance with another receipt number. What
    the core system holds keeps its paper."""
    if case.is_entered:
        return
    for sheet in Sheet.objects.select_for_update().filter(case=case):
        _aside(sheet, f"受付の取り下げ：{reason}", actor)
    Question.objects.filter(case=case).exclude(state=Question.State.ANSWERED).delete()


def _aside(row: Sheet, reason: str, actor: Actor) -> None:
    row.state, row.aside_reason, row.case = Sheet.State.ASIDE, reason, None
    row.aside_by = known(actor)
    row.save()


def _locked(sheet: Sheet, *states: Sheet.State) -> Sheet:
    row: Sheet = (
        Sheet.objects.select_for_update(of=("self",))
        .select_related("image", "form__procedure", "file", "typed_by", "case", "twin__file")
        .get(pk=sheet.pk)
    )
    if row.state not in states:
        raise WrongStep("この用紙は、もうほかの人が片づけたか、読み取り中です。画面を開き直してください。")
    return row
