"""What the staff's answers could teach, and the heads that learned from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from yakuba.kernel.approvals.models import Approval
from yakuba.services.vision.contracts import Purpose
from yakuba.services.vision.engine.heads import LEAST_EACH
from yakuba.services.vision.models import Picture, TownHead
from yakuba.services.vision.queries.answers import LEARNING, answers

KIND = "vision.head"


@dataclass(frozen=True)
class Taught:
    """Labels of a purpose. lacking: in words what is still needed before a head can learn, empty where nothing is."""

    purpose: Purpose
    counts: dict[str, int]
    lacking: str
    live: TownHead | None


def labelled(purpose: Purpose) -> QuerySet[Any]:
    """Pictures whose right answer a person said, and that can teach it."""
    return Picture.objects.filter(analysis__purpose=purpose, truth__in=list(answers(purpose))).exclude(
        feature=None
    )


def taught() -> list[Taught]:
    """Of each purpose that can learn."""
    found = []
    for purpose in LEARNING:
        numbers = dict(labelled(purpose).values_list("truth").annotate(number=Count("pk")))
        counts = {label: numbers.get(code, 0) for code, label in answers(purpose).items()}
        enough = [label for label, number in counts.items() if number >= LEAST_EACH]
        lacking = "" if len(enough) >= 2 else f"2つ以上の答えに、それぞれ{LEAST_EACH}枚以上の判断が要ります。"
        live = TownHead.objects.filter(purpose=purpose, state=TownHead.State.LIVE).first()
        found.append(Taught(purpose, counts, lacking, live))
    return found


def heads() -> QuerySet[Any]:
    """The newest first."""
    return TownHead.objects.select_related("made_by").defer("content").order_by("-made_at", "-pk")


def subject_of(row: TownHead) -> str:
    """As approvals and the audit record call it."""
    return f"visionhead:{row.pk}"


def waits(row: TownHead) -> bool:
    """Whether a second person has it before them."""
    return Approval.objects.filter(kind=KIND, subject=subject_of(row), state=Approval.State.PROPOSED).exists()
