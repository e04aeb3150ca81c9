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
from yakuba.kernel.files.storage import blob_path, content_of, store
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.services.nursery.actions.files import csv_file
from yakuba.services.nursery.adapters import glyphs, mailing
from yakuba.services.nursery.adapters import notices as press
from yakuba.services.nursery.contracts import MarketRefused, Problem
from yakuba.services.nursery.engine import notices
from yakuba.services.nursery.engine.explaining import explain
from yakuba.services.nursery.engine.notices import FRAME_TEXTS
from yakuba.services.nursery.engine.rules import RulesRefused
from yakuba.services.nursery.models import NoticePart, NoticePrint, Round
from yakuba.services.nursery.queries import outputs
from yakuba.services.nursery.queries.refusal import NotPossible, UnderWay, Unknown

JOB = "nursery.notices"
KEPT_PROBLEMS = 500
LONGEST = {"document_number": 60, "mayor": 120, "appeal": 800}  # characters; the other texts have 300
NAME_SHOWN = 80  # characters
OUTGROWN = (
    "住所と宛名が長く、封筒の窓に収まらないため、この1通は作っていません。受付簿か選考の画面で住所か氏名を短くして"
    "作り直すか、手で作って送ってください。"
)
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
    """Do the work; it may be killed and called again at any moment, and goes on with the pages that were ready.
    `told(done, total, note)` may raise to stop it."""
    row = (
        NoticePrint.objects.select_related("round__adopted__rule_set", "round__adopted__snapshot", "made_by")
        .filter(pk=print_id)
        .first()
    )
    if row is None or row.state != NoticePrint.State.ACTIVE:
        return
    shelf = Shelf(row.round, row.made_by)
    row.attempts, row.kept = row.attempts + 1, shelf.pages
    row.save(update_fields=["attempts", "kept"])
    told(0, 1, f"{outputs.restart_sentence(row)}理由の説明を作っています")
    try:
        selection, matching, wanted = outputs.final_selection(row.round)
    except (MarketRefused, RulesRefused) as refused:
        _end(row, NoticePrint.State.FAILED, problems=refused.problems)
        return
    written, problems = notices.write(selection, explain(selection, matching), wanted)
    frame = notices.frame(row.texts, "", timezone.localdate())
    try:
        ready = _printable(written, frame, row)
        pdf = press.to_pdf(
            ready,
            frame,
            draft=row.draft,
            told=_laying_out(row, told),
            shelf=shelf,
        )
    except (press.PdfUnavailable, press.TextsTooLong, Unprintable) as error:
        _end(row, NoticePrint.State.FAILED, problems=[Problem(0, "", str(error))])
        return
    _keep(row, ready, pdf, problems)
    shelf.clear()


def _laying_out(row: NoticePrint, told: Told) -> Callable[[int, int], None]:
    """Hears how many pages are laid out: at first those that were ready before."""
    begun = False

    def heard(done: int, total: int) -> None:
        nonlocal begun
        if not begun:
            begun, row.kept = True, done
            row.save(update_fields=["kept"])
        told(done, total, f"{outputs.restart_sentence(row)}紙面を作っています")

    return heard


class Unprintable(ValueError):
    """No notice can be printed as it is; `str()` says why to staff."""


def _printable(written: list[notices.Notice], frame: notices.Frame, row: NoticePrint) -> list[notices.Notice]:
    """The notices that the fonts can print and whose addressee is seen, numbered anew; the others are noted on the row, not yet saved. Raises
    Unprintable where the frame's texts cannot be printed, or no notice can."""
    known = glyphs.Glyphs()
    lacking = known.lacking("".join(map(str, vars(frame).values())))
    if lacking:
        raise Unprintable(
            f"通知の文面に、印刷できない文字 {glyphs.told(lacking)} があります。文面を直して作り直してください。"
        )
    row.held_back, ready = [], []
    for notice in written:
        found = {
            where: lacks for where, text in notices.texts(notice).items() if (lacks := known.lacking(text))
        }
        if found:
            row.held_back.append(_held_back(notice, _lacking_in_words(found)))
        elif not notices.fits_the_window(notice):
            row.held_back.append(_held_back(notice, OUTGROWN))
        else:
            ready.append(notice)
    if written and not ready:
        raise Unprintable(f"どの通知も印刷できません。{row.held_back[0]['reason']}")
    return notices.numbered(ready)


def _lacking_in_words(found: Mapping[str, list[str]]) -> str:
    said = "、".join(f"{where}の{glyphs.told(lacks)}" for where, lacks in found.items())
    return (
        f"{said}が、通知の書体（フォント）にないため、この1通は作っていません。受付簿か選考の画面で字を直すか、"
        "その字のある書体を管理者に入れてもらい、作り直してください。急ぐときは手で作って送ってください。"
    )


def _held_back(notice: notices.Notice, reason: str) -> dict[str, Any]:
    place = f"受付番号 {notice.child}（{glyphs.shown(notice.guardian or notice.child_name)[:NAME_SHOWN]}様）"
    return {"line": 0, "place": place, "reason": reason}


def _keep(row: NoticePrint, ready: list[notices.Notice], pdf: bytes, problems: list[Problem]) -> None:
    """Store the print file, unless somebody else was faster."""
    name = outputs.document_name(row.round, "notices") + ".pdf"
    with transaction.atomic():
        locked = NoticePrint.objects.select_for_update(of=("self",)).filter(pk=row.pk)
        if locked.get().state != NoticePrint.State.ACTIVE:
            return
        row.pdf = store(
            StoredFile.Kind.OUTPUT, name, "application/pdf", pdf, actor=row.made_by, pages=len(ready)
        )
        row.addresses = [list(line) for line in mailing.table(ready).rows]
        row.count = len(ready)
        _end(row, NoticePrint.State.DONE, problems=problems)
        record(
            "nursery.notices_made",
            subject=f"round:{row.round_id}",
            actor=row.made_by,
            count=row.count,
            held_back=len(row.held_back),
            draft=row.draft,
            sha256=row.pdf.sha256,
        )


class Shelf:
    """Parts of the round's print file that are laid out, kept as encrypted files until it is whole."""

    def __init__(self, round: Round, actor: Any) -> None:
        self._round = round
        self._actor = actor

    @property
    def pages(self) -> int:
        """How many pages lie there."""
        return sum(self._rows().values_list("pages", flat=True))

    def get(self, digest: str) -> bytes | None:
        """The part of that digest, if it lies there and can be read."""
        row = self._rows().select_related("pdf").filter(digest=digest).first()
        try:
            return content_of(row.pdf) if row else None
        except FileNotFoundError:
            self._throw_away(row)
            return None

    def put(self, digest: str, content: bytes, pages: int) -> None:
        """Keep a part; another process may have done so."""
        with transaction.atomic():
            if self._rows().filter(digest=digest).exists():
                return
            pdf = store(
                StoredFile.Kind.OUTPUT,
                "notices-part.pdf",
                "application/pdf",
                content,
                actor=self._actor,
                pages=pages,
            )
            NoticePart.objects.create(round=self._round, digest=digest, pages=pages, pdf=pdf)

    def clear(self) -> None:
        """Throw all parts away, whichever print file they were for."""
        for row in self._rows().select_related("pdf"):
            self._throw_away(row)

    def _throw_away(self, row: NoticePart) -> None:
        path = blob_path(row.pdf)
        with transaction.atomic():
            row.delete()
            row.pdf.delete()
        path.unlink(missing_ok=True)

    def _rows(self) -> Any:
        return NoticePart.objects.filter(round=self._round)


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
