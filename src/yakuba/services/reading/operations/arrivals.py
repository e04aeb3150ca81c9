"""The folders of scanners, and what came in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Nothing, Trace
from yakuba.kernel.operations.finding import one
from yakuba.services.reading.actions import arrival_folders as actions
from yakuba.services.reading.models import Arrival, ArrivalFolder
from yakuba.services.reading.operations.asked import NearestPart
from yakuba.services.reading.operations.table import OPERATIONS
from yakuba.services.reading.queries import arrivals as queries


class ArrivalOut(BaseModel):
    """A file that came. state: coming, taking, taken, refused; batch: 0 where it is in none."""

    id: int
    folder: str
    name: str
    state: str
    message: str
    sender: str
    subject: str
    batch: int
    came_at: datetime


class ArrivalFolderOut(BaseModel):
    """A folder of a scanner. kind: scans or mail; after: keep or remove."""

    id: int
    name: str
    kind: str
    after: str
    active: bool
    trouble: str


class ArrivalsIn(NearestPart):
    """Which files."""

    state: str = Field("", description="coming・taking・taken・refused。省くとすべて")


class OneArrival(BaseModel):
    """A file that came."""

    arrival_id: int = Field(description="届いたファイルの番号")


class ArrivalFolderIn(BaseModel):
    """A folder to be watched."""

    name: str = Field(max_length=60, description="フォルダの名前（YAKUBA_ARRIVAL_ROOT/自治体コード の下）")
    kind: str = Field("scans", description="scans（PDFや画像）か mail（メール）")
    after: str = Field("keep", description="取り込んだあと：keep（「済」に移す）か remove（消す）")


class SwitchIn(BaseModel):
    """Whether a folder is watched."""

    folder_id: int = Field(description="フォルダの番号")
    active: bool = Field(description="見るか")


ARRIVAL_COLUMNS = {"id": "番号", "folder": "フォルダ", "name": "ファイル", "state": "状態", "message": "説明"}
FOLDER_COLUMNS = {
    "id": "番号",
    "name": "フォルダ",
    "kind": "入るもの",
    "active": "見る",
    "trouble": "困りごと",
}
AN_ARRIVAL = Answer(ArrivalOut, queries.arrival_facts, ARRIVAL_COLUMNS)
A_FOLDER = Answer(ArrivalFolderOut, queries.folder_facts, FOLDER_COLUMNS)


@OPERATIONS.add(
    "スキャナのフォルダに届いたファイル",
    "reading.view",
    "GET arrivals",
    "arrivals",
    answer=Answer(list[ArrivalOut], columns=ARRIVAL_COLUMNS, first=20),
)
def list_arrivals(asked: ArrivalsIn, actor: Actor) -> list[dict[str, Any]]:
    """Files that came in folders, newest first."""
    rows = queries.arrivals().filter(state=asked.state) if asked.state else queries.arrivals()
    return [queries.arrival_facts(row) for row in asked.of(rows)]


@OPERATIONS.add(
    "読めなかったファイルをもう一度取り込む",
    "reading.upload",
    "POST arrivals/{arrival_id}/retry",
    "arrival-retry",
    answer=AN_ARRIVAL,
    event="reading.arrival_retried",
    trace=lambda asked, row: Trace(f"arrival:{row.pk}"),
)
def retry_arrival(asked: OneArrival, actor: Actor) -> Arrival:
    """Put a refused file back into its folder."""
    return actions.retry(one(Arrival.objects.all(), asked.arrival_id))


@OPERATIONS.add(
    "読めなかったファイルを片づける",
    "reading.upload",
    "POST arrivals/{arrival_id}/settle",
    "arrival-settle",
    answer=AN_ARRIVAL,
    event="reading.arrival_settled",
    trace=lambda asked, row: Trace(f"arrival:{row.pk}"),
)
def settle_arrival(asked: OneArrival, actor: Actor) -> Arrival:
    """Note that a refused file was dealt with."""
    return actions.settle(one(Arrival.objects.all(), asked.arrival_id))


@OPERATIONS.add(
    "スキャナのフォルダ",
    "reading.view",
    "GET arrival-folders",
    "arrival-folders",
    answer=Answer(list[ArrivalFolderOut], columns=FOLDER_COLUMNS),
)
def list_arrival_folders(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """The folders that are watched."""
    return [queries.folder_facts(row) for row in queries.folders()]


@OPERATIONS.add(
    "スキャナのフォルダを決める",
    "reading.manage",
    "POST arrival-folders",
    "arrival-folder",
    answer=A_FOLDER,
    status=201,
    event="reading.arrival_folder_added",
    trace=lambda asked, row: Trace(f"arrival_folder:{row.pk}", {"folder": row.name, "kind": row.kind}),
)
def add_arrival_folder(asked: ArrivalFolderIn, actor: Actor) -> ArrivalFolder:
    """Watch a folder from now on."""
    return actions.add(asked.name, asked.kind, asked.after, actor=actor)


@OPERATIONS.add(
    "スキャナのフォルダを見るかどうかを変える",
    "reading.manage",
    "POST arrival-folders/{folder_id}/switch",
    "arrival-folder-switch",
    answer=A_FOLDER,
    event="reading.arrival_folder_switched",
    trace=lambda asked, row: Trace(f"arrival_folder:{row.pk}", {"active": row.active}),
)
def switch_arrival_folder(asked: SwitchIn, actor: Actor) -> ArrivalFolder:
    """Watch a folder, or leave it alone."""
    return actions.switch(one(ArrivalFolder.objects.all(), asked.folder_id), asked.active)
