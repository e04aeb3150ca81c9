"""Inside: what residents handed in outside becomes what it would have been here. Nothing of it is believed: values go through
the ledger's guard, calculated ones are calculated again, files are opened and made safe as at an upload, and the number has to
be one that the outside may give. What does not fit waits for a person with its reason."""

from __future__ import annotations

import io
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.chain import record
from yakuba.kernel.exchange import arriving
from yakuba.kernel.exchange.handed import counted
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import remove
from yakuba.kernel.files.uploads import bare_name, take_upload
from yakuba.kernel.ledger.actions import add_event, open_case, record_value
from yakuba.kernel.ledger.guard import RECEIPT_NUMBER, check, doubt
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.ledger.queries import is_number_taken
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.refusals import Invalid, Missing, Refused, attempt
from yakuba.services.intake.actions import acting, answering
from yakuba.services.intake.actions.files import KEPT_AS, KINDS, LARGEST, LONGEST_NAME
from yakuba.services.intake.actions.numbers import NUMBERS
from yakuba.services.intake.engine import handed_in
from yakuba.services.intake.engine.acting import answers
from yakuba.services.intake.engine.acting.rules import Door
from yakuba.services.intake.engine.form import can_be_asked
from yakuba.services.intake.engine.handed_in import FILE, HandedFile, HandedIn
from yakuba.services.intake.models import AttachedFile, Correction, FromOutside, Submission, WebForm
from yakuba.services.intake.queries import forms
from yakuba.services.intake.queries.standings import open_question

KEPT = timedelta(days=400)  # of what is not taken up
Files = list[tuple[HandedFile, StoredFile]]


def application(key: str, content: bytes, leave_out: bool) -> None:
    """A case, with its values and files. leave_out: without the files that cannot be opened. Raises what does not fit, and
    NotYet while a file has not come."""
    handed = handed_in.read(content)
    known = _known(key, handed)
    if known.closed:
        raise Invalid("申請者が取り下げた申請です。受け付けずに片付けてください。")
    form = _form(handed)
    files, left_out = _made_safe(handed.files, leave_out=leave_out)
    try:
        with arriving.settling(key, *(one.key for one in handed.files)):
            submission = _taken(key, handed, form, files, left_out)
            FromOutside.objects.filter(key=key).update(submission=submission)
    except BaseException:
        remove(*(file for _, file in files))
        raise


def _known(key: str, handed: HandedIn) -> FromOutside:
    """From here on its applicant can be told where it stands, whatever becomes of it."""
    row, _ = FromOutside.objects.get_or_create(
        key=key,
        defaults={
            "number": handed.number,
            "secret": handed.secret,
            "public": handed.public,
            "title": handed.title,
            "sent_at": handed.sent(timezone.now()),
        },
    )
    return row


def _form(handed: HandedIn) -> WebForm:
    form = forms.form_of(handed.procedure)
    if form is None:
        raise Missing(f"手続「{handed.title}」（{handed.procedure}）の申請フォームが、この設備にありません。")
    return form


def _made_safe(given: tuple[HandedFile, ...], *, leave_out: bool) -> tuple[Files, list[str]]:
    """Each file, opened in a process apart as at an upload; and the names of those that are left out. None is kept where one
    is refused."""
    made: Files = []
    left_out: list[str] = []
    if not leave_out:
        arriving.require_all(one.key for one in given)  # before the first is opened, which takes its time
    try:
        for one in given:
            try:
                made.append((one, _safe(one)))
            except Refused as refusal:
                if not leave_out or refusal.again:
                    raise
                left_out.append(bare_name(one.name))
    except BaseException:
        remove(*(file for _, file in made))
        raise
    return made, left_out


def _safe(one: HandedFile) -> StoredFile:
    content, name = arriving.opened(one.key, FILE), bare_name(one.name)
    if len(content) > LARGEST:
        raise Invalid(f"大きすぎます（{LARGEST // 1_000_000}MBまで）。", place=f"付けられた書類「{name}」")
    stored = take_upload(name, io.BytesIO(content), kept_as=KEPT_AS)
    if stored.media_type not in KINDS:
        remove(stored)
        raise Invalid("JPEG、PNG、PDFのどれでもありません。", place=f"付けられた書類「{name}」")
    return stored


