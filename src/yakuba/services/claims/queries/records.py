"""A claim as its file has it, record by record, for a person: numbers of the insured masked, codes with their names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yakuba.kernel.files import temporary
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import pieces_of
from yakuba.kernel.values.my_numbers import likely_in
from yakuba.services.claims.adapters import shelf
from yakuba.services.claims.adapters.tables import names_in
from yakuba.services.claims.engine.layouts import edition_of
from yakuba.services.claims.engine.lines import HEAD, encoding_of
from yakuba.services.claims.models import ClaimFile
from yakuba.services.claims.queries import masters_of

MASKED = {"番号", "受給者番号", "証明書番号", "検索番号", "カルテ番号"}
LABELS = {
    "RE": "レセプト", "HO": "保険者", "KO": "公費", "SN": "資格確認", "SY": "傷病名", "SI": "診療行為", "IY": "医薬品", "TO": "特定器材",
    "CO": "コメント", "SJ": "症状詳記",
}  # fmt: skip
MOST_RECORDS = 500
_ENDS = re.compile(r"\r\n|\r|\n")  # and nothing else that Python calls a line's end


@dataclass(frozen=True)
class Record:
    """A line of the file. label: of its type; name: of its code; said: item → what stands there, without empty ones."""

    line: int
    kind: str
    label: str
    name: str
    said: tuple[tuple[str, str], ...]
    days: str
    found: bool


def records(row: ClaimFile, number: int, line: int = 0) -> list[Record]:
    """The records of a claim; none where the file is gone. line: of what was found."""
    with temporary.folder("claims") as folder:
        claim = shelf.one_claim(_written(row.claims_part, folder / "claims.parquet"), number)
        if claim is None or row.file is None:
            return []
        head, content = _between(row.file, claim["offset"], claim["length"])
        names = _names(folder, claim["month"], _codes(content))
    lines = _ENDS.split(content.decode(encoding_of(head), "replace").replace("\x1a", ""))
    return [
        _record(text.split(","), at, claim["edition"], names, line)
        for at, text in enumerate(lines[:MOST_RECORDS], start=claim["line"])
        if text
    ]


def _record(fields: list[str], at: int, edition: int, names: dict[int, str], line: int) -> Record:
    kind = fields[0][:2]
    known = edition_of(edition).record(kind)
    items = known.items if known else tuple(str(place) for place in range(1, len(fields) + 1))
    said = tuple(
        (name, _masked(name, text)) for name, text in zip(items[1:], fields[1:], strict=False) if text.strip()
    )
    days = (
        [
            f"{day}日" + (f"×{text}" if text != "1" else "")
            for day, text in enumerate(fields[len(items) :], start=1)
            if text
        ]
        if known and known.days
        else []
    )
    code = next((text for name, text in said if name in ("コード", "傷病名コード") and text.isdigit()), "0")
    return Record(
        at, kind, LABELS.get(kind, kind), names.get(int(code), ""), said, "、".join(days), at == line
    )


def _masked(name: str, text: str) -> str:
    """All but the last two characters of a number that tells who it is; free text with what may be somebody's 個人番号 not at all."""
    if (name.startswith("文字") or name == "補足コメント") and likely_in(text):
        return "（個人番号に見える番号があるので、隠しました）"
    return "＊" * max(0, len(text.strip()) - 2) + text.strip()[-2:] if name in MASKED else text


def _codes(content: bytes) -> set[int]:
    found = set()
    for line in content.splitlines():
        fields = line.split(b",")
        at = 3 if fields[0] in (b"SI", b"IY", b"TO") else 1 if fields[0] == b"SY" else 0
        if at and len(fields) > at and fields[at].isdigit() and len(fields[at]) <= 9:
            found.add(int(fields[at]))
    return found


def _names(folder: Path, month: int, codes: set[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for row in masters_of(month):
        found |= names_in(_written(row.part, folder / f"{row.pk}.parquet"), codes)
    return found


def _between(file: StoredFile, offset: int, length: int) -> tuple[bytes, bytes]:
    """The beginning of a stored file and so many bytes of it; of the rest only a piece is in memory."""
    head, found, seen = b"", bytearray(), 0
    for piece in pieces_of(file):
        head = head if len(head) >= HEAD else (head + piece)[:HEAD]
        if seen + len(piece) > offset:
            found += piece[max(0, offset - seen) : max(0, offset + length - seen)]
        seen += len(piece)
        if seen >= offset + length:
            break
    return head, bytes(found)


def _written(file: Any, path: Path) -> Path:
    with path.open("wb") as target:
        for piece in pieces_of(file):
            target.write(piece)
    return path
