"""One object of every kind in やくば市, so that every address that names one can be tried."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from PIL import Image

from yakuba.demo import town
from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals.models import Approval, Deputy
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import store
from yakuba.kernel.jobs.models import Job
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.ledger.workflow import Status
from yakuba.services.nursery.actions import decisions as nursery_decisions
from yakuba.services.nursery.actions import rounds as nursery_rounds
from yakuba.services.nursery.actions import rules as nursery_rules
from yakuba.services.nursery.actions import runs as nursery_runs
from yakuba.services.nursery.models import Application, Facility, Placement
from yakuba.services.reading.contracts import Decision, FieldReading, PageReading, PageStatus, Reason
from yakuba.services.reading.models import (
    Batch,
    BatchFile,
    Correction,
    FormDefinition,
    FormPage,
    Question,
    Sheet,
)
from yakuba.services.robots import facade as robots
from yakuba.services.robots.models import Row, RowPicture, Scenario, System

SECRET_WORD = "やくば市だけの束"  # stands in every list of やくば市 and must never be seen elsewhere
RECEIPT_NUMBER = "0800000129"
CORNERS = ((100.0, 100.0), (500.0, 100.0), (500.0, 160.0), (100.0, 160.0))


@dataclass(frozen=True)
class TownObjects:
    """Argument name of an address -> a value that exists in やくば市."""

    arguments: dict[str, object]


def load_objects() -> TownObjects:
    """Load the demo town and one object of every kind."""
    town.load_town("http://127.0.0.1:9")  # nobody answers there; nothing is run
    with town.in_yakuba_city():
        clerk = town.user("kanri")
        procedure = Procedure.objects.get(code="bus-pass")
        image = store(StoredFile.Kind.PAGE, "page.png", "image/png", _picture(), actor=clerk)
        case = ledger.open_case(procedure, RECEIPT_NUMBER)
        form = FormDefinition.objects.get(code="bus-pass")
        batch = Batch.objects.create(name=SECRET_WORD, created_by=clerk)
        file = BatchFile.objects.create(
            batch=batch, name=f"{SECRET_WORD}.pdf", stored=image, pages=1, state="split"
        )
        sheet = Sheet.objects.create(
            batch=batch,
            file=file,
            index=0,
            image=image,
            form=form,
            page=1,
            case=case,
            state="placed",
            reading=_reading().to_json(),
        )
        source = {"sheet": sheet.pk, "page": 1, "corners": [list(point) for point in CORNERS]}
        ledger.record_value(case, "name", SECRET_WORD, trusted=False, source=source)
        question = Question.objects.create(
            case=case, sheet=sheet, field="name", type="name", value=SECRET_WORD
        )
        correction = Correction.objects.create(
            case=case, field="name", was=SECRET_WORD, right=SECRET_WORD * 2, reason="申請者からの連絡",
            origin="reading", source=source, opened_by=clerk,
        )  # fmt: skip
        ledger.move(case, Status.CONFIRMING)
        ledger.move(case, Status.READY)
        run_id = robots.start_run("bus-pass", clerk)
        row = Row.objects.get(run_id=run_id)
        picture = RowPicture.objects.create(
            row=row, file=image, kind="confirmation", taken_at=timezone.now() - timedelta(minutes=1)
        )
        scenario = Scenario.objects.get(procedure=procedure)
        approval = Approval.objects.create(
            kind="nursery.example", subject="example:1", summary=SECRET_WORD, reason="", proposed_by=clerk
        )
        today = timezone.localdate()
        deputy = Deputy.objects.create(
            principal=clerk, deputy=town.user("kanri"), first_day=today, last_day=today
        )
        arguments = admission_objects(clerk) | {
            "approval_id": approval.pk,
            "deputy_id": deputy.pk,
            "batch_id": batch.pk,
            "case_id": case.pk,
            "code": "bus-pass",
            "correction_id": correction.pk,
            "field": "name",
            "file_id": file.pk,
            "form_id": form.pk,
            "job_id": Job.objects.order_by("pk").first().pk,
            "number": 1,
            "page_id": FormPage.objects.filter(form=form).first().pk,
            "picture_id": picture.pk,
            "question_id": question.pk,
            "row_id": row.pk,
            "run_id": run_id,
            "scenario_id": scenario.pk,
            "sheet_id": sheet.pk,
            "system_id": System.objects.first().pk,
        }
    return TownObjects(arguments)


RULES = f"""
選考基準: {SECRET_WORD}の基準
版: 1
手続: nursery-admission
適用開始: 2026-11-01
項目:
  address: {{名前: 住所, 種類: 文字}}
  mother_work: {{名前: 母の状況, 種類: 選択, 選択肢: {{employed: 会社勤務, seeking: 求職中}}}}
世帯をまとめる項目: [住所]
保護者:
  母: {{状況: 母の状況}}
基本指数:
  出典: 別表1
  行:
    - {{点: 20, 名前: 就労, 条件: {{状況: 会社勤務}}}}
    - {{点: 5, 名前: 求職, 条件: {{状況: 求職中}}}}
同点のとき:
  出典: 第1条
  順:
    - {{名前: くじ, 比べる: くじ}}
きょうだい:
  標準: together
  方法:
    together: {{名前: 同じ施設に一緒に入れないときは待つ, 段: [同じ施設]}}
"""


def admission_objects(clerk: User) -> dict[str, object]:
    """A round of the nursery admission with one child, calculated and adopted; a decision waits."""
    rule_set = nursery_rules.load(RULES, actor=clerk)
    procedure = Procedure.objects.get(code="nursery-admission")
    round = nursery_rounds.make(SECRET_WORD, date(2027, 4, 1), procedure, rule_set, actor=clerk)
    place = Facility.objects.create(round=round, code="N1", name=SECRET_WORD, vacancies={"1": 1, "2": 1})
    child = Application.objects.create(
        round=round, receipt_number=RECEIPT_NUMBER, household=RECEIPT_NUMBER, name=SECRET_WORD,
        birth=date(2025, 6, 1), wishes=["N1"], facts={"mother_work": "employed"},
    )  # fmt: skip
    run = nursery_runs.start(round, actor=clerk)
    nursery_runs.calculate(run.pk, lambda *_: None)
    nursery_runs.adopt(run, actor=clerk)
    decision = nursery_decisions.propose_place(child, "", SECRET_WORD, actor=clerk)
    return {
        "application_id": child.pk,
        "decision_id": decision.pk,
        "facility_id": place.pk,
        "matching_id": run.pk,
        "placement_id": Placement.objects.get(run=run).pk,
        "round_id": round.pk,
        "rule_set_id": rule_set.pk,
    }


def _reading() -> PageReading:
    field = FieldReading(
        "name", "氏名", "name", 1, SECRET_WORD, SECRET_WORD, 0.5, Decision.DOUBTFUL,
        (Reason.LOW_CONFIDENCE,), "文字がはっきりしません。", CORNERS,
    )  # fmt: skip
    return PageReading(
        PageStatus.READ, "", form="bus-pass", form_version=1, page=1, corners=CORNERS, fields=(field,)
    )


def _picture() -> bytes:
    out = io.BytesIO()
    Image.new("L", (1654, 2339), 255).save(out, "PNG")
    return out.getvalue()
