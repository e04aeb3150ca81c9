"""Files on their way between a case and a target: the case's own, and those that the target made."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from yakuba.services.robots.contracts import Row
from yakuba.services.robots.engine.errors import BadValue, NotReady

MOST_BYTES = 20_000_000  # of a file that a target sends
_HEAD = 1024  # bytes in which a PDF must say that it is one


class PaperKind(StrEnum):
    """What a target may send. What it says of itself counts for nothing: the content decides."""

    PDF = "PDF"
    CSV = "CSV"

    @property
    def media_type(self) -> str:
        return {"PDF": "application/pdf", "CSV": "text/csv"}[self.value]


@dataclass(frozen=True)
class Paper:
    """A file. name: ours, never the target's."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


_SIGNS = re.compile(r'[/\\\\:*?"<>|\x00-\x1f]')


def wrong_name(name: str) -> str:
    """Why that cannot be the name of a file in the robot's folder, in Japanese; empty where it can."""
    if not name or len(name) > 100 or name.startswith(".") or _SIGNS.search(name):
        return "フォルダのファイルの名前は、100文字までで、/ や : などの記号を使わず、点で始めずに書いてください。"
    return ""


class Papers(Protocol):
    """Where files come from, and who reads them. Methods raise `engine.errors`."""

    def of_case(self, row: Row) -> Paper:
        """The scan of the case's application as one PDF. Raises `BadValue` where there is none."""

    def in_folder(self, name: str) -> Paper:
        """A file of the robot's folder. Raises `BadValue` where it is not there."""

    def text(self, paper: Paper) -> str:
        """The words of a PDF. Raises `BadValue` where it cannot be read."""


class NoPapers:
    """For who handles no files."""

    def of_case(self, row: Row) -> Paper:
        """There is none."""
        raise NotReady("ここでは申請書のファイルを扱えません。")

    def in_folder(self, name: str) -> Paper:
        """There is none."""
        raise NotReady("ここではロボットのフォルダを使えません。")

    def text(self, paper: Paper) -> str:
        """Nobody reads it."""
        raise NotReady("ここではPDFを読めません。")


def received(content: bytes, kind: PaperKind, name: str, where: str) -> Paper:
    """What a target sent, under our name. Raises `BadValue` for what is not of that kind."""
    right = _is_pdf(content) if kind is PaperKind.PDF else _is_csv(content)
    if not right:
        raise BadValue(
            f"受け取った「{name}」が{kind}ではありません。相手システムの画面で中身を確かめてください。",
            field=name,
            where=where,
        )
    return Paper(f"{name}.{kind.value.lower()}", kind.media_type, content)


def _is_pdf(content: bytes) -> bool:
    return b"%PDF-" in content[:_HEAD]


def _is_csv(content: bytes) -> bool:
    if not content or b"\0" in content or content.lstrip()[:1] == b"<":
        return False
    for encoding in ("utf-8-sig", "cp932"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
