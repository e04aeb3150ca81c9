"""Requests for support, who fits them, their occasions and reports."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Part, Trace, Word
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Missing
from yakuba.services.sharing.actions import advisors as actions
from yakuba.services.sharing.engine.advisors import Match
from yakuba.services.sharing.models import Advisor, Request, Visit
from yakuba.services.sharing.operations.table import OPERATIONS
from yakuba.services.sharing.queries import advisors as queries


class SupportIn(BaseModel):
    """What a body asks for."""

    kind: Literal["advice", "lecture"] = Field("advice", description="種類")
    body: Annotated[str, Word("--body")] = Field(min_length=1, max_length=120, description="団体")
    body_code: str = Field("", max_length=6, description="団体コード（地方公共団体のとき）")
    municipal: bool = Field(True, description="地方公共団体")
    recommender: str = Field("", max_length=120, description="推薦する団体（地方公共団体でないとき）")
    fields: Annotated[list[str], Word("--field")] = Field(max_length=15, description="分野")
    role: str = Field("", max_length=40, description="スキル標準の役割")
    online: bool = Field(False, description="オンライン")
    wanted: Annotated[str, Word("--wanted")] = Field(min_length=1, max_length=4_000, description="相談したいこと")  # fmt: skip


class OneSupport(BaseModel):
    """A request."""

    support_id: int = Field(description="依頼の番号")


class BookIn(OneSupport):
    """An occasion."""

    on: Annotated[date, Word("--on")] = Field(description="日")
    online: bool = Field(False, description="オンライン")
    minutes: int = Field(0, ge=0, le=600, description="オンラインの分")
    advisor_ids: Annotated[list[int], Word("--advisor")] = Field(max_length=10, description="アドバイザーの番号")  # fmt: skip
    override: str = Field("", max_length=300, description="現地とオンラインを混ぜる理由")


class OneVisit(BaseModel):
    """An occasion."""

    advisor_visit_id: int = Field(description="派遣の番号")


class SupportReportIn(OneSupport):
    """What was done."""

    report: Annotated[str, Word("--report")] = Field(min_length=1, max_length=10_000, description="支援の内容")  # fmt: skip
    effect: str = Field("", max_length=4_000, description="支援のあとの効果")


class SupportOut(BaseModel):
    """A request. visits, minutes: what its body had in this fiscal year."""

    id: int
    kind: str
    body: str
    body_code: str
    municipal: bool
    recommender: str
    fields: list[str]
    online: bool
    state: str
    visits: int
    minutes: int


class AdvisorMatchOut(BaseModel):
    """Who fits. km: null where it is not known."""

    id: int
    name: str
    matched: list[str]
    km: float | None
    reasons: list[str]
    against: list[str]


class AdvisorVisitOut(BaseModel):
    """An occasion."""

    id: int
    support: int
    on: date
    year: int
    online: bool
    minutes: int
    team: list[str]
    override: str


SUPPORT = {
    "id": "番号",
    "body": "団体",
    "kind": "種類",
    "state": "状態",
    "visits": "現地",
    "minutes": "オンライン（分）",
}


def support_facts(row: Request) -> dict[str, Any]:
    """As a program sees it."""
    names = ("kind", "body", "body_code", "municipal", "recommender", "fields", "online", "state")
    had = queries.used(row.subject_body, queries.this_year())
    return {"id": row.pk, "visits": had.visits, "minutes": had.minutes} | {name: getattr(row, name) for name in names}  # fmt: skip


def match_facts(found: list[Match]) -> list[dict[str, Any]]:
    """As a program sees it."""
    return [
        {"id": each.candidate.key, "name": each.candidate.name, "matched": list(each.matched), "km": None if each.km is None else round(each.km, 1),
         "reasons": list(each.reasons), "against": list(each.against)}
        for each in found
    ]  # fmt: skip


def team_of(row: Visit) -> list[str]:
    """The names of a team; whose record has gone is told so."""
    return [each.advisor.name if each.advisor else "（記録を消した人）" for each in row.members.select_related("advisor")]  # fmt: skip


def visit_facts(row: Visit) -> dict[str, Any]:
    """As a program sees it."""
    names = ("on", "year", "online", "minutes", "override")
    return {"id": row.pk, "support": row.request_id, "team": team_of(row)} | {name: getattr(row, name) for name in names}  # fmt: skip


def support_of(number: int) -> Request:
    """Raises Missing."""
    return one(Request.objects.all(), number)


@OPERATIONS.add(
    "支援の依頼の一覧", "sharing.advisors", "GET supports", command="support list", answer=Answer(list[SupportOut], columns=SUPPORT)
)  # fmt: skip
def list_supports(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """The newest first."""
    return [support_facts(row) for row in asked.of(queries.requests())]


@OPERATIONS.add(
    "支援の依頼を受ける", "sharing.dispatch", "POST supports", command="support ask", status=201, answer=Answer(SupportOut, support_facts, SUPPORT),
    event="sharing.support_asked", trace=lambda asked, row: Trace(f"support:{row.pk}"),
)  # fmt: skip
def ask(asked: SupportIn, actor: Actor) -> Request:
    """A body that is no municipality needs a recommendation."""
    return actions.ask(asked.model_dump(), actor=actor)


@OPERATIONS.add(
    "合うアドバイザー", "sharing.advisors", "GET supports/{support_id}/matches", command="support match",
    answer=Answer(list[AdvisorMatchOut], match_facts, {"id": "番号", "name": "氏名", "matched": "分野", "km": "km", "reasons": "理由", "against": "気になること"}),
)  # fmt: skip
def match(asked: OneSupport, actor: Actor) -> list[Match]:
    """By field, load and distance, with the reasons."""
    return queries.matched(support_of(asked.support_id))


@OPERATIONS.add(
    "派遣の日を決める", "sharing.dispatch", "POST supports/{support_id}/visits", command="support book", status=201,
    answer=Answer(AdvisorVisitOut, visit_facts), event="sharing.visit_booked",
    trace=lambda asked, row: Trace(f"support:{row.request_id}", {"online": row.online, "override": bool(row.override)}),
)  # fmt: skip
def book(asked: BookIn, actor: Actor) -> Visit:
    """409 where the body has had three visits or ten hours, or would mix them without a reason."""
    row = support_of(asked.support_id)
    team = list(Advisor.objects.filter(pk__in=asked.advisor_ids))
    if len(team) != len(set(asked.advisor_ids)):
        raise Missing("選んだアドバイザーの記録がありません。")
    return actions.book(row, asked.on, asked.online, asked.minutes, team, asked.override, actor=actor)


@OPERATIONS.add(
    "派遣を取り消す", "sharing.dispatch", "DELETE visits/{advisor_visit_id}", command="support cancel", answer=Answer(SupportOut, support_facts, SUPPORT),
    event="sharing.visit_cancelled", trace=lambda asked, row: Trace(f"support:{row.pk}"),
)  # fmt: skip
def cancel(asked: OneVisit, actor: Actor) -> Request:
    """It did not take place, and counts no more."""
    return actions.cancel(one(Visit.objects.all(), asked.advisor_visit_id))


@OPERATIONS.add(
    "支援を報告する", "sharing.dispatch", "POST supports/{support_id}/report", command="support report", answer=Answer(SupportOut, support_facts, SUPPORT),
    event="sharing.support_reported", trace=lambda asked, row: Trace(f"support:{row.pk}"),
)  # fmt: skip
def report(asked: SupportReportIn, actor: Actor) -> Request:
    """After an occasion took place."""
    return actions.report(support_of(asked.support_id), asked.report, asked.effect)
