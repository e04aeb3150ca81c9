"""What the search of the whole house finds of procedures: each, by its name and by what it asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from django.urls import reverse

from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.search import Entry, Text, numbers

SOURCE = "ledger.procedures"
TITLE = 3.0  # what a word counts there, beside 1 in the name of a field


def keys(after: str) -> Iterator[str]:
    """The procedures in the order in which they came."""
    return numbers.keys(Procedure.objects.all(), after)


def entries(wanted: Sequence[str]) -> Iterator[Entry]:
    """Those of these keys. The page is the list of their cases."""
    for row in Procedure.objects.filter(pk__in=numbers.numbers(wanted)):
        labels = "、".join(item.label for item in row.definition.fields)
        yield Entry(
            str(row.pk),
            row.title,
            f"{reverse('ledger:cases')}?{urlencode({'procedure': row.code})}",
            (
                Text(row.title, TITLE),
                Text(row.code, exact=True, label="コード"),
                Text(labels, label="項目"),
            ),
            detail=f"手続　第{row.version}版の受付を一覧で見る",
        )
