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
from yakuba.services.intake.actions import counter, drafts, navigator, opening, tablet, visits
from yakuba.services.intake.models import AttachedFile, Correction, Submission

NAVIGATOR = """出来事: 引っ越してきた
コード: example
届出: [{名: 転入届, 窓口: 市民課}]
表: [{届出: [転入届]}]
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
    return {
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
