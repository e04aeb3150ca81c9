"""Opening and closing a procedure's web form for residents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.services.intake.engine.form import parse_form
from yakuba.services.intake.engine.paper.proposing import propose
from yakuba.services.intake.models import WebForm
from yakuba.services.intake.queries import forms
from yakuba.services.reading import facade as reading

TAKEN = ("status", "resume", "guide", "tablet")  # words of the residents' addresses
LONGEST_NOTE = 1_000


@transaction.atomic
def set_form(procedure: Procedure, document: Mapping[str, Any], *, actor: Actor) -> WebForm:
    """Put a page cut into use; one that says something else is a new version. Raises DefinitionError."""
    form = _locked(procedure)
    parse_form(document, procedure.definition)
    if form.document != document:
        form.document, form.changed_by = dict(document), known(actor)
        form.version += 1
        form.save()
        record("intake.form_set", subject=f"form:{procedure.code}", actor=actor, version=form.version)
    return form


def propose_form(procedure: Procedure, *, actor: Actor) -> WebForm:
    """Put the pages into use that the procedure's paper form proposes; some seconds, since its print is read. Raises Missing
    where there is no paper form, and DefinitionError."""
    paper = reading.paper_form(procedure.code)
    if paper is None:
        raise Missing(
            f"「{procedure.title}」には紙の様式がありません。先に「帳票の様式」で登録してください。"
        )
    printed = reading.printed_words(procedure.code)
    form = forms.form_of(procedure.code)
    document = propose(paper, procedure.definition, printed, form.document if form else {})
    return set_form(procedure, document, actor=actor)


@transaction.atomic
def open_form(
    procedure: Procedure, opens_on: date, closes_on: date | None = None, note: str = "", *, actor: Actor
) -> WebForm:
    """Let residents send it from one day to another, both included. Raises Invalid and DefinitionError."""
    note = note.replace("\r\n", "\n").strip()
    if closes_on and closes_on < opens_on:
        raise Invalid("終わりの日は、始まりの日と同じか後にしてください。")
    if len(note) > LONGEST_NOTE:
        raise Invalid(f"お知らせは{LONGEST_NOTE}文字までで書いてください。")
    if procedure.code in TAKEN:
        raise Invalid(f"手続のコード {procedure.code} は、アドレスに使うため開けません。")
    if not forms.has_address(procedure):
        raise Invalid(
            f"手続のコード {procedure.code} は、アドレスに書けません。英数字とハイフンのコードにしてください。"
        )
    form = _locked(procedure)
    parse_form(form.document, procedure.definition)
    form.opens_on, form.closes_on, form.note, form.changed_by = opens_on, closes_on, note, known(actor)
    form.save()
    record("intake.opened", subject=f"form:{procedure.code}", actor=actor, opens_on=str(opens_on))
    return form


@transaction.atomic
def close_form(procedure: Procedure, *, actor: Actor) -> WebForm:
    """No more is taken from residents; what they are writing stays with them until its day. Raises Conflict."""
    form = WebForm.objects.select_for_update(of=("self",)).filter(procedure=procedure).first()
    if form is None or form.opens_on is None:
        raise Conflict(f"「{procedure.title}」のフォームは開いていません。")
    form.opens_on = form.closes_on = None
    form.changed_by = known(actor)
    form.save()
    record("intake.closed", subject=f"form:{procedure.code}", actor=actor)
    return form


def _locked(procedure: Procedure) -> WebForm:
    """The procedure's form, made where there is none, as it is now: another clerk may change it at the same moment."""
    form, _ = WebForm.objects.get_or_create(procedure=procedure)
    row: WebForm = WebForm.objects.select_for_update(of=("self",)).get(pk=form.pk)
    return row
