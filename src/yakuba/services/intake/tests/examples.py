"""One object of every kind that an address of this room names."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from django.utils import timezone
from PIL import Image

from yakuba.kernel.accounts.models import User
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import store
from yakuba.kernel.ledger.models import Case
from yakuba.services.intake.actions import counter, drafts, navigator, opening, post, rules, tablet, visits
from yakuba.services.intake.models import (
    AttachedFile,
    Correction,
    DayClosing,
    FeeEntry,
    PaymentLine,
    RuleFile,
    Submission,
)

NAVIGATOR = """出来事: 引っ越してきた
コード: example
届出: [{名: 転入届, 窓口: 市民課}]
表: [{届出: [転入届]}]
"""


ACTING = """申請できる人: だれか
手続: example
根拠: 例
出典: 例
確認日: 2026-12-01
残すこと: 種類と確かめた日
本人確認: {一点: [運転免許証]}
役割: [{役: 本人, ところ: [窓口], 本人確認: [窓口]}]
"""


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A form that opens tomorrow, a draft that nobody has opened, and a picture that came with a case."""
    case = Case.objects.get(pk=known["case_id"])
    form = opening.open_form(case.procedure, timezone.localdate() + timedelta(days=1), actor=clerk)
    opened = drafts.begin(form)
    drafts.keep(opened.draft, {"name": known["secret_word"]})
    sent = Submission.objects.create(
        form=form, case=case, number=case.receipt_number, secret="x", draft="x", form_version=1
    )
    Correction.objects.create(submission=sent, sentence=known["secret_word"], asked_by=clerk)
    picture = io.BytesIO()
    Image.new("L", (200, 200), 255).save(picture, "PNG")
    file = store(StoredFile.Kind.UPLOAD, "example.png", "image/png", picture.getvalue(), actor=clerk)
    attached = AttachedFile.objects.create(submission=sent, slot="card", file=file, name="example.png")
    waiting = store(StoredFile.Kind.UPLOAD, "waiting.png", "image/png", picture.getvalue())
    AttachedFile.objects.create(draft=opened.draft, slot="card", file=waiting, name="waiting.png")
    text = NAVIGATOR.replace("引っ越してきた", known["secret_word"])
    life_event = navigator.write(text, actor=clerk)
    visit = visits.begin("example-visit-of-the-clerk", actor=clerk)
    at_counter = counter.add_form(visit, case.procedure, actor=clerk)
    drafts.keep(at_counter, {"name": known["secret_word"]})
    rule_file = rules.write(RuleFile.Kind.ACTING, ACTING.replace("だれか", known["secret_word"]), actor=clerk)
    request = post.register(
        case.procedure,
        post.Envelope(timezone.localdate(), known["secret_word"]),
        None,
        "example-of-an-envelope",
        actor=clerk,
    )
    entry = FeeEntry.objects.create(
        number=1_000, once="example-of-an-entry", case=case, day=timezone.localdate() - timedelta(days=900),
        kind="received", way="account", yen=300, reason=known["secret_word"],
    )  # fmt: skip
    line = PaymentLine.objects.create(
        source="account", mark="example", day=entry.day, yen=1, note=known["secret_word"]
    )
    closing = DayClosing.objects.create(
        day=timezone.localdate() - timedelta(days=901),
        content={"lines": [], "pieces": [], "fund": 0, "orders": [], "entries": 0},
        recorded=0,
        difference=0,
    )
    return {
        "rule_file_id": rule_file.pk,
        "postal_request_id": request.pk,
        "fee_entry_id": entry.pk,
        "payment_line_id": line.pk,
        "day_closing_id": closing.pk,
        "fee_day": timezone.localdate().isoformat(),
        "visit_id": visit.pk,
        "counter_draft_id": at_counter.pk,
        "role_number": 1,
        "tablet_key": tablet.show(at_counter, actor=clerk),
        "life_event_id": life_event.pk,
        "life_code": life_event.code,
        "apply_code": case.procedure.code,
        "draft_key": opened.key,
        "step": 1,
        "attached_id": attached.pk,
        "page_number": 1,
    }
