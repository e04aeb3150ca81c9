"""Boards."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Part
from yakuba.services.cityhub.actions import boards as actions
from yakuba.services.cityhub.engine.boards import MOST_IDS, MOST_TITLE, BoardComparison, BoardSpan, TileKind
from yakuba.services.cityhub.models import Board, Tile
from yakuba.services.cityhub.operations.table import OPERATIONS
from yakuba.services.cityhub.queries import boards as queries


class BoardIn(BaseModel):
    """The head of a board."""

    title: str = Field(min_length=1, max_length=MOST_TITLE, description="題名")
    department_id: int | None = Field(None, description="課の番号。ないときは、すべての課")
    is_draft: bool = Field(True, description="下書き")
    is_start: bool = Field(False, description="その課が最初に開く計器盤")
    span: BoardSpan = Field(BoardSpan.WEEK, description="期間")
    compared: BoardComparison | None = Field(None, description="比べる期間")


class OneBoard(BaseModel):
    """A board."""

    board_id: int = Field(description="計器盤の番号")


class BoardChangeIn(BoardIn, OneBoard):
    """The new head of a board."""


class TileIn(OneBoard):
    """A tile of a board."""

    kind: TileKind = Field(description="形")
    title: str = Field(min_length=1, max_length=MOST_TITLE, description="題名")
    entity_type: str = Field("", max_length=256, description="実体の型")
    attribute: str = Field("", max_length=256, description="属性")
    ids: list[str] = Field(default=[], max_length=MOST_IDS, description="実体の id。ないときは、その型すべて")
    span: BoardSpan | None = Field(None, description="期間。ないときは、計器盤の期間")


class OneTile(OneBoard):
    """A tile."""

    tile_id: int = Field(description="部分の番号")


class TileChangeIn(TileIn, OneTile):
    """What a tile becomes."""


class TileMoveIn(OneTile):
    """Where a tile goes."""

    up: bool = Field(description="true：前へ、false：後ろへ")


class TileOut(BaseModel):
    """A tile."""

    id: int
    place: int
    kind: str
    title: str
    entity_type: str
    attribute: str
    ids: list[str]
    span: str


class BoardOut(BaseModel):
    """A board. department: empty for all."""

    id: int
    title: str
    department: str
    is_draft: bool
    is_start: bool
    span: str
    compared: str
    tiles: list[TileOut]


COLUMNS = {"id": "番号", "title": "題名", "department": "課", "span": "期間"}


def _tile(row: Tile) -> dict[str, Any]:
    names = ("place", "kind", "title", "entity_type", "attribute", "ids", "span")
    return {"id": row.pk, **{name: getattr(row, name) for name in names}}


def _board(row: Board) -> dict[str, Any]:
    names = ("title", "is_draft", "is_start", "span", "compared")
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in names},
        "department": str(row.department or ""),
        "tiles": [_tile(one) for one in row.tiles.order_by("place", "pk")] if row.pk else [],
    }


A_BOARD = Answer(BoardOut, _board, COLUMNS)
A_TILE = Answer(TileOut, _tile, {"id": "番号", "title": "題名", "kind": "形"})


@OPERATIONS.add(
    "計器盤の一覧",
    "cityhub.view",
    "GET boards",
    command="boards",
    answer=Answer(list[BoardOut], columns=COLUMNS),
)
def list_boards(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """Boards that the person sees, with what stands on them."""
    return [_board(row) for row in asked.of(queries.seen_by(actor))]


@OPERATIONS.add("計器盤を作る", "cityhub.boards", "POST boards", answer=A_BOARD)
def make_board(asked: BoardIn, actor: Actor) -> Board:
    """An empty board; a draft is seen by its maker and by whoever manages the hub."""
    given = asked.model_dump() | {"compared": asked.compared or ""}
    return actions.save(None, **given, actor=actor)


@OPERATIONS.add("計器盤の題名や期間を変える", "cityhub.boards", "POST boards/{board_id}", answer=A_BOARD)
def change_board(asked: BoardChangeIn, actor: Actor) -> Board:
    """The whole head of a board; its tiles stay."""
    given = asked.model_dump() | {"compared": asked.compared or ""}
    return actions.save(given.pop("board_id"), **given, actor=actor)


@OPERATIONS.add("計器盤を消す", "cityhub.boards", "POST boards/{board_id}/remove", answer=A_BOARD)
def remove_board(asked: OneBoard, actor: Actor) -> Board:
    """Away with a board; what was measured stays."""
    return actions.remove(asked.board_id, actor=actor)


@OPERATIONS.add("計器盤に部分を置く", "cityhub.boards", "POST boards/{board_id}/tiles", answer=A_TILE)
def add_tile(asked: TileIn, actor: Actor) -> Tile:
    """A number, a chart, a map, a list or the state of alarms, at the end."""
    given = asked.model_dump() | {"span": asked.span or ""}
    return actions.save_tile(given.pop("board_id"), None, **given, actor=actor)


@OPERATIONS.add(
    "計器盤の部分を変える", "cityhub.boards", "POST boards/{board_id}/tiles/{tile_id}", answer=A_TILE
)
def change_tile(asked: TileChangeIn, actor: Actor) -> Tile:
    """All of a tile but its place."""
    given = asked.model_dump() | {"span": asked.span or ""}
    return actions.save_tile(given.pop("board_id"), given.pop("tile_id"), **given, actor=actor)


@OPERATIONS.add(
    "計器盤の部分を動かす", "cityhub.boards", "POST boards/{board_id}/tiles/{tile_id}/move", answer=A_BOARD
)
def move_tile(asked: TileMoveIn, actor: Actor) -> Board:
    """One place before or behind."""
    return actions.move_tile(asked.board_id, asked.tile_id, asked.up, actor=actor)


@OPERATIONS.add(
    "計器盤の部分を外す", "cityhub.boards", "POST boards/{board_id}/tiles/{tile_id}/remove", answer=A_BOARD
)
def remove_tile(asked: OneTile, actor: Actor) -> Board:
    """Away with a tile."""
    return actions.remove_tile(asked.board_id, asked.tile_id, actor=actor)
