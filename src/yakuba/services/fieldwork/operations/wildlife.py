"""What can be done about animals, traps and bounties."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO
from typing import Any

from django.utils import timezone
from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Part, Trace, Upload
from yakuba.services.fieldwork.actions import bounties, wildlife
from yakuba.services.fieldwork.models import (
    BountyClaim,
    Comparison,
    Found,
    Sighting,
    Species,
    Trap,
    TrapKind,
    TrapVisit,
)
from yakuba.services.fieldwork.operations.table import OPERATIONS


class SightingIn(BaseModel):
    """An animal that was seen. latitude, longitude: degrees (WGS84)."""

    species: Species = Field(description="種類")
    number: int = Field(1, ge=1, le=1_000, description="頭数")
    latitude: float = Field(description="緯度")
    longitude: float = Field(description="経度")
    seen_at: datetime = Field(description="見た日時")
    note: str = Field("", max_length=300, description="メモ")


class SightingOut(BaseModel):
    """A sighting."""

    id: int
    species: str
    number: int
    latitude: float
    longitude: float
    seen_at: str
    note: str


class TrapIn(BaseModel):
    """A new trap."""

    code: str = Field(min_length=1, max_length=30, description="番号")
    kind: TrapKind = Field(description="種類")
    latitude: float = Field(description="緯度")
    longitude: float = Field(description="経度")
    set_on: date = Field(description="置いた日")
    place: str = Field("", max_length=120, description="場所")
    entity_id: str = Field("", max_length=256, description="都市OSの実体")
    attribute: str = Field("", max_length=256, description="都市OSの属性")


class OneTrap(BaseModel):
    """A trap."""

    trap_id: int = Field(description="わなの番号")


class RemoveTrapIn(OneTrap):
    """Since when it stands no longer."""

    removed_on: date = Field(description="外した日")


class TrapVisitIn(OneTrap):
    """What was found there."""

    found: Found = Field(description="ようす")
    species: str = Field("", max_length=10, description="捕獲した種類")
    number: int = Field(0, ge=0, le=100, description="頭数")
    minutes: int = Field(0, ge=0, le=1_440, description="かかった分")
    note: str = Field("", max_length=300, description="メモ")


class TrapOut(BaseModel):
    """A trap. removed_on: empty while it stands."""

    id: int
    code: str
    kind: str
    place: str
    latitude: float
    longitude: float
    set_on: str
    removed_on: str


class TrapVisitOut(BaseModel):
    """A visit."""

    id: int
    trap: str
    at: str
    found: str
    species: str
    number: int
    minutes: int


class BountyIn(BaseModel):
    """A claim of a bounty."""

    number: str = Field(min_length=1, max_length=30, description="申請の番号")
    hunter: str = Field(min_length=1, max_length=100, description="申請した人")
    species: Species = Field(description="種類")
    caught_on: date = Field(description="捕獲した日")
    latitude: float | None = Field(None, description="緯度")
    longitude: float | None = Field(None, description="経度")
    photos: list[Upload] = Field(description="写真")


class OneComparison(BaseModel):
    """Two photographs."""

    comparison_id: int = Field(description="見比べの番号")


class ComparisonJudgeIn(OneComparison):
    """What was seen."""

    same: bool = Field(description="同じ個体なら真")
    remark: str = Field(min_length=1, max_length=300, description="見たところ")


class BountyDecisionIn(BaseModel):
    """Whether the town pays."""

    claim_id: int = Field(description="申請の番号（画面のアドレスにある数）")
    pay: bool = Field(description="支払うなら真")
    reason: str = Field("", max_length=300, description="理由")


class BountyOut(BaseModel):
    """A claim. open: photographs that are not compared yet."""

    id: int
    number: str
    species: str
    caught_on: str
    state: str
    state_label: str
    open: int


class BountyComparisonOut(BaseModel):
    """Two photographs and what was said of them."""

    id: int
    why: str
    bits: int
    verdict: str


def _sighting(row: Sighting) -> dict[str, Any]:
    return {
        "id": row.pk, "species": row.species, "number": row.number, "latitude": row.latitude, "longitude": row.longitude,
        "seen_at": timezone.localtime(row.seen_at).isoformat(), "note": row.note,
    }  # fmt: skip


def _trap(row: Trap) -> dict[str, Any]:
    return {
        "id": row.pk, "code": row.code, "kind": row.kind, "place": row.place, "latitude": row.latitude, "longitude": row.longitude,
        "set_on": row.set_on.isoformat(), "removed_on": row.removed_on.isoformat() if row.removed_on else "",
    }  # fmt: skip


def _visit(row: TrapVisit) -> dict[str, Any]:
    return {
        "id": row.pk, "trap": row.trap.code, "at": timezone.localtime(row.at).isoformat(), "found": row.found,
        "species": row.species, "number": row.number, "minutes": row.minutes,
    }  # fmt: skip


def _claim(row: BountyClaim) -> dict[str, Any]:
    return {
        "id": row.pk, "number": row.number, "species": row.species, "caught_on": row.caught_on.isoformat(), "state": row.state,
        "state_label": row.get_state_display(),
        "open": Comparison.objects.filter(photo__claim=row, verdict=Comparison.Verdict.OPEN).count(),
    }  # fmt: skip


TRAP, CLAIM = (
    Answer(TrapOut, _trap, {"code": "番号", "place": "場所"}),
    Answer(BountyOut, _claim, {"number": "番号", "state_label": "状態", "open": "見比べる写真"}),
)


@OPERATIONS.add(
    "目撃を入れる", "fieldwork.wildlife", "POST sightings", "sighting add", answer=Answer(SightingOut, _sighting), status=201,
    event="fieldwork.sighting_added", trace=lambda asked, row: Trace(f"sighting:{row.pk}"),
)  # fmt: skip
def add_sighting(asked: SightingIn, actor: Actor) -> Sighting:
    """An animal that somebody saw."""
    return wildlife.add_sighting(**asked.model_dump(), actor=actor)


@OPERATIONS.add(
    "わなの一覧",
    "fieldwork.wildlife",
    "GET traps",
    "trap list",
    answer=Answer(list[TrapOut], columns={"code": "番号", "place": "場所"}),
)
def list_traps(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """By their numbers."""
    return [_trap(row) for row in asked.of(Trap.objects.order_by("code"))]


@OPERATIONS.add(
    "わなを登録する", "fieldwork.wildlife", "POST traps", "trap add", answer=TRAP, status=201, event="fieldwork.trap_set",
    trace=lambda asked, row: Trace(f"trap:{row.pk}"),
)  # fmt: skip
def set_trap(asked: TrapIn, actor: Actor) -> Trap:
    """A new one."""
    return wildlife.set_trap(**asked.model_dump())


@OPERATIONS.add(
    "わなを外す", "fieldwork.wildlife", "POST traps/{trap_id}/remove", "trap remove", answer=TRAP, event="fieldwork.trap_removed",
    trace=lambda asked, row: Trace(f"trap:{row.pk}"),
)  # fmt: skip
def remove_trap(asked: RemoveTrapIn, actor: Actor) -> Trap:
    """It stands no longer; its nights until then count."""
    return wildlife.remove_trap(asked.trap_id, asked.removed_on)


@OPERATIONS.add(
    "わなの見回りを入れる", "fieldwork.wildlife", "POST traps/{trap_id}/visits", "trap visit", answer=Answer(TrapVisitOut, _visit), status=201,
    event="fieldwork.trap_visited", trace=lambda asked, row: Trace(f"trap:{row.trap_id}", {"found": row.found}),
)  # fmt: skip
def visit_trap(asked: TrapVisitIn, actor: Actor) -> TrapVisit:
    """Somebody was there, now."""
    return wildlife.visit_trap(**asked.model_dump(), actor=actor)


@OPERATIONS.add(
    "報奨金の申請を入れる", "fieldwork.bounty", "POST bounties", "bounty add", answer=CLAIM, status=201, event="fieldwork.bounty_claimed",
    trace=lambda asked, row: Trace(f"bounty:{row.pk}"),
)  # fmt: skip
def add_bounty(asked: BountyIn, actor: Actor) -> BountyClaim:
    """What looks like an animal of an earlier claim waits for a person then."""
    return bounties.claim(
        asked.number, asked.hunter, asked.species, asked.caught_on, [BytesIO(one.read(bounties.LARGEST)) for one in asked.photos], asked.latitude, asked.longitude,
        actor=actor,
    )  # fmt: skip


@OPERATIONS.add(
    "報奨金の写真を見比べる", "fieldwork.bounty", "POST comparisons/{comparison_id}/judge", "bounty judge",
    answer=Answer(BountyComparisonOut, lambda row: {"id": row.pk, "why": row.why, "bits": row.bits, "verdict": row.verdict}),
    event="fieldwork.bounty_compared", trace=lambda asked, row: Trace(f"comparison:{row.pk}", {"verdict": row.verdict}),
)  # fmt: skip
def judge_comparison(asked: ComparisonJudgeIn, actor: Actor) -> Comparison:
    """A person has both side by side; 409 where it was judged before."""
    return bounties.judge(asked.comparison_id, asked.same, asked.remark, actor=actor)


@OPERATIONS.add(
    "報奨金を決める", "fieldwork.bounty", "POST bounties/{claim_id}/decide", "bounty decide", answer=CLAIM, event="fieldwork.bounty_decided",
    trace=lambda asked, row: Trace(f"bounty:{row.pk}", {"state": row.state}),
)  # fmt: skip
def decide_bounty(asked: BountyDecisionIn, actor: Actor) -> BountyClaim:
    """409 while something is not compared, or one animal is another claim's."""
    return bounties.decide(asked.claim_id, asked.pay, asked.reason, actor=actor)
