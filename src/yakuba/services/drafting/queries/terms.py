"""The town's own words."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from yakuba.services.drafting.contracts import TownWord
from yakuba.services.drafting.models import Term


def terms() -> QuerySet[Term]:
    """All of them."""
    return Term.objects.order_by("preferred", "written")


def town_words() -> list[TownWord]:
    """As the engine has them."""
    return [one.word for one in terms()]


def searched(rows: Any, text: str) -> Any:
    """Those with this text in them."""
    return rows.filter(Q(written__icontains=text) | Q(preferred__icontains=text) | Q(reason__icontains=text))
