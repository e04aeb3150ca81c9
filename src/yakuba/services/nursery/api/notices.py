"""The notices of a round, for programs."""

# No `from __future__ import annotations`: ninja reads the annotations of the guarded operations as objects.
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Schema, Status

from yakuba.kernel.accounts import person_of
from yakuba.kernel.api.authentication import scoped
from yakuba.services.nursery.actions import notices
from yakuba.services.nursery.api.operations import ProblemOut, part, router
from yakuba.services.nursery.queries import outputs, told
from yakuba.services.nursery.queries.finding import round_of


class NoticesOut(Schema):
    """Notices made at one time. draft: marked 見本; state: active, done or failed; problems: what is missing; held_back:
    notices that were not made, with the characters that cannot be printed; attempts: how often the work was begun."""

    id: int
    round: int
    draft: bool
    state: str
    state_label: str
    count: int
    sha256: str
    problems: list[ProblemOut]
    held_back: list[ProblemOut]
    attempts: int
    made_by: str
    made_at: datetime
    ended_at: datetime | None


class TextsOut(Schema):
    """Name → text. date: ISO 8601, empty for the day on which notices are made."""

    texts: dict[str, str]


@router.get("/rounds/{round_id}/notice-texts", response=TextsOut, summary="通知の文面")
@scoped("nursery.output")
def show_texts(request: HttpRequest, round_id: int) -> Any:
    """The texts around the reasons."""
    return {"texts": outputs.texts_of(round_of(round_id))}


@router.put("/rounds/{round_id}/notice-texts", response=TextsOut, summary="通知の文面を決める")
@scoped("nursery.output")
def state_texts(request: HttpRequest, round_id: int, body: TextsOut) -> Any:
    """State all texts; what is empty or missing becomes the usual text."""
    round = round_of(round_id)
    return {"texts": outputs.texts_of(notices.state_texts(round, body.texts, actor=person_of(request)))}


@router.get("/rounds/{round_id}/notices", response=list[NoticesOut], summary="作った通知の一覧")
@scoped("nursery.output")
def list_notices(request: HttpRequest, round_id: int, limit: int = 100, offset: int = 0) -> Any:
    """All notices of the round, the newest first."""
    return [told.print_facts(row) for row in part(outputs.prints(round_of(round_id)), limit, offset)]


@router.post("/rounds/{round_id}/notices", response={201: NoticesOut}, summary="通知を作る")
@scoped("nursery.output")
def make_notices(request: HttpRequest, round_id: int) -> Any:
    """Have them made by a worker; drafts until the round is frozen."""
    round = round_of(round_id)
    return Status(201, told.print_facts(notices.start(round, actor=person_of(request))))


@router.get("/rounds/{round_id}/notices.pdf", summary="通知の印刷用PDF")
@scoped("nursery.output")
def take_print(request: HttpRequest, round_id: int) -> Any:
    """The newest print file; once the round is frozen, only a final one."""
    round = round_of(round_id)
    return notices.take_print(round, actor=person_of(request)).answer()


@router.get("/rounds/{round_id}/mailing.csv", summary="通知の宛名の一覧")
@scoped("nursery.output")
def take_addresses(request: HttpRequest, round_id: int, encoding: str = "utf-8", accept: bool = False) -> Any:
    """Row n goes with page n. encoding: utf-8 or cp932; characters that it lacks are told (409) unless `accept`,
    which puts 〓 for them."""
    round = round_of(round_id)
    return notices.take_addresses(round, encoding, accept=accept, actor=person_of(request)).answer()
