"""Tables of a Word file: columns, cells over several columns and rows, borders, and rows that are repeated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yakuba.kernel.letters.word.model import Block, Cell, Line, Merge, Paragraph, Row, Sides, Table
from yakuba.kernel.letters.word.package import NotWord, W
from yakuba.kernel.letters.word.runs import TRACKED
from yakuba.kernel.letters.word.styles import SIDES, Properties, Styles, merged, properties
from yakuba.kernel.letters.word.units import line, number, points, shade, value

DEEPEST = 4  # tables within one another
MOST_TABLES, MOST_COLUMNS, MOST_ROWS = 60, 40, 300
INNER = {"top": "insideH", "bottom": "insideH", "left": "insideV", "right": "insideV"}
OTHER = {"left": "start", "right": "end"}
PAD = (0.0, 5.4, 0.0, 5.4)
VALIGN = {"center": "middle", "bottom": "bottom"}
Blocks = Callable[[Any, Properties, Properties], "tuple[Block, ...]"]


class TableReader:
    """Reads tables; `blocks` reads what is in a cell."""

    def __init__(
        self,
        styles: Styles,
        blocks: Blocks,
        repeated: frozenset[str],
        refuse: Callable[[str], None],
        note: Callable[[str], None],
    ) -> None:
        self._styles, self._blocks, self._repeated = styles, blocks, repeated
        self._refuse, self._note = refuse, note
        self._depth = self._count = 0

    def table(self, element: Any) -> Table:
        """The table. Raises NotWord where it is beyond all measure."""
        self._depth += 1
        self._count += 1
        if self._depth > DEEPEST or self._count > MOST_TABLES:
            raise NotWord(f"表は{MOST_TABLES}個まで、表の中の表は{DEEPEST}重までです。")
        try:
            return self._table(element)
        finally:
            self._depth -= 1

    def _table(self, element: Any) -> Table:
        own = properties(element.find(f"{W}tblPr"))
        style = value(own.get("tblStyle"))
        found = merged(self._styles.of(style, "table", "tblPr"), own)
        if "tblpPr" in own:
            self._refuse(
                "表のまわりに文字が折り返します。「表のプロパティ」で「文字列の折り返し」を「なし」にしてください。"
            )
        if "tblPrChange" in own:
            self._refuse(TRACKED)
        if self._styles.is_conditional(style):
            self._note(
                "表のスタイルの、見出し行や縞の色は印刷に出ません。セルの塗りつぶしで色を付けてください。"
            )
        self._shape_base = self._styles.of(style, "table", "pPr")
        self._face_base = self._styles.of(style, "table", "rPr")
        self._borders, self._pad = found.get("tblBorders"), _pads(found.get("tblCellMar"), PAD)
        widths = tuple(points(one, "w") for one in element.iterfind(f"{W}tblGrid/{W}gridCol"))[:MOST_COLUMNS]
        rows = [one for one in _rows(element)]
        if len(rows) > MOST_ROWS:
            raise NotWord(f"表の行は{MOST_ROWS}行までです。通知は1枚に収まる長さにしてください。")
        kept = self._borders, self._pad, self._shape_base, self._face_base
        laid = self._laid_out(rows, max(1, len(widths)), kept)
        return Table(
            laid,
            _sound(widths),
            align={"center": "center", "right": "right", "end": "right"}.get(value(found.get("jc")), "left"),
            left=points(found.get("tblInd"), "w"),
        )

    def _laid_out(self, rows: list[Any], columns: int, kept: Any) -> tuple[Row, ...]:
        grid = [_cells(row) for row in rows]
        if any(len(cells) > MOST_COLUMNS for cells in grid):
            raise NotWord(f"表の列は{MOST_COLUMNS}列までです。")
        found = []
        for at, row in enumerate(rows):
            cells = []
            for column, element in grid[at]:
                self._borders, self._pad, self._shape_base, self._face_base = kept
                own = properties(element.find(f"{W}tcPr"))
                if _goes_on(own):
                    continue
                deep = 1
                if value(own.get("vMerge")) == "restart":
                    deep += _below(grid, at, column)
                cells.append(self._cell(element, own, (at, column), deep, (len(rows), columns)))
            found.append(self._row(properties(row.find(f"{W}trPr")), tuple(cells)))
        return tuple(found)

    def _row(self, own: Properties, cells: tuple[Cell, ...]) -> Row:
        if "ins" in own or "del" in own or "trPrChange" in own:
            self._refuse(TRACKED)
        if "gridBefore" in own or "gridAfter" in own:
            self._refuse("表の行の端がそろっていません。足りない所に空のセルを入れてください。")
        texts = (block for cell in cells for block in cell.blocks if isinstance(block, Paragraph))
        names = {one.name for block in texts for one in block.pieces if isinstance(one, Merge)}
        repeated = bool(names & self._repeated)
        if repeated and any(cell.rows > 1 for cell in cells):
            self._refuse("繰り返す行のセルを、上下に結合しないでください。")
        return Row(cells, points(own.get("trHeight")), repeated)

    def _cell(
        self, element: Any, own: Properties, place: tuple[int, int], deep: int, size: tuple[int, int]
    ) -> Cell:
        row, column = place
        wide = max(1, min(MOST_COLUMNS, int(number(value(own.get("gridSpan")), 1.0))))
        outer = {
            "top": row == 0, "bottom": row + deep >= size[0],
            "left": column == 0, "right": column + wide >= size[1],
        }  # fmt: skip
        if value(own.get("textDirection"), usual="lrTb") != "lrTb":
            self._refuse("表の中の縦書きは使えません。横書きにしてください。")
        if any(name in own for name in ("cellIns", "cellDel", "tcPrChange")):
            self._refuse(TRACKED)
        sides = self._sides(own.get("tcBorders"), outer)
        pad = _pads(own.get("tcMar"), self._pad)
        blocks = self._blocks(element, self._shape_base, self._face_base)
        valign = VALIGN.get(value(own.get("vAlign")), "top")
        return Cell(blocks, wide, deep, shade(own.get("shd")), valign, sides, pad)

    def _sides(self, own: Any, outer: dict[str, bool]) -> Sides:
        found: list[Line | None] = []
        for side in SIDES:
            said = _border(own, side)
            if said is None:
                said = _border(self._borders, side if outer[side] else INNER[side])
            found.append(line(said))
        return (found[0], found[1], found[2], found[3])


def _rows(element: Any) -> list[Any]:
    """The rows, those in content controls too."""
    found = []
    for one in element:
        if one.tag == f"{W}tr":
            found.append(one)
        elif one.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}customXml"):
            found += _rows(one)
    return found


def _cells(row: Any) -> list[tuple[int, Any]]:
    """Each cell with the column in which it begins."""
    before = properties(row.find(f"{W}trPr")).get("gridBefore")
    column, found = int(number(value(before))), []
    for element in _cell_elements(row):
        found.append((column, element))
        span = properties(element.find(f"{W}tcPr")).get("gridSpan")
        column += max(1, int(number(value(span), 1.0)))
    return found


def _cell_elements(row: Any) -> list[Any]:
    found = []
    for one in row:
        if one.tag == f"{W}tc":
            found.append(one)
        elif one.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}customXml"):
            found += _cell_elements(one)
    return found


def _goes_on(own: Properties) -> bool:
    """Whether the cell belongs to the one above it."""
    return "vMerge" in own and value(own["vMerge"], usual="continue") == "continue"


def _below(grid: list[list[tuple[int, Any]]], row: int, column: int) -> int:
    """How many cells below go on with this one."""
    count = 0
    for cells in grid[row + 1 :]:
        element = next((one for at, one in cells if at == column), None)
        if element is None or not _goes_on(properties(element.find(f"{W}tcPr"))):
            break
        count += 1
    return count


def _border(borders: Any, side: str) -> Any:
    if borders is None:
        return None
    found = borders.find(f"{W}{side}")
    return found if found is not None else borders.find(f"{W}{OTHER.get(side, side)}")


def _pads(margins: Any, usual: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    found = []
    for side, before in zip(SIDES, usual, strict=True):
        element = _border(margins, side)
        found.append(max(0.0, min(100.0, points(element, "w"))) if element is not None else before)
    return (found[0], found[1], found[2], found[3])


def _sound(widths: tuple[float, ...]) -> tuple[float, ...]:
    """Widths that make a table; empty where the file says none."""
    return widths if widths and all(0 < one < 900 for one in widths) else ()
