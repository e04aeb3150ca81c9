"""What can be done with the navigator's life events."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.definitions import LARGEST_BYTES, decoded
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.operations import Answer, Nothing, Rows, Trace, Upload
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Conflict
from yakuba.services.intake.actions import navigator as actions
from yakuba.services.intake.engine.navigator.checking import Checked
from yakuba.services.intake.models import LifeEvent
from yakuba.services.intake.operations.table import OPERATIONS
from yakuba.services.intake.queries import navigator as queries

EVENT_COLUMNS = {
    "id": "番号",
    "code": "コード",
    "title": "出来事",
    "state_label": "状態",
    "faults": "直すところ",
}
FINDING_COLUMNS = {"line": "行", "kind": "種類", "message": "内容"}


class OneLifeEvent(BaseModel):
    """An event."""

    life_event_id: int = Field(description="出来事の番号")


class LifeEventFileIn(BaseModel):
    """A file about an event."""

    file: Upload = Field(description="出来事のファイル（YAML）")


class LifeEventReasonIn(OneLifeEvent):
    """An event, and why."""

    reason: str = Field(min_length=1, max_length=2_000, description="公開する理由")


class LifeEventOut(BaseModel):
    """state: draft, waiting, published or changed; faults: what keeps it from being published, warnings: what does not;
    sample: none, same or changed, against the shipped file."""

    id: int
    code: str
    title: str
    state: str
    state_label: str
    faults: int
    warnings: int
    lacking: list[str]
    sample: str


class NavigatorFindingOut(BaseModel):
    """grave: it may not be published so; witness: question and answer with which it shows."""

    line: int
    place: str
    reason: str
    kind: str
    grave: bool
    witness: list[tuple[str, str]]
    message: str


class NavigatorCheckOut(BaseModel):
    """combinations: of answers that were tried, 0 where they are too many."""

    combinations: int
    findings: list[NavigatorFindingOut]


class SamplesTakenOut(BaseModel):
    """How many events are new."""

    taken: int


class LifeEventApprovalOut(BaseModel):
    """The approval that is asked for."""

    id: int
    state: str


def event_facts(row: LifeEvent) -> dict[str, Any]:
    """An event for programs."""
    now = queries.standing(row)
    return _facts(now)


def check_facts(checked: Checked) -> dict[str, Any]:
    """What the check said, for programs."""
    found = [
        {
            "line": each.line,
            "place": each.place,
            "reason": each.reason,
            "kind": "誤り" if each.grave else "注意",
            "grave": each.grave,
            "witness": list(each.witness),
            "message": each.message,
        }
        for each in checked.findings
    ]
    return {"combinations": checked.combinations, "findings": found}


def _facts(now: queries.Standing) -> dict[str, Any]:
    findings = now.checked.findings if now.checked else ()
    return {
        "id": now.row.pk,
        "code": now.row.code,
        "title": now.row.title,
        "state": now.state,
        "state_label": now.state_label,
        "faults": sum(each.grave for each in findings) if now.checked else 1,
        "warnings": sum(not each.grave for each in findings),
        "lacking": now.lacking,
        "sample": now.sample,
    }


def _told(facts: dict[str, Any]) -> str:
    tried = f"答えの組み合わせ{facts['combinations']:,}通りを確かめました。" if facts["combinations"] else ""
    return tried + ("" if facts["findings"] else "直すところはありません。")


def _fault(facts: dict[str, Any]) -> str:
    faults = sum(each["grave"] for each in facts["findings"])
    return f"直すところが{faults}か所あります。" if faults else ""


def _finding_rows(facts: dict[str, Any]) -> list[Rows]:
    return [Rows(facts["findings"], FINDING_COLUMNS)]


A_CHECK = Answer(NavigatorCheckOut, check_facts, tables=_finding_rows, notes=_told, fault=_fault)
AN_EVENT = Answer(LifeEventOut, event_facts, EVENT_COLUMNS)


@OPERATIONS.add(
    "届出ナビの出来事の一覧",
    "intake.view",
    "GET navigator/events",
    "navigator list",
    answer=Answer(list[LifeEventOut], columns=EVENT_COLUMNS),
)
def list_life_events(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """Every event with its state, and what the check finds in it."""
    return [_facts(each) for each in queries.standings()]


@OPERATIONS.add(
    "届出ナビのファイルを確かめる", "intake.view", "POST navigator/check", "navigator check", answer=A_CHECK
)
def check_life_event_file(asked: LifeEventFileIn, actor: Actor) -> Checked:
    """Try every combination of answers of a file that is not taken over."""
    return queries.checked(decoded(asked.file.read(LARGEST_BYTES)))


@OPERATIONS.add(
    "届出ナビの出来事を確かめる",
    "intake.view",
    "GET navigator/events/{life_event_id}/check",
    "navigator check-event",
    answer=A_CHECK,
)
def check_life_event(asked: OneLifeEvent, actor: Actor) -> Checked:
    """Try every combination of answers of an event."""
    return queries.checked(one(LifeEvent.objects.all(), asked.life_event_id).text)


@OPERATIONS.add(
    "届出ナビの出来事を取り込む",
    "intake.edit",
    "POST navigator/events",
    "navigator load",
    answer=AN_EVENT,
)
def load_life_event(asked: LifeEventFileIn, actor: Actor) -> LifeEvent:
    """Keep a file as the draft of its event."""
    return actions.write(decoded(asked.file.read(LARGEST_BYTES)), actor=actor)


@OPERATIONS.add(
    "届出ナビの見本を取り込む",
    "intake.edit",
    "POST navigator/samples",
    "navigator samples",
    answer=Answer(SamplesTakenOut, lambda taken: {"taken": taken}, {"taken": "取り込んだ出来事"}),
)
def take_life_event_samples(asked: Nothing, actor: Actor) -> int:
    """The shipped events that the town has not, as drafts."""
    return actions.take_samples(actor=actor)


@OPERATIONS.add(
    "届出ナビの出来事を書き出す",
    "intake.view",
    "GET navigator/events/{life_event_id}/file",
    "navigator export",
    answer=Answer(media_type="application/yaml"),
    step_up=False,
)
def export_life_event(asked: OneLifeEvent, actor: Actor) -> Download:
    """The draft as a file that can be taken over again, here or in another town."""
    row = one(LifeEvent.objects.all(), asked.life_event_id)
    return Download(f"{row.code}.yaml", "application/yaml", row.text.encode())


@OPERATIONS.add(
    "届出ナビの出来事の公開を起案する",
    "intake.edit",
    "POST navigator/events/{life_event_id}/propose",
    "navigator propose",
    answer=Answer(
        LifeEventApprovalOut, lambda row: {"id": row.pk, "state": row.state}, {"id": "番号", "state": "状態"}
    ),
    by_operator=False,
)
def propose_life_event(asked: LifeEventReasonIn, actor: Actor) -> Approval:
    """Ask another person to publish the draft."""
    if actor is None:
        raise Conflict("公開は職員が起案します。--user で職員を指定してください。")
    return actions.propose(asked.life_event_id, asked.reason, actor=actor)


@OPERATIONS.add(
    "届出ナビの出来事の公開をやめる",
    "intake.edit",
    "POST navigator/events/{life_event_id}/withdraw",
    "navigator withdraw",
    answer=AN_EVENT,
    event="intake.event_withdrawn",
    trace=lambda asked, row: Trace(queries.subject_of(row)),
)
def withdraw_life_event(asked: OneLifeEvent, actor: Actor) -> LifeEvent:
    """Tell residents of it no more, at once."""
    return actions.withdraw(asked.life_event_id)
