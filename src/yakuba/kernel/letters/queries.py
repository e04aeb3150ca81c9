"""Which Word file decides how a letter looks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from yakuba.kernel.accounts import used_manifests
from yakuba.kernel.accounts.models import User
from yakuba.kernel.files.storage import content_of
from yakuba.kernel.letters.models import LetterTemplate
from yakuba.kernel.letters.word import apart
from yakuba.kernel.letters.word.fields import plain
from yakuba.kernel.letters.word.reading import read
from yakuba.kernel.letters.written import WordTemplate
from yakuba.kernel.refusals import Missing
from yakuba.kernel.registry import LetterKind, letter_kinds, resolve


@dataclass(frozen=True)
class KindState:
    """A kind of letter, the room it belongs to, what is used today, what will be, and how many drafts there are."""

    kind: LetterKind
    room: str
    used: LetterTemplate | None
    coming: LetterTemplate | None
    drafts: int


def kinds(user: User) -> list[KindState]:
    """Of the rooms that the town uses, in the order of the menu."""
    today = timezone.localdate()
    return [
        KindState(
            kind, manifest.label, in_use(kind.code, today), _coming(kind.code, today), _drafts(kind.code)
        )
        for manifest in used_manifests(user)
        for kind in manifest.letters
    ]


def kind_of(code: str) -> LetterKind:
    """The kind of that code. Raises Missing."""
    found = letter_kinds().get(code)
    if found is None:
        known = "、".join(letter_kinds())
        raise Missing(f"通知の種類「{code}」はありません。あるのは {known} です。")
    return found


def versions(code: str) -> QuerySet[LetterTemplate]:
    """The Word files of a kind, the newest first."""
    rows = LetterTemplate.objects.filter(kind=code).select_related("taken_by", "used_by", "file", "preview")
    return rows.order_by("-number")


def in_use(code: str, day: date) -> LetterTemplate | None:
    """The version by which letters of that day look; None where they look as the house has them."""
    rows = versions(code).filter(since__lte=day, withdrawn_at=None)
    return rows.order_by("-since", "-number").first()


def pinned(codes: Iterable[str], day: date) -> dict[str, int]:
    """Kind -> number of the version in use: what a print keeps, so that all of it looks the same whenever it ends."""
    found = {code: in_use(code, day) for code in codes}
    return {code: row.number for code, row in found.items() if row is not None}


def written(code: str, number: int) -> WordTemplate:
    """A version ready for the press. Raises Missing, and NotWord where it cannot be read any more."""
    row = versions(code).filter(number=number).first()
    if row is None:
        raise Missing(f"「{kind_of(code).label}」の様式の第{number}版がありません。")
    kind = kind_of(code)
    repeated = [plain(field.name) for field in kind.fields if field.samples]
    return WordTemplate(code, number, apart.document(content_of(row.file), repeated).document)


def house(kind: LetterKind) -> WordTemplate:
    """The kind as the file that the house gives to begin with, for letters that have no other look."""
    return WordTemplate(kind.code, 0, read(beginning(kind)).document)


def beginning(kind: LetterKind) -> bytes:
    """The letter as the house prints it, as a Word file."""
    from yakuba.kernel.letters.word import starting

    blocks: Sequence[starting.Block] = resolve(kind.start)()
    return starting.written(blocks)


def _coming(code: str, today: date) -> LetterTemplate | None:
    return versions(code).filter(since__gt=today, withdrawn_at=None).order_by("since", "-number").first()


def _drafts(code: str) -> int:
    return versions(code).filter(since=None, withdrawn_at=None).count()
