"""Taking a Word file for a kind of letter, putting it into use from a day, withdrawing it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import store
from yakuba.kernel.letters.checking import check
from yakuba.kernel.letters.models import LetterTemplate
from yakuba.kernel.letters.word import apart
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.registry import LetterKind
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.tenancy.models import Municipality

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
STORED_AS = "application/zip"  # which a .docx is; the table of files has no room for its own long name
MOST_TOLD = 100


def take(kind: LetterKind, name: str, content: bytes, *, actor: User) -> LetterTemplate:
    """Keep a Word file as a draft with its preview and everything that is wrong with it. What is kept is the file without
    what acts in it: others will open it. Raises NotWord, and then nothing is kept."""
    checked = check(content, kind)
    harmless = apart.harmless(content)
    said = "\n".join(apart.lines(harmless))
    with transaction.atomic():
        Municipality.objects.select_for_update().get(pk=current_municipality().pk)  # one number at a time
        newest = LetterTemplate.objects.filter(kind=kind.code).order_by("-number").first()
        row = LetterTemplate(kind=kind.code, number=newest.number + 1 if newest else 1, name=name[-120:])
        row.file = store(StoredFile.Kind.UPLOAD, name, STORED_AS, harmless, actor=actor)
        row.preview = store(
            StoredFile.Kind.OUTPUT, "preview.pdf", "application/pdf", checked.preview, actor=actor
        )
        row.text = said
        row.faults = [asdict(one) for one in checked.faults[:MOST_TOLD]]
        row.notes = [asdict(one) for one in checked.notes[:MOST_TOLD]]
        row.taken_by = actor
        row.save()
        record(
            "letters.template_taken",
            subject=f"{kind.code}:{row.number}",
            actor=actor,
            sha256=row.file.sha256,
            faults=len(row.faults),
        )
    return row


@transaction.atomic
def use(row: LetterTemplate, day: date, *, actor: User) -> None:
    """Letters of that day and later look like this. Raises Conflict for one with faults or one that is not a draft, and
    Invalid for a day that is over: what was sent then stays as it was."""
    row = LetterTemplate.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if not row.is_draft:
        raise Conflict("この版は、もう使うことに決まっているか、取り下げられています。")
    if row.faults:
        raise Conflict("直すところが残っている様式は使えません。Wordで直して、入れ直してください。")
    if day < timezone.localdate():
        raise Invalid("使い始める日は、きょうかこれからの日にしてください。")
    row.since, row.used_by = day, actor
    row.save(update_fields=["since", "used_by"])
    record("letters.template_used", subject=f"{row.kind}:{row.number}", actor=actor, since=day.isoformat())


@transaction.atomic
def withdraw(row: LetterTemplate, *, actor: User) -> None:
    """It is not used any more, and the version before it, or the house's own look, is. What was made stays."""
    row = LetterTemplate.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.withdrawn_at is not None:
        raise Conflict("この版は、もう取り下げられています。")
    row.withdrawn_at, row.withdrawn_by = timezone.now(), actor
    row.save(update_fields=["withdrawn_at", "withdrawn_by"])
    record("letters.template_withdrawn", subject=f"{row.kind}:{row.number}", actor=actor)


def taken(subject: str, *, actor: User) -> None:
    """Note that somebody took a Word file along."""
    record("letters.template_downloaded", subject=subject, actor=actor)
