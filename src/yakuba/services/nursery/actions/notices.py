"""Notices: the texts of a round, and making the print file with its mailing file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel import jobs
from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import pieces_of, store
from yakuba.kernel.letters import glyphs, printing, verify
from yakuba.kernel.letters.letter import Layout
from yakuba.kernel.letters.mailing import HEAD, MARK
from yakuba.kernel.letters.shelf import PrintShelf
from yakuba.kernel.letters.wording import unknown_fields
from yakuba.kernel.letters.written import WordTemplate
from yakuba.kernel.meter.noting import note
from yakuba.kernel.operations.operation import Told
from yakuba.kernel.protection.policy import PlaceHidden
from yakuba.kernel.refusals import Refused, attempt
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.services.nursery.actions.files import csv_file
from yakuba.services.nursery.adapters import letters
from yakuba.services.nursery.contracts import Problem
from yakuba.services.nursery.engine.telling import notices
from yakuba.services.nursery.engine.telling.explaining import explain
from yakuba.services.nursery.engine.telling.notices import FRAME_TEXTS
from yakuba.services.nursery.models import Application, NoticePrint, Round
from yakuba.services.nursery.queries import covering, outputs
from yakuba.services.nursery.queries.refusal import NotPossible, UnderWay, Unknown

JOB = "nursery.notices"
KEPT_PROBLEMS = 500
LONGEST = {"document_number": 60, "mayor": 120, "appeal": 800}  # characters; the other texts have 300
FILLED = (
    "document_number",
    "title_",
    "intro_",
    "after_",
)  # texts that may have fields, one letter's own values
NAME_SHOWN = 80  # characters
COLUMNS = (*HEAD, "受付番号", "通知の種類", MARK)
OUTGROWN = (
    "住所と宛名が長く、封筒の窓に収まらないため、この1通は作っていません。受付簿か選考の画面で住所か氏名を短くして"
    "作り直すか、手で作って送ってください。"
)
MISFIT = (
    "氏名などの項目が長く、字を小さくしても1枚に収まらないため、この1通は作っていません。受付簿か選考の画面で短くして"
    "作り直すか、手で作って送ってください。"
)
NOT_PROVED = "読み返したところ、宛名の一覧と合わない紙面がありました。もう一度作り、続くときは管理者に連絡してください。"
PROTECTED = (
    "支援措置の対象なので、この1通は作っていません。送るときは「住所を使う承認」を求め、承認されてから作り直すか、"
    "手で作って送ってください。"
)
NOTHING = "取り出せる通知がまだありません。先に作ってください。"

Words = Mapping[notices.Kind, WordTemplate]


@transaction.atomic
def state_texts(round: Round, texts: Mapping[str, str]) -> Round:
    """Keep the round's own texts: those that are not empty and differ from the usual ones; all others become the
    usual ones. Notices made before stay as they are. texts: name of FRAME_TEXTS → text of up to `longest` characters,
    `date` → ISO 8601. Raises Unknown for another name, NotPossible for a text too long or no date."""
    _refuse_texts(texts)
    row: Round = Round.objects.select_for_update(of=("self",)).get(pk=round.pk)
    usual = vars(outputs.usual_frame(row))
    row.notice = {name: texts[name] for name in FRAME_TEXTS if texts.get(name) and texts[name] != usual[name]}
    if texts.get("date"):
        row.notice["date"] = texts["date"]
    row.save()
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
        fields = notices.FIELDS if name.startswith(FILLED) else ()
        if found := unknown_fields(text, fields):
            usable = "、".join("{" + field + "}" for field in fields) or "ありません"
            raise NotPossible(
                f"通知の文面「{name}」に {'、'.join(found)} は差し込めません。使える項目：{usable}。"
            )
    stated = texts.get("date", "")
    try:
        is_day = not stated or date.fromisoformat(stated).isoformat() == stated
    except ValueError:
        is_day = False
    if not is_day:
        raise NotPossible("通知の日付 date は、2027-02-10 のように書いてください。")


@transaction.atomic
def start(round: Round, *, actor: User) -> NoticePrint:
    """Have the notices made, marked 見本 while the round is not frozen. Raises NotPossible, UnderWay with
    those that are being made."""
    row: Round = Round.objects.select_for_update(of=("self",)).get(pk=round.pk)
    if row.adopted_id is None:
        raise NotPossible("採用した選考結果がまだありません。計算の結果を採用すると、通知の見本を作れます。")
    _refuse_second(row)
    made = NoticePrint.objects.create(
        round=row, draft=not row.is_frozen, texts=outputs.texts_of_print(row), made_by=actor
    )
    jobs.enqueue(JOB, key=made.job_key, print_id=made.pk)
    return made


def _refuse_second(round: Round) -> None:
    active = NoticePrint.objects.filter(round=round, state=NoticePrint.State.ACTIVE).first()
    if active is not None:
        raise UnderWay("通知を作っているところです", active)


def make(print_id: int, told: Told) -> None:
    """Do the work here, without its job; a print that is refused has failed and says why."""
    if refused := attempt(work, print_id, told)[1]:
        give_up(refused, print_id=print_id)


def work(print_id: int, told: Told) -> None:
    """Do the work; it may be killed and called again at any moment, and goes on with the pages that were ready.
    `told(done, total, note)` may raise to stop it. Raises NotPossible, and what cannot be printed."""
    row = (
        NoticePrint.objects.select_related("round__adopted__rule_set", "round__adopted__snapshot", "made_by")
        .filter(pk=print_id)
        .first()
    )
    if row is None or row.state != NoticePrint.State.ACTIVE:
        return
    shelf = PrintShelf(row.job_key, row.made_by)
    row.attempts, row.kept = row.attempts + 1, shelf.pages
    row.save(update_fields=["attempts", "kept"])
    told(0, 1, "理由の説明を作っています")
    selection, matching, wanted = outputs.final_selection(row.round)
    written, problems = notices.write(selection, explain(selection, matching), wanted)
    frame = notices.frame(row.texts, notices.default_frame("", timezone.localdate()))
    words = outputs.words_of(row)
    ready = _printable(_allowed(row, written), frame, row, words)
    layout = letters.layout(frame, draft=row.draft, name=row.job_key, words=words)
    printed = _printed(row, ready, layout, shelf, told)
    _keep(row, printed, problems)
    shelf.clear()


def _allowed(row: NoticePrint, written: list[notices.Notice]) -> list[notices.Notice]:
    """The notices but for those of children under protection (支援措置), which need a second person's word."""
    closed = _withheld(row.round, row.made_by)
    row.held_back = [
        _held_back(replace(one, guardian=""), PROTECTED) for one in written if one.child in closed
    ]
    return [one for one in written if one.child not in closed]


