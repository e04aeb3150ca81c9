"""A layout (連携レイアウト): which values of a case stand in which column of a file, and how they are written there.

レイアウト: fukushi
名前: 福祉システム取込
手続: bus-pass
形: 固定長
列:
  - 見出し: 受付番号
    項目: receipt_number
    桁: 10
  - 見出し: 生年月日
    項目: birth
    書式: [和暦7桁]
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from yakuba.kernel.definitions import Node, Section, parse
from yakuba.kernel.definitions.faults import DefinitionRefused, Faults
from yakuba.kernel.definitions.procedures import FieldDefinition, ProcedureDefinition
from yakuba.kernel.values import Picks
from yakuba.kernel.values.field_type import AS_CODE, SHOWN
from yakuba.kernel.values.types import FORMATS
from yakuba.kernel.values.widths import WIDTHS

MOST_COLUMNS = 500
WIDEST = 4_000  # characters or bytes of a column
LONGEST_TITLE = 80
TAKEN = ("new", "load")  # addresses of pages beside those of the layouts
CODE_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-"


class Form(StrEnum):
    """The form of a file."""

    CSV = "CSV"
    TSV = "タブ区切り"
    FIXED = "固定長"


class Encoding(StrEnum):
    """How characters stand in it."""

    CP932 = "Shift_JIS"
    UTF8 = "UTF-8"
    UTF8_MARKED = "UTF-8（BOM付き）"

    @property
    def codec(self) -> str:
        """Python's name of it, without the mark that the file begins with."""
        return "cp932" if self is Encoding.CP932 else "utf-8"


class Fact(StrEnum):
    """What a case has besides its fields."""

    RECEIVED = "受付日"
    MADE = "作成日"
    LINE = "通し番号"


NEWLINES: Mapping[str, str] = {"CRLF": "\r\n", "LF": "\n"}
QUOTED: Mapping[str, bool] = {"必要なときだけ": False, "すべて": True}
SIDES: Mapping[str, bool] = {"左": False, "右": True}
FILLS: Mapping[str, str] = {"空白": " ", "全角空白": "\u3000", "0": "0"}
DATES = tuple(name for name in FORMATS if name not in WIDTHS)
FACTS: Mapping[str, Fact] = {one.value: one for one in Fact}


@dataclass(frozen=True)
class LayoutColumn:
    """One column. What stands in it is a field's value (`field`), a `fact` of the case, or the `text` alone.

    formats: how a value is written, one after the other; codes: another system's code for each of ours (where there are
    any, a value that has none is refused); option: of a field with several, `1` where it is chosen; instead: what stands
    where there is no value; width: at most so many characters, in a fixed-length file exactly so many bytes (0: any);
    right: the value stands at the right end, after `fill`; breaks: line breaks become blanks, else they are refused.
    """

    heading: str
    field: str = ""
    fact: Fact | None = None
    text: str = ""
    formats: tuple[str, ...] = ()
    codes: Mapping[str, str] = dataclasses.field(default_factory=dict)
    option: str = ""
    instead: str = ""
    required: bool = False
    width: int = 0
    right: bool = False
    fill: str = " "
    breaks: bool = False


@dataclass(frozen=True)
class Layout:
    """A layout of one procedure. newline: what ends a line; head: whether the first line names the columns; quoted:
    whether every value stands in quotation marks."""

    code: str
    title: str
    procedure: str
    form: Form
    encoding: Encoding
    columns: tuple[LayoutColumn, ...]
    newline: str = "\r\n"
    head: bool = True
    quoted: bool = False

    @property
    def fields(self) -> frozenset[str]:
        """The fields of the procedure that stand in the file."""
        return frozenset(column.field for column in self.columns if column.field)


REQUIRED = ("レイアウト", "名前", "手続", "列")
OPTIONAL = ("形", "文字コード", "改行", "見出し", "囲み")
IN_COLUMN = ("項目", "値", "書式", "変換", "選択肢", "空のとき", "必須", "桁", "寄せ", "埋め", "改行を空白に")


def procedure_of(text: str) -> str:
    """The code of the procedure that a layout file is for; empty where it names none. Raises DefinitionRefused."""
    faults = Faults()
    return Section(parse(text), "", faults, REQUIRED, OPTIONAL).text("手続")


