"""Inside: what residents may be told outside: published entries that are meant for them, and whom to ask. Not what people have
asked: confirmed questions and what was learned from them stay."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from yakuba.kernel.localwords.models import LocalWord
from yakuba.kernel.townsettings import value
from yakuba.services.answers.models import Section, Version

SETTINGS = ("answers.public", "answers.desk", "answers.embedded_in")


def published() -> dict[str, Any]:
    """Entries, sections, the words that fill them, and the settings of the pages."""
    rows = Version.objects.filter(entry__current=F("pk"), audience=Version.Audience.RESIDENT)
    return {
        "settings": {name: value(name) for name in SETTINGS},
        "sections": [
            [row.name, row.telephone, row.hours, row.place] for row in Section.objects.order_by("name")
        ],
        "entries": [_entry(row) for row in rows.select_related("entry", "section").order_by("entry__code")],
        "words": [[row.name, row.value] for row in LocalWord.objects.filter(room="answers").order_by("name")],
    }


def _entry(row: Version) -> dict[str, Any]:
    return {
        "code": row.entry.code,
        "number": row.number,
        "question": row.question,
        "wordings": row.wordings,
        "answer": row.answer,
        "links": row.links,
        "field": row.field,
        "section": row.section.name if row.section else "",
        "language": row.language,
        "source": row.source,
        "valid_from": str(row.valid_from or ""),
        "valid_until": str(row.valid_until or ""),
        "published_at": row.published_at.isoformat() if row.published_at else "",
    }