def _withheld(round: Round, user: User) -> frozenset[str]:
    """The receipt numbers of the children whose address must not stand in what `user` makes or takes."""
    numbers = Application.objects.filter(pk__in=covering.withheld(user, [round.pk]))
    return frozenset(numbers.values_list("receipt_number", flat=True))


def _require_free(row: NoticePrint, actor: User) -> None:
    """Raises PlaceHidden where notices of children under protection are among those printed."""
    printed = {str(line[COLUMNS.index("受付番号")]) for line in row.addresses}
    if found := printed & _withheld(row.round, actor):
        raise PlaceHidden(
            f"支援措置の児童の通知が{len(found)}通入っているので、渡せません。",
            remedy="通知を作り直すか（その通知は入りません）、住所を使う承認を受けてください。",
        )


def _printed(
    row: NoticePrint, ready: list[notices.Notice], layout: Layout, shelf: PrintShelf, told: Told
) -> printing.Printed:
    """The print file, every page of it read back. Raises NothingFits and NotPossible."""
    printed = printing.print_file(
        [letters.letter(one) for one in ready], layout, told=_laying_out(row, told), shelf=shelf
    )
    known = {one.child: one for one in ready}
    row.held_back += [_held_back(known[child], MISFIT) for child in printed.misfits]
    marks = [one.mark for one in printed.letters]
    shows = {one.letter.recipient: _read_back(one.letter.body) for one in printed.letters}
    found = marks and verify.verify(
        printed.pdf, marks, shows=shows, told=lambda done, total: told(done, total, "紙面を読み返しています")
    )
    if found:
        raise NotPossible("\n".join([NOT_PROVED, *(one.reason for one in found[:20])]))
    return printed


def _read_back(notice: notices.Notice) -> list[str]:
    """What of it reads back from a PDF faithfully, besides the mark: ASCII does."""
    texts = ("".join(text.split()) for text in (notice.child, notice.postal_code))
    return [text for text in texts if text.isascii() and text.isprintable()]


def _laying_out(row: NoticePrint, told: Told) -> Callable[[int, int], None]:
    """Hears how many pages are laid out: at first those that were ready before."""
    begun = False

    def heard(done: int, total: int) -> None:
        nonlocal begun
        if not begun:
            begun, row.kept = True, done
            row.save(update_fields=["kept"])
        told(done, total, "紙面を作っています")

    return heard


def _printable(
    written: list[notices.Notice], frame: notices.Frame, row: NoticePrint, words: Words
) -> list[notices.Notice]:
    """The notices that the fonts can print and whose addressee is seen; the others are noted on the row, not yet saved.
    Raises NotPossible where the frame's texts cannot be printed, or no notice can."""
    usual = glyphs.Glyphs().lacking
    fonts = {kind: words[kind].lacking if kind in words else usual for kind in notices.Kind}
    said = "".join(map(str, vars(frame).values()))
    lacking = list(dict.fromkeys(one for lacks in {usual, *fonts.values()} for one in lacks(said)))
    if lacking:
        raise NotPossible(
            f"通知の文面に、印刷できない文字 {glyphs.told(lacking)} があります。文面を直して作り直してください。"
        )
    ready = []
    for notice in written:
        found = {
            where: lacks
            for where, text in notices.texts(notice).items()
            if (lacks := fonts[notice.kind](text))
        }
        if found:
            row.held_back.append(_held_back(notice, _lacking_in_words(found)))
        elif not notices.fits_the_window(notice):
            row.held_back.append(_held_back(notice, OUTGROWN))
        else:
            ready.append(notice)
    if written and not ready:  # those held back for protection are no fault
        row.save(update_fields=["held_back"])
        raise NotPossible(f"どの通知も印刷できません。{row.held_back[0]['reason']}")
    return ready


