"""Writing entries, proposing and approving them, taking them back."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict, Invalid, Missing, Problem
from yakuba.kernel.search.noting import changed
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.answers.contracts import Draft, SectionFacts
from yakuba.services.answers.engine.reading import faults_of
from yakuba.services.answers.models import Entry, Knowledge, Publication, Section, Version
from yakuba.services.answers.queries.entries import draft_of, missing, newest, town_words
from yakuba.services.answers.queries.found import SOURCE

NO_ENTRY = "その答えはありません。一覧から選んでください。"


def told_anew() -> None:
    """What is told has changed: every process makes its index anew with the next question."""
    Knowledge.objects.update_or_create(
        municipality=current_municipality(), defaults={"stamp": secrets.token_hex(16)}
    )


def words_changed() -> None:
    """The town's words stand in answers: those are told, and found, anew."""
    told_anew()
    _found_anew(Entry.objects.filter(current__answer__regex="[{｛]"))


def _found_anew(rows: QuerySet[Entry]) -> None:
    changed(SOURCE, *map(str, rows.values_list("pk", flat=True)))


@transaction.atomic
def write(draft: Draft, *, actor: Actor) -> Version:
    """Keep the contents of an entry as a draft: of a new entry, or as the next version of the one of that code. A draft that
    is not proposed yet is changed in place. Raises Invalid, and Conflict while it waits for approval."""
    if faults := faults_of(draft):
        raise Invalid("\n".join(faults))
    return _write(draft, actor)


@transaction.atomic
def load(drafts: Sequence[Draft], *, actor: Actor) -> int:
    """The entries of a file as drafts, all or none; those that stand there as they are already stay untouched. Returns how
    many were new or changed. Raises Conflict for those that wait for approval."""
    now = {row.entry.code: row for row in newest()}
    waiting = [one.code for one in drafts if one.code in now and now[one.code].state == "waiting"]
    if waiting:
        problems = [Problem(0, "番号", f"「{code}」は承認を待っています。") for code in waiting]
        raise Conflict("承認を待っている答えがあるので、取り込んでいません。", problems=problems)
    different = [one for one in drafts if one.code not in now or draft_of(now[one.code]) != one]
    for draft in different:
        _write(draft, actor)
    record("answers.loaded", actor=actor, entries=len(different))
    return len(different)


def _write(draft: Draft, actor: Actor) -> Version:
    entry, _ = Entry.objects.get_or_create(municipality=current_municipality(), code=draft.code)
    _locked([entry.pk])
    last = entry.versions.select_related("publication", "entry").order_by("-number").first()
    if last is not None and last.state == "waiting":
        raise Conflict("承認を待っている間は変えられません。起案を取り下げてから直してください。")
    if last is None or last.state in ("published", "past"):
        number = (entry.versions.aggregate(last=Max("number"))["last"] or 0) + 1
        version = Version(entry=entry, number=number)
    else:
        version = last
    section = None
    if draft.section:
        section, _ = Section.objects.get_or_create(municipality=current_municipality(), name=draft.section)
    version.question, version.answer = draft.question, draft.answer
    version.wordings, version.links = "\n".join(draft.wordings), "\n".join(draft.links)
    version.field, version.section = draft.field, section
    version.audience, version.language, version.source = draft.audience, draft.language, draft.source
    version.valid_from, version.valid_until = _day(draft.valid_from), _day(draft.valid_until)
    version.made_by, version.publication = actor, None
    version.save()
    record("answers.written", subject=f"entry:{entry.pk}", actor=actor, version=version.number)
    return version


def _locked(entries: Any) -> None:
    """Nobody else writes, proposes or publishes these meanwhile: what was read of their versions stays true."""
    list(Entry.objects.select_for_update().filter(pk__in=entries).order_by("pk"))


@transaction.atomic
def propose(version_ids: Sequence[int], reason: str, *, actor: User) -> Publication:
    """Propose drafts to be published together. Raises Invalid for none, and for one whose slots are not filled."""
    words = town_words()
    _locked(Version.objects.filter(pk__in=version_ids).values("entry"))
    rows = [row for row in newest().filter(pk__in=version_ids) if row.state in ("draft", "returned")]
    if not rows:
        raise Invalid("承認に出せる下書きがありません。下書きを選んでください。")
    lacking = {row.entry.code: names for row in rows if (names := missing(row, words))}
    if lacking:
        problems = [
            Problem(0, code, f"{'、'.join(f'{{{name}}}' for name in names)} が埋まっていません。")
            for code, names in list(lacking.items())[:50]
        ]
        raise Invalid("埋まっていないところのある答えは、公開できません。", problems=problems)
    publication: Publication = Publication.objects.create(reason=approvals.stated(reason), proposed_by=actor)
    Version.objects.filter(pk__in=[row.pk for row in rows]).update(publication=publication)
    record("answers.proposed", subject=f"publication:{publication.pk}", actor=actor, entries=len(rows))
    return publication


def approve(publication: Publication, *, actor: User, answer: str = "") -> Publication:
    """Another person approves: the versions are told from now on. Raises ApprovalRefused."""

    def publish(row: Publication) -> None:
        now = timezone.now()
        _locked(Version.objects.filter(publication=row).values("entry"))
        versions = list(Version.objects.filter(publication=row).select_related("entry"))
        for version in versions:
            version.published_at = now
            version.save(update_fields=["published_at"])
            version.entry.current = version
            version.entry.save(update_fields=["current"])
        changed(SOURCE, *(str(version.entry_id) for version in versions))
        told_anew()
        record("answers.published", subject=f"publication:{row.pk}", actor=actor, entries=len(versions))

    return approvals.approve(publication, actor=actor, answer=answer, effect=publish)


@transaction.atomic
def send_back(publication: Publication, answer: str, *, actor: User) -> Publication:
    """Send it back with a word; who proposed it takes it back so."""
    row = approvals.send_back(publication, answer, actor=actor)
    record("answers.sent_back", subject=f"publication:{row.pk}", actor=actor)
    return row


@transaction.atomic
def withdraw(entry_id: int) -> Entry:
    """Tell an entry no more, at once; it stays with its versions. The operation records it."""
    entry: Entry | None = Entry.objects.select_for_update().filter(pk=entry_id).first()
    if entry is None:
        raise Missing(NO_ENTRY)
    if entry.current_id is None:
        raise Conflict("この答えは公開されていません。")
    entry.current = None
    entry.save(update_fields=["current"])
    changed(SOURCE, str(entry.pk))
    told_anew()
    return entry


@transaction.atomic
def set_section(facts: SectionFacts, *, actor: Actor) -> Section:
    """Say how a section is reached."""
    section, _ = Section.objects.update_or_create(
        municipality=current_municipality(),
        name=facts.name,
        defaults={"telephone": facts.telephone, "hours": facts.hours, "place": facts.place},
    )
    told_anew()
    _found_anew(Entry.objects.filter(current__section=section))
    record("answers.section_set", subject=f"section:{section.pk}", actor=actor)
    return section


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
