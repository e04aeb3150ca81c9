"""What reading adds to the page of a case: the picture beside each value, what is doubtful, and the way to put it
right, before the case is entered and after."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from yakuba.kernel.accounts import allowed
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.ledger.sight import Sight, sight
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.registry import CaseField, CaseLink, CaseNote, CasePart
from yakuba.services.reading.actions.cases import missing_pages, sheets_of
from yakuba.services.reading.actions.sheets import takes_changes
from yakuba.services.reading.models import PersonMatch, Question, Sheet
from yakuba.services.reading.queries import residents

NUMBER = "receipt_number"


def case_part(request: HttpRequest, case: Case) -> CasePart:
    """The part, for who may see the readings; what changes something only for who may confirm."""
    if not allowed(request.user, "reading.view"):
        return CasePart()
    may_confirm = allowed(request.user, "reading.confirm")
    sheets = sheets_of(case)
    changes = takes_changes(case)
    asked = Question.objects.filter(case=case).exclude(state=Question.State.ANSWERED)
    waiting = list(asked) if changes else []  # what is over asks nothing
    may_change = may_confirm and changes and bool(sheets)
    return CasePart(
        steps=_steps(case, waiting) if may_confirm and case.status != Status.RETURNED else (),
        links=_sheet_links(sheets) if may_confirm else (),
        notes=(*_notes(case, sheets), *(_returned(case) if may_change else ())),
        fields=_fields(case, waiting, may_confirm, may_change, sight(request.user, case)),
    )


def _steps(case: Case, waiting: list[Question]) -> tuple[CaseLink, ...]:
    if case.status == Status.WITHDRAWN:
        return (CaseLink("除外した用紙を見る", reverse("reading:problems") + "#aside"),)
    first = min(
        (question for question in waiting if question.state == Question.State.OPEN),
        key=lambda question: question.position,
        default=None,
    )
    if first is not None:
        return (CaseLink("値を確認する", reverse("reading:question", args=[first.pk])),)
    if waiting:
        return (CaseLink("保留した値を見る", reverse("reading:held")),)
    if (unmatched := PersonMatch.objects.filter(case=case).first()) and residents.waits(case):
        return (CaseLink("宛名を確かめる", reverse("reading:resident", args=[unmatched.pk])),)
    if case.status == Status.READING:
        return (CaseLink("困っている用紙を見る", reverse("reading:problems")),)
    return ()


def _sheet_links(sheets: list[Sheet]) -> tuple[CaseLink, ...]:
    return tuple(
        CaseLink(f"{sheet.page}ページ目の用紙", reverse("reading:sheet", args=[sheet.pk])) for sheet in sheets
    )


def _notes(case: Case, sheets: list[Sheet]) -> tuple[CaseNote, ...]:
    if not sheets:
        if CaseValue.objects.filter(case=case, origin=CaseValue.Origin.APPLICANT).exists():
            return ()  # it came by web, and the page says so
        return (
            CaseNote("info", "用紙の画像はありません", "この受付は、用紙を読み取ったものではありません。"),
        )
    missing = missing_pages(case, sheets)
    if not missing:
        return ()
    numbers = "と".join(f"{number}ページ目" for number in missing)
    text = "原本を探してスキャンし、取り込んでください。受付番号の読めない用紙として「困っている用紙」に入っていることもあります。"
    return (CaseNote("warning", f"{numbers}がありません", text),)


def _returned(case: Case) -> tuple[CaseNote, ...]:
    if case.status != Status.RETURNED:
        return ()
    text = "答えが届いたら、違う値の「直す」か「確認する」を押します。値が変わらないときは、下の「補正・審査・決定・取り下げを記録する」で進めます。"
    return (CaseNote("info", "申請者の答えを待っています", text),)


def _fields(
    case: Case, waiting: list[Question], may_confirm: bool, may_change: bool, seen: Sight
) -> dict[str, CaseField]:
    asked = {question.field: question for question in waiting}
    found = {}
    for value in CaseValue.objects.filter(case=case):
        question = asked.get(value.field)
        sheet = value.source.get("sheet")
        picture = (
            reverse("reading:field_picture", args=[case.pk, value.field]) + f"?s={sheet}" if sheet else ""
        )
        links = _links(case, value, question, may_change) if may_confirm else ()
        if seen.hides(case.procedure.definition.by_code.get(value.field)):
            continue  # neither its picture nor what is doubtful about it
        found[value.field] = CaseField(picture, _note(question), links)
    return found


def _note(question: Question | None) -> CaseNote | None:
    if question is None:
        return None
    if question.state == Question.State.HELD:
        return CaseNote("waiting", "保留", question.hold_reason)
    return CaseNote("warning", "確認待ち", question.message)


def _links(case: Case, value: CaseValue, question: Question | None, may_change: bool) -> tuple[CaseLink, ...]:
    if question is not None:
        return (CaseLink("確認する", reverse("reading:question", args=[question.pk])),)
    if value.field == NUMBER:
        return ()
    if may_change:
        return (CaseLink("直す", reverse("reading:ask_again", args=[case.pk, value.field]), post=True),)
    if case.is_entered:
        return (CaseLink("誤りを訂正する", reverse("reading:correct", args=[case.pk, value.field])),)
    return ()
