"""Inside: what residents reported outside becomes what it would have been here. Nothing of it is believed: words are cleaned and
looked at once more, photographs are opened and drawn anew, and the number has to be one that the outside may give. What does not
fit waits for a person with its reason."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from io import BytesIO

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.exchange import arriving
from yakuba.kernel.ledger.queries import is_number_taken
from yakuba.kernel.refusals import Invalid, attempt, said_as
from yakuba.services.fieldwork.actions import handling, photos, reporting
from yakuba.services.fieldwork.actions.numbers import NUMBERS
from yakuba.services.fieldwork.contracts import Source
from yakuba.services.fieldwork.engine import handed_in
from yakuba.services.fieldwork.engine.handed_in import PHOTO, HandedReport
from yakuba.services.fieldwork.models import Report, ReportFromOutside, ReportPhoto

CLOSED = "受け付けずに片付けた通報です。"
KEPT = timedelta(days=400)  # of what is not taken up


def report(key: str, content: bytes, leave_out: bool) -> None:
    """A report with its case. leave_out: without the photographs that cannot be opened. Raises what does not fit, and NotYet
    while a photograph has not come."""
    handed = handed_in.read(content)
    known = _known(key, handed)
    if known.closed:
        raise Invalid(CLOSED)
    if not leave_out:
        arriving.require_all(handed.photos)  # before the first is opened, which takes its time
    _photographs(handed, leave_out=leave_out)
    with arriving.settling(key, *handed.photos):
        row = Report.objects.filter(key=handed.sent).first() or _taken(handed)
        ReportFromOutside.objects.filter(key=key).update(report=row, changed_at=timezone.now())


def _known(key: str, handed: HandedReport) -> ReportFromOutside:
    """From here on its reporter can be told where it stands, whatever becomes of it."""
    row, _ = ReportFromOutside.objects.get_or_create(
        key=key,
        defaults={
            "number": handed.number,
            "secret": handed.secret,
            "public": handed.public,
            "category_label": handed.label,
            "due_at": datetime.fromisoformat(handed.due_at),
            "sent_at": handed.received(timezone.now()),
        },
    )
    return row


def _photographs(handed: HandedReport, *, leave_out: bool) -> None:
    """Kept by the key of the report, which they wait for as those of a phone do."""
    for number, mark in enumerate(handed.photos, 1):
        refused = attempt(_photograph, handed.sent, mark, f"写真{number}枚目：")[1]
        if refused and (refused.again or not leave_out):
            raise refused


def _photograph(sent: str, mark: str, which: str) -> None:
    with said_as(Invalid, which):
        content = arriving.opened(mark, PHOTO)
        photos.add(sent, BytesIO(content), len(content))


def _taken(handed: HandedReport) -> Report:
    known = reporting.require_rules()
    said = reporting.cleaned(handed.said)
    has_photo = bool(handed.photos) or ReportPhoto.objects.filter(key=handed.sent).exists()
    at = reporting.checked(said, known, has_photo=has_photo)
    marks = reporting.Marks(_number(handed), handed.secret, handed.sent)
    sent = handed.received(timezone.now())
    return reporting.opened(said, at, known, marks, source=Source.WEB, language=handed.language, sent_at=sent)


def _number(handed: HandedReport) -> str:
    """The number that the reporter was given; another one where it is taken, as after an outside was restored from a backup,
    or where the outside had no right to give it. The reporter is told."""
    if not is_number_taken(handed.number) and NUMBERS.is_outsides(handed.number):
        return handed.number
    return NUMBERS.next_number(timezone.localdate())


def joined(key: str, content: bytes) -> None:
    """Somebody saw the same. It counts also where the report was closed meanwhile; one that is not here any more was erased."""
    number, sent = handed_in.read_joined(content)
    with arriving.settling(key):
        row = Report.objects.select_for_update(of=("self",)).filter(number=number).first()
        if row is not None:
            reporting.joined(row, sent)


def reopened(key: str, content: bytes) -> None:
    """The reporter says that it is not repaired; where that cannot be done any more, the reporter is told why."""
    of, times, text = handed_in.read_reopened(content)
    with arriving.settling(key):
        row = ReportFromOutside.objects.select_for_update(of=("self",)).filter(key=of).first()
        if row is None:
            raise arriving.NotYet("もとの通報が、まだ届いていません。届くのを待っています。")
        row.reopenings, row.notice = max(row.reopenings, times), ""
        if row.report_id is not None:
            again = transaction.atomic(handling.reopen)
            row.notice = str(attempt(lambda: again(row.report_id, text, by_reporter=True))[1] or "")
        row.save()


def goes_along(content: bytes) -> list[str]:
    """Marks of a report's photographs. Raises Invalid."""
    return list(handed_in.read(content).photos)


def shown(content: bytes) -> list[tuple[str, str]]:
    """What a report says, for whoever settles it."""
    handed = handed_in.read(content)
    said = reporting.cleaned(handed.said)
    where = (
        ""
        if said.latitude is None or said.longitude is None
        else f"北緯{said.latitude}度、東経{said.longitude}度"
    )
    lines = [
        ("分類", handed.label),
        ("受付番号", handed.number),
        ("内容", said.description),
        ("場所", "　".join(one for one in (said.place, where) if one)),
        ("通報した人", "　".join(one for one in (said.name, said.contact) if one)),
    ]
    return [*lines, *((f"写真{number}枚目", "あり") for number in range(1, len(handed.photos) + 1))]


def put_aside(key: str, content: bytes | None, sentence: str) -> None:
    """A report that is not taken up: its reporter is told why."""
    if content is not None:
        with suppress(Invalid):
            _known(key, handed_in.read(content))
    ReportFromOutside.objects.filter(key=key).update(closed=True, notice=sentence, changed_at=timezone.now())


def reopened_shown(content: bytes) -> list[tuple[str, str]]:
    """What a reporter says who asks once more."""
    of, _, text = handed_in.read_reopened(content)
    row = ReportFromOutside.objects.filter(key=of).first()
    return [("受付番号", row.number if row else "―"), ("理由", text)]


def put_reopened_aside(key: str, content: bytes | None, sentence: str) -> None:
    """It is not looked at; the reporter reads the sentence, and it is not on its way any more."""
    if content is None:
        return
    of, times, _ = handed_in.read_reopened(content)
    rows = ReportFromOutside.objects.filter(key=of)
    rows.update(notice=sentence, changed_at=timezone.now())
    rows.filter(reopenings__lt=times).update(reopenings=times)


def forget_old() -> int:
    """Let go what was not taken up and has been told long enough; how many."""
    over = timezone.now() - KEPT
    return int(ReportFromOutside.objects.filter(report=None, closed=True, changed_at__lt=over).delete()[0])
