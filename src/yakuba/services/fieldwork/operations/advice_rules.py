"""Rules of advice by version: written, tried, published by another person, withdrawn."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.operations import Answer, FromFile, Part, Work
from yakuba.services.fieldwork.actions import advice_rules
from yakuba.services.fieldwork.models import AdviceRuleSet
from yakuba.services.fieldwork.operations.table import OPERATIONS
from yakuba.services.fieldwork.queries import advice as queries


class AdviceRulesIn(BaseModel):
    """Rules of a town."""

    text: Annotated[str, FromFile()] = Field(max_length=500_000, description="助言の決まりのYAMLファイル")
    note: str = Field("", max_length=300, description="直したところ")


class OneAdviceRuleSet(BaseModel):
    """A version."""

    advice_rules_id: int = Field(description="助言の決まりの版の番号")


class AdviceTrialIn(OneAdviceRuleSet):
    """How far back it is tried."""

    days: int = Field(60, ge=1, le=advice_rules.LONGEST_TRIAL, description="何日前から試すか")


class AdviceRuleSetOut(BaseModel):
    """A version. state: draft, published, withdrawn; trial: days, fields, and for each rule how often it said what."""

    id: int
    version: int
    state: str
    state_label: str
    note: str
    text: str
    trying: bool
    trial: dict[str, Any]


def _rules(row: AdviceRuleSet) -> dict[str, Any]:
    row.refresh_from_db()
    names = ("version", "state", "note", "text", "trying", "trial")
    return {"id": row.pk, "state_label": row.get_state_display()} | {
        name: getattr(row, name) for name in names
    }


A_SET = Answer(
    AdviceRuleSetOut, _rules, {"id": "番号", "version": "版", "state_label": "状態", "note": "直したところ"}
)


def _so_far(row: AdviceRuleSet) -> tuple[int, int, bool]:
    work = work_of(advice_rules.JOB, row.job_key)
    return work.done, work.total, work.is_live


@OPERATIONS.add(
    "助言の決まりの版の一覧", "fieldwork.advice", "GET advice-rules", command="advice rules",
    answer=Answer(list[AdviceRuleSetOut], columns=A_SET.columns),
)  # fmt: skip
def list_advice_rules(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """The newest first."""
    return [_rules(row) for row in asked.of(queries.rule_sets())]


@OPERATIONS.add(
    "助言の決まりの下書きを作る", "fieldwork.advice_rules", "POST advice-rules", command="advice load-rules", status=201, answer=A_SET
)  # fmt: skip
def load_advice_rules(asked: AdviceRulesIn, actor: Actor) -> AdviceRuleSet:
    """A new version; it holds once it was tried and somebody else published it."""
    return advice_rules.load(asked.text, asked.note, actor=actor)


@OPERATIONS.add(
    "助言の決まりを試す", "fieldwork.advice_rules", "POST advice-rules/{advice_rules_id}/trial", command="advice try-rules", answer=A_SET,
    work=Work("試し", progress=_so_far),
)  # fmt: skip
def try_advice_rules(asked: AdviceTrialIn, actor: Actor) -> AdviceRuleSet:
    """On the days before, with what was known on each."""
    return advice_rules.begin_trial(asked.advice_rules_id, asked.days, actor=actor)


@OPERATIONS.add(
    "助言の決まりを公開する", "fieldwork.advice_publish", "POST advice-rules/{advice_rules_id}/publish", command="advice publish-rules",
    answer=A_SET, step_up=True,
)  # fmt: skip
def publish_advice_rules(asked: OneAdviceRuleSet, actor: Actor) -> AdviceRuleSet:
    """They hold from now on; whoever made them cannot."""
    return advice_rules.publish(asked.advice_rules_id, actor=actor)


@OPERATIONS.add(
    "助言の決まりを取り下げる", "fieldwork.advice_publish", "POST advice-rules/{advice_rules_id}/withdraw", command="advice withdraw-rules",
    answer=A_SET,
)  # fmt: skip
def withdraw_advice_rules(asked: OneAdviceRuleSet, actor: Actor) -> AdviceRuleSet:
    """Nothing is advised by them any more."""
    return advice_rules.withdraw(asked.advice_rules_id, actor=actor)
