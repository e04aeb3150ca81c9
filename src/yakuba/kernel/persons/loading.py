"""Take the register from the file that the town's basic resident register system writes every night.

The new register stands beside the old one until the file has been read to its end; then it takes its place at once.
A file that was cut, or holds far fewer people than the register in use, changes nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import TextIO

from django.db import IntegrityError, transaction
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.persons.models import Load, Person
from yakuba.kernel.persons.queries import current
from yakuba.kernel.persons.variants import kana_key, name_key
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.values import ValueRefused, canonical

COLUMNS = {
    "number": ("宛名番号", "住民番号", "個人番号コード", "識別番号"),
    "name": ("氏名", "名前", "漢字氏名"),
    "kana": ("フリガナ", "カナ氏名", "氏名カナ", "カナ", "ふりがな"),
    "birth": ("生年月日",),
    "address": ("住所", "現住所"),
    "building": ("方書", "住所方書"),
}
NEEDED = ("number", "name", "birth")
BATCH = 2_000
MOST_PROBLEMS = 200  # told by line; the count of all is told too
FEWEST = 0.9  # of the people in use: a file with fewer was cut, or is of another town
LARGEST_NUMBER = 20
STILL_ALIVE = timedelta(minutes=5)  # between two batches


class LoadRefused(Invalid):
    """The file as a whole cannot become the register: what is wrong and what to do, in Japanese."""


@dataclass(frozen=True)
class Row:
    """One line of the file with canonical values."""

    number: str
    name: str
    kana: str
    birth: str
    address: str


def load(
    path: Path,
    *,
    actor: User | None,
    accept_fewer: bool = False,
    tell: Callable[[int], None] = lambda done: None,
) -> Load:
    """Read the file into a new register and put it in the place of the old one.

    `tell` is given how many people have been read so far. Raises LoadRefused; the register in use stays then.
    """
    encoding = _encoding(path)
    new = _begin(path.name, actor)
    problems: list[dict[str, object]] = []
    try:
        with path.open(encoding=encoding, newline="") as file:
            rows, wrong = _write(new, rows_of(file, problems), problems, tell)
        _check(rows, wrong, accept_fewer)
    except (
        BaseException
    ):  # Ctrl-C too: only what is killed leaves its people behind, and `_begin` removes those
        discard(new)
        raise
    _take_place(new, rows, problems, wrong, actor)
    return new


def discard(load: Load) -> None:
    """Remove a load with its people, in pieces, so that nobody waits for one long deletion."""
    while numbers := list(load.persons.values_list("pk", flat=True)[:BATCH]):
        Person.objects.filter(pk__in=numbers).delete()
    load.delete()


def rows_of(file: TextIO, problems: list[dict[str, object]]) -> Iterator[Row | None]:
    """The file's people; None for a line that cannot be read, which `problems` tells. Raises LoadRefused."""
    reader = csv.reader(file, strict=True)
    try:
        places = _places(next(reader, []))
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _row(cells, places, reader.line_num, problems)
    except csv.Error as error:
        raise LoadRefused(
            f'{reader.line_num}行目の引用符（"）が閉じていません。ファイルを書き出し直してください（{error}）。'
        ) from error
    except UnicodeDecodeError as error:
        raise LoadRefused(
            "文字コードがUTF-8でもCP932でもありません。どちらかで書き出し直してください。"
        ) from error


def _begin(file_name: str, actor: User | None) -> Load:
    """The only load under way; one that does not move any more was killed, and is removed."""
    for other in Load.objects.filter(finished_at=None):
        if timezone.now() - other.moved_at < STILL_ALIVE:
            raise LoadRefused("別の取り込みが動いています。終わってからやり直してください。")
        discard(other)
    try:
        with transaction.atomic():
            return Load.objects.create(file_name=file_name[:200], loaded_by=actor)
    except IntegrityError:
        raise LoadRefused("別の取り込みが動いています。終わってからやり直してください。") from None


def _places(head: list[str]) -> dict[str, int]:
    titles = [title.strip().lstrip("\ufeff") for title in head]
    places = {
        piece: titles.index(name) for piece, names in COLUMNS.items() for name in names if name in titles
    }
    missing = [COLUMNS[piece][0] for piece in NEEDED if piece not in places]
    if missing:
        raise LoadRefused(
            f"1行目に見出し「{'」「'.join(missing)}」がありません。見出しのあるCSVを書き出してください。"
        )
    return places


