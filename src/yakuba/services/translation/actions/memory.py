"""What people have translated or corrected, and the town's own words."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Invalid, Missing
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.translation.engine.languages import LANGUAGES
from yakuba.services.translation.engine.memory import digest, normal
from yakuba.services.translation.models import Segment, Term

LONGEST = 2_000  # characters of a sentence


@transaction.atomic
def keep(language: str, pairs: Sequence[tuple[str, str]], checked_by: str, *, actor: Actor) -> int:
    """Keep sentences with their translation; they are asked first from now on. checked_by: the native speaker who has read them,
    empty for nobody. Returns how many were new or changed. Raises Invalid."""
    if language not in LANGUAGES:
        raise Invalid("言語を選んでください。")
    if len(checked_by) > 60 or any(len(text) > LONGEST for pair in pairs for text in pair):
        raise Invalid(f"文は{LONGEST:,}文字、名前は60文字までにしてください。")
    changed = 0
    for source, target in pairs:
        if not source.strip() or not target.strip():
            continue
        row = Segment.objects.filter(language=language, digest=digest(source)).first()
        new = (target.strip(), checked_by.strip())
        if row is not None and (row.target, row.checked_by) == new:
            continue
        Segment.objects.update_or_create(
            municipality=current_municipality(),
            language=language,
            digest=digest(source),
            defaults={"source": normal(source), "target": new[0], "checked_by": new[1], "by": actor},
        )
        changed += 1
    record("translation.sentences_kept", actor=actor, language=language, sentences=changed)
    return changed


@transaction.atomic
def forget(segment_id: int) -> int:
    """Forget a sentence. The operation records it."""
    gone, _ = Segment.objects.filter(pk=segment_id).delete()
    if not gone:
        raise Missing("その文はありません。一覧を開き直してください。")
    return segment_id


@transaction.atomic
def set_term(japanese: str, language: str, text: str, *, actor: Actor) -> bool:
    """Say how a word is always translated; an empty text takes it away. Whether something changed. Raises Invalid."""
    if language not in LANGUAGES:
        raise Invalid("言語を選んでください。")
    rows = Term.objects.filter(japanese=japanese, language=language)
    if not text.strip():
        changed = bool(rows.delete()[0])
    else:
        changed = rows.filter(text=text.strip()).first() is None
        Term.objects.update_or_create(
            municipality=current_municipality(),
            japanese=japanese,
            language=language,
            defaults={"text": text.strip()},
        )
    if changed:
        record("translation.term_set", actor=actor, language=language, word=japanese)
    return changed
