"""A claim file, line by line: CP932 (some are sent in UTF-8), items between commas without quotes, 0x1A at the end in some.

A record that cannot be right spoils its claim and no other: the claim is left out and told with line and byte. Points stand
on the last line of a calculation group; a line without points is not one of zero points. Types that no layout knows are
counted and kept in the file.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

from yakuba.kernel.definitions import Problem
from yakuba.kernel.values.characters import full_kana, narrow
from yakuba.services.claims.contracts import Claim, Disease, Item
from yakuba.services.claims.engine.dates import BadDate, day_of, month_of
from yakuba.services.claims.engine.layouts import Record, edition_of
from yakuba.services.claims.engine.lines import BOM, HEAD, LONGEST, Placed, encoding_of, lines_of, placed

ENDS = b"\x1a"
SUSPECTED = "8002"
ITEMS = {"SI": 1, "IY": 2, "TO": 3}
HEADS = ("IR", "YK")
CLAIM_TYPES = {"HO", "KO", "SN", "SY", "SI", "IY", "TO", "CO", "SJ"}
LAST_SHEET = ("", "99")  # マルチボリューム識別情報 of the last GO of a file
MOST = {
    "コード": 999_999_999,
    "傷病名コード": 9_999_999,
    "合計点数": 9_999_999_999,
    "総合計点数": 9_999_999_999,
    "点数": 99_999_999,
}
USUALLY = 99_999  # of every other number


class Faults(Protocol):
    """Takes what is wrong."""

    def append(self, one: Problem, /) -> None:
        """One more."""


@dataclass
class Told:
    """What stood in the file besides its claims. complete: whether its end is there; others: unknown types → how many."""

    lines: int = 0
    bytes: int = 0
    claims: int = 0
    left_out: int = 0
    points: int = 0
    complete: bool = False
    others: dict[str, int] = field(default_factory=dict)


class BadRecord(Exception):
    """A record cannot be right. The sentence says why and what to do."""


def claims(lines: Iterable[bytes], faults: Faults, told: Told) -> Iterator[Claim]:
    """The claims that can be read, in their order. lines: with their ends."""
    yield from _Reader(faults, told).read(placed(lines))


def claims_of(file: BinaryIO, faults: Faults, told: Told) -> Iterator[Claim]:
    """The same of an open file, whatever its lines end with, in CP932 or UTF-8."""
    encoding = encoding_of(file.read(HEAD))
    file.seek(0)
    yield from _Reader(faults, told, encoding).read(lines_of(file))


class _Reader:
    def __init__(self, faults: Faults, told: Told, encoding: str = "cp932") -> None:
        self._faults, self._told = faults, told
        self._edition = edition_of(0)
        self._institution = ("", "")
        self._table = 1
        self._open: Claim | None = None
        self._bad = False
        self._section = 0
        self._group: list[Item] = []
        self._count = self._sum = self._seen = self._seen_points = 0
        self._encoding = encoding
        self._added_up = True
        self._unknown_head = True

    def read(self, lines: Iterable[Placed]) -> Iterator[Claim]:
        offset, ended, raw = 0, False, b""
        for number, (start, raw) in enumerate(lines, start=1):
            self._told.lines = number
            offset = start + len(raw)
            content = raw.rstrip(b"\r\n")
            if number == 1 and content.startswith(BOM):
                self._encoding, content = "utf-8", content[len(BOM) :]
            if content.startswith(ENDS):
                content, ended = content.lstrip(ENDS), True
            elif content.endswith(ENDS):
                content, ended = content.rstrip(ENDS), True
            if not content:
                continue
            if content[:2] in (b"RE", b"IR", b"YK", b"GO") and self._open is not None:
                yield from self._close(start)
            whole = raw.endswith((b"\n", b"\r")) or ended
            self._line(content, number, start, whole)
        self._told.bytes = offset
        yield from self._end(offset)

    def _line(self, content: bytes, number: int, offset: int, whole: bool) -> None:
        fields = self._fields(content, number, offset)
        kind = fields[0]
        if kind in ("RE", *HEADS):
            self._told.complete = False  # a file of several institutions has a sheet for each
        if kind == "RE":
            self._open = Claim(self._seen + 1, number, offset, table=self._table)
            self._seen, self._bad, self._section, self._group, self._added_up = (
                self._seen + 1,
                False,
                0,
                [],
                True,
            )
            self._open.institution, self._open.institution_name = self._institution
        try:
            if len(content) > LONGEST:
                raise BadRecord("一つの行が長すぎます。請求ファイルでない可能性があります。")
            if not whole:
                raise BadRecord("行の途中でファイルが終わっています。送り直してもらってください。")
            self._take(kind, fields, number, offset)
        except (BadRecord, BadDate) as error:
            self._spoil(number, offset, str(error))

    def _fields(self, content: bytes, number: int, offset: int) -> list[str]:
        content = content[:LONGEST]
        try:
            return content.decode(self._encoding).split(",")
        except UnicodeDecodeError as error:
            self._tell(
                number,
                offset + error.start,
                "この文字コードでは読めない字があります。その字を「�」にして読みました。氏名などを原本で確かめてください。",
            )
            return content.decode(self._encoding, "replace").split(",")

    def _take(self, kind: str, fields: list[str], number: int, offset: int) -> None:
        if kind in HEADS:
            self._head(kind, fields)
            return
        if kind == "GO":
            self._count_sheet(fields)
            return
        if kind in CLAIM_TYPES and self._open is None:
            raise BadRecord(f"「{kind}」がレセプト（RE）より前にあります。この行は使いません。")
        if kind == "RE":
            assert self._open is not None
            self._edition = edition_of(_edition_month(fields))
        record = self._edition.record(kind)
        if record is None:
            self._told.others[kind[:10]] = self._told.others.get(kind[:10], 0) + 1
            if self._open is not None:
                self._open.others[kind[:10]] = self._open.others.get(kind[:10], 0) + 1
            return
        self._require_count(kind, record, fields)
        assert self._open is not None
        if kind in ITEMS:
            self._item(self._open, kind, record, fields, number, offset)
        else:
            self._known(self._open, kind, fields, number)

    def _known(self, claim: Claim, kind: str, fields: list[str], number: int) -> None:
        if kind == "RE":
            _common(claim, fields)
            if self._unknown_head:
                raise BadRecord(
                    "医療機関の行（IR）がないか、調剤などの様式なので、だれの請求か分かりません。医科の請求ファイルを選んでください。"
                )
        elif kind == "HO":
            _insurer(claim, fields)
        elif kind == "KO":
            claim.payer = claim.payer or fields[1].strip()
            if claim.points is None:
                claim.points = _whole(fields[5], "合計点数")
        elif kind == "SN" and fields[1].strip() in ("", "1"):
            claim.branch = narrow(fields[6]).strip()
        elif kind == "SY":
            claim.diseases.append(_disease(fields, number))

    def _require_count(self, kind: str, record: Record, fields: list[str]) -> None:
        counts = record.counts
        if len(fields) in counts:
            return
        edition = self._open.edition if self._open is not None else 0
        if kind == "RE":
            edition = _edition_month(fields)
        if len(fields) > counts[-1] and edition > self._edition.checked_until:
            return  # a later edition has more: what is known stands where it stood
        told = "か".join(map(str, counts))
        raise BadRecord(
            f"「{kind}」の項目が{len(fields)}個です（{told}個のはずです）。"
            "区切りのコンマが足りないか多くないか、送り元に確かめてください。"
        )

    def _head(self, kind: str, fields: list[str]) -> None:
        record = self._edition.record("IR")
        assert record is not None
        self._institution, self._unknown_head = ("", ""), True
        if kind == "YK":
            raise BadRecord(
                "調剤の請求ファイル（YK）は、この版では読めません。医科の請求ファイルを選んでください。"
            )
        if len(fields) not in record.counts:
            raise BadRecord(
                f"「IR」の項目が{len(fields)}個です（{record.counts[0]}個のはずです）。どの医療機関の請求か分からないので、この下のレセプトは使いません。"
            )
        code = f"{fields[2].strip():0>2}{fields[3].strip()}{fields[4].strip():0>7}"
        self._institution, self._unknown_head = (code, fields[6].strip()), False
        self._table = _whole(fields[3], "点数表", 9) or 1

    def _item(
        self, claim: Claim, kind: str, record: Record, fields: list[str], number: int, offset: int
    ) -> None:
        if fields[1].strip():
            self._section = _whole(fields[1], "診療識別", 99) or 0
            if self._group and self._group[0].section != self._section:
                self._group = []
        code = _whole(fields[3], "コード")
        if code is None:
            raise BadRecord(f"「{kind}」にコードがありません。")
        points = _whole(fields[5], "点数")
        days, daily = _days(fields[len(record.items) : len(record.items) + 31])
        times = _whole(fields[6], "回数")
        often = sum(daily) if daily else days.bit_count()
        if claim.month and days >> monthrange(claim.month // 100, claim.month % 100)[1]:
            raise BadRecord(
                f"{claim.month % 100}月にない日に回数があります。日の列がずれていないか、送り元に確かめてください。"
            )
        if days and times is not None and times != often and self._added_up:
            self._added_up = False  # told once a claim: a column that is shifted would fill the page
            self._tell(
                number,
                offset,
                f"回数は{times:,}、日ごとの回数を足すと{often:,}です。読んだまま使うので、原本で確かめてください。",
            )
        times = often if times is None else times
        one = Item(
            number, ITEMS[kind], self._section, code, _number(fields[4], "数量"), points, times, days, daily
        )
        claim.items.append(one)
        self._group.append(one)
        if points is not None:
            for member in self._group:
                member.value = points * times
            self._group = []

    def _count_sheet(self, fields: list[str]) -> None:
        record = self._edition.record("GO")
        assert record is not None
        if len(fields) not in record.counts:
            raise BadRecord(
                f"「GO」の項目が{len(fields)}個です（{record.counts[0]}個のはずです）。総件数を確かめられません。"
            )
        self._told.complete = fields[3].strip() in LAST_SHEET
        count, points = _whole(fields[1], "総件数"), _whole(fields[2], "総合計点数")
        wrong = []
        if count is not None and count != self._seen - self._count:
            wrong.append(f"総件数は{count:,}件と書かれ、レセプトは{self._seen - self._count:,}件あります")
        if points is not None and points != self._seen_points - self._sum and not self._told.left_out:
            wrong.append(f"総合計点数は{points:,}点と書かれ、足すと{self._seen_points - self._sum:,}点です")
        self._count, self._sum = self._seen, self._seen_points
        if wrong:
            raise BadRecord("、".join(wrong) + "。レセプトが欠けていないか、送り元に確かめてください。")

    def _spoil(self, number: int, offset: int, reason: str) -> None:
        if self._open is not None and not self._bad:
            self._bad = True
            reason += f"このレセプト（{self._open.line:,}行目から）は点検に入れません。"
        self._tell(number, offset, reason)

    def _tell(self, number: int, offset: int, reason: str) -> None:
        self._faults.append(Problem(number, f"{offset:,}バイト目", reason))

    def _close(self, offset: int) -> Iterator[Claim]:
        claim, self._open = self._open, None
        assert claim is not None
        claim.length = offset - claim.offset
        self._seen_points += claim.points or 0
        if self._bad:
            self._told.left_out += 1
            return
        self._told.claims += 1
        self._told.points += claim.points or 0
        yield claim

    def _end(self, offset: int) -> Iterator[Claim]:
        if self._open is not None:
            last = self._open
            cut = last.points is None or last.total != last.points
            if not self._told.complete and not self._bad and cut:
                self._spoil(
                    self._told.lines,
                    offset,
                    "最後のレセプトの点数が合計に足りません。ファイルが途中で切れています。送り直してもらってください。",
                )
            yield from self._close(offset)
        if not self._told.complete:
            self._tell(
                self._told.lines,
                offset,
                "最後の終わりの行（GO）がありません。途中で切れていないか、件数を送り元に確かめてください。読めたレセプトは使います。",
            )


def _edition_month(fields: list[str]) -> int:
    text = fields[19].strip() if len(fields) > 19 else ""
    try:
        return month_of(text) if text else 0
    except BadDate:
        return 0


def _common(claim: Claim, fields: list[str]) -> None:
    kind = fields[2].strip()
    if len(kind) != 4 or not (kind.isascii() and kind.isdigit()):
        raise BadRecord(f"レセプト種別「{kind[:10]}」は4桁の数字ではありません。")
    claim.table = int(kind[0])
    claim.inpatient = kind[3] in "13579"
    claim.month = month_of(fields[3].strip())
    claim.name, claim.kana = fields[4].strip(), full_kana(fields[36]).strip() if len(fields) > 36 else ""
    claim.sex = _whole(fields[5], "男女区分", 9) or 0
    claim.birth = day_of(fields[6].strip())
    claim.benefit = _whole(fields[7], "給付割合", 100)
    claim.department = fields[21].strip()
    claim.edition = _edition_month(fields)


def _insurer(claim: Claim, fields: list[str]) -> None:
    claim.insurer, claim.symbol, claim.insured = (narrow(text).strip() for text in fields[1:4])
    claim.visits, claim.points = _whole(fields[4], "診療実日数"), _whole(fields[5], "合計点数")


def _disease(fields: list[str], number: int) -> Disease:
    code = _whole(fields[1], "傷病名コード")
    if code is None:
        raise BadRecord("「SY」に傷病名コードがありません。")
    modifiers = fields[4].strip()
    found = [modifiers[at : at + 4] for at in range(0, len(modifiers), 4)]
    start = day_of(fields[2].strip()) if fields[2].strip() else 0
    return Disease(
        number,
        code,
        start,
        _whole(fields[3], "転帰区分", 9) or 0,
        fields[6].strip() == "01",
        SUSPECTED in found,
    )


def _days(fields: list[str]) -> tuple[int, list[int] | None]:
    days, daily, often = 0, [0] * 31, False
    for at, text in enumerate(fields):
        if text:
            times = _whole(text, f"{at + 1}日の回数") or 0
            if times:
                days |= 1 << at
                daily[at] = times
                often = often or times > 1
    return days, daily if often else None


def _whole(text: str, what: str, most: int = 0) -> int | None:
    """A number from 0 to `most` (what its item holds); points may be less. None where nothing is written, which is not zero."""
    text = text.strip()
    if not text:
        return None
    digits = text[1:] if text[0] == "-" and what.endswith("点数") else text
    if not (digits.isascii() and digits.isdigit()):
        raise BadRecord(f"「{what}」の「{text[:20]}」は数字ではありません。")
    if len(digits) > 10 or int(digits) > (most or MOST.get(what, USUALLY)):
        raise BadRecord(
            f"「{what}」の「{text[:20]}」は大きすぎます。けたがずれていないか、送り元に確かめてください。"
        )
    return int(text)


def _number(text: str, what: str) -> float | None:
    text = text.strip()
    if not text:
        return None
    if len(text) > 16 or not text.replace(".", "", 1).isascii() or not text.replace(".", "", 1).isdigit():
        raise BadRecord(f"「{what}」の「{text[:20]}」は数字ではありません。")
    return float(text)
