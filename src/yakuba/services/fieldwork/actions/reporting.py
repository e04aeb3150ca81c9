"""Taking a report in: once for each key, as a case of the ledger, with its section and its last day."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.ledger.actions import add_event, open_case, record_value
from yakuba.kernel.ledger.guard import RECEIPT_NUMBER
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.refusals import Conflict, Invalid, Missing, Problem
from yakuba.kernel.residents import codes
from yakuba.kernel.tenancy.models import Department
from yakuba.kernel.values.calendar import written
from yakuba.kernel.values.characters import compose, fit
from yakuba.kernel.workdays import after
from yakuba.services.fieldwork.actions.happening import happened
from yakuba.services.fieldwork.actions.numbers import NUMBERS
from yakuba.services.fieldwork.actions.procedure import CATEGORY, CONTACT, DESCRIPTION, NAME, PLACE, procedure
from yakuba.services.fieldwork.contracts import OPEN, Happened, NewReport, Source
from yakuba.services.fieldwork.engine.masking import without_my_numbers
from yakuba.services.fieldwork.engine.nearby import Point, is_no_place, metres
from yakuba.services.fieldwork.engine.rules import Category, ReportRules
from yakuba.services.fieldwork.models import PostedReport, Report, ReportPhoto, Supporter
from yakuba.services.fieldwork.queries import rules

LONGEST_TEXT, LONGEST_PLACE, LONGEST_NAME = 2_000, 200, 100
LONGEST_KEY = 100
CLOSED = "いま通報を受け付ける用意ができていません。急ぐときは、電話で役場にお知らせください。"
OVER = "その通報への対応は、もう終わっています。「別のものとして送る」で送ってください。"
NO_PLACE = "場所を測れていません（緯度と経度が0です）。地図か、場所のことばで伝えてください。"


class NotReady(Conflict):
    """The town's rules cannot be read: nothing is wrong with a report, and it waits until somebody has put them right."""

    again = True


@dataclass(frozen=True)
class Taken:
    """A report that is in, or outside on its way. secret: the code beside its number; is_new: it was not there before."""

    report: Report | PostedReport
    secret: str
    is_new: bool


def hashed_key(key: str) -> str:
    """What is stored of a key that a phone made."""
    return hashlib.sha256(f"fieldwork:{key}".encode()).hexdigest()


def secret_of(key: str) -> str:
    """The code beside the number: it follows from the key, so that the same report sent again gets the same answer, and neither
    is stored."""
    return codes.derived(settings.SECRET_KEY.encode(), f"yakuba.fieldwork.secret:{key}")


@dataclass(frozen=True)
class Marks:
    """By what a report is found again: its receipt number, and the hashes of its secret and of the phone's key."""

    number: str
    secret: str
    key: str


def says_something_else(before: Taken, given: NewReport) -> bool:
    """Whether what is sent now is another report than the one that came with this key: whoever goes back to the form and writes
    about another thing sends the key of the first one with it."""
    row, said = before.report, cleaned(given)
    assert isinstance(row, Report)
    kept = dict(CaseValue.objects.filter(case=row.case_id).values_list("field", "value"))
    texts = ((DESCRIPTION, said.description), (PLACE, said.place), (NAME, said.name), (CONTACT, said.contact))
    if row.category != said.category or any(kept.get(code, "") != text for code, text in texts):
        return True
    return said.latitude is not None and (said.latitude, said.longitude) != (row.latitude, row.longitude)


def key_of_another(key: str, given: NewReport) -> str:
    """The key of that other report: the same however often it is sent."""
    said = cleaned(given)
    facts = (
        key,
        said.category,
        said.description,
        said.place,
        said.name,
        said.contact,
        said.latitude,
        said.longitude,
    )
    return hashlib.sha256(f"yakuba.fieldwork.another:{facts!r}".encode()).hexdigest()


def require_rules() -> ReportRules:
    """Raises Conflict where the town has none, and NotReady where they cannot be read any more."""
    found = rules.in_force()
    if found is None:
        raise NotReady(CLOSED) if rules.newest() else Conflict(CLOSED)
    return found


def taken_before(key: str) -> Taken | None:
    """What became of that key."""
    row = Report.objects.select_related("case").filter(key=hashed_key(key)).first()
    return Taken(row, secret_of(key), False) if row else None


def look_up(number: str, secret: str) -> Report | None:
    """The report of that number and secret. A number that is not there takes as long as a secret that is wrong."""
    row = Report.objects.select_related("case__procedure", "section").filter(number=number).first()
    given = codes.hashed(number, codes.read(secret))
    return row if constant_time_compare(row.secret if row else codes.NOBODY, given) and row else None


def take(
    given: NewReport, key: str, *, source: Source = Source.WEB, language: str = "ja", actor: Actor = None
) -> Taken:
    """Take it in, with the photographs that were sent with that key: now, or it is there already however often it is sent.
    Raises Invalid with a problem for each field, and Conflict where the town takes none."""
    require_key(key)
    if before := taken_before(key):
        return before
    known = require_rules()
    said = cleaned(given)
    at = checked(said, known, has_photo=ReportPhoto.objects.filter(key=hashed_key(key)).exists())
    with transaction.atomic():
        number = NUMBERS.next_number(timezone.localdate())  # whoever sends the same key at once waits here
        if before := taken_before(key):
            return before
        marks = Marks(number, codes.hashed(number, secret_of(key)), hashed_key(key))
        report = opened(said, at, known, marks, source=source, language=language, actor=actor)
    return Taken(report, secret_of(key), True)


def require_key(key: str) -> None:
    """Raises Invalid where no page of ours made it."""
    if not 16 <= len(key) <= LONGEST_KEY:
        raise Invalid("送るための印がありません。ページを開き直してください。")


