"""Declarations and corporate numbers taken in, judged, and decided by people."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import IO

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.definitions import Problem
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.tables.columns import Column
from yakuba.kernel.tables.reading import BadRow, Row, rows
from yakuba.kernel.values import ValueRefused, calendar
from yakuba.kernel.values.characters import narrow
from yakuba.kernel.values.my_numbers import likely_in
from yakuba.kernel.workdays import closed_by_law
from yakuba.services.claims.actions.findings import MY_NUMBER
from yakuba.services.claims.engine.declarations import KINDS, Filed, corporate_fault, judged
from yakuba.services.claims.models import CorporateNumber, Declaration, DeclarationFile

RESIDENT, NAME, YEAR, FILED, KIND, REFERENCE, INCOME, TAX = (
    "宛名番号",
    "氏名",
    "年分",
    "提出日",
    "申告の種類",
    "整理番号",
    "所得",
    "税額",
)
COLUMNS = (
    Column(RESIDENT, ("宛名コード", "個人コード"), required=True),
    Column(NAME),
    Column(YEAR, ("年度", "課税年"), required=True),
    Column(FILED, ("受付日", "提出年月日", "受付年月日"), required=True),
    Column(KIND, ("申告区分", "種類"), required=True),
    Column(REFERENCE, ("受付番号", "番号")),
    Column(INCOME, ("所得金額", "合計所得")),
    Column(TAX, ("申告納税額", "年税額")),
)
REQUIRED = tuple(one.name for one in COLUMNS if one.required)
NUMBER, CORPORATE_NAME, ADDRESS, CLOSED = "法人番号", "名称", "所在地", "閉鎖日"
CORPORATE = (
    Column(NUMBER, ("corporateNumber",), required=True),
    Column(CORPORATE_NAME, ("商号又は名称", "name"), required=True),
    Column(ADDRESS, ("国内所在地", "address")),
    Column(CLOSED, ("登記記録の閉鎖等年月日", "closeDate")),
)
CORPORATE_REQUIRED = (NUMBER, CORPORATE_NAME)
MOST = 200_000
LARGEST_SUM = 10**13
FIRST_YEAR, LAST_YEAR = 1990, 2098
SAME = (
    "resident",
    "year",
    "filed",
    "kind",
    "reference",
    "income",
    "tax",
)  # in which a declaration that came again agrees


def declared(found: Iterable[Row], problems: list[Problem]) -> Iterator[Declaration]:
    """Rows of declarations, not stored; of the others `problems` says why."""
    for row in found:
        try:
            yield _declaration(row)
        except (BadRow, ValueRefused) as error:
            problems.append(Problem(row.line, "", str(error)))


def _declaration(row: Row) -> Declaration:
    resident = narrow(row.get(RESIDENT))
    if not resident or len(resident) > 20:
        raise BadRow("宛名番号がありません（20桁まで）。")
    kind = KINDS.get(row.get(KIND))
    if kind is None:
        raise BadRow(
            f"申告の種類「{row.get(KIND)[:20]}」は使えません。{'、'.join(KINDS)} のどれかにしてください。"
        )
    return Declaration(
        line=row.line, resident=resident, name=row.get(NAME)[:120], year=_year(row.get(YEAR)), filed=calendar.read_date(row.get(FILED)),
        kind=kind, reference=narrow(row.get(REFERENCE))[:40], income=_yen(row.get(INCOME), INCOME), tax=_yen(row.get(TAX), TAX),
    )  # fmt: skip


def _year(text: str) -> int:
    """A year of the western or an era's calendar. Raises BadRow, ValueRefused."""
    found = _read_year(text)
    return found if FIRST_YEAR <= found <= LAST_YEAR else _refuse_year(text)


def _read_year(text: str) -> int:
    plain = narrow(text).strip().removesuffix("年分").removesuffix("年").removesuffix("年度")
    if plain.isascii() and plain.isdigit() and len(plain) == 4:
        return int(plain)
    return calendar.read_date(f"{plain}年1月1日").year if not plain.isdigit() else _refuse_year(text)


