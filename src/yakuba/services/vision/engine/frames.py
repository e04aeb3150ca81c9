"""Pictures out of what somebody sent (pictures in a ZIP, a film), one by one, in a process of its own (`kernel.files.apart`).

What leaves is pixels: no EXIF, no thumbnail, no profile goes along. Head and pixels of a picture that cannot be opened are a
sentence with what to do; the others go on.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import cv2
import numpy as np
from PIL import (  # the readers are loaded here: behind the walls nothing is imported any more
    BmpImagePlugin,  # noqa: F401
    Image,
    ImageOps,
    JpegImagePlugin,  # noqa: F401
    MpoImagePlugin,  # noqa: F401
    PngImagePlugin,  # noqa: F401
    TiffImagePlugin,  # noqa: F401
    UnidentifiedImageError,
    WebPImagePlugin,  # noqa: F401
)

from yakuba.kernel.refusals import Invalid
from yakuba.services.vision.engine.positions import EXIF, GPS, noted

Told = tuple[dict[str, Any], bytes]
KINDS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "MPO")
LONGEST_SIDE = 2_560  # pixels of what is looked at and kept
SMALLEST_SIDE = 16
MOST_PIXELS = 60_000_000
LARGEST_PICTURE = 40_000_000  # bytes of one picture in an archive
MOST_PICTURES = 20_000
LONGEST_FILM = 3 * 3600.0  # seconds
FASTEST = 240.0  # frames a second that a film may claim
NOT_OPEN = "写真として開けません。JPEGかPNGで保存し直してください。iPhoneの写真（HEIC）は、設定の「互換性優先」で撮り直せます。"
TOO_LARGE = "写真が大きすぎます。画素の数を小さくして（6千万画素まで）、入れ直してください。"
TOO_SMALL = "写真が小さすぎて、何も分かりません。"
NO_ZIP = "ZIPとして読めません。途中で切れていないか確かめ、圧縮し直してください。"
LOCKED = "ZIPにパスワードが掛かっています。パスワードのないZIPにしてください。"
NO_FILM = "動画として読めません。MP4（H.264）で書き出し直してください。"
TOO_LONG = "動画が長すぎます（3時間まで）。分けてください。"
BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError, MemoryError,
    UnidentifiedImageError, SyntaxError, Image.DecompressionBombError, LookupError, TypeError, ArithmeticError, AttributeError,
)  # whatever a broken picture can raise: it must not stop those behind it  # fmt: skip
PASSED_OVER = ("__MACOSX/", "Thumbs.db", ".DS_Store", "desktop.ini")


def archive_names(file: BinaryIO) -> Iterator[Told]:
    """How many pictures a ZIP holds, as `{"total": n}`. Raises Invalid."""
    with _archive(file) as archive:
        yield {"total": len(_listed(archive))}, b""


def archive_pictures(file: BinaryIO, first: int, number: int) -> Iterator[Told]:
    """The pictures of a ZIP from number `first` (from 0) on, at most `number`, in the order of their names. Head: `index`, `name`
    and either `not_read` or what `_told` says."""
    with _archive(file) as archive:
        for index, info in list(enumerate(_listed(archive)))[first : first + number]:
            yield _one(archive, info, index)


def _archive(file: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError) as error:
        raise Invalid(NO_ZIP) from error


def _listed(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    kept = [one for one in archive.infolist() if not one.is_dir() and _is_meant(one.filename)]
    if len(kept) > MOST_PICTURES:
        raise Invalid(f"ZIPの中のファイルが多すぎます（{MOST_PICTURES:,}枚まで）。分けてください。")
    return sorted(kept, key=lambda one: one.filename)


def _is_meant(name: str) -> bool:
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return (
        bool(last)
        and not last.startswith("._")
        and not name.startswith(PASSED_OVER[0])
        and last not in PASSED_OVER
    )


def _one(archive: zipfile.ZipFile, info: zipfile.ZipInfo, index: int) -> Told:
    head: dict[str, Any] = {"index": index, "name": shown_name(info.filename)}
    if info.flag_bits & 1:
        return head | {"not_read": LOCKED}, b""
    if info.file_size > LARGEST_PICTURE:
        return head | {"not_read": TOO_LARGE}, b""
    try:
        with archive.open(info) as one:
            content = one.read(LARGEST_PICTURE + 1)
        if len(content) > LARGEST_PICTURE:
            return head | {"not_read": TOO_LARGE}, b""
        told, pixels = opened(content)
    except Invalid as refusal:
        return head | {"not_read": str(refusal)}, b""
    except BROKEN:
        return head | {"not_read": NOT_OPEN}, b""
    return head | told, pixels


def opened(content: bytes) -> Told:
    """A picture's pixels, RGB row by row, the longer side at most 2,560, turned upright. Head: width, height; taken, gps_at in
    ISO 8601 or empty; latitude, longitude or None; warnings. Raises Invalid."""
    try:
        with Image.open(io.BytesIO(content), formats=KINDS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Invalid(TOO_LARGE)
            exif = picture.getexif()
            note = noted(_directory(exif, GPS), _directory(exif, EXIF))
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    except Invalid:
        raise
    except Image.DecompressionBombError as error:
        raise Invalid(TOO_LARGE) from error
    except BROKEN as error:
        raise Invalid(NOT_OPEN) from error
    if min(upright.size) < SMALLEST_SIDE:
        raise Invalid(TOO_SMALL)
    head = {
        "width": upright.width,
        "height": upright.height,
        "taken": note.taken.isoformat() if note.taken else "",
        "gps_at": note.gps_at.isoformat() if note.gps_at else "",
        "latitude": note.place.latitude if note.place else None,
        "longitude": note.place.longitude if note.place else None,
        "warnings": list(note.warnings),
    }
    return head, upright.tobytes()


def _directory(exif: Image.Exif, tag: int) -> dict[int, Any]:
    try:
        return dict(exif.get_ifd(tag))
    except BROKEN:
        return {}


def film_facts(file: BinaryIO) -> Iterator[Told]:
    """How long a film is, as `{"seconds": s, "fps": f}`; where its head does not say it, its frames are counted. Raises Invalid."""
    film = _film(file)
    fps = float(film.get(cv2.CAP_PROP_FPS))
    yield {"seconds": _seconds(film) or _counted(film, LONGEST_FILM * fps) / fps, "fps": fps}, b""


def _counted(film: Any, most: float) -> int:
    number = 0
    while film.grab():
        number += 1
        if number > most:
            raise Invalid(TOO_LONG)
    return number


def film_frames(file: BinaryIO, moments: Sequence[float], first: int) -> Iterator[Told]:
    """Of a film the frames at these moments, in seconds from its begin (ascending), from number `first` on. Head: `index`, `name` and the
    size; a moment behind the film's end tells nothing."""
    film = _film(file)
    fps = float(film.get(cv2.CAP_PROP_FPS))
    at = _begin_near(film, round(moments[first] * fps)) if len(moments) > first else 0
    for index, moment in list(enumerate(moments))[first:]:
        wanted = round(moment * fps)
        while at < wanted:
            if not film.grab():
                return
            at += 1
        there, frame = film.read()
        at += 1
        if not there or frame is None:
            return
        yield _frame(np.asarray(frame), index, moment)


