"""What the house makes of a hostile file, by the kind of door: a sentence, or what comes through."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from hostile import Hostile
from hostile.words import parts_of
from yakuba.kernel.bundles import opening as bundles
from yakuba.kernel.definitions import Problem
from yakuba.kernel.files.uploads import UploadRefused, pages, take_uploads
from yakuba.kernel.letters.word import apart
from yakuba.kernel.refusals import Refused
from yakuba.kernel.tables.reading import rows
from yakuba.services.minutes.engine import sound
from yakuba.services.worklogs.actions import imports


@dataclass
class Outcome:
    """sentences: what staff read; through: what the house goes on with."""

    sentences: list[str] = field(default_factory=list)
    through: list[bytes] = field(default_factory=list)


def _scan(one: Hostile, found: Outcome) -> None:
    for taken in take_uploads(one.file_name, io.BytesIO(one.make())):
        if isinstance(taken, UploadRefused):
            found.sentences.append(str(taken))
            continue
        for page in pages(taken):
            if page.content is None:
                found.sentences.append(page.refused)
            else:
                found.through.append(page.content)


def _table(one: Hostile, found: Outcome) -> None:
    problems: list[Problem] = []
    taken = list(rows(io.BytesIO(one.make()), ("番号", "氏名"), problems))
    found.through += [json.dumps(dict(row.cells), ensure_ascii=False).encode() for row in taken]
    found.sentences += [str(problem) for problem in problems]


def _word(one: Hostile, found: Outcome) -> None:
    content = one.make()
    found.through += [line.encode() for line in apart.lines(content)]
    harmless = apart.harmless(content)
    assert apart.harmless(harmless) == harmless, "towns know a letter again by its bytes"
    found.through += [name.encode() + part for name, part in parts_of(harmless).items()]
    read = apart.document(content)
    found.through += [repr(read.document).encode(), *read.document.pictures.values()]
    again = parts_of(apart.harmless(content, {"お知らせです。": "A notice."}))
    assert "A notice." in again["word/document.xml"].decode()
    found.through += again.values()


def _log(one: Hostile, found: Outcome) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        imports.as_table(io.BytesIO(one.make()), Path(folder), 100_000_000) as table,
    ):
        found.through.append(table.read(1 << 20))


def _bundle(one: Hostile, found: Outcome) -> None:
    for definition in bundles.definitions(one.make()):
        found.through.append(definition.text.encode())


def _sound(one: Hostile, found: Outcome) -> None:
    content = one.make()
    kind = sound.kind_of(content[:100])
    found.through.append(f"{kind} {sound.seconds_of(io.BytesIO(content), kind)}".encode())


DOORS: dict[str, Callable[[Hostile, Outcome], None]] = {
    "scan": _scan, "table": _table, "word": _word, "log": _log, "bundle": _bundle, "sound": _sound,
}  # fmt: skip


def opened(one: Hostile) -> Outcome:
    """What comes of it; what is no refusal is raised."""
    found = Outcome()
    try:
        DOORS[one.door](one, found)
    except Refused as refusal:
        found.sentences.append(refusal.lines())
    return found