def cleaned(given: NewReport) -> NewReport:
    """As it is kept: composed, without individual numbers, without what a database cannot hold, with one sign for the end of a
    line, and without blanks at the ends. Nothing is cut off here: what is too long is told."""

    def text(value: str) -> str:
        lines = value.replace("\r\n", "\n").replace("\r", "\n")
        return without_my_numbers(compose(fit(lines)).strip())

    return NewReport(
        given.category,
        text(given.description),
        text(given.place),
        given.latitude,
        given.longitude,
        text(given.name),
        text(given.contact),
    )


def _too_long(given: NewReport) -> Iterator[Problem]:
    for label, text, longest in (
        ("内容", given.description, LONGEST_TEXT),
        ("場所", given.place, LONGEST_PLACE),
        ("名前", given.name, LONGEST_NAME),
        ("連絡先", given.contact, LONGEST_NAME),
    ):
        if len(text) > longest:
            yield Problem(
                0, label, f"「{label}」は{longest:,}字までです（いま{len(text):,}字）。短くしてください。"
            )


def checked(given: NewReport, known: ReportRules, *, has_photo: bool) -> Point | None:
    """Where it is. Raises Invalid with every fault."""
    problems = list(_too_long(given))
    if known.category(given.category) is None:
        problems.append(Problem(0, "分類", "何があったかを選んでください。"))
    if not given.description and not has_photo:
        problems.append(Problem(0, "内容", "写真を付けるか、ようすを書いてください。"))
    at = None
    if (given.latitude is None) != (given.longitude is None):
        problems.append(Problem(0, "場所", "緯度と経度は、両方を送ってください。"))
    elif given.latitude is not None and given.longitude is not None:
        at = Point(given.latitude, given.longitude)
        if is_no_place(at):
            problems.append(Problem(0, "場所", NO_PLACE))
        elif metres(at, known.town.at) > known.town.radius:
            problems.append(
                Problem(0, "場所", "この場所は、この町の外のようです。地図の場所を確かめてください。")
            )
    elif not given.place:
        problems.append(Problem(0, "場所", "場所を、地図か、ことばで伝えてください。"))
    if problems:
        raise Invalid("直すところがあるので、まだ送っていません。", problems=problems)
    if at is None and (place := known.place_that_begins(given.place)):
        return place.at
    return at


def opened(
    given: NewReport,
    at: Point | None,
    known: ReportRules,
    marks: Marks,
    *,
    source: Source,
    language: str,
    actor: Actor = None,
    sent_at: datetime | None = None,
) -> Report:
    """A new report of what was cleaned and checked, with its case; in the caller's transaction. sent_at: when the outside
    took it, from which its days count; it came here now."""
    category = known.category(given.category)
    assert category is not None
    routed = known.route(category, f"{given.description}\n{given.place}", at)
    now = timezone.now()
    case = open_case(procedure(), marks.number, Status.RECEIVED)
    _keep_values(case, category, given, source)
    report = Report.objects.create(
        case=case,
        number=marks.number,
        secret=marks.secret,
        key=marks.key,
        source=source,
        language=language[:10],
        category=category.code,
        category_label=category.label,
        latitude=at.latitude if at else None,
        longitude=at.longitude if at else None,
        district=known.district_of(at),
        section=_section(routed.section),
        urgent=routed.urgent,
        received_at=now,
        due_at=end_of(timezone.localdate(sent_at or now), routed.days),
    )
    ReportPhoto.objects.filter(key=report.key, report=None).update(report=report)
    add_event(case, "fieldwork.received", source=str(source))
    happened(
        report,
        Happened.RECEIVED,
        actor=actor,
        after=report.section.name,
        text=_sent_outside(sent_at),
        at=now,
        due=timezone.localdate(report.due_at),
    )
    return report


def _sent_outside(at: datetime | None) -> str:
    if at is None:
        return ""
    here = timezone.localtime(at)
    return f"外の設備に送られた日時：{written(here.date())} {here:%H:%M}"


def _keep_values(case: Case, category: Category, given: NewReport, source: Source) -> None:
    said = {
        RECEIPT_NUMBER: case.receipt_number,
        CATEGORY: category.label,
        DESCRIPTION: given.description,
        PLACE: given.place,
        NAME: given.name,
        CONTACT: given.contact,
    }
    for code, text in said.items():
        if text:
            record_value(
                case,
                code,
                text,
                trusted=True,
                source={"report": str(source)},
                origin=CaseValue.Origin.APPLICANT,
            )


def _section(name: str) -> Department:
    """The section of that name. One that was renamed since the rules were set is named so that somebody finds the report."""
    row = Department.objects.filter(name=name).first() or Department.objects.order_by("pk").first()
    if row is None:
        raise Conflict(CLOSED)
    return row


def end_of(day: date, days: int) -> datetime:
    """The end of the `days`-th work day after that day."""
    last = after(day, days)
    return timezone.make_aware(datetime.combine(last, time.min)) + timedelta(days=1) - timedelta(seconds=1)


@transaction.atomic
def join(number: str, key: str) -> None:
    """Somebody saw the same: counted once for each key. Raises Missing, and Conflict where it is not open any more."""
    report = Report.objects.select_for_update(of=("self",)).filter(number=number).first()
    if report is None:
        raise Missing("その通報はありません。")
    joined_before = Supporter.objects.filter(key=hashed_key(key), report=report).exists()
    if report.state not in OPEN and not joined_before:
        raise Conflict(OVER)
    require_key(key)
    joined(report, hashed_key(key))


def joined(report: Report, key: str) -> None:
    """The same, of a report that the caller has locked. key: the hash."""
    _, is_new = Supporter.objects.get_or_create(key=key, defaults={"report": report})
    if is_new:
        happened(report, Happened.JOINED)
