"""Tables as a file of the form that a person chose."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import BinaryIO

from yakuba.kernel.definitions import Problem
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.tables.spreadsheets import NO_REDUCTION, Sheet, write_csv, write_json

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = {"xlsx": "Excel", "cp932": "CSV（Shift_JIS）", "utf-8": "CSV（UTF-8）", "json": "JSON"}
ENCODINGS = ("utf-8", "cp932")
MEDIA_TYPES = {"xlsx": EXCEL, "cp932": "text/csv", "utf-8": "text/csv", "json": "application/json"}


class Lacking(Conflict):
    """The file would lose characters, and nothing counts as written. problems: each with its line and column; title:
    what the file is."""

    heading = "書けない文字があります"

    def __init__(self, problems: Sequence[Problem], title: str = "") -> None:
        what = f"「{title}」には、" if title else ""
        super().__init__(
            f"{what}Shift_JISで書けない文字が{len(problems)}か所あります。"
            "UTF-8で書き出すか、「〓」になってよいことを指定してください。",
            problems=problems,
        )
        self.title = title


def write(
    tables: Sequence[Sheet],
    form: str,
    file: BinaryIO,
    *,
    accept: bool = False,
    reduction: Mapping[str, str] = NO_REDUCTION,
) -> None:
    """Write them row by row. form: a key of FORMATS; all but Excel hold the first table alone. accept: a character that
    Shift_JIS lacks may be reduced by the town's table, or become 〓. Raises Lacking, and KeyError for another form."""
    if form == "xlsx":
        from yakuba.kernel.tables.excel import write_excel  # takes long; only this needs it

        write_excel(tables, file)
    elif form == "json":
        write_json(tables[0], file)
    elif form not in ENCODINGS:
        raise KeyError(form)
    elif (problems := write_csv(tables[0], file, form, reduction)) and not accept:
        raise Lacking(problems, tables[0].title)


def written(
    tables: Sequence[Sheet], form: str, *, accept: bool = False, reduction: Mapping[str, str] = NO_REDUCTION
) -> bytes:
    """The same in memory."""
    buffer = io.BytesIO()
    write(tables, form, buffer, accept=accept, reduction=reduction)
    return buffer.getvalue()
