"""Standard process models, for pages, API and command line."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.operations import Answer, Part, Trace, Upload
from yakuba.kernel.operations.finding import one
from yakuba.services.reform.actions import standards as actions
from yakuba.services.reform.contracts import Medium
from yakuba.services.reform.engine.bpmn import LARGEST
from yakuba.services.reform.engine.bpmn.reading import read
from yakuba.services.reform.engine.bpmn.writing import written
from yakuba.services.reform.engine.flow import MOST_STEPS, FlowStep, step_of
from yakuba.services.reform.models import StandardModel
from yakuba.services.reform.operations.comparison import one_compared
from yakuba.services.reform.operations.inventory import OneSection, section_of
from yakuba.services.reform.operations.table import OPERATIONS

MEDIA_TYPE = "application/xml"


class ComposeIn(BaseModel):
    """A process, and the bodies from which its model is composed."""

    name: str = Field(min_length=1, max_length=80, description="業務の名前")
    codes: list[str] = Field(
        default_factory=list, max_length=200, description="団体コード。言わなければすべての団体"
    )


class OneStandard(BaseModel):
    """A version of a model."""

    standard_id: int = Field(description="標準の流れの番号")


class FlowStepIn(BaseModel):
    """A step as it is to be."""

    name: str = Field(min_length=1, max_length=80)
    lane: str = Field("", max_length=80)
    condition: str = Field("", max_length=80)
    minutes: Decimal | None = Field(None, ge=0, le=100_000)
    medium: Medium | None = None
    tasks: list[str] = Field(default_factory=list, max_length=30)
    support: str = Field("", max_length=9)


class StepsIn(OneStandard):
    """All steps in their order."""

    steps: list[FlowStepIn] = Field(max_length=MOST_STEPS, description="工程")
    notes: list[str] = Field(default_factory=list, max_length=100, description="まだ決めていないこと")
    before: int | None = Field(None, description="見たときの変更の数。もう変わっていれば保存しません")


class BpmnIn(BaseModel):
    """A file of BPMN 2.0."""

    file: Upload = Field(description="BPMNのファイル")
    name: str = Field("", max_length=80, description="業務の名前。言わなければファイルの中の名前")


class ProposeIn(OneStandard, OneSection):
    """A version, and the section that is to have it as a proposal."""


class StandardOut(BaseModel):
    """A version of a model. notes: what is to be decided, or was not taken over."""

    id: int
    name: str
    version: int
    state: str
    state_label: str
    steps: list[dict[str, Any]]
    notes: list[str]
    source: str
    revision: int


class ProposedOut(BaseModel):
    """How many tasks were put into the section's inventory."""

    added: int


COLUMNS = {"id": "番号", "name": "業務", "version": "版", "state_label": "状態", "source": "もと"}


def standard_facts(row: StandardModel) -> dict[str, Any]:
    """As a program sees it."""
    told = {
        name: getattr(row, name)
        for name in ("name", "version", "state", "steps", "notes", "source", "revision")
    }
    return {"id": row.pk, "state_label": row.get_state_display()} | told


def standard_of(number: int) -> StandardModel:
    """Raises Missing."""
    return one(StandardModel.objects.all(), number)


def steps_of(row: StandardModel) -> list[FlowStep]:
    """Its steps."""
    return [step_of(plain) for plain in row.steps]


def _trace(asked: Any, row: StandardModel) -> Trace:
    return Trace(f"standard:{row.pk}", {"version": row.version})


A_STANDARD = Answer(StandardOut, standard_facts, COLUMNS)


@OPERATIONS.add(
    "標準の流れの一覧", "reform.inventory", "GET standards", command="standards",
    answer=Answer(list[StandardOut], lambda rows: [standard_facts(row) for row in rows], COLUMNS),
)  # fmt: skip
def list_standards(asked: Part, actor: Actor) -> list[StandardModel]:
    """Every version of every model."""
    return list(asked.of(StandardModel.objects.all()))


