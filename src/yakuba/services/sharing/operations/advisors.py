"""Advisors, the skill standard, the notice of a job."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Nothing, Part, Trace, Word
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.sharing.actions import advisors as actions
from yakuba.services.sharing.engine import advisors as engine
from yakuba.services.sharing.models import Advisor
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


def advisor_facts(row: Advisor) -> dict[str, Any]:
    """As a program sees it."""
    names = ("name", "affiliation", "roles", "fields", "code", "online", "lecturer", "most", "active")
    load = row.visits.filter(visit__year=queries.this_year()).count()
    return {"id": row.pk, "load": load} | {name: getattr(row, name) for name in names}


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
