"""What can be done with the files of who may ask and of fees."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.definitions import LARGEST_BYTES, decoded
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.operations import Answer, Nothing, Trace, Upload
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Conflict
from yakuba.services.intake.actions import rules as actions
from yakuba.services.intake.models import RuleFile
from yakuba.services.intake.operations.table import OPERATIONS
from yakuba.services.intake.queries import rules as queries

COLUMNS = {"id": "番号", "kind_label": "種類", "code": "コード", "title": "名前", "state_label": "状態"}


class OneRuleFile(BaseModel):
    """A file."""

    rule_file_id: int = Field(description="決まりの番号")


class RuleFileIn(BaseModel):
    """A file of who may ask, or of fees."""

    kind: Literal["acting", "fees"] = Field(description="acting（申請できる人の決まり）か fees（手数料表）")
    file: Upload = Field(description="決まりのファイル（YAML）")


class RuleFileReasonIn(OneRuleFile):
    """A file, and why."""

    reason: str = Field(min_length=1, max_length=2_000, description="使い始める理由")


class IntakeRuleFileOut(BaseModel):
    """state: draft, waiting, published or changed; sample: none, same or changed, against the shipped file."""

    id: int
    kind: str
    kind_label: str
    code: str
    title: str
    state: str
    state_label: str
    sample: str


class RuleFilesTakenOut(BaseModel):
    """How many files are new."""

    taken: int


class RuleFileApprovalOut(BaseModel):
    """The approval that is asked for."""

    id: int
    state: str


def _facts(now: queries.Standing) -> dict[str, Any]:
    row = now.row
    return {
        "id": row.pk,
        "kind": row.kind,
        "kind_label": row.get_kind_display(),
        "code": row.code,
        "title": row.title,
        "state": now.state,
        "state_label": now.state_label,
        "sample": now.sample,
    }


def rule_facts(row: RuleFile) -> dict[str, Any]:
    """A file for programs."""
    return _facts(queries.standing(row))


A_FILE = Answer(IntakeRuleFileOut, rule_facts, COLUMNS)


@OPERATIONS.add(
    "本人確認と手数料の決まりの一覧",
    "intake.view",
    "GET rules",
    "rules list",
    answer=Answer(list[IntakeRuleFileOut], columns=COLUMNS),
)
def list_rule_files(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """Every file with its state."""
    return [_facts(each) for each in queries.standings()]


@OPERATIONS.add(
    "本人確認と手数料の決まりを取り込む", "intake.edit", "POST rules", "rules load", answer=A_FILE
)
def load_rule_file(asked: RuleFileIn, actor: Actor) -> RuleFile:
    """Keep a file as the draft of its procedure, or of its table."""
    return actions.write(asked.kind, decoded(asked.file.read(LARGEST_BYTES)), actor=actor)


@OPERATIONS.add(
    "本人確認と手数料の見本を取り込む",
    "intake.edit",
    "POST rules/samples",
    "rules samples",
    answer=Answer(RuleFilesTakenOut, lambda taken: {"taken": taken}, {"taken": "取り込んだ決まり"}),
)
def take_rule_samples(asked: Nothing, actor: Actor) -> int:
    """The shipped files that the town has not, of procedures that it has, as drafts."""
    return actions.take_samples(actor=actor)


@OPERATIONS.add(
    "本人確認と手数料の決まりを書き出す",
    "intake.view",
    "GET rules/{rule_file_id}/file",
    "rules export",
    answer=Answer(media_type="application/yaml"),
    step_up=False,
)
def export_rule_file(asked: OneRuleFile, actor: Actor) -> Download:
    """The draft as a file that can be taken over again, here or in another town."""
    row = one(RuleFile.objects.all(), asked.rule_file_id)
    return Download(f"{row.kind}-{row.code}.yaml", "application/yaml", row.text.encode())


@OPERATIONS.add(
    "本人確認と手数料の決まりを起案する",
    "intake.edit",
    "POST rules/{rule_file_id}/propose",
    "rules propose",
    answer=Answer(
        RuleFileApprovalOut, lambda row: {"id": row.pk, "state": row.state}, {"id": "番号", "state": "状態"}
    ),
    by_operator=False,
)
def propose_rule_file(asked: RuleFileReasonIn, actor: Actor) -> Approval:
    """Ask another person to put the draft into force."""
    if actor is None:
        raise Conflict("職員が起案します。--user で職員を指定してください。")
    return actions.propose(asked.rule_file_id, asked.reason, actor=actor)


@OPERATIONS.add(
    "本人確認と手数料の決まりを使うのをやめる",
    "intake.edit",
    "POST rules/{rule_file_id}/withdraw",
    "rules withdraw",
    answer=A_FILE,
    event="intake.rules_withdrawn",
    trace=lambda asked, row: Trace(f"rulefile:{row.pk}"),
)
def withdraw_rule_file(asked: OneRuleFile, actor: Actor) -> RuleFile:
    """It is not in force any more; the draft stays."""
    return actions.withdraw(asked.rule_file_id)
