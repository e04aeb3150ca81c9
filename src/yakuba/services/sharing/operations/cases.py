"""Cases for others to read."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Part, Trace, Word
from yakuba.kernel.operations.finding import one
from yakuba.services.sharing.actions import advisors as actions
from yakuba.services.sharing.models import Case
from yakuba.services.sharing.operations.supports import OneSupport, support_of
from yakuba.services.sharing.operations.table import OPERATIONS
from yakuba.services.sharing.queries import advisors as queries


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


CASE = {"id": "番号", "title": "題", "body": "団体", "population": "人口", "field": "分野"}


def case_facts(row: Case) -> dict[str, Any]:
    """As a program sees it."""
    names = ("title", "body", "population", "field", "text", "effect", "source", "published_at")
    return {"id": row.pk} | {name: getattr(row, name) for name in names}


def case_row(number: int) -> Case:
    """Raises Missing."""
    return one(Case.objects.all(), number)


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
