"""Take the register from the file that the town's basic resident register system writes every night.

The new register stands beside the old one until the file has been read to its end; then it takes its place at once.
A file that was cut, or holds far fewer people than the register in use, changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from django.db import IntegrityError, transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.definitions import Problem
from yakuba.kernel.definitions.given import opened
from yakuba.kernel.outbound import REGISTER_CLASS, require_class
from yakuba.kernel.outbound.part import require_not_outside
from yakuba.kernel.persons.matching import Entry
from yakuba.kernel.persons.models import Load, Person
from yakuba.kernel.persons.protecting import spread_all
from yakuba.kernel.persons.queries import current
from yakuba.kernel.persons.variants import kana_key, name_key
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tables.columns import Column
from yakuba.kernel.tables.importing import TableKind
from yakuba.kernel.tables.reading import BadRow, Row, rows
from yakuba.kernel.tables.recognising import LARGEST
from yakuba.kernel.tables.remembering import renaming_of
from yakuba.kernel.tables.spoilt import unspoilt
from yakuba.kernel.values import ValueRefused, canonical

REGISTER = TableKind(
    "persons.register",
    "宛名",
    (
        Column("宛名番号", ("住民番号", "個人番号コード", "識別番号"), required=True),
        Column("氏名", ("名前", "漢字氏名"), required=True),
        Column("フリガナ", ("カナ氏名", "氏名カナ", "カナ", "ふりがな")),
        Column("生年月日", required=True),
        Column("住所", ("現住所",)),
        Column("方書", ("住所方書",)),
    ),
    largest=100_000_000,
)
BATCH = 2_000
MOST_PROBLEMS = 200  # told by line; the count of all is told too
FEWEST = 0.9  # of the people in use: a file with fewer was cut, or is of another town
LARGEST_NUMBER = 20
STILL_ALIVE = timedelta(minutes=5)  # between two batches


class LoadRefused(Invalid):
    """The file as a whole cannot become the register: what is wrong and what to do, in Japanese."""


class UnderWay(LoadRefused):
    """Another load is being read."""

    def __init__(self) -> None:
        minutes = STILL_ALIVE // timedelta(minutes=1)
        super().__init__(
            "別の取り込みが動いています。終わってからやり直してください。"
            f"途中で強制終了したのなら、{minutes}分たてばやり直せます。いまの登録簿は変わっていません。"
        )


def load(
    path: Path,
    *,
    actor: Actor,
    name: str = "",
    accept_fewer: bool = False,
    tell: Callable[[int], None] = lambda done: None,
) -> Load:
    """Read the file (CSV or Excel) into a new register and put it in the place of the old one. Its columns are those that
    somebody of the town chose on the page before, else those of the usual names.

    `tell` is given how many people have been read so far. Raises LoadRefused, and ZoneRefused where this installation's zone
    may not hold the register; the register in use stays then.
    """
    new = _begin(name or path.name, actor)
    problems: list[dict[str, object]] = []
    try:
        with opened(path, LARGEST) as file:
            rows, wrong = _write(new, entries_of(file), problems, tell)
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


def entries_of(file: BinaryIO) -> Iterator[Entry | Problem]:
    """The file's people, and each line that cannot be read. Raises LoadRefused for a file that is no register, and for one
    of which it cannot be told where a line ends."""
    told: list[Problem] = []
    renamed = renaming_of(file, REGISTER.name, REGISTER.columns)
    for row in rows(file, REGISTER.required, told, _place, renamed=renamed):
        yield from _of_the_file(told)
        yield _entry(row)
    yield from _of_the_file(told)


def check(rows: Iterable[Row]) -> list[Problem]:
    """What is wrong in rows that somebody looks at before they are taken."""
    return [one for one in map(_entry, rows) if isinstance(one, Problem)]


def _place(row: Row) -> str:
    return f"宛名番号 {row.get('宛名番号')}"[:40]


def _of_the_file(told: list[Problem]) -> list[Problem]:
    """What was told of single rows; all else says that the file was cut or is another one."""
    found = list(told)
    told.clear()
    whole = [one for one in found if not one.place.startswith("宛名番号")]
    if whole:
        raise LoadRefused(
            "".join(f"{one.line}行目：{one.reason}" if one.line else one.reason for one in whole[:3])
        )
    return found


def _begin(file_name: str, actor: Actor) -> Load:
    """The only load under way; one that does not move any more was killed, and is removed. Raises ZoneRefused."""
    require_not_outside("宛名の登録簿")
    require_class(REGISTER_CLASS, "宛名の登録簿")
    for other in Load.objects.filter(finished_at=None):
        if timezone.now() - other.moved_at < STILL_ALIVE:
            raise UnderWay
        discard(other)
    try:
        with transaction.atomic():
            return Load.objects.create(file_name=file_name[:200], loaded_by=actor)
    except IntegrityError:
        raise UnderWay from None


def _entry(row: Row) -> Entry | Problem:
    try:
        number = unspoilt(row.get("宛名番号"), "宛名番号")
        if not number or len(number) > LARGEST_NUMBER or not number.isascii() or not number.isalnum():
            return Problem(row.line, "", "宛名番号は半角英数字20けたまでです。")
        entry = Entry(
            number,
            canonical("name", row.get("氏名")),
            canonical("kana", row.get("フリガナ")),
            canonical("date", birth) if (birth := row.get("生年月日")) else "",
            canonical("address", " ".join(filter(None, (row.get("住所"), row.get("方書"))))),
        )
    except (ValueRefused, BadRow) as error:
        return Problem(row.line, "", str(error))
    return entry if entry.name else Problem(row.line, "", "氏名がありません。")


def _tell(problems: list[dict[str, object]], line: int, sentence: str) -> None:
    if len(problems) < MOST_PROBLEMS:
        problems.append({"line": line, "problem": sentence})


def _write(
    new: Load,
    entries: Iterator[Entry | Problem],
    problems: list[dict[str, object]],
    tell: Callable[[int], None],
) -> tuple[int, int]:
    """Write the people in batches; how many, and how many lines could not be read."""
    written, wrong = 0, 0
    numbers: set[str] = set()
    while batch := list(islice(entries, BATCH)):
        good = []
        for one in batch:
            if isinstance(one, Problem):
                wrong += 1
                _tell(problems, one.line, one.reason)
            elif one.number in numbers:
                wrong += 1
                _tell(problems, 0, f"宛名番号 {one.number} が2度あります。はじめの行を使いました。")
            else:
                numbers.add(one.number)
                good.append(_person(new, one))
        Person.objects.bulk_create(good)
        Load.objects.filter(pk=new.pk).update(moved_at=timezone.now())
        written += len(good)
        tell(written)
    return written, wrong


def _person(new: Load, row: Entry) -> Person:
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


def _take_place(new: Load, rows: int, problems: list[dict[str, object]], wrong: int, actor: Actor) -> None:
    with transaction.atomic():
        old = list(Load.objects.select_for_update().exclude(pk=new.pk))
        Load.objects.filter(current=True).update(current=False)
        new.current, new.rows, new.problems, new.finished_at = True, rows, problems, timezone.now()
        new.save()
        spread_all()  # who is under protection stays so in the new register
        record("persons.loaded", subject=f"load:{new.pk}", actor=actor, persons=rows, problems=wrong)
    for one in old:
        discard(one)
