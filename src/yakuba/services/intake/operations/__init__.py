"""What can be done with 申請受付, each declared once for pages, API and command line."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.utils import timezone
from pydantic import BaseModel, Field

from yakuba.kernel.accounts import require
from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.definitions import LARGEST_BYTES, decoded, values
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.ledger.models import Case, Procedure
from yakuba.kernel.operations import Answer, Nothing, Trace, Upload
from yakuba.kernel.refusals import Invalid, Missing
from yakuba.services.intake.actions import answering, opening
from yakuba.services.intake.models import Correction, WebForm
from yakuba.services.intake.operations import acting as _acting  # noqa: F401  # declares its operations
from yakuba.services.intake.operations import counter as _counter  # noqa: F401  # declares its operations
from yakuba.services.intake.operations import fee_days as _fee_days  # noqa: F401  # declares its operations
from yakuba.services.intake.operations import fees as _fees  # noqa: F401  # declares its operations
from yakuba.services.intake.operations import navigator as _navigator  # noqa: F401  # declares its operations
from yakuba.services.intake.operations import post as _post  # noqa: F401  # declares its operations
from yakuba.services.intake.operations import rules as _rules  # noqa: F401  # declares its operations
from yakuba.services.intake.operations.table import OPERATIONS
from yakuba.services.intake.queries import forms, paper

COLUMNS = {
    "code": "コード",
    "title": "手続",
    "state_label": "状態",
    "closes_on": "いつまで",
    "sent": "届いた数",
}


class IntakeFormOut(BaseModel):
    """A procedure's web form. state: closed, waiting, open or over; days are ISO 8601 or empty; sent: applications so far."""

    code: str
    title: str
    state: str
    state_label: str
    opens_on: str
    closes_on: str
    version: int
    sent: int


class OneForm(BaseModel):
    """A procedure's web form."""

    apply_code: str = Field(max_length=60, description="手続のコード")


class OpenIn(OneForm):
    """From when to when."""

    opens_on: date | None = Field(None, description="受付を始める日（なければ今日）")
    closes_on: date | None = Field(None, description="受付を終える日")
    note: str = Field("", max_length=1_000, description="住民へのお知らせ")


class FormFileIn(OneForm):
    """Pages and conditions."""

    file: Upload = Field(description="申請フォームのファイル（YAML）")


class SentCase(BaseModel):
    """A case that came by web."""

    case_id: int = Field(description="受付の番号（受付簿の画面のアドレスにある数）")


class CorrectionIn(SentCase):
    """What is asked back."""

    sentence: str = Field(max_length=1_000, description="申請者に求めること")
    until: date | None = Field(None, description="返事の期限")


class CaseStatusOut(BaseModel):
    """Where the case stands now."""

    number: str
    status: str


class CorrectionAskedOut(BaseModel):
    """What was asked. until: ISO 8601 or empty."""

    number: str
    sentence: str
    until: str


def _facts(row: forms.Row) -> dict[str, Any]:
    form = row.form
    return {
        "code": row.procedure.code,
        "title": row.procedure.title,
        "state": row.state,
        "state_label": row.label,
        "opens_on": _day(form.opens_on if form else None),
        "closes_on": _day(form.closes_on if form else None),
        "version": form.version if form else 0,
        "sent": row.sent,
    }


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _of_form(form: WebForm) -> dict[str, Any]:
    state = forms.state_of(form, timezone.localdate())
    return _facts(forms.Row(form.procedure, form, state, form.submissions.count()))  # type: ignore[attr-defined]


FORM = Answer(IntakeFormOut, _of_form, COLUMNS)


