"""Rounds, what is taken into them, and what of them is handed over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.operations import Answer, Nothing, Trace
from yakuba.kernel.operations.printing import lines
from yakuba.services.nursery.actions import handing, rounds, rules, taking
from yakuba.services.nursery.contracts import Problem
from yakuba.services.nursery.models import Round, RuleSet
from yakuba.services.nursery.operations import answers
from yakuba.services.nursery.operations import asked as given
from yakuba.services.nursery.operations.table import OPERATIONS
from yakuba.services.nursery.queries import rounds as queries
from yakuba.services.nursery.queries import rules as rule_queries
from yakuba.services.nursery.queries.finding import round_of
from yakuba.services.nursery.queries.refusal import NotPossible

ROUND_COLUMNS = {
    "id": "番号", "title": "選考回", "start": "入所日", "state": "状態", "applications": "申込",
    "seats": "空き枠", "next_step": "次にすること",
}  # fmt: skip
RULES_COLUMNS = {"id": "番号", "name": "選考基準", "version": "版"}
TAKEN_COLUMNS = {"new": "新しい", "changed": "変わった", "same": "同じ", "kept": "修正を残した"}
HANDED_COLUMNS = {"new": "新しい", "changed": "変わった", "same": "同じ", "late": "入力済みで直せない"}


def to_look_at(facts: dict[str, Any]) -> str:
    """What should be looked at although it can be calculated."""
    notes = facts["notes"]
    return f"確かめるところ {len(notes)}か所\n{lines(notes)}" if notes else ""


def _problems(facts: dict[str, Any]) -> str:
    return lines(facts["problems"])


def failure(facts: dict[str, Any]) -> str:
    """Why a calculation, or the making of notices, has failed; empty where it has not."""
    return _problems(facts) if facts["state"] == "failed" else ""


A_ROUND = Answer(answers.RoundOut, answers.round_facts, ROUND_COLUMNS, notes=to_look_at)
TAKEN = Answer(answers.TakenOut, asdict, TAKEN_COLUMNS, fault=_problems)


def _made(asked: Any, round: Round) -> Trace:
    return Trace(f"round:{round.pk}", {"rules": round.rule_set_id})


def _taken(source: str) -> Callable[[given.OneRound, taking.Taken], Trace]:
    def trace(asked: given.OneRound, taken: taking.Taken) -> Trace:
        numbers = {"new": taken.new, "changed": taken.changed, "refused": len(taken.problems)}
        return Trace(f"round:{asked.round_id}", {"source": source} | numbers)

    return trace


@OPERATIONS.add(
    "選考回の一覧",
    "nursery.view",
    "GET rounds",
    "round list",
    answer=Answer(list[answers.RoundOut], columns=ROUND_COLUMNS),
)
def list_rounds(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """All rounds, the newest first."""
    return [answers.round_facts(round) for round in queries.rounds()]


@OPERATIONS.add(
    "選考回",
    "nursery.view",
    "GET rounds/{round_id}",
    "round show",
    help="選考回の申込・空き枠と、計算の前に直すところを出す（直すところがあれば終了コード1）",
    answer=Answer(answers.RoundOut, answers.round_facts, ROUND_COLUMNS, notes=to_look_at, fault=_problems),
)
def show_round(asked: given.OneRound, actor: Actor) -> Round:
    """One round."""
    return round_of(asked.round_id)


@OPERATIONS.add(
    "選考回を作る",
    "nursery.edit",
    command="round new",
    answer=A_ROUND,
    event="nursery.round_made",
    trace=_made,
)
def make_round(asked: given.NewRound, actor: User) -> Round:
    """Make a round by a version of the rules."""
    rule_set = rule_queries.rule_set(asked.rules)
    code = asked.procedure or rule_set.procedure_code
    procedure = Procedure.objects.filter(code=code).first()
    if procedure is None:
        raise NotPossible(f"手続「{code}」が登録されていません。")
    return rounds.make(asked.title, asked.start, procedure, rule_set, actor=actor)


@OPERATIONS.add(
    "次の選考回を作る",
    "nursery.edit",
    command="round next",
    help="確定した選考回から、残った枠と、入所が決まっていない申込で次の回を作る",
    answer=A_ROUND,
    event="nursery.round_made",
    trace=_made,
)
def make_next(asked: given.NextRound, actor: User) -> Round:
    """Make the round that follows a frozen one."""
    return rounds.make_next(round_of(asked.round_id), asked.title, actor=actor)


@OPERATIONS.add(
    "選考基準の版を登録する",
    "nursery.rules",
    "POST rules",
    "round load-rules",
    answer=Answer(
        answers.RulesOut,
        lambda row: answers.told(answers.RulesOut, row),
        RULES_COLUMNS,
        facts=lambda row: [{name: getattr(row, name) for name in RULES_COLUMNS}],
    ),
    status=201,
)
def load_rules(asked: given.RulesIn, actor: User) -> RuleSet:
    """Load a rule file; 422 with every fault and its line."""
    return rules.load(asked.text, actor=actor)


@OPERATIONS.add(
    "受付簿から申込を取り込む",
    "nursery.edit",
    "POST rounds/{round_id}/take",
    "round take",
    answer=TAKEN,
    event="nursery.applications_taken",
    trace=_taken("ledger"),
)
def take(asked: given.OneRound, actor: User) -> taking.Taken:
    """Take the ledger's confirmed applications; rows that cannot be taken stand in `problems`."""
    return taking.from_ledger(round_of(asked.round_id))


