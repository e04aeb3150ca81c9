"""Boards: the list, one board as it is looked at, and putting it together."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.lists import Cell, Column, Listing, Nothing, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.cityhub.engine.boards import (
    COMPARISONS,
    KINDS,
    MOST_TILES,
    SPANS,
    BoardComparison,
    BoardSpan,
    TileKind,
)
from yakuba.services.cityhub.forms.boards import MARK, BoardForm, TileForm, TileKindForm
from yakuba.services.cityhub.models import Board, Tile
from yakuba.services.cityhub.operations import boards as operations
from yakuba.services.cityhub.queries import boards as queries


def _listing(user: Any) -> Listing:
    return Listing(
        "cityhub.boards",
        "計器盤",
        "計器盤",
        columns=(
            Column(
                "title",
                "題名",
                lambda row: Cell(row.title, url=reverse("cityhub:board", args=[row.pk])),
                ("title", "pk"),
            ),
            Column("department", "だれが見るか", lambda row: str(row.department or "すべての課")),
            Column("state", "状態", _state, ("is_draft", "pk")),
        ),
        rows=lambda: queries.seen_by(user),
        nothing=Nothing(
            "計器盤はまだありません",
            "見たい数、グラフ、地図、一覧、警報を選んで並べると、いつでも一目で見られます。",
            ("計器盤を作る", reverse_lazy("cityhub:new_board")),
        ),
        trail=(("都市OS", reverse_lazy("cityhub:index")),),
        remembered=False,
    )


def _state(row: Board) -> Cell:
    if row.is_draft:
        return status("waiting", "下書き")
    return status("success", "最初に開く" if row.is_start else "出している")


@permission_required("cityhub.view")
def boards(request: HttpRequest) -> HttpResponseBase:
    """All that the person sees."""
    return respond(request, _listing(request.user), "cityhub/boards.html")


@permission_required("cityhub.view")
def start(request: HttpRequest) -> HttpResponse:
    """What the person's section comes to first: its board, or the list where it has none."""
    row = queries.start_of(person_of(request))
    return redirect("cityhub:boards") if row is None else redirect("cityhub:board", row.pk)


def _one(request: HttpRequest, board_id: int) -> Board:
    row: Board | None = queries.seen_by(person_of(request)).filter(pk=board_id).first()
    if row is None:
        raise Http404("計器盤がありません。")
    return row


def _tiles(row: Board) -> list[Tile]:
    return list(row.tiles.order_by("place", "pk"))


@permission_required("cityhub.view")
def board(request: HttpRequest, board_id: int) -> HttpResponse:
    """The board; `span` and `compared` of the address go before its own."""
    row = _one(request, board_id)
    asked = request.GET
    span = BoardSpan(asked["span"]) if asked.get("span") in SPANS else BoardSpan(row.span)
    other = asked.get("compared", row.compared)
    compared = BoardComparison(other) if other in COMPARISONS else None
    context = {
        "board": row,
        "tiles": [queries.shown(one, span, compared) for one in _tiles(row)],
        "span": span,
        "compared": compared or "",
        "spans": SPANS.items(),
        "comparisons": [("", "比べない"), *COMPARISONS.items()],
        "arranges": allowed(request.user, "cityhub.boards"),
    }
    return render(request, "cityhub/board.html", context)


def _head(form: BoardForm) -> dict[str, Any]:
    given = dict(form.cleaned_data)
    section = given.pop("department")
    return given | {"department_id": section.pk if section else None, "compared": given["compared"] or None}


@permission_required("cityhub.boards")
def new_board(request: HttpRequest) -> HttpResponse:
    """An empty board, as a draft."""
    section = person_of(request).department_id
    form = BoardForm(request.POST or None, initial={"is_draft": True, "department": section})
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            row = operations.make_board(person_of(request), **_head(form))
            messages.success(request, "計器盤を作りました。部分を置いてください。")
            return redirect("cityhub:edit_board", row.pk)
    return render(request, "cityhub/new_board.html", {"form": form}, status=422 if form.errors else 200)


@permission_required("cityhub.boards")
def edit_board(request: HttpRequest, board_id: int) -> HttpResponse:
    """Its head, its tiles in their order, and what is added next."""
    row = _one(request, board_id)
    names = ("title", "department", "span", "compared", "is_draft", "is_start")
    form = BoardForm(request.POST or None, initial={name: getattr(row, name) for name in names})
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            operations.change_board(person_of(request), board_id=row.pk, **_head(form))
            messages.success(request, "登録しました。")
            return redirect("cityhub:board", row.pk)
    tiles = _tiles(row)
    context = {
        "board": row,
        "form": form,
        "tiles": [
            (one, KINDS[TileKind(one.kind)], SPANS[BoardSpan(one.span)] if one.span else "") for one in tiles
        ],
        "adding": TileKindForm(measured=queries.measured()),
        "has_room": len(tiles) < MOST_TILES,
    }
    return render(request, "cityhub/edit_board.html", context, status=422 if form.errors else 200)