def _taken(key: str, handed: HandedIn, form: WebForm, files: Files, left_out: list[str]) -> Submission:
    number = _number(handed)
    case = open_case(form.procedure, number, Status.RECEIVED)
    calculated = _calculated(form, handed)
    for code, value in _values(form, handed, calculated).items():
        _write(case, code, value, handed, calculated)
    if RECEIPT_NUMBER in form.procedure.definition.by_code:
        _write(case, RECEIPT_NUMBER, number, handed, {})
    submission: Submission = Submission.objects.create(
        form=form,
        case=case,
        number=number,
        secret=handed.secret,
        draft=key,
        form_version=handed.form_version,
    )
    Submission.objects.filter(pk=submission.pk).update(sent_at=handed.sent(timezone.now()))
    for one, stored in files:
        AttachedFile.objects.create(
            submission=submission, slot=one.slot, file=stored, name=bare_name(one.name)[:LONGEST_NAME]
        )
    _state(case, form, handed)
    given = handed.number if number != handed.number else ""  # what the applicant was told first
    add_event(case, "intake.sent", files=len(files), outside=True, left_out=left_out, given=given)
    record("intake.sent", subject=f"case:{case.pk}", form=form.procedure.code)
    return submission


def _state(case: Case, form: WebForm, handed: HandedIn) -> None:
    """Who asked, as far as the applicant has said it and may; an outside of before says nothing, and a clerk asks."""
    given, refused = attempt(
        acting.of_draft, form, answers.own(handed.values) | {**handed.values}, Door.WEB, forms.readable(form)
    )
    if given is not None and not refused:
        acting.state(case, given, actor=None)


def _number(handed: HandedIn) -> str:
    """The number that the applicant was given; another one where it is taken, as after an outside was restored from a backup,
    or where the outside had no right to give it. The applicant is told."""
    free = not is_number_taken(handed.number)
    if free and NUMBERS.is_outsides(handed.number):
        return handed.number
    return NUMBERS.next_number(timezone.localdate())


def _calculated(form: WebForm, handed: HandedIn) -> dict[str, str]:
    """Calculated here, from what was sent and for the day on which it was."""
    parsed = forms.readable(form)
    day = timezone.localdate(handed.sent(timezone.now()))
    given = dict(handed.values)
    found: dict[str, str] = {}
    for one in parsed.calculated if parsed else ():
        found[one.field.code] = given[one.field.code] = one.value(given, day)
    return found


def _values(form: WebForm, handed: HandedIn, calculated: Mapping[str, str]) -> dict[str, str]:
    """What is written. Raises Invalid for what no web form of the procedure may ask."""
    known = form.procedure.definition.by_code
    parsed = forms.readable(form)
    found: dict[str, str] = {}
    for code, value in handed.values.items():
        if code.startswith("#"):  # how many rows a group has
            continue
        if code not in known:
            raise Invalid(
                f"項目 {code} が、いまの手続「{form.procedure.title}」にありません。手続が変わっています。"
            )
        if not can_be_asked(known[code]) and not (parsed and code == parsed.sent_on):
            raise Invalid(f"項目「{known[code].label}」は、ウェブで受け付けられません。")
        found[code] = value
    return {**found, **{code: value for code, value in calculated.items() if code in known}}


def _write(case: Case, code: str, value: str, handed: HandedIn, calculated: Mapping[str, str]) -> None:
    item = check(case.procedure.definition, code, value)  # before anything reads it as what it should be
    origin = CaseValue.Origin.CALCULATED if code in calculated else CaseValue.Origin.APPLICANT
    # As where an application comes in here: what is strange is still what was sent, and a clerk confirms it.
    sure = not doubt(item, value) and not (value and item.kind.odd(value))
    record_value(
        case, code, value, trusted=sure, source={"web": handed.form_version, "outside": True}, origin=origin
    )