def _lacking_in_words(found: Mapping[str, list[str]]) -> str:
    said = "、".join(f"{where}の{glyphs.told(lacks)}" for where, lacks in found.items())
    return (
        f"{said}が、通知の書体（フォント）にないため、この1通は作っていません。受付簿か選考の画面で字を直すか、"
        "その字のある書体を管理者に入れてもらい、作り直してください。急ぐときは手で作って送ってください。"
    )


def _held_back(notice: notices.Notice, reason: str) -> dict[str, Any]:
    place = f"受付番号 {notice.child}（{glyphs.shown(notice.guardian or notice.child_name)[:NAME_SHOWN]}様）"
    return asdict(Problem(0, place, reason))


def _keep(row: NoticePrint, printed: printing.Printed, problems: list[Problem]) -> None:
    """Store the print file, unless somebody else was faster."""
    name, count = outputs.document_name(row.round, "notices") + ".pdf", len(printed.letters)
    with transaction.atomic():
        locked = NoticePrint.objects.select_for_update(of=("self",)).filter(pk=row.pk)
        if locked.get().state != NoticePrint.State.ACTIVE:
            return
        row.pdf = store(
            StoredFile.Kind.OUTPUT, name, "application/pdf", printed.pdf, actor=row.made_by, pages=count
        )
        row.addresses = [list(line) for line in letters.mailing(printed.letters).rows]
        row.count = count
        _end(row, NoticePrint.State.DONE, problems=problems)
        note("nursery.letters", f"print:{row.pk}", count)
        record(
            "nursery.notices_made",
            subject=f"round:{row.round_id}",
            actor=row.made_by,
            count=row.count,
            held_back=len(row.held_back),
            draft=row.draft,
            templates=row.texts.get(outputs.TEMPLATES, {}),
            sha256=row.pdf.sha256,
        )


def take_print(round: Round, *, actor: User) -> Download:
    """The newest print file (`outputs.latest_print`). Raises NotPossible while there is none."""
    row = _ready(round)
    if row.pdf is None:
        raise NotPossible(NOTHING)
    _require_free(row, actor)
    name = outputs.document_name(row.round, "draft" if row.draft else "notices")
    file = Download(f"{name}.pdf", "application/pdf", pieces_of(row.pdf))
    _taken(row, actor, "pdf")
    return file


def take_addresses(round: Round, encoding: str, *, accept: bool, actor: User) -> Download:
    """The mailing file that goes with its pages. Raises NotPossible while there is none, and what `csv_file`
    raises."""
    row = _ready(round)
    _require_free(row, actor)
    marked = [
        line if len(line) == len(COLUMNS) else [*line, ""] for line in row.addresses
    ]  # before there were marks
    table = Table("通知の宛名", COLUMNS, marked)
    file = csv_file(table, outputs.document_name(row.round, "mailing") + ".csv", encoding, accept=accept)
    _taken(row, actor, f"mailing.{encoding}")
    return file


def _ready(round: Round) -> NoticePrint:
    row = outputs.latest_print(round)
    if row is None:
        raise NotPossible(NOTHING)
    return row


def _taken(row: NoticePrint, actor: User, what: str) -> None:
    """Recorded here, since only here it is known which print was the newest."""
    subject = f"round:{row.round_id}"
    record("nursery.notices_taken", subject=subject, actor=actor, what=what, draft=row.draft)


@transaction.atomic
def give_up(refusal: Refused, *, print_id: int) -> None:
    """The job will not be done, for that reason: the row says so, and its pages go. One that has ended is left alone."""
    rows = NoticePrint.objects.select_for_update(of=("self",))
    row = rows.filter(pk=print_id, state=NoticePrint.State.ACTIVE).first()
    if row is not None:
        _end(row, NoticePrint.State.FAILED, problems=refusal.problems or [Problem(0, "", str(refusal))])
        PrintShelf(row.job_key).clear()


@transaction.atomic
def take_up(*, print_id: int) -> None:
    """The job of a failed print is begun again. Raises UnderWay while others are being made."""
    rows = NoticePrint.objects.select_for_update(of=("self",)).select_related("round")
    row = rows.filter(pk=print_id, state=NoticePrint.State.FAILED).first()
    if row is not None:
        _refuse_second(row.round)
        row.state, row.problems, row.held_back, row.ended_at = NoticePrint.State.ACTIVE, [], [], None
        row.save()


def _end(row: NoticePrint, state: NoticePrint.State, *, problems: Any) -> None:
    row.state, row.ended_at = state, timezone.now()
    row.problems = [asdict(one) for one in problems[:KEPT_PROBLEMS]]
    row.save()
