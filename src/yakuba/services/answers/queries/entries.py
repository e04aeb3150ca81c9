"""Entries and their versions, as staff see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Max, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.localwords import queries as localwords
from yakuba.kernel.localwords import slots
from yakuba.kernel.registry import CheckResult, QueueState, SlottedText
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.answers.contracts import Audience, Draft, SectionFacts
from yakuba.services.answers.engine.reading import SHOWN_AUDIENCES, lines_of
from yakuba.services.answers.models import Publication, Section, Version

OF_SECTION = (
    "窓口",
    "電話",
    "受付時間",
    "場所",
)  # places that the section in charge fills, as `SectionFacts` has them
OF_TOWN = "自治体"  # the town's name
SOON = timedelta(days=30)  # before its last day, an entry is to be looked at
STATES = {
    "draft": "下書き",
    "waiting": "承認待ち",
    "returned": "差し戻し",
    "published": "公開中",
    "past": "前の版",
}
COLUMNS = (
    *("番号", "分野", "質問", "別の聞き方", "答え", "リンク", "担当"),
    *("対象", "言語", "根拠", "開始日", "終了日"),
)


def newest() -> QuerySet[Any]:
    """The newest version of every entry."""
    last = Version.objects.values("entry").annotate(last=Max("pk")).values("last")
    return Version.objects.filter(pk__in=last).select_related("entry", "section", "publication")


def searched(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Those that hold the words in question, wordings or answer, or have that number."""
    return rows.filter(
        Q(question__icontains=text)
        | Q(wordings__icontains=text)
        | Q(answer__icontains=text)
        | Q(entry__code=text)
    )


def in_state(rows: QuerySet[Any], state: str) -> QuerySet[Any]:
    """Those of the newest versions that are in one of `STATES`, or `soon`: whose last day is near or over."""
    if state == "published":
        return rows.filter(entry__current=F("pk"))
    if state == "soon":
        return rows.filter(entry__current=F("pk"), valid_until__lte=timezone.localdate() + SOON)
    open_rows = rows.exclude(entry__current=F("pk")).filter(published_at=None)
    if state == "waiting":
        return open_rows.filter(publication__state=Publication.State.PROPOSED)
    if state == "returned":
        return open_rows.filter(publication__state=Publication.State.REFUSED)
    if state == "past":
        return rows.exclude(published_at=None).exclude(entry__current=F("pk"))
    return open_rows.filter(publication=None)


def fields() -> list[tuple[str, str]]:
    """The fields that entries have, for a filter."""
    names = Version.objects.exclude(field="").order_by("field").values_list("field", flat=True).distinct()
    return [(name, name) for name in names]


def draft_of(version: Version) -> Draft:
    """The contents of a version."""
    return Draft(
        code=version.entry.code,
        question=version.question,
        answer=version.answer,
        wordings=lines_of(version.wordings),
        links=lines_of(version.links),
        field=version.field,
        section=version.section.name if version.section else "",
        audience=Audience(version.audience),
        language=version.language,
        source=version.source,
        valid_from=_iso(version.valid_from),
        valid_until=_iso(version.valid_until),
    )


def section_facts(section: Section | None) -> SectionFacts | None:
    """A section as it is told."""
    if section is None:
        return None
    return SectionFacts(section.name, section.telephone, section.hours, section.place)


def filling(section: SectionFacts | None, words: Mapping[str, str]) -> dict[str, str]:
    """What fills the places of an answer of that section: the town's words, but for those that are the section's or the
    town's name. What holds a place itself fills nothing."""
    own = astuple(section) if section else ("",) * len(OF_SECTION)
    values = {**words, OF_TOWN: current_municipality().name, **dict(zip(OF_SECTION, own, strict=True))}
    return {name: value for name, value in values.items() if slots.fills(value)}


def town_words() -> dict[str, str]:
    """What the town puts where towns differ, by name."""
    return localwords.words("answers")


def missing(version: Version, words: Mapping[str, str] | None = None) -> list[str]:
    """The places of a version that nothing fills: as long as there is one, it is not told."""
    own = town_words() if words is None else words
    return slots.missing(version.answer, filling(section_facts(version.section), own))


def slotted() -> Iterator[SlottedText]:
    """The newest version of every entry, with the one that is told."""
    for row in newest().select_related("entry__current").order_by("entry__code"):
        told = row.entry.current
        parts = (row.answer,) if told is None else (row.answer, told.answer)
        yield SlottedText(
            row.question,
            reverse("answers:entry", args=[row.entry_id]),
            parts,
            frozenset({OF_TOWN, *OF_SECTION}),
        )


def table(rows: Sequence[Version] | QuerySet[Any]) -> Table:
    """Entries as a file that can be taken over again."""
    drafts = (draft_of(row) for row in rows)
    return Table(
        "答え",
        COLUMNS,
        (
            (
                *(one.code, one.field, one.question, "\n".join(one.wordings), one.answer),
                *("\n".join(one.links), one.section, SHOWN_AUDIENCES[one.audience], one.language),
                *(one.source, one.valid_from, one.valid_until),
            )
            for one in drafts
        ),
    )


def expiring(user: Any) -> QueueState:
    """Answers whose last day is near or over, for the home page."""
    rows = in_state(newest(), "soon")
    return QueueState(rows.count(), reverse("answers:index") + "?state=soon", "答えを見直す")


def returned(user: Any) -> QueueState:
    """Answers that were sent back."""
    rows = in_state(newest(), "returned")
    return QueueState(rows.count(), reverse("answers:index") + "?state=returned", "答えを直す")


def self_check() -> list[CheckResult]:
    """Whether a published answer is kept from being told by a slot that nothing fills."""
    words = town_words()
    rows = Version.objects.filter(entry__current=F("pk")).select_related("section", "entry")
    held = sum(bool(missing(row, words)) for row in rows)
    advice = f"公開中の答え{held}件に、埋まっていない {{ }} があり、住民に出ていません。「自治体ごとに違うところ」と窓口を埋めてください。"
    return [CheckResult("公開中の答え", not held, advice if held else "")]


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