def answer(key: str, content: bytes) -> None:
    """The answer to what the office asked. Raises Invalid where it asks something else by now."""
    of, question, text = handed_in.read_answer(content)
    submission = _submission(of)
    with arriving.settling(key):
        corrections = list(Correction.objects.filter(submission=submission).order_by("pk"))
        now = open_question(submission.case, corrections)
        if now is None or now["key"] != question:
            raise Invalid(
                f"受付 {submission.number} の返事ですが、求めたことはもう片付いているか、変わっています。内容を見て判断してください。"
            )
        answering.answer(submission, text)


def withdrawal(key: str, content: bytes) -> None:
    """The applicant takes it back; where that is too late, the applicant is told why."""
    of, times = handed_in.read_withdrawal(content)
    with arriving.settling(key):
        row = _row(of)
        row.withdrawals, row.notice = counted(row.withdrawals, times), ""
        if row.submission is None:
            row.closed = True
        else:
            row.notice = _withdrawn(row.submission)
        row.save()


def _withdrawn(submission: Submission) -> str:
    _, refused = attempt(transaction.atomic(answering.withdraw), submission)
    return str(refused or "")


def goes_along(content: bytes) -> list[str]:
    """Marks of an application's files. Raises Invalid."""
    return [one.key for one in handed_in.read(content).files]


def put_aside(key: str, content: bytes | None, sentence: str) -> None:
    """An application that is not taken up: its applicant is told why."""
    if content is not None:
        with suppress(Invalid):
            _known(key, handed_in.read(content))
    FromOutside.objects.filter(key=key).update(closed=True, notice=sentence, changed_at=timezone.now())


def put_answer_aside(key: str, content: bytes | None, sentence: str) -> None:
    """An answer that is not taken: the applicant reads the sentence beside the application, which stays as it is."""
    if content is not None:
        _tell(handed_in.read_answer(content)[0], sentence)


def put_withdrawal_aside(key: str, content: bytes | None, sentence: str) -> None:
    """The same of one that is taken back; it is not on its way any more."""
    if content is None:
        return
    of, times = handed_in.read_withdrawal(content)
    _tell(of, sentence)
    if (row := FromOutside.objects.select_for_update(of=("self",)).filter(key=of).first()) is not None:
        row.withdrawals = counted(row.withdrawals, times)
        row.save()


def _tell(key: str, sentence: str) -> None:
    FromOutside.objects.filter(key=key).update(notice=sentence, changed_at=timezone.now())


def shown(content: bytes) -> list[tuple[str, str]]:
    """What an application says, for whoever settles it."""
    handed = handed_in.read(content)
    form = forms.form_of(handed.procedure)
    known = form.procedure.definition.by_code if form else {}
    lines = [("手続", handed.title), ("受付番号", handed.number)]
    for code, value in handed.values.items():
        if not code.startswith("#"):
            item = known.get(code)
            lines.append((item.label, item.shown(value, revealed=False)) if item else (code, value))
    return [*lines, *(("付けられた書類", bare_name(one.name)) for one in handed.files)]


def answer_shown(content: bytes) -> list[tuple[str, str]]:
    """What an answer says."""
    of, _, text = handed_in.read_answer(content)
    row = FromOutside.objects.filter(key=of).first()
    return [("受付番号", row.number if row else "―"), ("返事", text)]


def _row(key: str) -> FromOutside:
    row: FromOutside | None = FromOutside.objects.select_related("submission__case").filter(key=key).first()
    if row is None:
        raise arriving.NotYet("もとの申請が、まだ届いていません。届くのを待っています。")
    return row


def _submission(key: str) -> Submission:
    row = _row(key)
    if row.submission is None and row.closed:
        raise Invalid(f"受け付けなかった申請（受付 {row.number}）への返事です。内容を見て判断してください。")
    if row.submission is None:
        raise arriving.NotYet("もとの申請が、まだ受け付けられていません。先にそちらを片付けてください。")
    return row.submission


def forget_old() -> int:
    """Let go what was not taken up and has been told long enough; how many."""
    over = timezone.now() - KEPT
    return int(FromOutside.objects.filter(submission=None, closed=True, changed_at__lt=over).delete()[0])
