"""What a talk's screens show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from yakuba.kernel.accounts.models import User
from yakuba.services.translation.contracts import Language, Line
from yakuba.services.translation.engine import furigana
from yakuba.services.translation.engine.languages import JAPANESE, LANGUAGES
from yakuba.services.translation.models import Talk

Ruby = list[furigana.Piece]


@dataclass(frozen=True)
class LineShown:
    """A line with its Japanese under furigana. number: its place, from 0; answers: (code, in the guest's language, in
    Japanese) of the buttons."""

    number: int
    line: Line
    japanese: Ruby
    plain: Ruby
    answers: tuple[tuple[str, str, str], ...]


def language_of(talk: Talk) -> Language:
    """The guest's language."""
    return LANGUAGES.get(talk.language, JAPANESE)


def shown(number: int, line: Line, answers: Any) -> LineShown:
    """A line as screens show it. answers: `code -> (in the guest's language, in Japanese)`."""
    return LineShown(
        number,
        line,
        furigana.ruby(line.japanese),
        furigana.ruby(line.plain),
        tuple((code, *answers(code)) for code in line.answers),
    )


def running(user: User) -> QuerySet[Talk]:
    """The talks that this person has begun and not ended, the last one first."""
    found: QuerySet[Talk] = Talk.objects.filter(by=user, reason="").order_by("-changed_at")
    return found


def kept() -> QuerySet[Talk]:
    """The talks that somebody keeps."""
    found: QuerySet[Talk] = Talk.objects.exclude(reason="").select_related("by").order_by("-changed_at")
    return found


def mine(talk_id: int, user: User) -> Talk | None:
    """A talk of this person that still lasts, None for another one's and for one that is kept: that is a record."""
    found: Talk | None = Talk.objects.filter(pk=talk_id, by=user, reason="").first()
    return found