@OPERATIONS.add(
    "標準の流れを組み立てる", "reform.manage", "POST standards", command="compose", status=201,
    answer=A_STANDARD, event="reform.standard_changed", trace=_trace,
)  # fmt: skip
def compose(asked: ComposeIn, actor: Actor) -> StandardModel:
    """A draft from the steps of several bodies, by the majority."""
    return actions.propose(one_compared(asked.name), asked.codes, actor=actor)


@OPERATIONS.add(
    "BPMNを取り込む", "reform.manage", "POST standards/bpmn", command="load-bpmn", status=201,
    answer=A_STANDARD, event="reform.standard_changed", trace=_trace,
)  # fmt: skip
def load_bpmn(asked: BpmnIn, actor: Actor) -> StandardModel:
    """A draft of a file; what cannot be taken over is told by its element in `notes`."""
    found = read(asked.file.read(LARGEST))
    return actions.take_bpmn(found, " ".join(asked.name.split()), asked.file.name, actor=actor)


@OPERATIONS.add(
    "標準の流れを直す", "reform.manage", "PUT standards/{standard_id}", answer=A_STANDARD,
    event="reform.standard_changed", trace=_trace,
)  # fmt: skip
def save_steps(asked: StepsIn, actor: Actor) -> StandardModel:
    """The steps of a draft, all in their order."""
    steps = [
        FlowStep(
            " ".join(step.name.split()), "" if step.lane.strip() == "職員" else step.lane.strip(), step.condition.strip(),
            step.minutes, step.medium.value if step.medium else "", tuple(step.tasks), step.support,
        )
        for step in asked.steps
    ]  # fmt: skip
    return actions.save_steps(
        standard_of(asked.standard_id), steps, asked.notes, actor=actor, before=asked.before
    )


@OPERATIONS.add(
    "標準の流れを使い始める", "reform.manage", "POST standards/{standard_id}/use", command="use-standard",
    answer=A_STANDARD, event="reform.standard_used", trace=_trace,
)  # fmt: skip
def use_standard(asked: OneStandard, actor: Actor) -> StandardModel:
    """The draft is the version in use."""
    return actions.put_into_use(standard_of(asked.standard_id), actor=actor)


@OPERATIONS.add(
    "標準の流れの新しい下書きを作る", "reform.manage", "POST standards/{standard_id}/draft", command="draft-standard",
    answer=A_STANDARD, event="reform.standard_changed", trace=_trace,
)  # fmt: skip
def draft_standard(asked: OneStandard, actor: Actor) -> StandardModel:
    """The same again as a draft."""
    return actions.new_draft(standard_of(asked.standard_id), actor=actor)


@OPERATIONS.add(
    "標準の流れの下書きを消す", "reform.manage", "DELETE standards/{standard_id}", command="remove-standard",
    event="reform.standard_removed", trace=lambda asked, told: Trace(f"standard:{asked.standard_id}"),
)  # fmt: skip
def remove_standard(asked: OneStandard, actor: Actor) -> str:
    """A draft goes."""
    return actions.remove(standard_of(asked.standard_id))


@OPERATIONS.add(
    "標準の流れを課の棚卸しに提案する", "reform.answer", "POST standards/{standard_id}/propose/{section_id}", command="propose-standard",
    answer=Answer(ProposedOut, lambda added: {"added": added}), event="reform.tasks_loaded",
    trace=lambda asked, added: Trace(f"section:{asked.section_id}", {"new": added, "standard": asked.standard_id}),
)  # fmt: skip
def propose_standard(asked: ProposeIn, actor: Actor) -> int:
    """Its tasks become a draft of the section's inventory, with cases and minutes to be filled in."""
    section = section_of(asked.section_id, actor)
    return actions.propose_to(standard_of(asked.standard_id), section, actor=actor)


@OPERATIONS.add(
    "標準の流れをBPMNで書き出す", "reform.inventory", "GET standards/{standard_id}/bpmn", command="bpmn",
    answer=Answer(media_type=MEDIA_TYPE),
)  # fmt: skip
def bpmn(asked: OneStandard, actor: Actor) -> Download:
    """BPMN 2.0 with its diagram."""
    row = standard_of(asked.standard_id)
    return Download(f"flow-{row.pk}-v{row.version}.bpmn", MEDIA_TYPE, written(row.name, steps_of(row)))
