"""What a person does with a sheet that waits; locks as in `sheets`."""

from __future__ import annotations

from django.db import transaction

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.workflow import LABELS, Status
from yakuba.kernel.refusals import said_as
from yakuba.kernel.values.receipt_numbers import read_application_number
from yakuba.services.reading.actions.sheets import join, place, sort, takes_changes, trouble, wait_again
from yakuba.services.reading.actions.uploads import WrongStep
from yakuba.services.reading.contracts import PageStatus
from yakuba.services.reading.models import FormDefinition, Question, Sheet


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
    with said_as(WrongStep):
        row.typed_number = read_application_number(receipt_number) or row.typed_number
    reading = row.page_reading
    read = reading is not None and reading.status is PageStatus.READ
    if form is not None and page is not None and not (read and (row.form_id, row.page) == (form.pk, page)):
        _read_as(row, form, page)
    elif reading is not None and read:
        if not row.typed_number:
            raise WrongStep("受付番号を入れてください。")
        place(row, reading)
    else:
        raise WrongStep("この用紙がどの様式の何ページ目かを選んでください。")
    return row


def _read_as(row: Sheet, form: FormDefinition, page: int) -> None:
    if row.image is None:
        raise WrongStep("この用紙には画像がありません。スキャンし直してください。")
    if not form.pages.filter(number=page).exists():
        raise WrongStep(f"「{form.title}」に{page}ページ目はありません。")
    row.chosen_form, row.chosen_page = form, page
    wait_again(row)


@transaction.atomic
def read_again(sheet: Sheet, *, actor: Actor = None) -> Sheet:
    """Let the engine try once more, without what a person had said. Raises WrongStep."""
    row = _locked(sheet, Sheet.State.PROBLEM)
    if row.image is None:
        raise WrongStep("この用紙には画像がありません。スキャンし直してください。")
    row.chosen_form = row.chosen_page = None
    row.typed_number = ""
    wait_again(row)
    record("reading.sheet_read_again", subject=f"sheet:{row.pk}", actor=actor)
    return row


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
    place(row, reading)
    return row


@transaction.atomic
def take_back(sheet: Sheet, *, actor: Actor = None) -> Sheet:
    """Bring a sheet back that was put aside; it is sorted anew. Raises WrongStep."""
    row = _locked(sheet, Sheet.State.ASIDE)
    reading = row.page_reading
    if reading is not None:
        sort(row, reading)
    elif row.image is not None:
        wait_again(row)
    else:
        trouble(row, Sheet.Problem.DAMAGED, row.message)
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
    join(row, case)
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
