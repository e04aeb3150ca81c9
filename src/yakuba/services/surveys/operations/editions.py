"""Making, changing, sending out and closing a survey; the calendar."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, FromFile, Nothing, Part, Trace, Word
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Forbidden
from yakuba.services.surveys.actions import definitions as actions
from yakuba.services.surveys.models import Edition, Survey
from yakuba.services.surveys.operations.table import OPERATIONS
from yakuba.services.surveys.queries import editions as queries


class OneEdition(BaseModel):
    """An edition of a survey."""

    edition_id: int = Field(description="調査の回の番号")


class DefinitionIn(BaseModel):
    """A survey's definition."""

    text: Annotated[str, FromFile()] = Field(max_length=200_000, description="調査の定義のYAMLファイル")


class ReasonIn(OneEdition):
    """Why."""

    reason: str = Field(min_length=1, max_length=2000, description="理由")


class ClassDeadline(BaseModel):
    """By when a class answers. text: as the letter says it."""

    text: str = Field("", max_length=60)
    day: date | None = None


class SurveyTextsIn(OneEdition):
    """The texts and the deadlines by class."""

    contact: str = Field("", max_length=200, description="問い合わせ先")
    lead: str = Field("", max_length=2000, description="お願い")
    deadlines: dict[str, ClassDeadline] = Field(default_factory=dict, description="団体区分ごとの期限")


class PlanIn(BaseModel):
    """A regular survey."""

    code: str = Field(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9-]*$", description="調査の符号")
    title: Annotated[str, Word("--title")] = Field(min_length=1, max_length=120, description="調査の名前")
    cycle: str = Field("", max_length=20, description="周期（毎年度、概ね3年毎、必要に応じて）")
    last: str = Field("", max_length=20, description="前回")
    next_text: str = Field("", max_length=40, description="次の予定の言葉")
    next_on: date | None = Field(None, description="次の予定日")


class SurveyEditionOut(BaseModel):
    """An edition. state: draft, proposed, open, closed; answered: bodies whose answers are complete."""

    id: int
    survey: str
    title: str
    edition: str
    final: bool
    as_of: date
    state: str
    state_label: str
    bodies: int
    answered: int
    published: bool


class SurveyApprovalOut(BaseModel):
    """What waits for a second person."""

    id: int
    kind: str
    summary: str


class PlannedSurveyOut(BaseModel):
    """A line of the calendar."""

    code: str
    title: str
    cycle: str
    last: str
    next_text: str
    next_on: date | None


COLUMNS = {
    "id": "番号",
    "title": "調査",
    "edition": "回",
    "state_label": "状態",
    "bodies": "団体",
    "answered": "答えた",
}
PLANNED = {"title": "調査", "cycle": "周期", "last": "前回", "next_text": "次", "next_on": "次の日"}


def edition_of(number: int) -> Edition:
    """Raises Missing."""
    return one(Edition.objects.select_related("survey"), number)


def edition_facts(row: Edition) -> dict[str, Any]:
    """As a program sees it."""
    counted = queries.counts(row)
    return {
        "id": row.pk, "survey": row.survey.code, "title": row.survey.title, "edition": row.code, "final": row.is_final, "as_of": row.as_of,
        "state": row.state, "state_label": row.get_state_display(), "bodies": counted["all"], "answered": counted["answered"],
        "published": row.published_at is not None,
    }  # fmt: skip


def approval_facts(row: Any) -> dict[str, Any]:
    """As a program sees it."""
    return {"id": row.pk, "kind": row.kind, "summary": row.summary}


def person_behind(actor: Actor) -> User:
    """Raises Forbidden for who is nobody: a proposal is a person's."""
    if actor is None:
        raise Forbidden("起案には職員の名前が要ります（--user）。")
    return actor


EDITION = Answer(SurveyEditionOut, edition_facts, COLUMNS)


