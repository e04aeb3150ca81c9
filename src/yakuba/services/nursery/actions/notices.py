"""Notices: the texts of a round, and making the print file with its mailing file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel import jobs
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import content_of, store
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.services.nursery.actions.files import csv_file
from yakuba.services.nursery.adapters import mailing
from yakuba.services.nursery.adapters import notices as press
from yakuba.services.nursery.contracts import MarketRefused, Problem
from yakuba.services.nursery.engine import notices
from yakuba.services.nursery.engine.explaining import explain
from yakuba.services.nursery.engine.notices import FRAME_TEXTS
from yakuba.services.nursery.engine.rules import RulesRefused
from yakuba.services.nursery.models import NoticePrint, Round
from yakuba.services.nursery.queries import outputs
from yakuba.services.nursery.queries.refusal import NotPossible, UnderWay, Unknown

JOB = "nursery.notices"
KEPT_PROBLEMS = 500
LONGEST = {"document_number": 60, "mayor": 120, "appeal": 800}  # characters; the other texts have 300
NOTHING = "取り出せる通知がまだありません。先に作ってください。"

Told = Callable[[int, int, str], None]


@transaction.atomic
def state_texts(round: Round, texts: Mapping[str, str], *, actor: Any) -> Round:
    """Keep the round's own texts: those that are not empty and differ from the usual ones; all others become the
    usual ones. Notices made before stay as they are. texts: name of FRAME_TEXTS → text of up to `longest` characters,
    `date` → ISO 8601. Raises Unknown for another name, NotPossible for a text too long or no date."""
    _refuse_texts(texts)
    row: Round = Round.objects.select_for_update(of=("self",)).get(pk=round.pk)
    usual = vars(notices.default_frame(str(row.municipality.name), timezone.localdate()))
    row.notice = {name: texts[name] for name in FRAME_TEXTS if texts.get(name) and texts[name] != usual[name]}
    if texts.get("date"):
        row.notice["date"] = texts["date"]
    row.save()
    record("nursery.notice_texts_stated", subject=f"round:{row.pk}", actor=actor)
    return row


def longest(name: str) -> int:
    """How many characters a text of the frame may have."""
    return LONGEST.get(name, 300)


def _refuse_texts(texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        if name not in (*FRAME_TEXTS, "date"):
            names = "、".join(("date", *FRAME_TEXTS))
            raise Unknown(f"通知の文面に「{name}」はありません。{names} から選んでください。")
        if len(text) > longest(name):
            raise NotPossible(
                f"通知の文面「{name}」は{len(text)}字あります。{longest(name)}字までにしてください。"
            )
    stated = texts.get("date", "")
    try:
        is_day = not stated or date.fromisoformat(stated).isoformat() == stated
    except ValueError:
        is_day = False
    if not is_day:
        raise NotPossible("通知の日付 date は、2027-02-10 のように書いてください。")


@transaction.atomic
def start(round: Round, *, actor: Any) -> NoticePrint:
    """Have the notices made, marked 見本 while the round is not frozen. Raises NotPossible, UnderWay with
    those that are being made."""
    row: Round = Round.objects.select_for_update(of=("self",)).get(pk=round.pk)
    if row.adopted_id is None:
        raise NotPossible("採用した選考結果がまだありません。計算の結果を採用すると、通知の見本を作れます。")
    active = NoticePrint.objects.filter(round=row, state=NoticePrint.State.ACTIVE).first()
    if active is not None:
        raise UnderWay("通知を作っているところです", active)
    made = NoticePrint.objects.create(
        round=row, draft=not row.is_frozen, texts=outputs.as_texts(outputs.frame_of(row)), made_by=actor
    )
    record("nursery.notices_started", subject=f"round:{row.pk}", actor=actor, draft=made.draft)
    jobs.enqueue(JOB, key=made.job_key, print_id=made.pk)
    return made


def make(print_id: int, told: Told) -> None:
    """Do the work; nothing is kept until the end. `told(done, total, note)` may raise to stop it."""
    row = (
        NoticePrint.objects.select_related("round__adopted__rule_set", "round__adopted__snapshot", "made_by")
        .filter(pk=print_id)
        .first()
    )
    if row is None or row.state != NoticePrint.State.ACTIVE:
        return
    told(0, 1, "理由の説明を作っています")
    try:
        selection, matching, wanted = outputs.final_selection(row.round)
    except (MarketRefused, RulesRefused) as refused:
        _end(row, NoticePrint.State.FAILED, problems=refused.problems)
        return
    written, problems = notices.write(selection, explain(selection, matching), wanted)
    frame = notices.frame(row.texts, "", timezone.localdate())
    try:
        pdf = press.to_pdf(
            written, frame, draft=row.draft, told=lambda done, total: told(done, total, "紙面を作っています")
        )
    except (press.PdfUnavailable, press.TextsTooLong) as error:
        _end(row, NoticePrint.State.FAILED, problems=[Problem(0, "", str(error))])
        return
    name = outputs.document_name(row.round, "notices") + ".pdf"
    with transaction.atomic():
        locked = NoticePrint.objects.select_for_update(of=("self",)).filter(pk=row.pk)
        if locked.get().state != NoticePrint.State.ACTIVE:
            return  # somebody else was faster
        row.pdf = store(
            StoredFile.Kind.OUTPUT, name, "application/pdf", pdf, actor=row.made_by, pages=len(written)
        )
        row.addresses = [list(line) for line in mailing.table(written).rows]
        row.count = len(written)
        _end(row, NoticePrint.State.DONE, problems=problems)
        record(
            "nursery.notices_made",
            subject=f"round:{row.round_id}",
            actor=row.made_by,
            count=row.count,
            draft=row.draft,
            sha256=row.pdf.sha256,
        )


def take_print(round: Round, *, actor: Any) -> Download:
    """The newest print file (`outputs.latest_print`). Raises NotPossible while there is none."""
    row = _ready(round)
    if row.pdf is None:
        raise NotPossible(NOTHING)
    name = outputs.document_name(row.round, "draft" if row.draft else "notices")
    file = Download(f"{name}.pdf", "application/pdf", content_of(row.pdf))
    _taken(row, actor, "pdf")
    return file


def take_addresses(round: Round, encoding: str, *, accept: bool, actor: Any) -> Download:
    """The mailing file that goes with its pages. Raises NotPossible while there is none, and what `csv_file`
    raises."""
    row = _ready(round)
    table = Table("通知の宛名", mailing.HEAD, row.addresses)
    file = csv_file(table, outputs.document_name(row.round, "mailing") + ".csv", encoding, accept=accept)
    _taken(row, actor, f"mailing.{encoding}")
    return file


def _ready(round: Round) -> NoticePrint:
    row = outputs.latest_print(round)
    if row is None:
        raise NotPossible(NOTHING)
    return row


def _taken(row: NoticePrint, actor: Any, what: str) -> None:
    subject = f"round:{row.round_id}"
    record("nursery.notices_taken", subject=subject, actor=actor, what=what, draft=row.draft)


def give_up(print_id: int) -> None:
    """After the last try of the job."""
    row = NoticePrint.objects.filter(pk=print_id, state=NoticePrint.State.ACTIVE).first()
    if row is not None:
        reason = "作る途中でエラーが起きました。もう一度作り、続くときは管理者に連絡してください。"
        _end(row, NoticePrint.State.FAILED, problems=[Problem(0, "", reason)])


def _end(row: NoticePrint, state: NoticePrint.State, *, problems: Any) -> None:
    row.state, row.ended_at = state, timezone.now()
    row.problems = [
        {"line": one.line, "place": one.place, "reason": one.reason} for one in problems[:KEPT_PROBLEMS]
    ]
    row.save()
