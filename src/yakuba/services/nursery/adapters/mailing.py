"""The mailing file (差込・封入用): a row a notice, in the order of the print file's pages."""

from __future__ import annotations

from collections.abc import Iterable

from yakuba.kernel.tables.spreadsheets import Table, to_csv
from yakuba.services.nursery.contracts import Problem
from yakuba.services.nursery.engine.notices import Kind, Notice

HEAD = ("頁", "郵便番号", "住所", "宛名", "敬称", "受付番号", "通知の種類")
KINDS = {Kind.GRANTED: "承諾", Kind.HELD: "保留", Kind.KEPT: "転園保留"}


def table(notices: Iterable[Notice]) -> Table:
    """The rows: page, postal code, address, guardian, title, receipt number, kind."""
    rows = [
        (one.number, one.postal_code, one.address, one.guardian, "様", one.child, KINDS[one.kind])
        for one in notices
    ]
    return Table("通知の宛名", HEAD, rows)


def to_file(notices: Iterable[Notice], encoding: str) -> tuple[bytes, list[Problem]]:
    """The file as `spreadsheets.to_csv` makes it, and the characters that it cannot hold."""
    return to_csv(table(notices), encoding)
