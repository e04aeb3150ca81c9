"""A small town for the tests of the room's tables: rules, a round, applications in the ledger, a calculation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from yakuba.kernel.accounts.models import User
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import Case, Procedure
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.values.receipt_numbers import check_digits
from yakuba.services.nursery.actions import rounds, rules, runs, taking
from yakuba.services.nursery.models import Application, Facility, Placement, Round, Run

SAMPLES = Path(__file__).resolve().parents[5] / "samples"
START = date(2027, 4, 1)
MORE_FIELDS = ("sibling_mode", "current_facility", "gives_up", "district")


def receipt(serial: int) -> str:
    """The receipt number with that serial."""
    first = f"08{serial:06d}"
    return first + check_digits(first)


RULES = """
選考基準: 試験の基準
版: 1
手続: nursery-admission
適用開始: 2026-11-01
項目:
  address: {名前: 住所, 種類: 文字}
  mother_work: {名前: 母の状況, 種類: 選択, 選択肢: {employed: 会社勤務, seeking: 求職中}}
  mother_hours: {名前: 母の1か月の就労時間, 種類: 数, 単位: 時間}
世帯をまとめる項目: [住所]
保護者:
  母: {状況: 母の状況}
基本指数:
  出典: 別表1
  行:
    - {点: 20, 名前: 就労, 条件: {状況: 会社勤務}}
    - {点: 5, 名前: 求職, 条件: {状況: 求職中}}
調整指数:
  出典: 別表2
  行:
    - {点: 3, 名前: 長い就労, 条件: {母の1か月の就労時間: 160時間以上}}
同点のとき:
  出典: 第1条
  順:
    - {名前: くじ, 比べる: くじ}
きょうだい:
  標準: together
  方法:
    together: {名前: 同じ施設に一緒に入れないときは待つ, 段: [同じ施設]}
    apart: {名前: 別々でもよい, 段: [同じ施設, 全員]}
"""
FACILITIES = "施設番号,施設名,種別,地区,0歳,1歳,2歳,共用枠\nN1,中央保育園,保育所,中央,,1,1,\nN2,青葉保育園,保育所,東,2,1,1,1-2歳:席1\n"


@dataclass
class Desk:
    """The active municipality's nursery desk. `boss` is a second person."""

    person: User
    boss: User
    round: Round

    @classmethod
    def open(cls, person: User, boss: User) -> Desk:
        """A round with the two facilities of FACILITIES and no applications."""
        for name in ("nursery-admission", "nursery-decision"):
            text = (SAMPLES / "procedures" / f"{name}.yaml").read_text(encoding="utf-8")
            document = yaml.safe_load(text)
            if name == "nursery-admission":  # what this town asks besides
                document["fields"] += [{"code": code, "label": code, "type": "text"} for code in MORE_FIELDS]
            ledger.load_procedure(document)
        rule_set = rules.load(RULES, actor=person)
        procedure = Procedure.objects.get(code="nursery-admission")
        round = rounds.make("一次選考", START, procedure, rule_set, actor=person)
        taking.facilities_from_file(round, FACILITIES.encode())
        return cls(person, boss, round)

    def case(self, number: str, *, status: Status = Status.READY, **values: str) -> Case:
        """A case of the ledger; unless told otherwise of a working mother who wishes for 中央保育園."""
        procedure = Procedure.objects.get(code="nursery-admission")
        case = ledger.open_case(procedure, number)
        stated = {
            "child_name": f"児童{number}",
            "child_birth": "2025-06-01",
            "address": f"やくば市中央{number}",
            "start_date": START.isoformat(),
            "mother_work": "employed",
            "wish_1": "中央保育園",
        } | values
        for field, value in stated.items():
            ledger.confirm_value(case, field, value, actor=self.person, seconds=0, insist=True)
        if status != Status.READING:
            ledger.move(case, status)
        return case

    def take(self) -> taking.Taken:
        return taking.from_ledger(self.round)

    def child(self, number: str, round: Round | None = None) -> Application:
        return Application.objects.select_related("round").get(
            round=round or self.round, receipt_number=number
        )

    def facility(self, code: str) -> Facility:
        return Facility.objects.select_related("round").get(round=self.round, code=code)

    def calculate(self, round: Round | None = None, **options: Any) -> Run:
        """Start a run and do its work here."""
        run = runs.start(round or self.round, actor=self.person, **options)
        runs.calculate(run.pk, lambda *_: None)
        return Run.objects.select_related("round").get(pk=run.pk)

    def calculate_open(self) -> None:
        """What the worker does with the runs that wait."""
        for run in Run.objects.filter(state=Run.State.ACTIVE):
            runs.calculate(run.pk, lambda *_: None)

    def adopted(self, round: Round | None = None) -> Run:
        """Calculate and adopt."""
        run = self.calculate(round)
        runs.adopt(run)
        self.round.refresh_from_db()
        return run

    def held(self, run: Run) -> dict[str, str]:
        """Receipt number → slot."""
        rows = Placement.objects.filter(run=run)
        return dict(rows.values_list("application__receipt_number", "slot"))