def _refuse_year(text: str) -> int:
    raise BadRow(f"年分「{text[:20]}」は、2026 か 令和8年 のように書いてください。")


def _yen(text: str, what: str) -> int | None:
    """Whole yen; None where nothing is written, which is not zero."""
    plain = narrow(text).strip().replace(",", "").removesuffix("円")
    if not plain:
        return None
    sign, digits = (-1, plain[1:]) if plain[0] in "-△▲" else (1, plain)
    if not (digits.isascii() and digits.isdigit()) or int(digits) > LARGEST_SUM:
        raise BadRow(f"{what}「{text[:20]}」は円の整数で書いてください。")
    return sign * int(digits)


@transaction.atomic
def take(
    name: str,
    content: bytes | IO[bytes],
    deadline: date,
    *,
    actor: Actor,
    renamed: Mapping[str, str] | None = None,
) -> DeclarationFile:
    """Take declarations in and judge everybody who stands in them. Raises Invalid with every fault by its line: a declaration that
    is left out would make another one the valid one."""
    problems: list[Problem] = []
    source = content if isinstance(content, bytes) else content.read()
    found = list(declared(rows(source, REQUIRED, problems, renamed=renamed), problems))
    if problems:
        raise Invalid(
            "直すところがあります。一件でも欠けると有効な申告が変わるので、取り込みませんでした。",
            problems=problems[:200],
        )
    if not 0 < len(found) <= MOST:
        raise Invalid(f"申告は1から{MOST:,}件までにしてください（今は{len(found):,}件）。")
    last_day, new = in_time_until(deadline), _new(found)
    if not new:
        raise Conflict("この表の申告は、すべて前に取り込んだものと同じです。何も加えませんでした。")
    batch = DeclarationFile.objects.create(
        name=name[-255:], deadline=last_day, rows=len(new), created_by=known(actor)
    )
    if last_day != deadline:
        batch.told += f"期限の{calendar.written(deadline)}は休みの日なので、{calendar.written(last_day)}までを期限内としました。"
    if len(new) < len(found):
        batch.told += f"{len(found) - len(new):,}件は前に取り込んだものと同じなので、加えていません。"
    found = new
    for one in found:
        one.batch = batch
    Declaration.objects.bulk_create(found, batch_size=500)
    judge_all({(one.resident, one.year) for one in found})
    return batch


def in_time_until(deadline: date) -> date:
    """The last day in time: a deadline on a Saturday, Sunday, holiday or at the turn of the year is the next day that is none
    (国税通則法10条2項). Raises Invalid."""
    if not FIRST_YEAR <= deadline.year <= LAST_YEAR:
        raise Invalid(f"申告の期限は{FIRST_YEAR}年から{LAST_YEAR}年までの日にしてください。")
    while closed_by_law(deadline):
        deadline += timedelta(days=1)
    return deadline


def _new(found: list[Declaration]) -> list[Declaration]:
    """Without those that an earlier table had already: a table that is written out every week holds the old ones again. Two
    that are the same in one table are two."""
    residents = sorted({one.resident for one in found})
    before: Counter[tuple[object, ...]] = Counter()
    for start in range(0, len(residents), 500):
        rows_ = Declaration.objects.filter(resident__in=residents[start : start + 500])
        before.update(rows_.values_list(*SAME))
    new = []
    for one in found:
        key = tuple(getattr(one, name) for name in SAME)
        if before[key]:
            before[key] -= 1
        else:
            new.append(one)
    return new


