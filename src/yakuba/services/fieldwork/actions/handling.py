"""What staff do with a report. Nothing of it can be dated by hand, and nothing is taken back: a mistake is followed by what puts
it right."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.ledger.actions import move
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.workflow import FOLLOWING, Status
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.kernel.tenancy.models import Department
from yakuba.kernel.values.calendar import written
from yakuba.kernel.values.characters import fit
from yakuba.kernel.values.my_numbers import likely_in
from yakuba.services.fieldwork.actions.happening import happened
from yakuba.services.fieldwork.contracts import OPEN, Happened, ReportState
from yakuba.services.fieldwork.models import Report, ReportPhoto
from yakuba.services.fieldwork.queries import published

LONGEST = 2_000
REOPENED_WITHIN = timedelta(days=90)  # in which the reporter may say that it is not repaired
NUMBER_IN_IT = "個人番号のような数字があります。消してから、もう一度押してください。"
PROTECTED = "支援措置の対象の通報です。場所が分かるため、公開できません。"
# Where the case of a report stands in the ledger, and over what it gets there.
LEDGER: dict[ReportState, tuple[Status, ...]] = {
    ReportState.RECEIVED: (),
    ReportState.WORKING: (Status.EXAMINING,),
    ReportState.DONE: (Status.EXAMINING, Status.DECIDED),
    ReportState.CLOSED: (Status.EXAMINING, Status.REFUSED),
}


def held(report_id: int) -> Report:
    """The report, locked. Raises Missing."""
    row = (
        Report.objects.select_for_update(of=("self",))
        .select_related("case__procedure", "section")
        .filter(pk=report_id)
        .first()
    )
    if row is None:
        raise Missing("その通報はありません。番号を確かめてください。")
    return row


@transaction.atomic
def start(report_id: int, *, actor: Actor) -> Report:
    """Somebody goes there. Raises Conflict."""
    report = held(report_id)
    if report.state != ReportState.RECEIVED:
        raise Conflict(f"通報 {report.number} は、いま「{report.get_state_display()}」です。")
    _go(report, ReportState.WORKING, actor=actor, reason="")
    happened(report, Happened.STARTED, actor=actor)
    return report


@transaction.atomic
def move_to(report_id: int, section: str, reason: str, *, actor: Actor) -> Report:
    """Another section has it from now on. Raises Invalid and Conflict."""
    report, why = held(report_id), _text(reason, "移す理由")
    _require_open(report)
    target = Department.objects.filter(name=fit(section)).first()
    if target is None:
        raise Invalid(f"課「{section[:60]}」がありません。課の名前を確かめてください。")
    if target.pk == report.section_id:
        raise Conflict(f"通報 {report.number} は、もう{target.name}にあります。")
    before, report.section = report.section.name, target
    report.save()
    happened(report, Happened.MOVED, actor=actor, text=why, before=before, after=target.name)
    return report


@transaction.atomic
def set_due(report_id: int, day: date, reason: str, *, actor: Actor) -> Report:
    """Another last day. The one before stays readable. Raises Invalid and Conflict."""
    report, why = held(report_id), _text(reason, "期限を変える理由")
    _require_open(report)
    if day < timezone.localdate():
        raise Invalid("期限は、今日より後の日にしてください。")
    before = timezone.localdate(report.due_at)
    report.due_at = timezone.make_aware(datetime.combine(day, time.max.replace(microsecond=0)))
    report.save()
    happened(report, Happened.DUE, actor=actor, text=why, before=written(before), after=written(day), due=day)
    return report


@transaction.atomic
def answer(report_id: int, text: str, *, actor: Actor) -> Report:
    """Tell the reporter something; it stands on their page. Raises Invalid."""
    report = held(report_id)
    happened(report, Happened.ANSWERED, actor=actor, text=_text(text, "答え"), told=True)
    report.save()
    return report


@transaction.atomic
def finish(report_id: int, text: str, *, actor: Actor) -> Report:
    """It is done; the reporter reads the text. Raises Invalid and Conflict."""
    report, said = held(report_id), _text(text, "したこと")
    _require_open(report)
    event = happened(report, Happened.DONE, actor=actor, text=said, told=True)
    report.done_at = event.at
    _go(report, ReportState.DONE, actor=actor, reason=said)
    return report


@transaction.atomic
def close(report_id: int, reason: str, *, actor: Actor) -> Report:
    """The town does nothing about it, and says why. Raises Invalid and Conflict."""
    report, why = held(report_id), _text(reason, "対応しない理由")
    _require_open(report)
    happened(report, Happened.CLOSED, actor=actor, text=why, told=True)
    _go(report, ReportState.CLOSED, actor=actor, reason=why)
    return report


@transaction.atomic
def reopen(report_id: int, reason: str, *, actor: Actor = None, by_reporter: bool = False) -> Report:
    """It is taken up again; the time of the first repair stays in the events. by_reporter: within 90 days. Raises Invalid and
    Conflict."""
    report, why = held(report_id), said_by_reporter(reason)
    if report.state in OPEN:
        raise Conflict(f"通報 {report.number} は、まだ終わっていません。")
    if by_reporter and timezone.now() - report.changed_at > REOPENED_WITHIN:
        raise Conflict("終わってから90日がたちました。新しく通報してください。")
    report.done_at = None
    _go(report, ReportState.WORKING, actor=actor, reason=why)
    happened(report, Happened.REOPENED, actor=actor, text=why, told=by_reporter)
    return report


@transaction.atomic
def release(report_id: int, text: str, photos: list[int], *, actor: Actor) -> Report:
    """Let everybody read this text and see these photographs, at the place rounded to some ten metres. Whoever does it has looked
    whether anybody is in them. Raises Invalid, and Conflict where it is under protection."""
    report = held(report_id)
    if report.case_id in published.under_protection():
        raise Conflict(PROTECTED)
    report.public_text, report.released_at = _text(text, "公開する文"), timezone.now()
    report.save()
    own = ReportPhoto.objects.filter(report=report)
    if set(photos) - set(own.values_list("pk", flat=True)):
        raise Invalid("この通報の写真でないものが選ばれています。")
    own.update(released=False)
    own.filter(pk__in=photos).update(released=True)
    happened(report, Happened.RELEASED, actor=actor, text=report.public_text)
    return report


@transaction.atomic
def hide(report_id: int, *, actor: Actor) -> Report:
    """Nobody outside reads it any more. Raises Conflict."""
    report = held(report_id)
    if report.released_at is None:
        raise Conflict(f"通報 {report.number} は公開していません。")
    report.released_at, report.public_text = None, ""
    report.save()
    ReportPhoto.objects.filter(report=report).update(released=False)
    happened(report, Happened.HIDDEN, actor=actor)
    return report


def put_away(case: Case, reason: str, user: Actor) -> None:
    """The case is about to be withdrawn in the ledger: its report ends with it."""
    row = Report.objects.select_for_update(of=("self",)).filter(case=case).first()
    if row is not None and row.state in OPEN:
        row.state = ReportState.CLOSED
        row.save()
        happened(row, Happened.CLOSED, actor=user, text=reason, told=True)


def _go(report: Report, state: ReportState, *, actor: Actor, reason: str) -> None:
    report.state = state
    report.save()
    for step in LEDGER[state]:
        now = Status(report.case.status)
        if step != now and step in FOLLOWING[now]:  # a person may have moved the case on its own page
            move(report.case, step, user=actor, reason=reason or report.get_state_display())


def _require_open(report: Report) -> None:
    if report.state not in OPEN:
        raise Conflict(
            f"通報 {report.number} は「{report.get_state_display()}」です。もう一度対応するときは、「再開する」を押してください。"
        )


def said_by_reporter(text: str) -> str:
    """Why a reporter asks once more, as it is kept. Raises Invalid."""
    return _text(text, "理由")


def _text(text: str, what: str) -> str:
    said = fit(text).strip()
    if not said:
        raise Invalid(f"{what}を書いてください。")
    if len(said) > LONGEST:
        raise Invalid(f"{what}は{LONGEST:,}字までです。")
    if likely_in(said):
        raise Invalid(NUMBER_IN_IT)
    return said
