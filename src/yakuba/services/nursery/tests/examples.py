"""One object of every kind that an address of this room names."""

from __future__ import annotations

from datetime import date
from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.kernel.ledger.models import Procedure
from yakuba.services.nursery.actions import decisions, rounds, rules, runs
from yakuba.services.nursery.models import Application, Facility, Placement

RULES = """
選考基準: SECRET_WORDの基準
版: 1
手続: nursery-admission
適用開始: 2026-11-01
項目:
  address: {名前: 住所, 種類: 文字}
  mother_work: {名前: 母の状況, 種類: 選択, 選択肢: {employed: 会社勤務, seeking: 求職中}}
世帯をまとめる項目: [住所]
保護者:
  母: {状況: 母の状況}
基本指数:
  出典: 別表1
  行:
    - {点: 20, 名前: 就労, 条件: {状況: 会社勤務}}
    - {点: 5, 名前: 求職, 条件: {状況: 求職中}}
同点のとき:
  出典: 第1条
  順:
    - {名前: くじ, 比べる: くじ}
きょうだい:
  標準: together
  方法:
    together: {名前: 同じ施設に一緒に入れないときは待つ, 段: [同じ施設]}
"""


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A round with one child, calculated and adopted; a decision waits."""
    word, number = known["secret_word"], known["receipt_number"]
    rule_set = rules.load(RULES.replace("SECRET_WORD", word), actor=clerk)
    procedure = Procedure.objects.get(code="nursery-admission")
    round = rounds.make(word, date(2027, 4, 1), procedure, rule_set, actor=clerk)
    place = Facility.objects.create(round=round, code="N1", name=word, vacancies={"1": 1, "2": 1})
    child = Application.objects.create(
        round=round, receipt_number=number, household=number, name=word,
        birth=date(2025, 6, 1), wishes=["N1"], facts={"mother_work": "employed"},
    )  # fmt: skip
    run = runs.start(round, actor=clerk)
    runs.calculate(run.pk, lambda *_: None)
    runs.adopt(run)
    decision = decisions.propose_place(child, "", word, actor=clerk)
    return {
        "application_id": child.pk,
        "decision_id": decision.pk,
        "facility_id": place.pk,
        "matching_id": run.pk,
        "placement_id": Placement.objects.get(run=run).pk,
        "round_id": round.pk,
        "rule_set_id": rule_set.pk,
    }
