"""Inside: what residents reported outside becomes what it would have been here. Nothing of it is believed: words are cleaned and
looked at once more, photographs are opened and drawn anew, and the number has to be one that the outside may give. What does not
fit waits for a person with its reason."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from io import BytesIO
from itertools import zip_longest

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.exchange import arriving
from yakuba.kernel.exchange.handed import counted
from yakuba.kernel.ledger.queries import is_number_taken
from yakuba.kernel.refusals import Invalid, attempt, said_as
from yakuba.services.fieldwork.actions import handling, photos, reporting
from yakuba.services.fieldwork.actions.numbers import NUMBERS
from yakuba.services.fieldwork.contracts import Source
from yakuba.services.fieldwork.engine import handed_in
from yakuba.services.fieldwork.engine.handed_in import PHOTO, HandedReport
from yakuba.services.fieldwork.models import Report, ReportFromOutside, ReportPhoto

CLOSED = "受け付けずに片付けた通報です。"
NOT_OPENED_AGAIN = (
    "受け付けていない通報なので、もう一度の対応はできません。いまも困っているときは、新しく通報してください。"
)
AT_ONCE = "同じ印の通報が、いま受け付けられています。次の回に受け付けます。"
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
    sent = _kept_by(key, handed)
    _photographs(handed, sent, leave_out=leave_out)
    with arriving.settling(key, *handed.photos):
        if sent != _kept_by(key, handed):
            raise arriving.NotYet(AT_ONCE)
        row = Report.objects.filter(key=sent).first() or _taken(handed, sent)
        ReportFromOutside.objects.filter(key=key).update(report=row, changed_at=timezone.now())


def _known(key: str, handed: HandedReport) -> ReportFromOutside:
    """From here on its reporter can be told where it stands, whatever becomes of it."""
    row, _ = ReportFromOutside.objects.get_or_create(
        key=key,
        defaults={
            "number": handed.number,
            "secret": handed.secret,
            "public": handed.public,
            "hand": handed.hand,
            "category_label": handed.label,
            "due_at": datetime.fromisoformat(handed.due_at),
            "sent_at": handed.received(timezone.now()),
        },
    )
    return row


def _kept_by(key: str, handed: HandedReport) -> str:
    """The (hashed) key by which it is kept. One that came before with the same words and from the same hand is one report, as
    after an outside was restored from a backup and the phone sent it once more. With other words it is another one, of somebody
    who went back to the form; and from another hand it never is the same, for whoever reads where one of them stands would read
    of both."""
    first = Report.objects.filter(key=handed.sent).first()
    if first is None:
        return handed.sent
    known = ReportFromOutside.objects.filter(report__key=handed.sent, hand=handed.hand).exclude(hand="")
    if not known.exists():
        return reporting.hashed_key(f"{handed.sent}:{key}")
    if not reporting.says_something_else(reporting.Taken(first, "", False), handed.said):
        return handed.sent
    return reporting.hashed_key(reporting.key_of_another(handed.sent, handed.said))


def _photographs(handed: HandedReport, sent: str, *, leave_out: bool) -> None:
    """Kept by the key of the report, which they wait for as those of a phone do."""
    for number, (mark, taken) in enumerate(zip_longest(handed.photos, handed.taken[: len(handed.photos)]), 1):
        refused = attempt(_photograph, sent, mark, taken or "", f"写真{number}枚目：")[1]
        if refused and (refused.again or not leave_out):
            raise refused


def _photograph(sent: str, mark: str, taken: str, which: str) -> None:
    with said_as(Invalid, which):
        content = arriving.opened(mark, PHOTO)
        row, _ = photos.add(sent, BytesIO(content), len(content))
        if taken and not row.taken:
            row.taken = taken
            row.save(update_fields=["taken"])


def _taken(handed: HandedReport, sent: str) -> Report:
    known = reporting.require_rules()
    said = reporting.cleaned(handed.said)
    has_photo = bool(handed.photos) or ReportPhoto.objects.filter(key=sent).exists()
    at = reporting.checked(said, known, has_photo=has_photo)
    marks = reporting.Marks(_number(handed), handed.secret, sent)
    sent_at = handed.received(timezone.now())
    return reporting.opened(
        said, at, known, marks, source=Source.WEB, language=handed.language, sent_at=sent_at
    )


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
        if row is None and arriving.is_over(of):
            return  # it came and was erased since: nobody is there who could be told
        if row is None:
            raise arriving.NotYet("もとの通報が、まだ届いていません。届くのを待っています。")
        row.reopenings = counted(row.reopenings, times)
        if row.closed:
            row.notice = _with(row.notice, NOT_OPENED_AGAIN)
        elif row.report_id is not None:
            again = transaction.atomic(handling.reopen)
            row.notice = str(attempt(lambda: again(row.report_id, text, by_reporter=True))[1] or "")
        row.save()


def _with(notice: str, sentence: str) -> str:
    """What the reporter was told stays beside it."""
    return notice if sentence in notice else f"{notice} {sentence}".strip()


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
    if (row := ReportFromOutside.objects.select_for_update(of=("self",)).filter(key=of).first()) is not None:
        row.reopenings, row.notice = counted(row.reopenings, times), sentence
        row.save()


def forget_old() -> int:
    """Let go what was not taken up and has been told long enough; how many."""
    over = timezone.now() - KEPT
    return int(ReportFromOutside.objects.filter(report=None, closed=True, changed_at__lt=over).delete()[0])