def judge_all(groups: set[tuple[str, int]]) -> None:
    """Judge these people and years anew; what a person decided stays."""
    residents = sorted({resident for resident, _ in groups})
    by_group: dict[tuple[str, int], list[Declaration]] = defaultdict(list)
    for start in range(0, len(residents), 500):
        for one in Declaration.objects.filter(resident__in=residents[start : start + 500]).select_related(
            "batch"
        ):
            by_group[one.resident, one.year].append(one)
    changed = []
    for key in groups:
        rows_ = by_group[key]
        if any(one.decided_at for one in rows_):
            undecided = [one for one in rows_ if not one.decided_at]
            for one in undecided:
                one.verdict, one.why = (
                    Declaration.Verdict.ASK,
                    "職員が決めた後に入った申告です。確かめてください。",
                )
            changed += undecided
            continue
        deadline = max(one.batch.deadline for one in rows_)
        known_ = {one.pk: one for one in rows_}
        for said in judged([_filed(one) for one in rows_], deadline):
            row = known_[said.key]
            row.verdict, row.why = said.verdict, said.why
        changed += rows_
    Declaration.objects.bulk_update(changed, ["verdict", "why"], batch_size=500)


def _filed(row: Declaration) -> Filed:
    return Filed(row.pk, row.filed, row.kind, row.reference, row.income, row.tax)


def decided_on(group: Iterable[Declaration]) -> str:
    """When somebody last decided about these, as a text that is another one after every decision."""
    return max((one.decided_at.isoformat() for one in group if one.decided_at), default="none")


@transaction.atomic
def decide(row: Declaration, why: str, *, actor: Actor, seen: str = "") -> Declaration:
    """A person says which one counts; the others that were open are superseded by it. seen: `decided_on` as it was looked at.
    Raises Invalid, and Conflict where somebody decided meanwhile."""
    if not why.strip():
        raise Invalid("決めたわけを書いてください。")
    if likely_in(why):
        raise Invalid(MY_NUMBER)
    group = list(Declaration.objects.select_for_update().filter(resident=row.resident, year=row.year))
    if row.pk not in {one.pk for one in group}:
        raise Conflict("この申告はもうありません。")
    if seen and seen != decided_on(group):
        raise Conflict(
            "開いている間に、ほかの職員が決めました。まだ何も変えていません。見比べて、変えるならもう一度押してください。"
        )
    now, who = timezone.now(), known(actor)
    for one in group:
        if one.pk == row.pk:
            one.verdict, one.why = Declaration.Verdict.VALID, f"職員が決めた：{why.strip()}"[:300]
        elif one.verdict in (Declaration.Verdict.ASK, Declaration.Verdict.VALID):
            one.verdict, one.why = Declaration.Verdict.SUPERSEDED, "職員が別の申告を有効と決めました。"
        one.decided_at, one.decided_by = now, who
        one.save()
    return Declaration.objects.get(pk=row.pk)


@transaction.atomic
def take_corporate(content: bytes | IO[bytes], *, renamed: Mapping[str, str] | None = None) -> int:
    """Corporate numbers and names, new or changed; how many. Raises Invalid with every fault."""
    problems: list[Problem] = []
    source = content if isinstance(content, bytes) else content.read()
    found: dict[str, CorporateNumber] = {}
    for one in corporate(rows(source, CORPORATE_REQUIRED, problems, renamed=renamed), problems):
        found[one.number] = one
    if problems:
        raise Invalid("法人番号の表に直すところがあります。", problems=problems[:200])
    if not 0 < len(found) <= MOST:
        raise Invalid(f"法人番号は1から{MOST:,}件までにしてください。")
    _forget(list(found))
    CorporateNumber.objects.bulk_create(found.values(), batch_size=500)
    return len(found)


def _forget(numbers: list[str]) -> None:
    for start in range(0, len(numbers), 500):
        CorporateNumber.objects.filter(number__in=numbers[start : start + 500]).delete()


def corporate(found: Iterable[Row], problems: list[Problem]) -> Iterator[CorporateNumber]:
    """Rows of corporate numbers, not stored."""
    for row in found:
        try:
            number = narrow(row.get(NUMBER))
            if fault := corporate_fault(number):
                raise BadRow(fault)
            closed = calendar.read_date(row.get(CLOSED)) if row.get(CLOSED) else None
            yield CorporateNumber(
                number=number,
                name=row.get(CORPORATE_NAME)[:150],
                address=row.get(ADDRESS)[:300],
                closed=closed,
            )
        except (BadRow, ValueRefused) as error:
            problems.append(Problem(row.line, "", str(error)))