def read_layout(text: str, procedure: ProcedureDefinition) -> Layout:
    """The layout in a file, for that procedure. Raises DefinitionRefused with every fault by its line."""
    faults = Faults()
    top = Section(parse(text), "", faults, REQUIRED, OPTIONAL)
    code, title = top.text("レイアウト"), top.text("名前")
    if code and (len(code) > 60 or code.strip(CODE_LETTERS) or code in TAKEN):
        top.fault(
            "レイアウト",
            "「レイアウト」は英小文字、数字、「-」で60文字以内で書いてください（new と load は使えません）。",
        )
    if len(title) > LONGEST_TITLE:
        top.fault("名前", f"「名前」は{LONGEST_TITLE}文字以内で書いてください。")
    if top.text("手続") not in ("", procedure.code):
        top.fault("手続", f"この手続のコードは「{procedure.code}」です。")
    form = top.word("形", {one.value: one for one in Form}, Form.CSV)
    layout = Layout(
        code,
        title,
        procedure.code,
        form,
        top.word("文字コード", {one.value: one for one in Encoding}, Encoding.CP932),
        tuple(_columns(top, procedure, form, faults)),
        top.word("改行", NEWLINES, "\r\n"),
        top.flag("見出し", form is not Form.FIXED),
        top.word("囲み", QUOTED, False),
    )
    if not layout.columns and not faults.found:
        top.fault("列", "列を一つ以上書いてください。")
    if form is Form.FIXED and layout.head:
        top.fault("見出し", "固定長のファイルに見出しの行は書けません。「いいえ」にしてください。")
    if faults.found:
        raise DefinitionRefused(faults.found)
    return layout


def _columns(
    top: Section, procedure: ProcedureDefinition, form: Form, faults: Faults
) -> Iterator[LayoutColumn]:
    seen: set[str] = set()
    for number, node in enumerate(top.rows("列"), start=1):
        if number > MOST_COLUMNS:
            faults.add(node.line, "", f"列は{MOST_COLUMNS}までです。")
            return
        section = Section(node, f"{number}列目", faults, ("見出し",), IN_COLUMN)
        column = _column(section, node, procedure, form)
        if column.heading in seen:
            section.fault("見出し", f"見出し「{column.heading}」が二つあります。変えてください。")
        seen.add(column.heading)
        yield column


def _column(section: Section, node: Node, procedure: ProcedureDefinition, form: Form) -> LayoutColumn:
    named, item, fact = section.text("項目"), None, None
    if ("項目" in section) == ("値" in section):
        section.fault("見出し", "「項目」か「値」のどちらか一つを書いてください。")
    elif named in FACTS:
        fact = FACTS[named]
    elif named:
        item = procedure.by_code.get(named)
        if item is None:
            section.faults.unknown(
                section.line_of("項目"), section.place, named, [*procedure.by_code, *FACTS]
            )
    return LayoutColumn(
        section.text("見出し"),
        item.code if item else "",
        fact,
        section.text("値", empty=True),
        _formats(section, item, fact),
        _codes(section, item),
        _option(section, item),
        section.text("空のとき", empty=True),
        section.flag("必須", False),
        _width(section, form),
        section.word("寄せ", SIDES, False),
        section.word("埋め", FILLS, " "),
        section.flag("改行を空白に", False),
    )


def _width(section: Section, form: Form) -> int:
    width = section.whole("桁", 0, 1, WIDEST)
    if form is Form.FIXED and not width and "桁" not in section:
        section.fault("見出し", "固定長のファイルでは、「桁」（バイト数）を書いてください。")
    return width


def _formats(section: Section, item: FieldDefinition | None, fact: Fact | None) -> tuple[str, ...]:
    names = []
    for line, name in section.texts("書式"):
        known = formats_of(item, fact)
        if name not in known:
            section.faults.unknown(line, section.place, name, known)
        names.append(name)
    return tuple(names)


def formats_of(item: FieldDefinition | None, fact: Fact | None = None) -> Sequence[str]:
    """The names of the formats in which a column may be written."""
    if fact in (Fact.RECEIVED, Fact.MADE):
        return (*DATES, *WIDTHS)
    if item is None:
        return tuple(WIDTHS)
    options = (AS_CODE, SHOWN) if item.kind.picks is not Picks.NONE else (SHOWN,)
    return (*options, *item.kind.formats, *WIDTHS)


def _codes(section: Section, item: FieldDefinition | None) -> dict[str, str]:
    node = section.node("変換")
    if node is None:
        return {}
    if item is None or item.kind.picks is Picks.NONE:
        section.fault("変換", "「変換」は、選択肢のある項目に書けます。")
        return {}
    if SHOWN in (name for _, name in section.texts("書式")):
        section.fault("変換", "「変換」は、書式の「表示」と一緒に書けません。どちらか一つにしてください。")
    entries = Section(node, f"{section.place}の変換", section.faults, (), None)
    found = {}
    for code in entries.all():
        if code not in item.options:
            section.faults.unknown(entries.line_of(code), section.place, code, item.options)
        found[code] = entries.text(code, empty=True)
    return found


def _option(section: Section, item: FieldDefinition | None) -> str:
    option = section.text("選択肢")
    if not option:
        return ""
    if item is None or item.kind.picks is Picks.NONE:
        section.fault("選択肢", "「選択肢」は、選択肢のある項目に書けます。")
    elif option not in item.options:
        section.faults.unknown(section.line_of("選択肢"), section.place, option, item.options)
    elif "変換" in section or "書式" in section:
        section.fault("選択肢", "「選択肢」の列は1か0になります。「変換」「書式」とは一緒に書けません。")
    return option