@permission_required("cityhub.boards")
def new_tile(request: HttpRequest, board_id: int) -> HttpResponse:
    """Two steps in the address, so that Back works: which kind of what, then which entities."""
    row = _one(request, board_id)
    kinds = TileKindForm(request.GET or None, measured=queries.measured())
    if not kinds.is_valid():
        context = {"board": row, "form": kinds, "asking": True}
        return render(request, "cityhub/tile.html", context, status=422 if kinds.errors else 200)
    kind = kinds.cleaned_data["kind"]
    entity_type, _, attribute = kinds.cleaned_data["of"].partition(MARK)
    title = f"{attribute or 'すべて'}の{KINDS[TileKind(kind)]}"
    form = TileForm(
        request.POST or None,
        ids=queries.entities_of(entity_type, attribute) if entity_type else [],
        initial={"title": title},
    )
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            of = {"kind": kind, "entity_type": entity_type, "attribute": attribute}
            operations.add_tile(person_of(request), board_id=row.pk, **of, **_content(form))
            messages.success(request, "置きました。")
            return redirect("cityhub:edit_board", row.pk)
    return _asked(request, row, form, TileKind(kind), entity_type, attribute)


def _content(form: TileForm) -> dict[str, Any]:
    given = form.cleaned_data
    return {"title": given["title"], "ids": given.get("ids", []), "span": given["span"] or None}


def _asked(
    request: HttpRequest, row: Board, form: TileForm, kind: TileKind, entity_type: str, attribute: str
) -> HttpResponse:
    of = {"word": KINDS[kind], "type": entity_type, "attribute": attribute}
    context = {"board": row, "form": form, "of": of}
    return render(request, "cityhub/tile.html", context, status=422 if form.errors else 200)


@permission_required("cityhub.boards")
def edit_tile(request: HttpRequest, board_id: int, tile_id: int) -> HttpResponse:
    """Title, entities and time of a tile."""
    row = _one(request, board_id)
    tile: Tile | None = row.tiles.filter(pk=tile_id).first()
    if tile is None:
        raise Http404("その部分がありません。")
    known = queries.entities_of(tile.entity_type, tile.attribute) if tile.entity_type else []
    ids = list(dict.fromkeys([*tile.ids, *known]))
    initial = {"title": tile.title, "ids": tile.ids, "span": tile.span}
    form = TileForm(request.POST or None, ids=ids, initial=initial)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            of = {"kind": tile.kind, "entity_type": tile.entity_type, "attribute": tile.attribute}
            operations.change_tile(
                person_of(request), board_id=row.pk, tile_id=tile.pk, **of, **_content(form)
            )
            messages.success(request, "登録しました。")
            return redirect("cityhub:edit_board", row.pk)
    return _asked(request, row, form, TileKind(tile.kind), tile.entity_type, tile.attribute)


@require_POST
@permission_required("cityhub.boards")
def move_tile(request: HttpRequest, board_id: int, tile_id: int) -> HttpResponse:
    """One place before or behind; the button that was pressed has the focus again."""
    up = request.POST.get("up") == "1"
    operations.move_tile(person_of(request), board_id=board_id, tile_id=tile_id, up=up)
    messages.success(request, "前へ動かしました。" if up else "後ろへ動かしました。")
    return redirect(f"{reverse('cityhub:edit_board', args=[board_id])}#tile-{tile_id}")


@require_POST
@permission_required("cityhub.boards")
def remove_tile(request: HttpRequest, board_id: int, tile_id: int) -> HttpResponse:
    """Away with a tile."""
    operations.remove_tile(person_of(request), board_id=board_id, tile_id=tile_id)
    messages.success(request, "外しました。測定値は残っています。")
    return redirect("cityhub:edit_board", board_id)


@require_POST
@permission_required("cityhub.boards")
def remove_board(request: HttpRequest, board_id: int) -> HttpResponse:
    """Away with a board."""
    row = operations.remove_board(person_of(request), board_id=board_id)
    messages.success(request, f"計器盤「{row.title}」を消しました。測定値は残っています。")
    return redirect("cityhub:boards")
