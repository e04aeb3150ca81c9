"""Risk models: trained by a worker, approved by another person before they choose anybody."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals.actions import ApprovalRefused, propose
from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import content_of, store
from yakuba.kernel.jobs import enqueue
from yakuba.kernel.refusals import Conflict, Forbidden, Invalid, Missing, Refused
from yakuba.services.outreach.actions import purposes, working
from yakuba.services.outreach.actions.working import Told
from yakuba.services.outreach.adapters import frames
from yakuba.services.outreach.engine import risk
from yakuba.services.outreach.engine.columns import ColumnSpec, age_on, known_on
from yakuba.services.outreach.models import Purpose, RiskModel, TownTable

KIND, JOB = "outreach.model", "outreach.train"
NO_FEATURES = ("number", "year", "name", "postal", "address", "outcome", "unused", "birth")
AGE = "年齢"
GONE = "表はもうありません。表を入れ直してください。"


@transaction.atomic
def start(
    table: TownTable, purpose: Purpose, name: str, features: Sequence[str], decided: str, *, actor: Actor
) -> RiskModel:
    """Let a worker train a model. decided: when in the fiscal year people are chosen, 「06-01」. Raises Invalid, Conflict."""
    if table.state != TownTable.State.DONE:
        raise Conflict(f"表「{table}」は、まだ読めていません。")
    if not name.strip():
        raise Invalid("モデルの名前を書いてください。")
    specs = features_of(table, features)
    _require_known(table, specs, decided)
    if not table.heading("outcome"):
        raise Invalid("表に「結果」の列がありません。表のページで、どの列が結果か選んでください。")
    used = [
        *(table.heading("birth") if one.heading == AGE else one.heading for one in specs),
        table.heading("outcome"),
    ]
    purposes.require_classes(purpose, table.specs, used)
    newest = RiskModel.objects.filter(name=name.strip()).aggregate(found=Max("version"))["found"] or 0
    row: RiskModel = RiskModel.objects.create(
        name=name.strip()[:120], version=newest + 1, table=table, purpose=purpose, features=[one.heading for one in specs], decided=decided.strip()[:20],
        seed=secrets.randbelow(2**31 - 1) + 1, state=RiskModel.State.WAITING, created_by=known(actor),
    )  # fmt: skip
    enqueue(JOB, key=row.job_key, risk_model_id=row.pk)
    return row


def _require_known(table: TownTable, specs: Sequence[ColumnSpec], decided: str) -> None:
    try:
        if known_on(decided, 2026) is None:
            raise Invalid("決める日を 06-01 のように書いてください。")
        risk.require_known(specs, decided, [int(one) for one in table.years])
    except ValueError as error:
        raise Invalid(str(error)) from error


def features_of(table: TownTable, headings: Sequence[str]) -> list[ColumnSpec]:
    """The columns that a model uses; the age stands for the birth. Raises Invalid."""
    by_heading = {one.heading: one for one in table.specs if one.role not in NO_FEATURES}
    birth = next((one for one in table.specs if one.role == "birth"), None)
    if birth is not None:
        by_heading[AGE] = ColumnSpec(AGE, "value", "number", birth.data_class, birth.known)
    if unknown := [one for one in headings if one not in by_heading]:
        raise Invalid(f"「{unknown[0][:30]}」は使えません。使えるのは {'、'.join(by_heading)} です。")
    if not headings:
        raise Invalid("使う列を選んでください。")
    return [by_heading[one] for one in dict.fromkeys(headings)]


def work(number: int, told: Told = working.quiet) -> None:
    """Train, and say what it is worth."""
    row = (
        RiskModel.objects.select_related("table__part", "purpose")
        .filter(pk=number, state=RiskModel.State.WAITING)
        .first()
    )
    if row is None:
        return
    table = _table(row.table)
    specs = features_of(table, row.features)
    _require_known(table, specs, row.decided)
    used = [table.heading("birth") if one == AGE and table.heading("birth") else one for one in row.features]
    purposes.require_classes(row.purpose, table.specs, [table.heading("outcome"), *used])
    columns = _columns(table, row.decided)
    outcome = table.heading("outcome")
    there = [at for at, one in enumerate(columns[outcome]) if one is not None]
    columns = {name: [values[at] for at in there] for name, values in columns.items()}
    told(0, 1, "学習")
    try:
        design = risk.design(columns, specs)
        model, figures = risk.trained(design, _rows(design, columns, table), row.seed)
    except risk.NoModel as error:
        raise Invalid(str(error)) from error
    content = json.dumps(model.facts(), ensure_ascii=False).encode()
    with transaction.atomic():
        if not working.still_waiting(row):
            return
        row.part = store(StoredFile.Kind.OUTPUT, f"riskmodel-{row.pk}.json", "application/json", content)
        row.figures, row.data = figures, table.part.sha256 if table.part else ""
        row.state, row.reason = RiskModel.State.DONE, ""
        row.save()


def _table(table: TownTable | None) -> TownTable:
    if table is None or table.part is None:
        raise Conflict(GONE)
    return table


def _columns(table: TownTable, decided: str, year: int | None = None) -> dict[str, list[Any]]:
    """All columns, with the fiscal year (年度) and the age on the day of the decision. year: of these rows alone."""
    if table.part is None:
        raise Conflict(GONE)
    columns = frames.read(table.part)
    named, birth = table.heading("year"), table.heading("birth")
    years = [int(one) for one in columns[named]] if named else [table.year] * table.rows
    if year is not None:
        places = [at for at, one in enumerate(years) if one == year]
        columns = {name: [values[at] for at in places] for name, values in columns.items()}
        years = [year] * len(places)
    columns["\0year"] = years
    if birth:
        days = {one: known_on(decided, one) for one in set(years)}
        columns[AGE] = [
            None if one is None or (day := days[at]) is None else age_on(one, day)
            for one, at in zip(columns[birth], years, strict=True)
        ]
    return columns


def _rows(design: risk.Design, columns: Mapping[str, list[Any]], table: TownTable) -> risk.Rows:
    import numpy as np

    groups = {role: table.heading(role) for role in ("sex", "district")}
    levels = {
        heading: ["（空）" if one is None else str(one) for one in columns[heading]]
        for heading in groups.values()
        if heading
    }
    if AGE in columns:
        levels["年齢"] = [risk.band(one) for one in columns[AGE]]
    outcomes = np.array(columns[table.heading("outcome")], dtype=int)
    return risk.Rows(design.matrix(columns), outcomes, np.array(columns["\0year"]), levels)


def risks(table: TownTable, year: int, number: int) -> list[float]:
    """The risk of each row of a fiscal year, in the table's order. Raises Conflict, Missing."""
    row = approved_model(number, table)
    if row.part is None:
        raise Conflict("モデルのファイルが、もうありません。")
    model = risk.model_of(json.loads(content_of(row.part)))
    try:
        matrix = model.design.matrix(_columns(table, row.decided, year))
    except (TypeError, ValueError) as error:
        raise Conflict(
            f"「{row}」が使う列の値の種類が、学習したときと違います。表の列を直すか、モデルを作り直してください。"
        ) from error
    return [float(one) for one in model.risk(matrix)]


