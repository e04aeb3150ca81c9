"""Rules by version, trials and checks."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.operations import Answer, FromFile, Nothing, Part, Trace, Word, Work
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Conflict
from yakuba.services.claims import queries
from yakuba.services.claims.actions import rules, running
from yakuba.services.claims.models import CheckRun, RuleSet
from yakuba.services.claims.operations.table import OPERATIONS


class ClaimRulesIn(BaseModel):
    """Rules of a town."""

    text: Annotated[str, FromFile()] = Field(max_length=500_000, description="点検の規則のYAMLファイル")
    note: str = Field("", max_length=300, description="直したところ")


class OneRuleSet(BaseModel):
    """A version of the rules."""

    claim_rules_id: int = Field(description="規則の版の番号")


class TrialIn(OneRuleSet):
    """On which months rules are tried."""

    months: Annotated[list[int], Word("--month")] = Field(description="診療年月（202604）")


class CheckIn(BaseModel):
    """Which months are checked."""

    months: Annotated[list[int], Word("--month")] = Field(description="診療年月（202604）")


class OneRun(BaseModel):
    """A check."""

    check_run_id: int = Field(description="点検の番号")


class RuleSetOut(BaseModel):
    """A version of the rules. state: draft, published, withdrawn."""

    id: int
    version: int
    state: str
    state_label: str
    note: str
    text: str


class CheckRunOut(BaseModel):
    """A check. counts: code of a rule → label, severity, claims and findings, and whether it was capped; sources: tables with their
    editions."""

    id: int
    trial: bool
    months: list[int]
    state: str
    state_label: str
    claims: int
    findings: int
    counts: dict[str, dict[str, Any]]
    sources: list[str]
    reason: str


class RulePrecisionOut(BaseModel):
    """What became of a rule's findings. share: right of judged (right + wrong), null where nobody judged; low, high: bounds of it,
    each with 95 % confidence."""

    code: str
    label: str
    findings: int
    right: int
    wrong: int
    asked: int
    judged: int
    share: float | None
    low: float | None
    high: float | None
    capped: bool
    silent: bool
    mostly_wrong: bool


RUN_COLUMNS = {
    "id": "番号",
    "trial": "試し",
    "state_label": "状態",
    "claims": "レセプト",
    "findings": "見つけたもの",
}
RULE_COLUMNS = {"id": "番号", "version": "版", "state_label": "状態", "note": "直したところ"}


def rule_set_facts(row: RuleSet) -> dict[str, Any]:
    """As a program sees it."""
    names = ("version", "state", "note", "text")
    return {"id": row.pk, "state_label": row.get_state_display()} | {
        name: getattr(row, name) for name in names
    }


def run_facts(row: CheckRun) -> dict[str, Any]:
    """As a program sees it, as it stands now."""
    row.refresh_from_db()
    names = ("trial", "months", "state", "claims", "findings", "counts", "sources", "reason")
    return {"id": row.pk, "state_label": row.get_state_display()} | {
        name: getattr(row, name) for name in names
    }


def rule_set_of(number: int) -> RuleSet:
    """Raises Missing."""
    return one(RuleSet.objects.all(), number)


def _so_far(row: CheckRun) -> tuple[int, int, bool]:
    work = work_of(running.JOB, row.job_key)
    return work.done, work.total, work.is_live


A_SET = Answer(RuleSetOut, rule_set_facts, RULE_COLUMNS)
A_RUN = Answer(CheckRunOut, run_facts, RUN_COLUMNS, fault=lambda facts: facts["reason"])


@OPERATIONS.add(
    "点検の規則の版の一覧", "claims.view", "GET rule-sets", command="rules list", answer=Answer(list[RuleSetOut], columns=RULE_COLUMNS)
)  # fmt: skip
def list_rule_sets(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """The newest first."""
    return [rule_set_facts(row) for row in asked.of(queries.rule_sets())]


@OPERATIONS.add(
    "点検の規則の下書きを作る", "claims.rules", "POST rule-sets", command="rules load", status=201, answer=A_SET,
    event="claims.rules_loaded", trace=lambda asked, row: Trace(f"claimrules:{row.pk}", {"version": row.version}),
)  # fmt: skip
def load_rules(asked: ClaimRulesIn, actor: Actor) -> RuleSet:
    """A new version; it holds once it was tried and somebody else published it."""
    return rules.load(asked.text, asked.note, actor=actor)


@OPERATIONS.add(
    "点検の規則を試す", "claims.rules", "POST rule-sets/{claim_rules_id}/trial", command="rules try", status=201, answer=A_RUN,
    event="claims.trial_started", trace=lambda asked, row: Trace(f"claimrun:{row.pk}", {"months": row.months}),
    work=Work("試し", progress=_so_far),
)  # fmt: skip
def try_rules(asked: TrialIn, actor: Actor) -> CheckRun:
    """On claims of before: how often each rule would find something. Nothing of it is kept but the numbers."""
    return running.start(rule_set_of(asked.claim_rules_id), asked.months, True, actor=actor)


@OPERATIONS.add(
    "点検の規則を公開する", "claims.publish", "POST rule-sets/{claim_rules_id}/publish", command="rules publish", answer=A_SET,
    event="claims.rules_published", trace=lambda asked, row: Trace(f"claimrules:{row.pk}", {"version": row.version}), step_up=True,
)  # fmt: skip
def publish_rules(asked: OneRuleSet, actor: Actor) -> RuleSet:
    """They hold from now on; whoever made them cannot."""
    return rules.publish(rule_set_of(asked.claim_rules_id), actor=actor)


@OPERATIONS.add(
    "点検の規則を取り下げる", "claims.publish", "POST rule-sets/{claim_rules_id}/withdraw", command="rules withdraw", answer=A_SET,
    event="claims.rules_withdrawn", trace=lambda asked, row: Trace(f"claimrules:{row.pk}"),
)  # fmt: skip
def withdraw_rules(asked: OneRuleSet, actor: Actor) -> RuleSet:
    """No check uses them any more."""
    return rules.withdraw(rule_set_of(asked.claim_rules_id))


@OPERATIONS.add(
    "点検の一覧", "claims.view", "GET runs", command="runs", answer=Answer(list[CheckRunOut], columns=RUN_COLUMNS)
)  # fmt: skip
def list_runs(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """Checks and trials, the newest first."""
    return [run_facts(row) for row in asked.of(queries.runs())]


@OPERATIONS.add(
    "レセプトを点検する", "claims.run", "POST runs", command="check", status=201, answer=A_RUN, event="claims.check_started",
    trace=lambda asked, row: Trace(f"claimrun:{row.pk}", {"months": row.months}), work=Work("点検", progress=_so_far),
)  # fmt: skip
def check(asked: CheckIn, actor: Actor) -> CheckRun:
    """By the published rules and the tables of each month."""
    held = queries.published()
    if held is None:
        raise Conflict("公開した点検の規則がありません。規則を作り、試して公開してください。")
    return running.start(held, asked.months, False, actor=actor)


@OPERATIONS.add(
    "点検の結果", "claims.view", "GET runs/{check_run_id}", command="run", answer=A_RUN
)  # fmt: skip
def show_run(asked: OneRun, actor: Actor) -> CheckRun:
    """What each rule found."""
    return one(CheckRun.objects.all(), asked.check_run_id)


@OPERATIONS.add(
    "規則ごとの当たり", "claims.view", "GET precision", command="precision",
    answer=Answer(list[RulePrecisionOut], columns={"code": "規則", "label": "名前", "findings": "見つけた", "right": "正しい", "wrong": "誤り", "share": "当たり"}),
)  # fmt: skip
def precision(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """How often each rule is right, of what somebody judged; silent, capped and mostly wrong ones are named."""
    return [
        {
            "code": row["code"], "label": row["label"], "findings": row["findings"], "right": row["precision"].right,
            "wrong": row["precision"].wrong, "asked": row["asked"], "judged": row["precision"].judged, "share": row["precision"].share,
            "low": row["precision"].low, "high": row["precision"].high, "capped": row["capped"], "silent": row["silent"],
            "mostly_wrong": row["mostly_wrong"],
        }
        for row in queries.rule_rows()
    ]  # fmt: skip
