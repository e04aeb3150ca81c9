"""Making boards: their heads, their tiles and the order of these."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max

from yakuba.kernel.accounts import allowed
from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.kernel.tenancy.models import Department
from yakuba.services.cityhub.engine import boards as engine
from yakuba.services.cityhub.models import Board, Tile
from yakuba.services.cityhub.queries import boards as queries


@transaction.atomic
def save(
    board_id: int | None,
    *,
    title: str,
    department_id: int | None,
    is_draft: bool,
    is_start: bool,
    span: str,
    compared: str,
    actor: Actor,
) -> Board:
    """Make a board (None), or change its head. Raises Invalid, Missing, Conflict."""
    _check(title, department_id, is_draft, is_start)
    if board_id is None:
        if Board.objects.count() >= engine.MOST_BOARDS:
            raise Conflict(f"計器盤は{engine.MOST_BOARDS}までです。使わないものを消してください。")
        row = Board(made_by=known(actor))
    else:
        row = held(board_id, actor)
    if department_id != row.department_id and department_id is not None:
        _require_section(department_id, actor)
    row.title, row.department_id, row.is_draft = title.strip(), department_id, is_draft
    row.is_start, row.span, row.compared = is_start, span, compared
    row.save()
    if is_start:  # a section has one
        others = Board.objects.filter(is_start=True, department_id=department_id).exclude(pk=row.pk)
        others.update(is_start=False)
    record("cityhub.board_saved", subject=f"board:{row.pk}", actor=actor)
    return row


def _check(title: str, department_id: int | None, is_draft: bool, is_start: bool) -> None:
    if not title.strip():
        raise Invalid("空です。何を見る計器盤かを書いてください。", place="題名")
    if is_start and is_draft:
        raise Invalid("下書きは、最初に開く計器盤にできません。下書きを外してください。", place="最初に開く")
    if department_id is not None and not Department.objects.filter(pk=department_id).exists():
        raise Invalid("その課がありません。一覧から選んでください。", place="課")


def _require_section(department_id: int, actor: Actor) -> None:
    """Nobody puts a board before another section but who manages the hub."""
    if actor is None or allowed(actor, "cityhub.manage"):
        return
    if getattr(actor, "department_id", None) != department_id:
        raise Invalid(
            "自分の課か「すべての課」を選んでください。ほかの課の計器盤は、都市OSの担当が作ります。",
            place="課",
        )


def held(board_id: int, actor: Actor) -> Board:
    """A board that the person sees, to be changed by nobody else meanwhile. Raises Missing."""
    row: Board | None = queries.seen_by(actor).filter(pk=board_id).first()
    if row is None:
        raise Missing(f"{board_id}番の計器盤がありません。番号を確かめてください。")
    Board.objects.select_for_update().get(pk=row.pk)
    return row


@transaction.atomic
def remove(board_id: int, *, actor: Actor) -> Board:
    """Away with it; readings stay. Raises Missing."""
    row = held(board_id, actor)
    record("cityhub.board_removed", subject=f"board:{row.pk}", actor=actor, title=row.title)
    key = row.pk
    row.delete()
    row.pk = key
    return row


@transaction.atomic
def save_tile(
    board_id: int,
    tile_id: int | None,
    *,
    kind: str,
    title: str,
    entity_type: str,
    attribute: str,
    ids: Sequence[str],
    span: str,
    actor: Actor,
) -> Tile:
    """Add a tile at the end (None), or change one. Raises Invalid, Missing, Conflict."""
    board = held(board_id, actor)
    if not title.strip():
        raise Invalid("空です。何を見せるかを書いてください。", place="題名")
    if kind != engine.TileKind.ALARMS and not (entity_type and attribute):
        raise Invalid("何を見せるか（実体の型と属性）を選んでください。", place="見せるもの")
    if len(ids) > engine.MOST_IDS:
        raise Invalid(f"実体は{engine.MOST_IDS}までです。", place="実体")
    if tile_id is None:
        if board.tiles.count() >= engine.MOST_TILES:
            raise Conflict(
                f"一つの計器盤に置けるのは{engine.MOST_TILES}までです。別の計器盤を作ってください。"
            )
        last = board.tiles.aggregate(last=Max("place"))["last"] or 0
        row = Tile(board=board, place=last + 1)
    else:
        row = _tile(board, tile_id)
    row.kind, row.title, row.span = kind, title.strip(), span
    row.entity_type, row.attribute, row.ids = entity_type, attribute, list(dict.fromkeys(ids))
    row.save()
    record("cityhub.board_saved", subject=f"board:{board.pk}", actor=actor, tile=row.pk)
    return row


def _tile(board: Board, tile_id: int) -> Tile:
    row: Tile | None = board.tiles.filter(pk=tile_id).first()
    if row is None:
        raise Missing("その部分は、もうありません。計器盤を開き直してください。")
    return row


@transaction.atomic
def move_tile(board_id: int, tile_id: int, up: bool, *, actor: Actor) -> Board:
    """One place before or behind; at the end it stays. Raises Missing."""
    board = held(board_id, actor)
    _tile(board, tile_id)
    order = engine.moved(list(board.tiles.order_by("place", "pk").values_list("pk", flat=True)), tile_id, up)
    for place, key in enumerate(order, start=1):
        Tile.objects.filter(pk=key).exclude(place=place).update(place=place)
    record("cityhub.board_saved", subject=f"board:{board.pk}", actor=actor, tile=tile_id)
    return board


@transaction.atomic
def remove_tile(board_id: int, tile_id: int, *, actor: Actor) -> Board:
    """Away with a tile. Raises Missing."""
    board = held(board_id, actor)
    _tile(board, tile_id).delete()
    record("cityhub.board_saved", subject=f"board:{board.pk}", actor=actor, tile=tile_id)
    return board
