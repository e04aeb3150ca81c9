"""`yakuba nursery round …`: decisions by people. Who proposes never approves, here as on the pages."""

from __future__ import annotations

from typing import Any

import typer

from yakuba.kernel.accounts import require
from yakuba.kernel.accounts.acting import acting
from yakuba.kernel.cli.output import municipality_of, print_json, print_rows
from yakuba.services.nursery.actions import decisions as actions
from yakuba.services.nursery.cli.command import (
    JSON,
    TOWN,
    USER,
    round_app,
)
from yakuba.services.nursery.models import Application, Decision
from yakuba.services.nursery.queries import decisions as queries
from yakuba.services.nursery.queries import told
from yakuba.services.nursery.queries.finding import decision_of, round_of
from yakuba.services.nursery.queries.refusal import Unknown

HEADINGS = {
    "id": "決定", "kind_label": "種類", "state_label": "状態", "receipt_number": "受付番号", "slot_before": "前の枠",
    "slot": "枠", "reason": "理由", "proposed_by": "起案", "answered_by": "承認",
}  # fmt: skip
CHILD = typer.Argument(..., help="受付番号")
REASON = typer.Option(..., "--reason", help="理由。あとから見る人に分かるように書く")


@round_app.command("decisions")
def list_decisions(round_id: int, municipality: str = TOWN, as_json: bool = JSON) -> None:
    """個別の決定・辞退・確定の一覧を出す（新しい順）"""
    with municipality_of(municipality):
        rows = queries.of_round(round_of(round_id)).order_by("-pk")
        print_rows([told.decision_facts(row) for row in rows], HEADINGS, as_json=as_json)


@round_app.command("propose")
def propose(
    round_id: int,
    receipt_number: str = CHILD,
    slot: str = typer.Option(..., "--slot", help='決定する枠。入所しないなら ""'),
    reason: str = REASON,
    user: str = USER,
    municipality: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """一人の結果を変える決定を起案する（別の職員が承認すると変わる）"""
    with acting(user, "nursery.propose", municipality=municipality) as actor:
        child = _child(round_id, receipt_number)
        _print(actions.propose_place(child, slot, reason, actor=actor), as_json)


@round_app.command("decline")
def decline(
    round_id: int,
    receipt_number: str = CHILD,
    reason: str = REASON,
    user: str = USER,
    municipality: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """確定したあとの辞退を受ける"""
    with acting(user, "nursery.propose", municipality=municipality) as actor:
        _print(actions.decline(_child(round_id, receipt_number), reason, actor=actor), as_json)


@round_app.command("freeze")
def freeze(
    round_id: int, reason: str = REASON, user: str = USER, municipality: str = TOWN, as_json: bool = JSON
) -> None:
    """選考結果の確定を起案する（別の職員が承認すると確定する）"""
    with acting(user, "nursery.propose", municipality=municipality) as actor:
        _print(actions.propose_freeze(round_of(round_id), reason, actor=actor), as_json)


@round_app.command("approve")
def approve(
    decision_id: int,
    answer: str = typer.Option("", "--answer", help="承認者の言葉"),
    user: str = USER,
    municipality: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """ほかの職員が起案した決定を承認する"""
    with acting(user, "nursery.approve", municipality=municipality) as actor:
        _print(actions.approve(decision_of(decision_id), actor=actor, answer=answer), as_json)


@round_app.command("refuse")
def refuse(
    decision_id: int,
    answer: str = typer.Option(..., "--answer", help="差し戻す理由"),
    user: str = USER,
    municipality: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """起案された決定を差し戻す（自分の起案は取り下げる）"""
    with acting(user, "nursery.view", municipality=municipality) as actor:
        row = decision_of(decision_id)
        require(actor, actions.right_to_refuse(row, actor))
        _print(actions.refuse(row, answer, actor=actor), as_json)


def _child(round_id: int, receipt_number: str) -> Application:
    rows = Application.objects.filter(round=round_of(round_id)).select_related("round__adopted")
    row: Application | None = rows.filter(receipt_number=receipt_number).first()
    if row is None:
        raise Unknown(
            f"受付番号{receipt_number}の申込が選考回{round_id}にありません。番号を確かめてください。"
        )
    return row


def _print(decision: Decision, as_json: bool) -> None:
    facts: dict[str, Any] = told.decision_facts(decision)
    if as_json:
        print_json(facts)
    else:
        print_rows([facts], HEADINGS, as_json=False)