def _row(
    cells: list[str], places: dict[str, int], line: int, problems: list[dict[str, object]]
) -> Row | None:
    if len(cells) <= max(places.values()):
        return _wrong(problems, line, f"列が足りません（{len(cells)}列）。")
    text = {piece: cells[place].strip() for piece, place in places.items()}
    try:
        number = text["number"]
        if not number or len(number) > LARGEST_NUMBER or not number.isascii() or not number.isalnum():
            return _wrong(problems, line, "宛名番号は半角英数字20けたまでです。")
        row = Row(
            number,
            canonical("name", text["name"]),
            canonical("kana", text.get("kana", "")),
            canonical("date", text["birth"]) if text["birth"] else "",
            canonical("address", " ".join(filter(None, (text.get("address"), text.get("building"))))),
        )
    except ValueRefused as error:
        return _wrong(problems, line, str(error))
    return row if row.name else _wrong(problems, line, "氏名がありません。")


def _wrong(problems: list[dict[str, object]], line: int, sentence: str) -> Row | None:
    """Tell it, and be no row."""
    if len(problems) < MOST_PROBLEMS:
        problems.append({"line": line, "problem": sentence})
    return None


def _write(
    new: Load, rows: Iterable[Row | None], problems: list[dict[str, object]], tell: Callable[[int], None]
) -> tuple[int, int]:
    """Write the people in batches; how many, and how many lines could not be read."""
    written, wrong = 0, 0
    numbers: set[str] = set()
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        good = []
        for row in batch:
            if row is None:
                wrong += 1
            elif row.number in numbers:
                wrong += 1
                _wrong(problems, 0, f"宛名番号 {row.number} が2度あります。はじめの行を使いました。")
            else:
                numbers.add(row.number)
                good.append(_person(new, row))
        Person.objects.bulk_create(good)
        Load.objects.filter(pk=new.pk).update(moved_at=timezone.now())
        written += len(good)
        tell(written)
    return written, wrong


def _person(new: Load, row: Row) -> Person:
    return Person(
        load=new,
        number=row.number,
        name=row.name[:120],
        kana=row.kana[:120],
        birth=row.birth or None,
        address=row.address[:200],
        name_key=name_key(row.name)[:120],
        kana_key=kana_key(row.kana)[:120],
    )


def _check(rows: int, wrong: int, accept_fewer: bool) -> None:
    before = current()
    if not rows:
        raise LoadRefused("読める行が1つもありません。ファイルを確かめてください。")
    if wrong > rows:
        raise LoadRefused(f"読めない行（{wrong}行）のほうが多いので、取り込みませんでした。")
    if before and rows < before.rows * FEWEST and not accept_fewer:
        raise LoadRefused(
            f"いまの登録簿は{before.rows}人、このファイルは{rows}人です。途中で切れていないか確かめてください。"
            "正しければ、人数が減ることを認めて取り込み直してください。"
        )


def _take_place(
    new: Load, rows: int, problems: list[dict[str, object]], wrong: int, actor: User | None
) -> None:
    with transaction.atomic():
        old = list(Load.objects.select_for_update().exclude(pk=new.pk))
        Load.objects.filter(current=True).update(current=False)
        new.current, new.rows, new.problems, new.finished_at = True, rows, problems, timezone.now()
        new.save()
        record("persons.loaded", subject=f"load:{new.pk}", actor=actor, persons=rows, problems=wrong)
    for one in old:
        discard(one)


def _encoding(path: Path) -> str:
    """UTF-8 (with or without its mark) or CP932, told by the first megabyte."""
    with path.open("rb") as file:
        start = file.read(1 << 20)
    if start[:2] == b"PK" or start[:4] == b"%PDF" or b"\0" in start:
        raise LoadRefused("CSVファイルではありません。CSVで書き出してください。")
    try:
        start.decode("utf-8-sig")
        return "utf-8-sig"
    except UnicodeDecodeError as error:
        if error.start > len(start) - 4:  # a character cut by the end of the part that was read
            return "utf-8-sig"
        return "cp932"
