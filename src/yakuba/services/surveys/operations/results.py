"""Tally, tables to take along, publication."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.operations import Answer, Trace, Work
from yakuba.kernel.tables import files
from yakuba.services.surveys.actions import answers, tallies
from yakuba.services.surveys.models import Edition
from yakuba.services.surveys.operations.editions import (
    EDITION,
    OneEdition,
    ReasonIn,
    SurveyApprovalOut,
    approval_facts,
    edition_of,
    person_behind,
)
from yakuba.services.surveys.operations.table import OPERATIONS
from yakuba.services.surveys.queries import published as queries

ENDINGS = {"xlsx": "xlsx", "cp932": "csv", "utf-8": "csv", "json": "json"}


class TakeAlongIn(OneEdition):
    """Which table in which form."""

    what: Literal["tally", "answers"] = Field("tally", description="集計（tally）か団体ごとの答え（answers）")
    form: Literal["xlsx", "cp932", "utf-8", "json"] = Field("xlsx", description="ファイルの形")


class SurveyResultOut(BaseModel):
    """The results as open data (schema: the public page's)."""

    survey: str
    title: str
    edition: str
    state: str
    as_of: str
    licence: str
    version: int
    tally: list[dict[str, Any]]


@OPERATIONS.add(
    "集計を作り直す", "surveys.enter", "POST editions/{edition_id}/tally", command="result tally", answer=EDITION, event="surveys.tallied",
    trace=lambda asked, row: Trace(f"edition:{row.pk}"), work=Work("集計", progress=lambda row: _progress(row)),
)  # fmt: skip
def tally_again(asked: OneEdition, actor: Actor) -> Edition:
    """By a worker; the old one stays until the new one is there."""
    row = edition_of(asked.edition_id)
    answers.note_change(row)
    return row


def _progress(row: Edition) -> tuple[int, int, bool]:
    work = work_of(answers.TALLY, row.job_key)
    return work.done, work.total, work.is_live


@OPERATIONS.add(
    "調査の結果",
    "surveys.view",
    "GET editions/{edition_id}/result",
    command="result show",
    answer=Answer(SurveyResultOut),
)
def show_result(asked: OneEdition, actor: Actor) -> dict[str, Any]:
    """The tally as it is prepared, with every denominator."""
    return queries.document(edition_of(asked.edition_id))


@OPERATIONS.add(
    "調査の表を書き出す", "surveys.view", "GET editions/{edition_id}/table", command="result export",
    answer=Answer(media_type="application/octet-stream"), event="surveys.taken_along",
    trace=lambda asked, file: Trace(f"edition:{asked.edition_id}", {"what": asked.what, "form": asked.form}),
    step_up=True,
)  # fmt: skip
def take_along(asked: TakeAlongIn, actor: Actor) -> Download:
    """The tally, or the answers of every body with every column."""
    row = edition_of(asked.edition_id)
    table = queries.tally_table(row) if asked.what == "tally" else queries.answers_table(row, public=False)
    content = files.written([table], asked.form, accept=True)
    name = f"{row.survey.code}-{row.code}-{asked.what}.{ENDINGS[asked.form]}"
    return Download(name, files.MEDIA_TYPES[asked.form], content)


@OPERATIONS.add(
    "結果の公表を起案する", "surveys.make", "POST editions/{edition_id}/publication", command="result publish",
    answer=Answer(SurveyApprovalOut, approval_facts), event="surveys.publication_proposed", trace=lambda asked, row: Trace(f"edition:{asked.edition_id}"),
)  # fmt: skip
def propose_publication(asked: ReasonIn, actor: Actor) -> Any:
    """Another person's approval publishes it."""
    return tallies.propose_publication(edition_of(asked.edition_id), asked.reason, actor=person_behind(actor))


@OPERATIONS.add(
    "結果の公表を取り下げる", "surveys.make", "DELETE editions/{edition_id}/publication", command="result withdraw", answer=EDITION,
    event="surveys.withdrawn", trace=lambda asked, row: Trace(f"edition:{row.pk}", {"reason": asked.reason}),
)  # fmt: skip
def withdraw(asked: ReasonIn, actor: Actor) -> Edition:
    """At once."""
    return tallies.withdraw(edition_of(asked.edition_id), actor=actor)
