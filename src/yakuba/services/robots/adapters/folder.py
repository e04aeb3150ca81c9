"""The robot's folder: files of a town that robots put into targets, on this machine or a share that all workers see."""

from __future__ import annotations

import mimetypes
import os
import stat
from pathlib import Path

from yakuba.services.robots.engine.errors import BadValue
from yakuba.services.robots.engine.papers import MOST_BYTES, Paper, wrong_name

_MOST_NAMES = 200


def folder_of(data: Path, town: str) -> Path:
    """Where a town's folder is. town: the 団体コード."""
    return data / "robots" / town


class RobotFolder:
    """path: the folder; it need not exist. Nothing above or below it is ever read, nor what a link leads to."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self) -> list[str]:
        """The files that stand there, by name."""
        try:
            with os.scandir(self._path) as found:
                names = [one.name for one in found if one.is_file(follow_symlinks=False)]
        except OSError:
            return []
        return sorted(name for name in names if not wrong_name(name))[:_MOST_NAMES]

    def paper(self, name: str) -> Paper:
        """One of them. Raises `BadValue` where it is not there, is too large, or its name is none."""
        if wrong := wrong_name(name):
            raise BadValue(wrong, field=name)
        content = self._read(name)
        if content is None:
            raise BadValue(
                f"ロボットのフォルダに「{name}」がありません。ファイルを置いてから、もう一度流してください。",
                field=name,
            )
        if not content or len(content) > MOST_BYTES:
            raise BadValue(
                f"ロボットのフォルダの「{name}」は空か、大きすぎます（{MOST_BYTES // 1_000_000}MBまで）。",
                field=name,
            )
        return Paper(name, mimetypes.guess_type(name)[0] or "application/octet-stream", content)

    def _read(self, name: str) -> bytes | None:
        try:
            number = os.open(self._path / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with open(number, "rb") as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    return None
                return file.read(MOST_BYTES + 1)
        except OSError:
            return None
