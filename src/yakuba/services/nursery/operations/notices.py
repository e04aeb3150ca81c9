"""The notices of a round, and their texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.operations import Answer, Rows, Trace, Work
from yakuba.kernel.operations.printing import lines
from yakuba.services.nursery.actions import notices
from yakuba.services.nursery.models import NoticePrint
from yakuba.services.nursery.operations import answers
from yakuba.services.nursery.operations import asked as given
from yakuba.services.nursery.operations.rounds import failure
from yakuba.services.nursery.operations.table import OPERATIONS
from yakuba.services.nursery.queries import outputs
from yakuba.services.nursery.queries.finding import round_of

COLUMNS = {
    "id": "番号", "kind": "種類", "state_label": "状態", "count": "枚数", "held": "作らなかった", "made_by": "だれ", "when": "いつ",
}  # fmt: skip


def _row(facts: dict[str, Any]) -> dict[str, Any]:
    when = f"{timezone.localtime(facts['made_at']):%Y-%m-%d %H:%M}"
    kind, held = "見本" if facts["draft"] else "本番", len(facts["held_back"])
    return facts | {"kind": kind, "when": when, "held": held}


def _tables(facts: Any) -> Iterator[Rows]:
    yield Rows([_row(one) for one in (facts if isinstance(facts, list) else [facts])], COLUMNS)


def _facts(row: NoticePrint) -> dict[str, Any]:
    return answers.print_facts(outputs.prints(row.round).get(pk=row.pk))


def _notes(facts: dict[str, Any]) -> str:
    """Whether it was begun before, what was not made, and what is missing in what was."""
    if facts["state"] != NoticePrint.State.DONE:
        return ""
    said = [outputs.restart_sentence(NoticePrint.objects.get(pk=facts["id"]))]
    if held := facts["held_back"]:
        said.append(f"作らなかった通知 {len(held)}通\n{lines(held)}")
    if facts["problems"]:
        said.append(f"足りないところ\n{lines(facts['problems'])}")
    return "\n".join(filter(None, said))


@OPERATIONS.add(
    "通知の文面", "nursery.output", "GET rounds/{round_id}/notice-texts", answer=Answer(answers.TextsOut)
)
def show_texts(asked: given.OneRound, actor: Actor) -> dict[str, Any]:
    """The texts around the reasons."""
    return {"texts": outputs.texts_of(round_of(asked.round_id))}


@OPERATIONS.add(
    "通知の文面を決める",
    "nursery.output",
    "PUT rounds/{round_id}/notice-texts",
    answer=Answer(answers.TextsOut),
    event="nursery.notice_texts_stated",
    trace=lambda asked, said: Trace(f"round:{asked.round_id}"),
)
def state_texts(asked: given.TextsIn, actor: User) -> dict[str, Any]:
    """State all texts; what is empty or missing becomes the usual text."""
    return {"texts": outputs.texts_of(notices.state_texts(round_of(asked.round_id), asked.texts))}


@OPERATIONS.add(
    "通知の文面をファイルから決める",
    "nursery.output",
    command="round notice-texts",
    help="通知の文面をJSONで出す。--file を付けると、そのとおりに決めてから出す",
)
def take_texts(asked: given.TextsFile, actor: User) -> dict[str, str]:
    """State the texts if there are any, and tell them."""
    told = show_texts if asked.texts is None else state_texts
    texts: dict[str, str] = told(actor, **asked.model_dump(exclude_none=True))["texts"]
    return texts


@OPERATIONS.add(
    "作った通知の一覧",
    "nursery.output",
    "GET rounds/{round_id}/notices",
    answer=Answer(list[answers.NoticesOut], tables=_tables),
)
def list_notices(asked: given.RoundPart, actor: Actor) -> list[dict[str, Any]]:
    """All notices of the round, the newest first."""
    return [answers.print_facts(row) for row in asked.of(outputs.prints(round_of(asked.round_id)))]


@OPERATIONS.add(
    "通知を作る",
    "nursery.output",
    "POST rounds/{round_id}/notices",
    "round make-notices",
    answer=Answer(answers.NoticesOut, _facts, tables=_tables, notes=_notes, fault=failure),
    status=201,
    event="nursery.notices_started",
    trace=lambda asked, row: Trace(f"round:{asked.round_id}", {"draft": row.draft}),
    work=Work("通知", here=lambda row, told: notices.make(row.pk, told)),
)
def make_notices(asked: given.OneRound, actor: User) -> NoticePrint:
    """Have them made by a worker; drafts until the round is frozen."""
    return notices.start(round_of(asked.round_id), actor=actor)


@OPERATIONS.add(
    "通知の印刷用PDF",
    "nursery.output",
    "GET rounds/{round_id}/notices.pdf",
    answer=Answer(media_type="application/pdf"),
    step_up=True,
)
def take_print(asked: given.OneRound, actor: User) -> Download:
    """The newest print file; once the round is frozen, only a final one."""
    return notices.take_print(round_of(asked.round_id), actor=actor)


@OPERATIONS.add(
    "通知の宛名の一覧",
    "nursery.output",
    "GET rounds/{round_id}/mailing.csv",
    answer=Answer(media_type="text/csv"),
    step_up=True,
)
def take_addresses(asked: given.MailingIn, actor: User) -> Download:
    """Row n goes with page n. encoding: utf-8 or cp932; characters that it lacks are told (409) unless `accept`,
    which puts 〓 for them."""
    round = round_of(asked.round_id)
    return notices.take_addresses(round, asked.encoding, accept=asked.accept, actor=actor)
