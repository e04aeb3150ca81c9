"""Tables as a file of the form that a person chose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import IO

from yakuba.kernel.definitions import Problem
from yakuba.kernel.files.temporary import nameless_file
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.tables.spreadsheets import NO_REDUCTION, Table, write_csv, write_json

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
    tables: Iterable[Table],
    form: str,
    file: IO[bytes],
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
        write_json(next(iter(tables)), file)
    elif form not in ENCODINGS:
        raise KeyError(form)
    else:
        table = next(iter(tables))
        if (problems := write_csv(table, file, form, reduction)) and not accept:
            raise Lacking(problems, table.title)


def written(
    tables: Iterable[Table], form: str, *, accept: bool = False, reduction: Mapping[str, str] = NO_REDUCTION
) -> IO[bytes]:
    """The same into a file without a name, to be read from its beginning."""
    file = nameless_file()
    write(tables, form, file, accept=accept, reduction=reduction)
    file.seek(0)
    return file
