"""The door through which files come in: checked in a separate process, then kept encrypted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO, BinaryIO

from django.conf import settings

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.apart import room, understood
from yakuba.kernel.files.kinds import JPEG, PDF, PNG, TIFF
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.opening import Ended, Frame, Opening
from yakuba.kernel.files.reasons import sentence
from yakuba.kernel.files.storage import pieces_of, store
from yakuba.kernel.files.temporary import nameless_file
from yakuba.kernel.refusals import Invalid

# CPU seconds. An ordinary page takes a twentieth of one to draw; a file may take so long and no longer, whatever
# is in it, and is given up when so many of its pages are too heavy each.
INSPECT_SECONDS = 60
FILE_SECONDS = 60.0
SECONDS_A_PAGE = 0.5
PAGE_SECONDS = 20  # an A3 sheet in colour at 400 dpi takes about one
HEAVY_PAGES = 3

MEDIA_TYPES = {one: one for one in (PDF, JPEG, PNG, TIFF)}  # what is kept
MOST_ATTACHMENTS = 200  # of one upload, those inside attachments included


class UploadRefused(Invalid):
    """A file that is not taken. `code` is a key of `reasons.REASONS`; `str()` is the sentence for the clerk."""

    def __init__(self, name: str, code: str, detail: str = "") -> None:
        self.reason = sentence(code, detail)
        super().__init__(self.reason, place=f"「{name}」")
        self.name, self.code = name, code


@dataclass(frozen=True)
class PageImage:
    """One rendered page. `index` counts from 0; `content` is None when `refused` says why."""

    index: int
    media_type: str
    content: bytes | None
    refused: str = ""


def take_upload(name: str, stream: BinaryIO, *, actor: Actor = None, kept_as: str = "") -> StoredFile:
    """Check the file and keep it, without what is attached to it. kept_as: another name for it, where its own tells something
    that may not stand in a table. Raises UploadRefused; nothing is kept then."""
    first = next(take_uploads(name, stream, actor=actor, kept_as=kept_as))
    if isinstance(first, UploadRefused):
        raise first
    return first


def take_uploads(
    name: str, stream: BinaryIO, *, actor: Actor = None, kept_as: str = ""
) -> Iterator[StoredFile | UploadRefused]:
    """Check the file and keep it, and so every file attached to it: first what became of the file itself, then
    of its attachments, named 「外側 の添付 内側」. Nothing is kept of what is refused."""
    allowance = _Allowance(float(INSPECT_SECONDS), settings.YAKUBA.upload_max_bytes)
    waiting: list[tuple[str, IO[bytes] | UploadRefused]] = [(bare_name(name), stream)]
    for number in count():
        if not waiting:
            return
        name, what = waiting.pop(0)
        if number > MOST_ATTACHMENTS:
            yield UploadRefused(name, "too_many_attachments", str(number))
            return
        if isinstance(what, UploadRefused):
            yield what
            continue
        with _nameless() as file:
            try:
                _copy(name, what, file)
                answer = _inspected(name, file, allowance)
            except UploadRefused as refusal:
                yield refusal
                continue
            waiting = (waiting + answer.attached)[: MOST_ATTACHMENTS + 1 - number]  # the rest is told below
            file.seek(0)
            kept = store(
                StoredFile.Kind.UPLOAD,
                kept_as or name,
                answer.media_type,
                file,
                actor=actor,
                pages=answer.pages,
            )
        yield kept


def pages(row: StoredFile, first: int = 0) -> Iterator[PageImage]:
    """The pages of an upload from index `first` on, as safe images, one at a time.

    What the file costs is bounded: where it is used up, the last image says which pages were not opened.
    """
    with _nameless() as file:
        with room():
            file.writelines(pieces_of(row))
            file.flush()
        opening = Opening(file, FILE_SECONDS + SECONDS_A_PAGE * row.pages)
        index, heavy = first, 0
        while index < row.pages:
            if opening.left <= 0 or heavy >= HEAVY_PAGES:
                yield PageImage(index, "", None, sentence("file_too_heavy", str(row.pages)))
                return
            reached = index
            try:
                for frame in opening.frames("render", str(index), str(row.pages), str(PAGE_SECONDS)):
                    yield _page(index, frame)
                    index += 1
                    if index == row.pages:  # whoever tells of more has been taken over
                        break
            except Ended as ended:
                if not ended.began:
                    raise  # no fault of the file: the machine could not start a process
                heavy += 1
                yield PageImage(index, "", None, sentence("too_heavy"))
                index += 1
            if index == reached:
                yield PageImage(index, "", None, sentence("damaged_page"))
                index += 1


@dataclass
class _Allowance:
    """What is left for one upload with all that is attached to it: CPU seconds, and bytes of attachments."""

    seconds: float
    bytes: int


@dataclass
class _Answer:
    media_type: str
    pages: int
    attached: list[tuple[str, IO[bytes] | UploadRefused]]


def _inspected(name: str, file: IO[bytes], allowance: _Allowance) -> _Answer:
    """What the file is, and what is attached to it. Raises UploadRefused."""
    if allowance.seconds <= 0:
        raise UploadRefused(name, "too_heavy")
    opening = Opening(file, allowance.seconds)
    answer: _Answer | None = None
    try:
        for frame in opening.frames(
            "inspect", name[-80:], str(settings.YAKUBA.upload_max_pages), str(allowance.bytes)
        ):
            head = frame.head
            if "attachment" in head and answer is not None:
                answer.attached.append(_attached(name, len(answer.attached) + 1, frame, allowance))
                if len(answer.attached) > MOST_ATTACHMENTS:
                    break
            elif "refused" in head:
                raise UploadRefused(name, str(head["refused"]), str(head.get("detail", "")))
            else:
                with understood():
                    answer = _Answer(MEDIA_TYPES[str(head["media_type"])], _number(head["pages"]), [])
    except Ended as ended:
        if not ended.began:
            raise UploadRefused(name, "busy") from ended
        if answer is None:
            raise UploadRefused(name, "too_heavy") from None
        unseen = f"{name} の添付"
        answer.attached.append((unseen, UploadRefused(unseen, "attachments_unseen")))
    finally:
        allowance.seconds = opening.left
    if answer is None:
        raise UploadRefused(name, "damaged")
    return answer


def _attached(
    outer: str, number: int, frame: Frame, allowance: _Allowance
) -> tuple[str, IO[bytes] | UploadRefused]:
    allowance.bytes -= len(frame.body)
    if allowance.bytes < 0:  # the process counts them too, unless a file has taken it over
        raise UploadRefused(outer, "damaged")
    inner = bare_name(str(frame.head["attachment"])) if frame.head["attachment"] else f"{number}個目"
    name = f"{outer} の添付 {inner}"
    if "refused" in frame.head:
        return name, UploadRefused(name, str(frame.head["refused"]))
    file = _nameless()
    with room():
        file.write(frame.body)
        file.seek(0)
    return name, file


def _nameless() -> IO[bytes]:
    with room():
        return nameless_file()


def _number(pages: object) -> int:
    number = int(str(pages))
    if not 0 < number <= settings.YAKUBA.upload_max_pages:
        raise ValueError("no such number of pages")
    return number


def bare_name(name: str) -> str:
    """The name without folders and without characters that cannot be shown or stored."""
    shown = "".join(character for character in name if character.isprintable() or character == "\u3000")
    name = Path(shown.replace("\\", "/")).name
    return name if name.strip(". \u3000") else "無題"


def _copy(name: str, stream: IO[bytes], file: IO[bytes]) -> None:
    size = 0
    while block := stream.read(1 << 20):
        size += len(block)
        if size > settings.YAKUBA.upload_max_bytes:
            raise UploadRefused(name, "too_big")
        with room():
            file.write(block)
            file.flush()


def _page(index: int, frame: Frame) -> PageImage:
    head = frame.head
    if "refused" in head:
        return PageImage(index, "", None, sentence(str(head["refused"]), str(head.get("detail", ""))))
    if head.get("page") != index or head.get("media_type") not in {"image/png", "image/jpeg"}:
        return PageImage(index, "", None, sentence("damaged_page"))
    return PageImage(index, head["media_type"], frame.body)
