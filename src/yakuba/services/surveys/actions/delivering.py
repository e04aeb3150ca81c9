"""What goes from one town of this installation to another: an inquiry, news of it, and the answers. Each town writes into its own
rows alone; here, and nowhere else, the other town is made active for one short write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.tenancy import active_municipality, current_municipality
from yakuba.kernel.tenancy.models import Municipality
from yakuba.services.surveys.models import Edition, Incoming
from yakuba.services.surveys.queries.bodies import Recipient

MOST_NEWS = 50


def deliver(edition: Edition, to: Recipient, last: Mapping[str, str]) -> None:
    """The inquiry, with the questions and the town's own answers of last year."""
    asker = current_municipality()
    if to.town is None:
        raise ValueError("not a town of this installation")
    text, day = edition.deadlines.get(to.body.kind.value, ["", ""])
    given: dict[str, Any] = {
        "title": str(edition)[:120], "sender": asker.name, "came_on": timezone.localdate(), "deadline_text": text,
        "deadline": date.fromisoformat(day) if day else None, "note": edition.lead or edition.definition.lead, "body": to.body.code,
        "source": edition.source, "last": dict(last),
    }  # fmt: skip
    key = {"asker_code": asker.code, "survey": edition.survey.code, "edition": edition.code}
    with active_municipality(to.town):
        Incoming.objects.get_or_create(**key, defaults=given)


@transaction.atomic
def tell(edition: Edition, codes: Iterable[str], text: str, **changes: Any) -> None:
    """News of an inquiry to towns of this installation; changes: columns of the inquiry."""
    asker = current_municipality()
    line = [timezone.localdate().isoformat(), text[:500]]
    key = {
        "asker_code": asker.code,
        "survey": edition.survey.code,
        "edition": edition.code,
    }  # read while the asker is active
    for town in Municipality.objects.filter(code__in=list(codes)):
        with active_municipality(town):
            row = Incoming.objects.select_for_update().filter(**key).first()
            if row is not None:
                row.news = [line, *row.news][:MOST_NEWS]
                for name, value in changes.items():
                    setattr(row, name, value)
                row.save(update_fields=["news", *changes])  # the answers beside are the town's own
