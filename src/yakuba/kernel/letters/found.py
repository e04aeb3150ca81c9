"""What the search of the whole house finds of letters: each kind, by what the letter says that is in use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.letters.models import LetterTemplate
from yakuba.kernel.letters.word.starting import Block, Words
from yakuba.kernel.registry import LetterKind, manifests, resolve
from yakuba.kernel.registry.models import UnusedRoom
from yakuba.kernel.search import Entry, Text

LABEL = 3.0  # what a word counts there, beside 1 in the letter


def keys(after: str) -> Iterator[str]:
    """The codes of the kinds of the rooms that the town uses."""
    return iter(code for code in sorted(_kinds()) if code > after)


def entries(wanted: Sequence[str]) -> Iterator[Entry]:
    """Those of these codes, as letters of today look."""
    kinds, used = _kinds(), _in_use()
    for code in (one for one in wanted if one in kinds):
        room, kind = kinds[code]
        row = used.get(code)
        fields = "、".join(one.name for one in kind.fields)
        yield Entry(
            code,
            kind.label,
            reverse("letters:kind", args=[code]),
            (
                Text(kind.label, LABEL),
                Text(row.text if row else _house(kind.start)),
                Text(fields, label="差し込み項目"),
            ),
            detail=f"{room}の通知の様式、{f'第{row.number}版' if row else 'はじめからの形'}",
        )


def version() -> str:
    """Another one as soon as another Word file is in use, which a day may bring, and with other rooms."""
    return repr([sorted(_kinds()), sorted((code, row.number) for code, row in _in_use().items())])


def _kinds() -> dict[str, tuple[str, LetterKind]]:
    unused = set(UnusedRoom.objects.values_list("room", flat=True))
    return {
        kind.code: (manifest.label, kind)
        for manifest in manifests()
        if manifest.name not in unused
        for kind in manifest.letters
    }


def _in_use() -> dict[str, LetterTemplate]:
    """Of each kind the Word file by which letters of today look (`queries.in_use`), of all in one question."""
    rows = LetterTemplate.objects.filter(since__lte=timezone.localdate(), withdrawn_at=None)
    return {row.kind: row for row in rows.only("kind", "number", "text").order_by("since", "number")}


@cache
def _house(start: str) -> str:
    """What the letter says as the house has it."""
    blocks: Sequence[Block] = resolve(start)()
    return "\n".join(_said(blocks))


def _said(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Words):
            yield block.text
        else:
            yield from (words.text for row in block.rows for cell in row for words in cell)