def _begin_near(film: Any, wanted: int) -> int:
    """The frame before which the film stands now: the wanted one where it can be found at once, else the first."""
    if (
        wanted
        and film.set(cv2.CAP_PROP_POS_FRAMES, wanted)
        and 0 <= (at := round(film.get(cv2.CAP_PROP_POS_FRAMES))) <= wanted
    ):
        return at
    film.set(cv2.CAP_PROP_POS_FRAMES, 0)
    return 0


def _frame(frame: np.ndarray[Any, Any], index: int, moment: float) -> Told:
    height, width = frame.shape[:2]
    scale = min(1.0, LONGEST_SIDE / max(height, width))
    if scale < 1:
        frame = cv2.resize(frame, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    head = {
        "index": index,
        "name": f"{int(moment // 60)}分{moment % 60:04.1f}秒",
        "width": frame.shape[1],
        "height": frame.shape[0],
    }
    return head | {"seconds": moment, "taken": "", "gps_at": "", "latitude": None, "longitude": None, "warnings": []}, cv2.cvtColor(
        frame, cv2.COLOR_BGR2RGB
    ).tobytes()  # fmt: skip


class _Stream(io.BufferedIOBase):
    """What OpenCV reads a film from: it asks `read` and `seek` of an object, and opens no path behind the walls."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int | None = -1, /) -> bytes:
        return self._file.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)


def _film(file: BinaryIO) -> Any:
    cv2.setNumThreads(1)
    try:
        film = cv2.VideoCapture(_Stream(file), cv2.CAP_FFMPEG, [])  # type: ignore[call-overload]  # a duck is enough
    except cv2.error as error:
        raise Invalid(NO_FILM) from error
    if not film.isOpened() or not 0 < film.get(cv2.CAP_PROP_FPS) <= FASTEST:
        raise Invalid(NO_FILM)
    if film.get(cv2.CAP_PROP_FRAME_WIDTH) * film.get(cv2.CAP_PROP_FRAME_HEIGHT) > MOST_PIXELS:
        raise Invalid(TOO_LARGE)
    if _seconds(film) > LONGEST_FILM:
        raise Invalid(TOO_LONG)
    return film


def _seconds(film: Any) -> float:
    return max(0.0, float(film.get(cv2.CAP_PROP_FRAME_COUNT))) / float(film.get(cv2.CAP_PROP_FPS))


def shown_name(name: str) -> str:
    """As staff see it: the last 120 characters, without what cannot be shown."""
    return "".join(one for one in name if one.isprintable())[-120:] or "名前のないファイル"
