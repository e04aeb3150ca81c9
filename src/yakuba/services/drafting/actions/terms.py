"""The town's own words."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.services.drafting.contracts import TownWord
from yakuba.services.drafting.engine.termlist import fault_of
from yakuba.services.drafting.models import Term


@transaction.atomic
def write(word: TownWord, *, actor: Actor, term_id: int | None = None) -> Term:
    """A new word, or another wording of one. Raises Invalid, Conflict, Missing."""
    if fault := fault_of(word):
        raise Invalid(fault)
    row = Term() if term_id is None else Term.objects.filter(pk=term_id).first()
    if row is None:
        raise Missing("その語は用語集にありません。一覧を開き直してください。")
    same = Term.objects.filter(written=word.written, preferred=word.preferred).exclude(pk=row.pk)
    if same.exists():
        raise Conflict(f"「{word.written or word.preferred}」はもう用語集にあります。")
    _fill(row, word)
    row.save()
    record("drafting.term_written", subject=f"term:{row.pk}", actor=actor)
    return row


@transaction.atomic
def load(words: Sequence[TownWord], *, actor: Actor) -> int:
    """All words of a file: what is there already is brought up to date. Returns how many were new or changed."""
    there = {one.written or one.preferred: one for one in Term.objects.all()}
    changed = 0
    for word in words:
        row = there.get(word.written or word.preferred) or Term()
        if row.pk is None or row.word != word:
            _fill(row, word)
            row.save()
            changed += 1
    record("drafting.terms_loaded", actor=actor, words=changed)
    return changed


@transaction.atomic
def remove(term_id: int) -> str:
    """Out of the list. Returns the word. Raises Missing."""
    row = Term.objects.filter(pk=term_id).first()
    if row is None:
        raise Missing("その語は用語集にありません。一覧を開き直してください。")
    name = str(row)
    row.delete()
    return name


def _fill(row: Term, word: TownWord) -> None:
    row.written, row.preferred, row.reason = word.written, word.preferred, word.reason
    row.classes = ",".join(one.value for one in word.classes)
