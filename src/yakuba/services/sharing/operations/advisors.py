"""Advisors, requests, occasions, cases, the notice of a job."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Nothing, Part, Trace, Word
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Invalid, Missing
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.sharing.actions import advisors as actions
from yakuba.services.sharing.engine import advisors as engine
from yakuba.services.sharing.engine.advisors import Match
from yakuba.services.sharing.models import Advisor, Case, Request, Visit
from yakuba.services.sharing.operations.table import OPERATIONS
from yakuba.services.sharing.queries import advisors as queries


class AdvisorIn(BaseModel):
    """An advisor."""

    name: Annotated[str, Word("--name")] = Field(min_length=1, max_length=80, description="氏名")
    affiliation: str = Field("", max_length=120, description="所属")
    roles: Annotated[list[str], Word("--role")] = Field(default_factory=list, max_length=4, description="スキル標準の役割")  # fmt: skip
    fields: Annotated[list[str], Word("--field")] = Field(max_length=15, description="分野")
    code: str = Field("", max_length=6, description="拠点の団体コード")
    online: bool = Field(True, description="オンラインで支援できる")
    lecturer: bool = Field(False, description="講師を引き受ける")
    topics: str = Field("", max_length=300, description="講演の題目")
    most: int = Field(10, ge=0, le=365, description="年度に受ける回数")
    contact: str = Field("", max_length=200, description="連絡先")
    active: bool = Field(True, description="いま頼める")


class ChangeAdvisorIn(AdvisorIn):
    """An advisor that is there."""

    advisor_id: int = Field(description="アドバイザーの番号")


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


class SharedCaseIn(BaseModel):
    """A case."""

    title: Annotated[str, Word("--title")] = Field(min_length=1, max_length=120, description="題")
    body: Annotated[str, Word("--body")] = Field(min_length=1, max_length=120, description="団体")
    population: int | None = Field(None, ge=1, le=20_000_000, description="人口")
    field: Annotated[str, Word("--field")] = Field(min_length=1, max_length=40, description="分野")
    text: Annotated[str, Word("--text")] = Field(min_length=1, max_length=10_000, description="内容")
    effect: str = Field("", max_length=4_000, description="効果")
    source: Annotated[str, Word("--source")] = Field(min_length=1, max_length=200, description="出典")


class ChangeSharedCaseIn(SharedCaseIn):
    """A case that is there."""

    shared_case_id: int = Field(description="事例の番号")


class OneSharedCase(BaseModel):
    """A case."""

    shared_case_id: int = Field(description="事例の番号")


class JobIn(BaseModel):
    """A job."""

    role: str = Field(min_length=1, max_length=40, description="スキル標準の役割")
    task: str = Field("", max_length=2_000, description="お願いしたい仕事")
    employment: str = Field("", max_length=120, description="任用の形")
    term: str = Field("", max_length=120, description="期間")
    place: str = Field("", max_length=120, description="勤務の場所")
    pay: str = Field("", max_length=120, description="報酬")
    apply_by: str = Field("", max_length=60, description="締切")
    contact: str = Field("", max_length=200, description="問い合わせ")


class AdvisorOut(BaseModel):
    """An advisor. load: occasions of this fiscal year."""

    id: int
    name: str
    affiliation: str
    roles: list[str]
    fields: list[str]
    code: str
    online: bool
    lecturer: bool
    load: int
    most: int
    active: bool


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


class SharedCaseOut(BaseModel):
    """A case. published_at: null for a draft."""

    id: int
    title: str
    body: str
    population: int | None
    field: str
    text: str
    effect: str
    source: str
    published_at: datetime | None


class JobNoticeOut(BaseModel):
    """A draft of a notice."""

    text: str


class SkillRoleOut(BaseModel):
    """A role of the skill standard."""

    name: str
    example: str
    does: str
    skills: list[str]


ADVISOR = {"id": "番号", "name": "氏名", "affiliation": "所属", "load": "今年度", "most": "上限"}
SUPPORT = {
    "id": "番号",
    "body": "団体",
    "kind": "種類",
    "state": "状態",
    "visits": "現地",
    "minutes": "オンライン（分）",
}
CASE = {"id": "番号", "title": "題", "body": "団体", "population": "人口", "field": "分野"}


def advisor_facts(row: Advisor) -> dict[str, Any]:
    """As a program sees it."""
    names = ("name", "affiliation", "roles", "fields", "code", "online", "lecturer", "most", "active")
    load = row.visits.filter(visit__year=queries.this_year()).count()
    return {"id": row.pk, "load": load} | {name: getattr(row, name) for name in names}


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


def case_facts(row: Case) -> dict[str, Any]:
    """As a program sees it."""
    names = ("title", "body", "population", "field", "text", "effect", "source", "published_at")
    return {"id": row.pk} | {name: getattr(row, name) for name in names}


def support_of(number: int) -> Request:
    """Raises Missing."""
    return one(Request.objects.all(), number)


def case_row(number: int) -> Case:
    """Raises Missing."""
    return one(Case.objects.all(), number)


@OPERATIONS.add(
    "アドバイザーの一覧", "sharing.advisors", "GET advisors", command="advisor list", answer=Answer(list[AdvisorOut], columns=ADVISOR),
    event="sharing.advisors_listed", trace=lambda asked, rows: Trace("advisors", {"number": len(rows)}),
)  # fmt: skip
def list_advisors(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """By name."""
    return [advisor_facts(row) for row in asked.of(queries.advisors())]


@OPERATIONS.add(
    "アドバイザーを登録する", "sharing.dispatch", "POST advisors", command="advisor add", status=201, answer=Answer(AdvisorOut, advisor_facts, ADVISOR),
    event="sharing.advisor_saved", trace=lambda asked, row: Trace(f"advisor:{row.pk}"),
)  # fmt: skip
def add_advisor(asked: AdvisorIn, actor: Actor) -> Advisor:
    """With roles of the skill standard and fields."""
    return actions.save_advisor(asked.model_dump())


@OPERATIONS.add(
    "アドバイザーの記録を変える", "sharing.dispatch", "PUT advisors/{advisor_id}", command="advisor change", answer=Answer(AdvisorOut, advisor_facts, ADVISOR),
    event="sharing.advisor_saved", trace=lambda asked, row: Trace(f"advisor:{row.pk}"),
)  # fmt: skip
def change_advisor(asked: ChangeAdvisorIn, actor: Actor) -> Advisor:
    """All of it."""
    row = one(Advisor.objects.all(), asked.advisor_id)
    return actions.save_advisor(asked.model_dump(exclude={"advisor_id"}), row)


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


@OPERATIONS.add(
    "報告から事例を作る", "sharing.dispatch", "POST supports/{support_id}/case", command="support case", status=201, answer=Answer(SharedCaseOut, case_facts, CASE),
    event="sharing.case_saved", trace=lambda asked, row: Trace(f"sharedcase:{row.pk}"),
)  # fmt: skip
def make_case(asked: OneSupport, actor: Actor) -> Case:
    """A draft."""
    return actions.case_of(support_of(asked.support_id))


@OPERATIONS.add(
    "公開した事例の一覧", "sharing.cases", "GET cases", command="case list", answer=Answer(list[SharedCaseOut], columns=CASE)
)  # fmt: skip
def list_cases(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """Published ones."""
    return [case_facts(row) for row in asked.of(queries.cases(False))]


@OPERATIONS.add(
    "事例を書く", "sharing.dispatch", "POST cases", command="case add", status=201, answer=Answer(SharedCaseOut, case_facts, CASE),
    event="sharing.case_saved", trace=lambda asked, row: Trace(f"sharedcase:{row.pk}"),
)  # fmt: skip
def add_case(asked: SharedCaseIn, actor: Actor) -> Case:
    """A draft."""
    return actions.save_case(asked.model_dump())


@OPERATIONS.add(
    "事例を直す", "sharing.dispatch", "PUT cases/{shared_case_id}", command="case change", answer=Answer(SharedCaseOut, case_facts, CASE),
    event="sharing.case_saved", trace=lambda asked, row: Trace(f"sharedcase:{row.pk}"),
)  # fmt: skip
def change_case(asked: ChangeSharedCaseIn, actor: Actor) -> Case:
    """409 while it is published."""
    return actions.save_case(asked.model_dump(exclude={"shared_case_id"}), case_row(asked.shared_case_id))


@OPERATIONS.add(
    "事例を公開する", "sharing.publish_cases", "POST cases/{shared_case_id}/publication", command="case publish", answer=Answer(SharedCaseOut, case_facts, CASE),
    event="sharing.case_published", trace=lambda asked, row: Trace(f"sharedcase:{row.pk}"),
)  # fmt: skip
def publish_case(asked: OneSharedCase, actor: Actor) -> Case:
    """Everybody who may read cases finds it."""
    return actions.publish(case_row(asked.shared_case_id), True)


@OPERATIONS.add(
    "事例の公開を取り下げる", "sharing.publish_cases", "DELETE cases/{shared_case_id}/publication", command="case withdraw", answer=Answer(SharedCaseOut, case_facts, CASE),
    event="sharing.case_withdrawn", trace=lambda asked, row: Trace(f"sharedcase:{row.pk}"),
)  # fmt: skip
def withdraw_case(asked: OneSharedCase, actor: Actor) -> Case:
    """It is a draft again."""
    return actions.publish(case_row(asked.shared_case_id), False)


@OPERATIONS.add(
    "スキル標準の役割", "sharing.advisors", "GET skills", command="advisor skills", answer=Answer(list[SkillRoleOut], columns={"name": "役割", "does": "役目"})
)  # fmt: skip
def list_skills(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """A reference, no condition."""
    return [{"name": each.name, "example": each.example, "does": each.does, "skills": list(each.skills)} for each in engine.standard().roles]  # fmt: skip


@OPERATIONS.add(
    "募集の案を作る", "sharing.advisors", "GET job-notice", command="advisor job", answer=Answer(JobNoticeOut, lambda text: {"text": text}, {"text": "案"})
)  # fmt: skip
def job_notice(asked: JobIn, actor: Actor) -> str:
    """From the role of the skill standard and what the town says. Nothing is kept."""
    if engine.standard().role(asked.role) is None:
        known = "、".join(each.name for each in engine.standard().roles)
        raise Invalid(f"役割「{asked.role}」はスキル標準にありません。{known} から選んでください。")
    return engine.notice(engine.Job(body=current_municipality().name, **asked.model_dump()))
