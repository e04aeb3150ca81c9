"""What a town writes into the phrasebook: own phrases, corrections, and who has checked what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Invalid, Missing
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.translation.contracts import Phrase, PhraseDraft
from yakuba.services.translation.engine import tables
from yakuba.services.translation.engine.languages import LANGUAGES
from yakuba.services.translation.models import OwnPhrase, OwnText
from yakuba.services.translation.queries.phrases import TownBook


@transaction.atomic
def load(drafts: Sequence[PhraseDraft], *, actor: Actor) -> int:
    """Keep phrases and sentences; what stands there as it is already stays untouched. Returns how many changed. The caller
    has asked `tables.faults_of`."""
    book = TownBook()
    groups = {label: code for code, label in book.groups.items()}
    named = [replace(one, group=groups.get(one.group, one.group)) for one in drafts]
    said = {one.code: tables.phrase_of(one) for one in named}
    reworded = [one for one in said.values() if book.phrases.get(one.code) != one and _differs(one, book)]
    for phrase in reworded:
        _keep_phrase(phrase)
    book = TownBook()
    texts = [one for one in named if one.language and _is_new(one, book)]
    for draft in texts:
        _keep_text(draft, actor)
    record("translation.phrases_written", actor=actor, phrases=len(reworded), sentences=len(texts))
    return len(reworded) + len(texts)


def write(draft: PhraseDraft, *, actor: Actor) -> None:
    """Keep one. Raises Invalid."""
    if faults := tables.faults_of(draft, dict(TownBook().answers())):
        raise Invalid("\n".join(faults))
    load([draft], actor=actor)


@transaction.atomic
def check(language: str, codes: Sequence[str], checked_by: str, *, actor: Actor) -> int:
    """A person who speaks the language from birth has read these sentences as they stand. Returns how many were not marked
    by that person yet. Raises Invalid without a name, Missing where a phrase has no sentence in the language."""
    name = checked_by.strip()
    if not 0 < len(name) <= 60:
        raise Invalid("確認した人の名前を、60文字までで書いてください。")
    if language not in LANGUAGES:
        raise Invalid("言語を選んでください。")
    book, marked = TownBook(), 0
    for code in dict.fromkeys(codes):
        phrase = book.phrases.get(code)
        found = book.translated(phrase, language) if phrase else None
        if phrase is None or found is None:
            raise Missing(f"「{code}」の{LANGUAGES[language].name}の文がありません。")
        if found.checked_by != name:
            draft = replace(draft_of(phrase), language=language, text=found.text, checked_by=name)
            _keep_text(draft, actor)
            marked += 1
    record("translation.phrases_checked", actor=actor, language=language, checked_by=name, sentences=marked)
    return marked


def draft_of(phrase: Phrase) -> PhraseDraft:
    """A phrase as a draft in Japanese alone."""
    return PhraseDraft(
        phrase.code,
        phrase.group,
        phrase.japanese,
        phrase.plain,
        phrase.wordings,
        phrase.answers,
        phrase.sensitive,
    )


def _differs(phrase: Phrase, book: TownBook) -> bool:
    before = book.phrases.get(phrase.code)
    return before is None or draft_of(before) != draft_of(phrase)


def _is_new(draft: PhraseDraft, book: TownBook) -> bool:
    found = book.translated(book.phrases[draft.code], draft.language)
    return found is None or (found.text, found.checked_by) != (draft.text, draft.checked_by)


def _keep_phrase(phrase: Phrase) -> None:
    OwnPhrase.objects.update_or_create(
        municipality=current_municipality(),
        code=phrase.code,
        defaults={
            "group": phrase.group,
            "japanese": phrase.japanese,
            "plain": phrase.plain,
            "wordings": "\n".join(phrase.wordings),
            "answers": list(phrase.answers),
            "sensitive": phrase.sensitive.value,
        },
    )


def _keep_text(draft: PhraseDraft, actor: Actor) -> None:
    OwnText.objects.update_or_create(
        municipality=current_municipality(),
        code=draft.code,
        language=draft.language,
        defaults={
            "japanese": draft.japanese,
            "text": draft.text,
            "checked_by": draft.checked_by,
            "checked_on": timezone.localdate() if draft.checked_by else None,
            "by": actor,
        },
    )