@OPERATIONS.add(
    "施設と空き枠をCSVから取り込む",
    "nursery.edit",
    command="round load-facilities",
    help="施設と空き枠をCSVから取り込む（誤った行は行番号と理由を出し、終了コード1）",
    answer=TAKEN,
    event="nursery.facilities_taken",
    trace=_taken("file"),
)
def load_facilities(asked: given.TableFile, actor: User) -> taking.Taken:
    """Take a table of facilities."""
    data = asked.file.read(taking.FACILITIES.largest)
    return taking.facilities_from_file(round_of(asked.round_id), data)


@OPERATIONS.add(
    "申込をCSVから取り込む",
    "nursery.edit",
    command="round load-applications",
    help="申込をCSVから取り込む（誤った行は行番号と理由を出し、終了コード1）",
    answer=TAKEN,
    event="nursery.applications_taken",
    trace=_taken("file"),
)
def load_applications(asked: given.TableFile, actor: User) -> taking.Taken:
    """Take a table of applications."""
    data = asked.file.read(taking.APPLICATIONS.largest)
    return taking.applications_from_file(round_of(asked.round_id), data)


def _not_handed_over(facts: dict[str, Any]) -> str:
    refused = [Problem(**one) for one in facts["refused"]]
    return handing.sentence(handing.HandedOver(refused=refused)) if refused else ""


@OPERATIONS.add(
    "選考結果を入力に回す",
    "nursery.propose",
    command="round hand-over",
    help="確定した選考の決定を受付簿に書き、ロボットの入力待ちに並べる",
    answer=Answer(show=asdict, columns=HANDED_COLUMNS, fault=_not_handed_over),
)
def hand_over(asked: given.OneRound, actor: User) -> handing.HandedOver:
    """Write the decisions of a frozen round into the ledger."""
    return handing.hand_over(round_of(asked.round_id), actor=actor)


@OPERATIONS.add(
    "選考結果をワーカーに回させる",
    "nursery.propose",
    "POST rounds/{round_id}/hand-over",
    answer=A_ROUND,
    status=202,
)
def ask_to_hand_over(asked: given.OneRound, actor: User) -> Round:
    """Let a worker write the decisions of a frozen round into the ledger."""
    round = round_of(asked.round_id)
    handing.ask(round, actor=actor)
    return round