@OPERATIONS.add(
    "調査の一覧",
    "surveys.view",
    "GET editions",
    command="list",
    answer=Answer(list[SurveyEditionOut], columns=COLUMNS),
)
def list_editions(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """Newest first."""
    return [edition_facts(row) for row in asked.of(queries.editions())]


@OPERATIONS.add(
    "調査の定義を取り込む", "surveys.make", "POST editions", command="load", answer=EDITION, event="surveys.loaded",
    trace=lambda asked, row: Trace(f"edition:{row.pk}", {"survey": row.survey.code, "edition": row.code}),
)  # fmt: skip
def load_edition(asked: DefinitionIn, actor: Actor) -> Edition:
    """A draft; nothing is sent. 422 with every fault by its line."""
    return actions.load(asked.text, actor=actor)


@OPERATIONS.add(
    "調査の文と期限を変える", "surveys.make", "PUT editions/{edition_id}/texts", answer=EDITION, event="surveys.changed",
    trace=lambda asked, row: Trace(f"edition:{row.pk}"),
)  # fmt: skip
def change_edition(asked: SurveyTextsIn, actor: Actor) -> Edition:
    """Bodies that are asked already get the new deadline."""
    given = {kind: (line.text, line.day) for kind, line in asked.deadlines.items()}
    return actions.change(edition_of(asked.edition_id), asked.contact, asked.lead, given)


@OPERATIONS.add(
    "調査を出すことを起案する", "surveys.make", "POST editions/{edition_id}/proposal", command="propose",
    answer=Answer(SurveyApprovalOut, approval_facts), event="surveys.proposed", trace=lambda asked, row: Trace(f"edition:{asked.edition_id}"),
)  # fmt: skip
def propose_edition(asked: ReasonIn, actor: Actor) -> Any:
    """Another person's approval sends it out."""
    return actions.propose(edition_of(asked.edition_id), asked.reason, actor=person_behind(actor))


@OPERATIONS.add(
    "差し戻された調査を下書きに戻す", "surveys.make", "POST editions/{edition_id}/draft", answer=EDITION,
    event="surveys.taken_back", trace=lambda asked, row: Trace(f"edition:{row.pk}"),
)  # fmt: skip
def take_back_edition(asked: OneEdition, actor: Actor) -> Edition:
    """After it was sent back."""
    return actions.take_back(edition_of(asked.edition_id))


@OPERATIONS.add(
    "調査を締め切る", "surveys.make", "POST editions/{edition_id}/close", command="close", answer=EDITION, event="surveys.closed",
    trace=lambda asked, row: Trace(f"edition:{row.pk}"),
)  # fmt: skip
def close_edition(asked: OneEdition, actor: Actor) -> Edition:
    """No more answers are taken."""
    return actions.close(edition_of(asked.edition_id), True)


@OPERATIONS.add(
    "調査をもう一度受け付ける", "surveys.make", "POST editions/{edition_id}/reopen", command="reopen", answer=EDITION,
    event="surveys.reopened", trace=lambda asked, row: Trace(f"edition:{row.pk}"),
)  # fmt: skip
def reopen_edition(asked: OneEdition, actor: Actor) -> Edition:
    """Answers are taken again."""
    return actions.close(edition_of(asked.edition_id), False)


@OPERATIONS.add(
    "定例調査のカレンダー",
    "surveys.view",
    "GET calendar",
    command="calendar",
    answer=Answer(list[PlannedSurveyOut], columns=PLANNED),
)
def calendar(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """By when they come next."""
    return [survey_facts(line.survey) | {"last": line.last} for line in queries.calendar()]


def survey_facts(row: Survey) -> dict[str, Any]:
    """As a program sees it."""
    return {name: getattr(row, name) for name in ("code", "title", "cycle", "last", "next_text", "next_on")}


@OPERATIONS.add(
    "定例調査の予定を登録する", "surveys.make", "PUT calendar", command="plan", answer=Answer(PlannedSurveyOut, survey_facts),
    event="surveys.planned", trace=lambda asked, row: Trace(f"survey:{row.pk}", {"code": row.code}),
)  # fmt: skip
def plan_survey(asked: PlanIn, actor: Actor) -> Survey:
    """By its code, new or changed."""
    return actions.plan(asked.code, asked.title, asked.cycle, asked.last, asked.next_text, asked.next_on)