def approved_model(number: int, table: TownTable) -> RiskModel:
    """A model that may choose people, whose columns the table has. Raises Missing, Conflict."""
    row: RiskModel | None = RiskModel.objects.select_related("part", "purpose").filter(pk=number).first()
    if row is None:
        raise Missing(f"リスクのモデル{number}番はありません。")
    if not row.holds:
        raise Conflict(
            f"「{row}」は、まだ承認されていないか、使うのをやめています。承認されたモデルだけが人を選べます。"
        )
    if not row.purpose.holds:
        raise Conflict(f"「{row}」の目的「{row.purpose}」は終わっています。このモデルは使えません。")
    features_of(table, row.features)
    return row


def require_in_time(model: RiskModel, table: TownTable, decided: date, year: int) -> None:
    """Raises Invalid where a column of the model, as the table says now, is not known on the day on which people are chosen."""
    try:
        risk.require_known(features_of(table, model.features), decided.isoformat(), [year])
    except ValueError as error:
        raise Invalid(f"リスクのモデル{model.pk}番：{error}") from error


@transaction.atomic
def ask_approval(model: RiskModel, reason: str, *, actor: Actor) -> RiskModel:
    """Propose that it may choose people. Raises Conflict."""
    if not isinstance(actor, User):
        raise Forbidden("モデルは職員の名前で起案します。職員を指定してください。")
    row: RiskModel = RiskModel.objects.select_for_update(of=("self",)).get(pk=model.pk)
    if row.state != RiskModel.State.DONE or row.approved_at or row.ended_at:
        raise Conflict(f"「{row}」は、承認を求められる状態ではありません。")
    figures = row.figures
    compared = figures["compared"][figures["kind"]]
    suspicious = "、".join(f"「{one['column']}」" for one in figures["suspicious"])
    off = sum(one["off"] for one in figures["fairness"])
    summary = (
        f"{risk.KINDS[figures['kind']]}。{figures['years'][-1]}年度で確かめたAUCは{compared['auc']['value']:.3f}"
        f"（95%信頼区間 {compared['auc']['low']:.3f}〜{compared['auc']['high']:.3f}）、予測と実際の差は{100 * compared['error']:+.1f}ポイント。"
        f"使う列：{'、'.join(row.features)}。予測が区間の外にあるグループ：{off}。"
        f"{f'一つで結果が分かりすぎる列：{suspicious}。後から書かれた値でないか、確かめてください。' if suspicious else ''}"
    )
    propose(KIND, f"riskmodel:{row.pk}", actor=actor, summary=summary, reason=reason)
    return row


def approved(approval: Approval, actor: User) -> None:
    """What follows from the approval."""
    row = RiskModel.objects.select_for_update(of=("self",)).get(pk=int(approval.subject.partition(":")[2]))
    if row.state != RiskModel.State.DONE or row.ended_at:
        raise ApprovalRefused("このモデルは、もう使えません。差し戻してください。")
    row.approved_at, row.approved_by = timezone.now(), actor
    row.save()


@transaction.atomic
def end(model: RiskModel) -> RiskModel:
    """It chooses nobody any more."""
    row: RiskModel = RiskModel.objects.select_for_update(of=("self",)).get(pk=model.pk)
    if row.ended_at:
        raise Conflict(f"「{row}」は、もうやめています。")
    row.ended_at = timezone.now()
    row.save()
    return row


def give_up(refusal: Refused, *, risk_model_id: int) -> None:
    """The job will not go on."""
    working.give_up(RiskModel, risk_model_id, refusal)


def take_up(*, risk_model_id: int) -> None:
    """The job is to begin anew."""
    working.take_up(RiskModel, risk_model_id)
