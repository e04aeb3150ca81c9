"""Heads of the town: taught, proposed, put away."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Part, Trace
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Forbidden
from yakuba.services.vision.actions import learning
from yakuba.services.vision.contracts import Purpose
from yakuba.services.vision.models import TownHead
from yakuba.services.vision.operations.table import OPERATIONS
from yakuba.services.vision.queries import learning as queries


class TeachIn(BaseModel):
    """For which purpose."""

    purpose: Purpose = Field(description="目的（road、trap）")


class OneVisionHead(BaseModel):
    """A head."""

    vision_head_id: int = Field(description="学習の番号")


class ProposeHeadIn(OneVisionHead):
    """Why it should be used."""

    reason: str = Field(min_length=1, max_length=2_000, description="使う理由")


class VisionHeadOut(BaseModel):
    """A head. figures: of pictures held out, before and after; waits: a second person has it before them."""

    id: int
    purpose: str
    version: int
    state: str
    state_label: str
    labels: int
    figures: dict[str, Any]
    sentence: str
    waits: bool
    made_at: str


def head_facts(row: TownHead) -> dict[str, Any]:
    """As a program sees it."""
    return {
        "id": row.pk, "purpose": row.purpose, "version": row.version, "state": row.state, "state_label": row.get_state_display(),
        "labels": row.labels, "figures": row.figures, "sentence": row.figures.get("sentence", ""), "waits": queries.waits(row),
        "made_at": timezone.localtime(row.made_at).isoformat(),
    }  # fmt: skip


COLUMNS = {
    "id": "番号",
    "purpose": "目的",
    "version": "版",
    "state_label": "状態",
    "labels": "判断",
    "sentence": "測った値",
}
HEAD = Answer(VisionHeadOut, head_facts, COLUMNS)


@OPERATIONS.add(
    "学習の一覧", "vision.view", "GET heads", "head list", answer=Answer(list[VisionHeadOut], columns=COLUMNS)
)
def list_heads(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """The newest first."""
    return [head_facts(row) for row in asked.of(queries.heads())]


@OPERATIONS.add(
    "職員の判断から学ばせる", "vision.teach", "POST heads", "head teach", answer=HEAD, status=201, event="vision.taught",
    trace=lambda asked, row: Trace(queries.subject_of(row), {"labels": row.labels}),
)  # fmt: skip
def teach(asked: TeachIn, actor: Actor) -> TownHead:
    """A new version, measured on pictures that it did not learn from; it is not used before a second person approves."""
    return learning.teach(asked.purpose, actor=actor)


@OPERATIONS.add(
    "学習を使うことを起案する", "vision.teach", "POST heads/{vision_head_id}/propose", "head propose", answer=HEAD, event="vision.head_proposed",
    trace=lambda asked, row: Trace(queries.subject_of(row)), by_operator=False,
)  # fmt: skip
def propose_head(asked: ProposeHeadIn, actor: Actor) -> TownHead:
    """Another person approves it on the page of approvals."""
    row = one(TownHead.objects.all(), asked.vision_head_id)
    if actor is None:
        raise Forbidden("起案する職員を決めてください。")
    learning.propose(row, asked.reason, actor=actor)
    return row


@OPERATIONS.add(
    "学習を使うのをやめる", "vision.approve", "POST heads/{vision_head_id}/put-away", "head stop", answer=HEAD, event="vision.head_put_away",
    trace=lambda asked, row: Trace(queries.subject_of(row)),
)  # fmt: skip
def stop_head(asked: OneVisionHead, actor: Actor) -> TownHead:
    """The house's own rules decide again, at once."""
    return learning.put_away(one(TownHead.objects.all(), asked.vision_head_id))
