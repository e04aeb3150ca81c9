"""The list of cases as a person narrows and sorts it. What is looked for may be any value, as staff write it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from contextlib import suppress
from typing import Any, cast

from django.db.models import Q, QuerySet
from django.urls import reverse

from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.ledger.queries import ERASED, procedures
from yakuba.kernel.ledger.sight import masked_values
from yakuba.kernel.ledger.workflow import LABELS, STATUS_KINDS, Status
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search, Wanted, ago, status
from yakuba.kernel.lists.numbered import among
from yakuba.kernel.search.parts import candidates
from yakuba.kernel.tables.files import FORMATS
from yakuba.kernel.values import ValueRefused, calendar
from yakuba.kernel.values.characters import COMPATIBLE

SOURCE = "ledger.cases"  # of the search: which cases may hold a text
ONE_PROCEDURE = "CSVとJSONは、手続を1つ選ぶと書き出せます（列が手続ごとに違うためです）。"


def listed(wanted: Wanted) -> QuerySet[Any]:
    """The cases, narrowed and sorted."""
    return cast("QuerySet[Any]", CASES.listed(wanted))


def spellings(text: str) -> list[str]:
    """How what a person looks for may stand in the ledger: as typed, without blanks, digits without hyphens, a date
    as ISO 8601, kana as katakana, and a kanji as any of its code points (神: U+795E, U+FA19), since keyboards give the
    common one. This is for finding alone: the ledger keeps both apart, and nothing folded is stored."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    katakana = "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in plain)
    found = [text, "".join(text.split()), plain, katakana]
    found += [plain[:i] + COMPATIBLE[c] + plain[i + 1 :] for i, c in enumerate(plain) if c in COMPATIBLE]
    if re.fullmatch(r"[-()〒0-9]+", plain):
        found.append(re.sub(r"\D", "", plain))
    with suppress(ValueRefused):
        found.append(calendar.read_date(text).isoformat())
    return [one for one in dict.fromkeys(found) if one]


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Each case whose number or whose any value holds the text. The index says in which cases to look; where it cannot, all
    values of the town are gone through, once."""
    ways = spellings(text)
    wanted, own = Q(), Q()
    for spelling in ways:
        wanted |= Q(value__icontains=spelling)
        own |= Q(receipt_number__contains=spelling) | Q(target_number__icontains=spelling)
    of_cases = Case.objects.filter(own).values_list("pk", flat=True)
    keys = candidates(SOURCE, ways)
    if keys is None:
        of_values = CaseValue.objects.filter(wanted).exclude(masked_values())
        found = {*of_values.values_list("case", flat=True).distinct(), *of_cases}
    else:
        near = among(map(int, keys))
        # By the numbers of cases alone, which are the town's own: SQLite would rather read all values of the town.
        of_values = CaseValue.all_municipalities.filter(wanted, case__in=near).exclude(masked_values())
        found = {*of_values.values_list("case", flat=True).distinct(), *of_cases.filter(pk__in=near)}
    return rows.filter(pk__in=among(found))


def _every() -> QuerySet[Any]:
    rows: QuerySet[Any] = Case.objects.select_related("procedure")
    return rows.exclude(receipt_number__startswith=ERASED)


def status_of(case: Case) -> Cell:
    """The state of a case."""
    return status(STATUS_KINDS[Status(case.status)], LABELS[Status(case.status)])


def _forms(rows: Any) -> tuple[Collection[str], str]:
    """A file with one table has the columns of one procedure."""
    several = all(
        len(one.order_by().values_list("procedure").distinct()[:2]) > 1 for one in (Case.objects.all(), rows)
    )
    return (("xlsx",), ONE_PROCEDURE) if several else (FORMATS, "")


BY_STATUS = Filter("status", "状態", lambda: [(one.value, LABELS[one]) for one in Status])
CASES = Listing(
    "ledger.cases",
    "受付簿",
    "受付",
    columns=(
        Column(
            "receipt",
            "受付番号",
            lambda case: Cell(case.receipt_number, url=reverse("ledger:case", args=[case.pk])),
            ("receipt_number",),
        ),
        Column("name", "氏名", lambda case: case.name, ("kana", "name", "receipt_number")),
        Column(
            "procedure", "手続", lambda case: case.procedure.title, ("procedure__title", "receipt_number")
        ),
        Column("status", "状態", status_of, ("status", "receipt_number")),
        Column("updated", "更新", lambda case: ago(case.updated_at), ("updated_at",)),
        Column("target", "登録番号", lambda case: case.target_number),
    ),
    rows=_every,
    nothing=Nothing("受付はまだありません", "申請書を取り込むと、ここに並びます。"),
    search=Search(
        _search,
        help="受付番号、氏名、住所、電話、日付など、どの値でも",
        event="ledger.searched",
        also="receipt_number",
    ),
    filters=(
        Filter(
            "procedure",
            "手続",
            lambda: procedures().values_list("code", "title"),
            lambda rows, code: rows.filter(procedure__code=code),
        ),
        BY_STATUS,
    ),
    sort="procedure",
    export="ledger:export",
    forms=_forms,
)
