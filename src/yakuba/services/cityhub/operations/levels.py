"""Evacuation notices."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Part
from yakuba.services.cityhub.actions import levels as actions
from yakuba.services.cityhub.models import LevelNotice
from yakuba.services.cityhub.operations.table import OPERATIONS
from yakuba.services.cityhub.queries import levels as queries


class LevelNoticeIn(BaseModel):
    """A notice."""

    kind: Literal["issue", "lift", "correct", "cancel"] = Field(description="issue・lift・correct・cancel")
    level: int = Field(ge=1, le=5, description="警戒レベル")
    area: str = Field(min_length=1, max_length=120, description="区域")
    issued_at: datetime = Field(description="発令・解除の日時（2026-07-01T13:00:00+09:00）")
    issuer: str = Field(min_length=1, max_length=60, description="発令者")
    reason: str = Field("", max_length=300, description="わけ")
    households: int | None = Field(None, ge=0, description="対象世帯")
    people: int | None = Field(None, ge=0, description="対象人数")
    about: int | None = Field(None, ge=1, description="訂正・取消する避難情報の番号")


class LevelNoticeOut(BaseModel):
    """A notice. about: 0 for none."""

    id: int
    kind: str
    level: int
    word: str
    area: str
    households: int | None
    people: int | None
    issued_at: str
    issuer: str
    reason: str
    about: int


COLUMNS = {
    "id": "番号",
    "kind": "区分",
    "level": "警戒レベル",
    "word": "名前",
    "area": "区域",
    "issued_at": "日時",
    "issuer": "発令者",
}


def _facts(row: LevelNotice) -> dict[str, Any]:
    plain = ("kind", "level", "area", "households", "people", "issuer", "reason")
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in plain},
        "word": queries.word_of(row),
        "issued_at": row.issued_at.isoformat(),
        "about": row.about_id or 0,
    }


@OPERATIONS.add(
    "避難情報の一覧",
    "cityhub.view",
    "GET levels",
    command="levels",
    answer=Answer(list[LevelNoticeOut], columns=COLUMNS),
)
def list_level_notices(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """All notices, the newest first: what a file for handing on needs."""
    return [_facts(row) for row in asked.of(queries.notices())]


@OPERATIONS.add(
    "避難情報を発令・解除・訂正・取消する",
    "cityhub.issue",
    "POST levels",
    answer=Answer(LevelNoticeOut, _facts, COLUMNS),
)
def issue_level_notice(asked: LevelNoticeIn, actor: Actor) -> LevelNotice:
    """Enter a notice; the page that everybody may read is made ready at once. Nothing is sent anywhere."""
    return actions.issue(**asked.model_dump(), actor=actor)
