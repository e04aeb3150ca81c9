"""Folders into which other systems put files of readings."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Nothing, Part
from yakuba.services.cityhub.actions import reading_files as actions
from yakuba.services.cityhub.models import ReadingFile, ReadingFolder
from yakuba.services.cityhub.operations.table import OPERATIONS


class ReadingFolderIn(BaseModel):
    """A folder to be watched."""

    name: str = Field(
        max_length=60, description="フォルダの名前（YAKUBA_ARRIVAL_ROOT/団体コード-cityhub の下）"
    )


class SwitchFolderIn(BaseModel):
    """Whether a folder is watched."""

    folder_id: int = Field(description="フォルダの番号")
    active: bool = Field(description="見るか")


class ReadingFolderOut(BaseModel):
    """A folder."""

    id: int
    name: str
    active: bool
    trouble: str


class ReadingFileOut(BaseModel):
    """A file that came. state: coming, taking, taken, refused."""

    id: int
    folder: str
    name: str
    state: str
    readings: int
    faults: int
    message: str


FOLDER_COLUMNS = {"id": "番号", "name": "フォルダ", "active": "見る", "trouble": "困りごと"}


def _folder(row: ReadingFolder) -> dict[str, Any]:
    return {"id": row.pk, "name": row.name, "active": row.active, "trouble": row.trouble}


def _file(row: ReadingFile) -> dict[str, Any]:
    plain = ("name", "state", "readings", "faults", "message")
    return {"id": row.pk, "folder": row.folder.name} | {name: getattr(row, name) for name in plain}


A_FOLDER = Answer(ReadingFolderOut, _folder, FOLDER_COLUMNS)


@OPERATIONS.add(
    "測定値のフォルダ",
    "cityhub.view",
    "GET folders",
    command="folders",
    answer=Answer(list[ReadingFolderOut], columns=FOLDER_COLUMNS),
)
def list_folders(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """The folders that are watched or were."""
    return [_folder(row) for row in ReadingFolder.objects.order_by("name")]


@OPERATIONS.add(
    "測定値のフォルダを見る", "cityhub.manage", "POST folders", command="watch-folder", answer=A_FOLDER
)
def add_folder(asked: ReadingFolderIn, actor: Actor) -> ReadingFolder:
    """Take what comes in that folder from now on."""
    return actions.add_folder(asked.name, actor=actor)


@OPERATIONS.add(
    "測定値のフォルダを見る・見ない",
    "cityhub.manage",
    "POST folders/{folder_id}/active",
    command="switch-folder",
    answer=A_FOLDER,
)
def switch_folder(asked: SwitchFolderIn, actor: Actor) -> ReadingFolder:
    """Watch it, or leave it alone."""
    return actions.switch_folder(asked.folder_id, asked.active, actor=actor)


@OPERATIONS.add(
    "届いた測定値のファイル",
    "cityhub.view",
    "GET files",
    command="files",
    answer=Answer(
        list[ReadingFileOut],
        columns={"id": "番号", "folder": "フォルダ", "name": "ファイル", "state": "結果", "message": "説明"},
    ),
)
def list_files(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """What came, the newest first."""
    rows = ReadingFile.objects.select_related("folder").order_by("-came_at", "-pk")
    return [_file(row) for row in asked.of(rows)]