@OPERATIONS.add(
    "申請フォームの一覧",
    "intake.view",
    "GET forms",
    "forms",
    answer=Answer(list[IntakeFormOut], columns=COLUMNS),
)
def list_forms(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """Every procedure with the state of its web form."""
    return [_facts(row) for row in forms.rows()]


@OPERATIONS.add("申請フォームを開く", "intake.edit", "POST forms/{apply_code}/open", "open", answer=FORM)
def open_form(asked: OpenIn, actor: Actor) -> WebForm:
    """Let residents send it by web, from one day to another."""
    opens_on = asked.opens_on or timezone.localdate()
    return opening.open_form(procedure(asked.apply_code), opens_on, asked.closes_on, asked.note, actor=actor)


@OPERATIONS.add("申請フォームを閉じる", "intake.edit", "POST forms/{apply_code}/close", "close", answer=FORM)
def close_form(asked: OneForm, actor: Actor) -> WebForm:
    """Take nothing more from residents; 409 where it is closed already."""
    return opening.close_form(procedure(asked.apply_code), actor=actor)


@OPERATIONS.add(
    "申請フォームのページを決める", "intake.edit", "POST forms/{apply_code}/load", "load", answer=FORM
)
def load_form(asked: FormFileIn, actor: Actor) -> WebForm:
    """Put pages, conditions and files of a form file into use."""
    document = values(decoded(asked.file.read(LARGEST_BYTES)))
    if not isinstance(document, dict):
        raise Invalid("申請フォームのファイルは、pages: から始まるYAMLで書いてください。")
    return opening.set_form(procedure(asked.apply_code), document, actor=actor)


@OPERATIONS.add(
    "紙の様式から申請フォームを作る",
    "intake.edit",
    "POST forms/{apply_code}/propose",
    "propose",
    answer=FORM,
)
def propose_form(asked: OneForm, actor: Actor) -> WebForm:
    """Pages, order and labels as the procedure's paper form prints them; what was set for files stays."""
    return opening.propose_form(procedure(asked.apply_code), actor=actor)


@OPERATIONS.add(
    "申請フォームを書き出す",
    "intake.view",
    "GET forms/{apply_code}/file",
    "export",
    answer=Answer(media_type="application/json"),
)
def export_form(asked: OneForm, actor: Actor) -> Download:
    """Pages, conditions and files as a file that can be loaded again, here or in another town."""
    form = forms.form_of(asked.apply_code)
    document = form.document if form else {}
    text = json.dumps(document, ensure_ascii=False, indent=1)
    return Download(f"{procedure(asked.apply_code).code}-form.json", "application/json", text.encode())


@OPERATIONS.add(
    "ウェブの申請を入力に回す",
    "intake.edit",
    "POST cases/{case_id}/accept",
    "accept",
    answer=Answer(CaseStatusOut, lambda case: {"number": case.receipt_number, "status": case.status}),
)
def accept_case(asked: SentCase, actor: Actor) -> Case:
    """The office has looked at what was sent; it waits for its entry."""
    return answering.accept(_case(asked.case_id), actor=actor)


@OPERATIONS.add(
    "申請者に補正を求める",
    "intake.edit",
    "POST cases/{case_id}/ask-correction",
    "ask-correction",
    answer=Answer(
        CorrectionAskedOut,
        lambda row: {"number": row.submission.number, "sentence": row.sentence, "until": _day(row.until)},
    ),
)
def ask_correction(asked: CorrectionIn, actor: Actor) -> Correction:
    """Ask the applicant to correct or add something; the case waits for the answer."""
    return answering.ask_correction(_case(asked.case_id), asked.sentence, asked.until, actor=actor)


@OPERATIONS.add(
    "受付を紙の様式に入れる",
    "intake.view",
    "GET cases/{case_id}/paper",
    "paper",
    answer=Answer(media_type="application/pdf"),
    event="intake.paper_taken",
    step_up=True,
    trace=lambda asked, file: Trace(f"case:{asked.case_id}"),
)
def print_paper(asked: SentCase, actor: Actor) -> Download:
    """The values of a case in the boxes of its procedure's paper form, as a PDF."""
    person = known(actor)
    if person is not None:
        require(person, "ledger.view")
    case = _case(asked.case_id)
    return Download(f"case-{case.pk}.pdf", "application/pdf", paper.for_staff(case, person))


def procedure(code: str) -> Procedure:
    """The procedure of that code. Raises Missing."""
    row = Procedure.objects.filter(code=code).first()
    if row is None:
        raise Missing(f"手続 {code} はありません。コードを確かめてください。")
    return row


def _case(number: int) -> Case:
    row = Case.objects.select_related("procedure").filter(pk=number).first()
    if row is None:
        raise Missing("その受付はありません。番号を確かめてください。")
    return row
