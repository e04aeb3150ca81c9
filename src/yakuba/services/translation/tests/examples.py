"""One object of every kind that an address of this room names."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.translation.actions import memory, phrases, talks
from yakuba.services.translation.contracts import Line, PhraseDraft, Speaker
from yakuba.services.translation.models import Segment, Talk


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A talk that goes on, and one that is kept."""
    running = talks.begin(Talk.Kind.COUNTER, "en", actor=clerk)
    talks.add(running.pk, Line(Speaker.STAFF, known["secret_word"]))
    kept = talks.begin(Talk.Kind.COUNTER, "vi", actor=clerk)
    talks.add(kept.pk, Line(Speaker.STAFF, known["secret_word"]))
    talks.keep(kept.pk, known["secret_word"], actor=clerk)
    captions = talks.begin(Talk.Kind.CAPTIONS, "ja", actor=clerk)
    draft = PhraseDraft("example-01", "見本", known["secret_word"], known["secret_word"])
    phrases.write(draft, actor=clerk)
    memory.keep("en", [(known["secret_word"], "Only ours")], "", actor=clerk)
    return {
        "segment_id": Segment.objects.latest("pk").pk,
        "phrase_code": draft.code,
        "talk_id": running.pk,
        "talk_key": running.key,
        "caption_id": captions.pk,
        "kept_talk_id": kept.pk,
        "town_code": current_municipality().code,
    }
