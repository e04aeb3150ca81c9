"""Rules of grants: listed, worked out, written anew."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, FromFile, Nothing, Rows, Trace, Word
from yakuba.kernel.refusals import Invalid
from yakuba.services.sharing.actions import definitions as actions
from yakuba.services.sharing.engine import grants
from yakuba.services.sharing.engine.grants import Outcome, Rule
from yakuba.services.sharing.models import RoomDefinition
from yakuba.services.sharing.operations.table import OPERATIONS
from yakuba.services.sharing.queries import definitions as queries


class WorkOutIn(BaseModel):
    """What a rule is asked."""

    grant_code: str = Field(max_length=40, description="規則の符号")
    day: date = Field(description="申請や経費の日")
    given: Annotated[list[str], Word("--input")] = Field(
        default_factory=list, max_length=10, description="入力（cost=5000000 のように）"
    )
    field_of_work: str = Field("", max_length=60, description="対象の事務")
    agreed: bool = Field(False, description="協定の締結等をした共同調達")


class OneRule(BaseModel):
    """A rule."""

    grant_code: str = Field(max_length=40, description="規則の符号")


class GrantRuleIn(BaseModel):
    """A rule's file."""

    text: Annotated[str, FromFile()] = Field(max_length=100_000, description="規則のYAMLファイル")


class GrantRuleOut(BaseModel):
    """A rule. ends: null where it has no end."""

    code: str
    title: str
    source: str
    checked: str
    begins: date
    ends: date | None
    inputs: list[str]
    excluded: list[str]
    notes: list[str]


class GrantStepOut(BaseModel):
    """A step, and what came of it."""

    text: str
    result: str


class GrantOutcomeOut(BaseModel):
    """yen: exact, as `1666000` or `1/3`; null where no number is given, for the reason in why."""

    yen: str | None
    why: str
    steps: list[GrantStepOut]
    notes: list[str]


class RoomDefinitionOut(BaseModel):
    """A version of a file."""

    code: str
    version: int
    kind: str


def rule_facts(one: Rule) -> dict[str, Any]:
    """As a program sees it."""
    return {
        "code": one.code, "title": one.title, "source": one.source, "checked": one.checked, "begins": one.begins, "ends": one.ends,
        "inputs": [f"{each.code}（{each.label}、{each.unit}）" for each in one.inputs], "excluded": list(one.excluded), "notes": list(one.notes),
    }  # fmt: skip


def outcome_facts(found: Outcome) -> dict[str, Any]:
    """As a program sees it."""
    return {
        "yen": None if found.yen is None else str(found.yen), "why": found.why,
        "steps": [{"text": each.text, "result": each.shown} for each in found.steps], "notes": list(found.notes),
    }  # fmt: skip


def definition_facts(row: RoomDefinition) -> dict[str, Any]:
    """As a program sees it."""
    return {"code": row.code, "version": row.version, "kind": row.kind}


def amounts_of(given: list[str]) -> dict[str, Fraction]:
    """`cost=5000000` → the number. Raises Invalid."""
    found = {}
    for one in given:
        name, _, text = one.partition("=")
        try:
            found[name.strip()] = Fraction(text.replace(",", "").strip())
        except (ValueError, ZeroDivisionError):
            raise Invalid(f"「{one[:60]}」は、cost=5000000 のように書いてください。") from None
    return found


@OPERATIONS.add(
    "補助金・交付税の規則の一覧", "sharing.grants", "GET grants", command="grant list",
    answer=Answer(list[GrantRuleOut], columns={"code": "符号", "title": "規則", "begins": "から", "ends": "まで"}),
)  # fmt: skip
def list_rules(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """The newest first."""
    return [rule_facts(one) for one in queries.rules()]


@OPERATIONS.add(
    "補助金・交付税を計算する", "sharing.grants", "GET grants/{grant_code}/amount", command="grant work-out",
    answer=Answer(GrantOutcomeOut, outcome_facts, tables=lambda found: [Rows(found["steps"], {"text": "すること", "result": "結果"}, "手順")]),
)  # fmt: skip
def work_out(asked: WorkOutIn, actor: Actor) -> Outcome:
    """With its steps; outside the period of the rule no number. Nothing is kept."""
    rule = queries.rule(asked.grant_code)
    return grants.work_out(
        rule, asked.day, amounts_of(asked.given), field_of_work=asked.field_of_work, agreed=asked.agreed
    )


@OPERATIONS.add(
    "補助金・交付税の規則を変える", "sharing.rules", "POST grants", command="grant load", status=201, answer=Answer(RoomDefinitionOut, definition_facts),
    event="sharing.rule_loaded", trace=lambda asked, row: Trace(f"roomdefinition:{row.pk}", {"code": row.code, "version": row.version}),
)  # fmt: skip
def load_rule(asked: GrantRuleIn, actor: Actor) -> RoomDefinition:
    """A new version; its examples are tried while it is read. 422 with every fault by its line."""
    return actions.load_rule(asked.text, actor=actor)
