"""Talks: what is said in them lasts as long as they do. Their keeping, reading and ending leave audit events without a word of
what was said."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.jobs import in_each_town
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.services.translation.contracts import Given, Line, Phrase, Speaker
from yakuba.services.translation.engine import languages, saying
from yakuba.services.translation.models import Talk
from yakuba.services.translation.queries.phrases import TownBook, word_in

MOST = 400  # lines of a talk; the oldest fall away
LONGEST = 500  # characters of a line
FORGOTTEN_AFTER = timedelta(hours=12)  # since the last word, unless it is kept
GONE = "このやりとりは終わっています。はじめから始めてください。"


@transaction.atomic
def begin(kind: Talk.Kind, language: str, *, actor: User) -> Talk:
    """Begin a talk. Raises Invalid for a language that is not spoken here."""
    _known(language)
    talk: Talk = Talk.objects.create(key=secrets.token_urlsafe(24), kind=kind, language=language, by=actor)
    record("translation.talk_begun", subject=f"talk:{talk.pk}", actor=actor, language=language)
    return talk


@transaction.atomic
def change_language(talk_id: int, language: str) -> None:
    """Go on in another language."""
    _known(language)
    talk = _open(pk=talk_id)
    talk.language = language
    talk.save(update_fields=["language", "changed_at"])


def say(talk: Talk, phrase: Phrase, given: Mapping[str, Given], book: TownBook) -> None:
    """Show a phrase to the guest, with its slots filled."""
    found = book.translated(phrase, talk.language) if talk.language != languages.JAPANESE.code else None
    note = book.withheld(phrase, found) if talk.language != languages.JAPANESE.code else ""
    text = ""
    if found is not None and not note:
        text = saying.said(found.text, talk.language, given, word_in(talk.language))
    line = Line(
        speaker=Speaker.STAFF,
        japanese=saying.said_officially(phrase.japanese, given),
        plain=saying.said(phrase.plain, "ja", given),
        text=text,
        note=note,
        beside=tuple(saying.beside(one) for one in given.values()),
        answers=phrase.answers,
        checked_by=found.checked_by if found and text else "",
        phrase=phrase.code,
    )
    add(talk.pk, line)


def answer(talk: Talk, code: str, book: TownBook) -> None:
    """The guest pressed a button of what was said last; anything else is passed over."""
    last = lines_of(talk)[-1:]
    if not last or code not in last[0].answers:
        return
    add(talk.pk, Line(Speaker.GUEST, book.answer(code, "ja"), text=book.answer(code, talk.language)))


@transaction.atomic
def add(talk_id: int, line: Line) -> None:
    """Put a line at the end. Raises Invalid for an empty or a long one, Missing where the talk has ended."""
    for text in (line.japanese, line.text):
        if len(text) > 2 * LONGEST:
            raise Invalid(f"1回に{LONGEST}文字までで、短く分けてください。")
    if not (line.japanese or line.text):
        raise Invalid("言葉を書いてから押してください。")
    talk = _open(pk=talk_id)
    talk.lines = [*talk.lines, asdict(line)][-MOST:]
    talk.save(update_fields=["lines", "changed_at"])


@transaction.atomic
def correct(talk_id: int, number: int, japanese: str, *, was: str | None = None, note: str = "") -> None:
    """Put right what was said in Japanese. number: of the line, from 0; was: what stood there for who puts it right; note: for
    staff. Raises Conflict where something else stands there by now."""
    talk = _open(pk=talk_id)
    if not 0 <= number < len(talk.lines):
        raise Missing("その行はありません。画面を開き直してください。")
    before = talk.lines[number]
    if was is not None and was != (before["japanese"] or before["text"]):
        raise Conflict("その行は、ほかの画面で変わりました。画面を開き直してください。")
    if not japanese.strip():
        del talk.lines[number]
    else:
        talk.lines[number] |= {"japanese": japanese.strip()[:LONGEST], "plain": "", "note": note}
    talk.save(update_fields=["lines", "changed_at"])


@transaction.atomic
def keep(talk_id: int, reason: str, *, actor: User) -> None:
    """Keep a talk, with the reason."""
    if not reason.strip():
        raise Invalid("残す理由を書いてください。理由がなければ「終わる」で消えます。")
    talk = _open(pk=talk_id)
    talk.reason = reason.strip()[:500]
    talk.save(update_fields=["reason", "changed_at"])
    record("translation.talk_kept", subject=f"talk:{talk.pk}", actor=actor)  # the reason may name people


@transaction.atomic
def end(talk_id: int, *, actor: User) -> None:
    """End a talk that nobody keeps: it is gone, with all that was said."""
    talk = _open(pk=talk_id)
    record("translation.talk_forgotten", subject=f"talk:{talk.pk}", actor=actor)
    talk.delete()


def forget_everywhere() -> None:
    """The chore: what nobody has gone on with and nobody keeps is gone."""
    limit = timezone.now() - FORGOTTEN_AFTER
    in_each_town("the talks", lambda: Talk.objects.filter(reason="", changed_at__lt=limit).delete())


def lines_of(talk: Talk) -> list[Line]:
    """What was said, the oldest first."""
    return [_line(one) for one in talk.lines]


def _line(kept: Mapping[str, Any]) -> Line:
    lists = {"beside": tuple(kept["beside"]), "answers": tuple(kept["answers"])}
    return Line(**{**kept, **lists, "speaker": Speaker(kept["speaker"])})


def _open(**which: Any) -> Talk:
    """A talk that lasts; one that is kept is a record, to which nobody adds and which nobody puts right."""
    talk: Talk | None = Talk.objects.select_for_update().filter(reason="", **which).first()
    if talk is None:
        raise Missing(GONE)
    return talk


def _known(language: str) -> None:
    if language not in languages.LANGUAGES and language != languages.JAPANESE.code:
        raise Invalid("相手の言語を選んでください。")
