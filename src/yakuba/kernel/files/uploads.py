"""The door through which files come in: checked in a separate process, then kept encrypted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings

from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import content_of, store

INSPECT_SECONDS = 60
RENDER_SECONDS = 600
PAGES_AT_ONCE = 8  # so that the folder of rendered pages stays small however long the file is

REASONS = {
    "empty": "ファイルが空です（0バイト）。スキャンし直してください。",
    "too_big": "ファイルが大きすぎます。いくつかに分けてください。",
    "unknown_type": "PDF・TIFF・JPEG・PNGのどれでもありません。名前の末尾ではなく中身で判断しています。"
    "スキャナーの保存形式を確かめてください。",
    "encrypted": "パスワード付きのPDFです。パスワードを外して保存し直してください。",
    "damaged": "ファイルが壊れていて開けません。途中で切れていないか確かめ、もう一度保存してください。",
    "no_pages": "ページがありません。スキャンし直してください。",
    "too_many_pages": "ページ数が多すぎます。いくつかに分けてください。",
    "page_too_large": "画像が大きすぎます（A3・400dpiまで）。解像度を下げてスキャンし直してください。",
    "damaged_page": "このページは壊れていて表示できません。このページだけスキャンし直してください。",
    "too_heavy": "開くのに時間またはメモリがかかりすぎるため止めました。"
    "ふつうの解像度（200〜300dpi）でスキャンし直してください。",
}


class UploadRefused(Exception):
    """A file that is not taken. `code` is a key of REASONS; `str()` is the sentence for the clerk."""

    def __init__(self, name: str, code: str) -> None:
        super().__init__(f"「{name}」: {REASONS[code]}")
        self.name, self.code = name, code


@dataclass(frozen=True)
class PageImage:
    """One rendered page. `index` counts from 0; `content` is None when `refused` says why."""

    index: int
    media_type: str
    content: bytes | None
    refused: str = ""


def take_upload(name: str, stream: BinaryIO, *, actor: Any = None) -> StoredFile:
    """Check the file and keep it. Raises UploadRefused with the reason; nothing is kept then."""
    name = Path(name.replace("\\", "/")).name or "無題"
    with tempfile.TemporaryDirectory(prefix="yakuba-upload-") as folder:
        path = Path(folder) / "upload"
        _copy(name, stream, path)
        answer = _ask(name, ["inspect", str(path), str(settings.YAKUBA.upload_max_pages)], INSPECT_SECONDS)
        if "refused" in answer:
            raise UploadRefused(name, answer["refused"])
        return store(
            StoredFile.Kind.UPLOAD,
            name,
            answer["media_type"],
            path.read_bytes(),
            actor=actor,
            pages=answer["pages"],
        )


def pages(row: StoredFile, first: int = 0) -> Iterator[PageImage]:
    """The pages of an upload from index `first` on, as safe images, a few at a time."""
    with tempfile.TemporaryDirectory(prefix="yakuba-pages-") as folder:
        path = Path(folder) / "upload"
        path.write_bytes(content_of(row))
        for start in range(first, row.pages, PAGES_AT_ONCE):
            stop = min(start + PAGES_AT_ONCE, row.pages)
            yield from _render(row.name, path, Path(folder), start, stop)


def store_image(kind: StoredFile.Kind, name: str, media_type: str, content: bytes) -> StoredFile:
    """Keep a picture that the house itself made (a page, an evidence screenshot)."""
    return store(kind, name, media_type, content)


def _copy(name: str, stream: BinaryIO, path: Path) -> None:
    size = 0
    with path.open("wb") as file:
        while block := stream.read(1 << 20):
            size += len(block)
            if size > settings.YAKUBA.upload_max_bytes:
                raise UploadRefused(name, "too_big")
            file.write(block)


def _render(name: str, path: Path, folder: Path, first: int, last: int) -> Iterator[PageImage]:
    try:
        _ask(name, ["render", str(path), str(folder), str(first), str(last)], RENDER_SECONDS)
    except UploadRefused as refusal:
        if last - first > 1:  # find the one page that is too heavy; the others go on
            for index in range(first, last):
                yield from _render(name, path, folder, index, index + 1)
            return
        yield PageImage(first, "", None, REASONS[refusal.code])
        return
    for index in range(first, last):
        yield _collected(folder, index)


def _collected(folder: Path, index: int) -> PageImage:
    for suffix, media_type in ((".png", "image/png"), (".jpg", "image/jpeg")):
        file = folder / f"{index:05d}{suffix}"
        if file.exists():
            content = file.read_bytes()
            file.unlink()
            return PageImage(index, media_type, content)
    refused = folder / f"{index:05d}.refused"
    code = refused.read_text() if refused.exists() else "damaged_page"
    return PageImage(index, "", None, REASONS.get(code, REASONS["damaged_page"]))


def _ask(name: str, arguments: list[str], seconds: int) -> dict[str, Any]:
    """Run the rendering process with an environment that holds no secret of ours."""
    environment = {"PATH": os.environ.get("PATH", ""), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "yakuba.kernel.files.rendering", *arguments]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=seconds, env=environment, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired as error:
        raise UploadRefused(name, "too_heavy") from error
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise UploadRefused(name, "too_heavy" if done.returncode < 0 else "damaged") from None
    if not isinstance(answer, dict):
        raise UploadRefused(name, "damaged")
    return answer
