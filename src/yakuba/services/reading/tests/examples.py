"""One object of every kind that an address of this room names."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from PIL import Image

from yakuba.kernel.accounts.models import User
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import store
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.workflow import Status
from yakuba.services.reading.contracts import Decision, FieldReading, PageReading, PageStatus, Reason
from yakuba.services.reading.engine.proposals import drafting
from yakuba.services.reading.models import (
    Arrival,
    ArrivalFolder,
    Batch,
    BatchFile,
    Correction,
    Cover,
    DesignedForm,
    DesignedPage,
    DesignedTrial,
    FormDefinition,
    FormPage,
    PersonMatch,
    Question,
    Sheet,
    Tightening,
    Turn,
)

CORNERS = ((100.0, 100.0), (500.0, 100.0), (500.0, 160.0), (100.0, 160.0))


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A pile with one sheet of the ledger's case, a question, a correction; the case waits for a robot then."""
    word, case = known["secret_word"], Case.objects.get(pk=known["case_id"])
    image = store(StoredFile.Kind.PAGE, "page.png", "image/png", _picture(), actor=clerk)
    form = FormDefinition.objects.get(code=known["code"])
    batch = Batch.objects.create(name=word, created_by=clerk)
    file = BatchFile.objects.create(batch=batch, name=f"{word}.pdf", stored=image, pages=1, state="split")
    sheet = Sheet.objects.create(
        batch=batch, file=file, index=0, image=image, form=form, page=1, case=case, state="placed",
        reading=_reading(word).to_json(),
    )  # fmt: skip
    source = {"sheet": sheet.pk, "page": 1, "corners": [list(point) for point in CORNERS]}
    ledger.record_value(case, "name", word, trusted=False, source=source)
    question = Question.objects.create(
        case=case, sheet=sheet, field="name", type="name", value=word, leased_to=clerk,
        leased_until=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    turn = Turn.objects.create(person=clerk, question=question)
    correction = Correction.objects.create(
        case=case, field="name", was=word, right=word * 2, reason="申請者からの連絡",
        origin="reading", source=source, opened_by=clerk,
    )  # fmt: skip
    tightening = Tightening.objects.create(
        form=form.code, type="name", per_million=1000, checked=120, wrong=1
    )
    ledger.move(case, Status.CONFIRMING)
    ledger.move(case, Status.READY)
    folder = ArrivalFolder.objects.create(name=word, created_by=clerk)
    arrival = Arrival.objects.create(
        folder=folder, entry="a.pdf", name=f"{word}.pdf", size=1, changed=1, state="refused", batch=batch
    )
    return {
        "cover_id": Cover.objects.create(title=word, token="a" * 16, day=date(2026, 4, 1), count=1).pk,
        "arrival_id": arrival.pk,
        "folder_id": folder.pk,
        "batch_id": batch.pk,
        "correction_id": correction.pk,
        **_designed(clerk, word),
        "field": "name",
        "file_id": file.pk,
        "form_id": form.pk,
        "handle": turn.handle,
        "match_id": PersonMatch.objects.create(case=case, state="open", reason=word).pk,
        "image": image,
        "number": 1,
        "page_id": FormPage.objects.filter(form=form).first().pk,
        "question_id": question.pk,
        "per_million": 1000,
        "sheet_id": sheet.pk,
        "tightening_id": tightening.pk,
    }


def _designed(clerk: User, word: str) -> dict[str, Any]:
    """A form that is being designed, with its page and a trial."""
    procedure = drafting.own_procedure("form-example", word)
    draft = drafting.new_draft("form-example", procedure, word)
    box = {"field": "receipt_number", "kind": "comb", "cells": 10, "box": [100, 100, 460, 58]}
    draft.form["pages"].append({"page": 1, "image": "page-1.png", "boxes": [box]})
    form = DesignedForm.objects.create(
        code="form-example", title=word, owner=clerk, state="draft", pages_expected=1,
        document=draft.form, procedure_document=procedure,
    )  # fmt: skip
    image = store(StoredFile.Kind.PAGE, "blank.png", "image/png", _picture(), actor=clerk)
    page = DesignedPage.objects.create(form=form, number=1, image=image, width=1654, height=2339)
    trial = DesignedTrial.objects.create(form=form, name=f"{word}.pdf", state="done")
    return {"design_id": form.pk, "designed_page_id": page.pk, "trial_id": trial.pk}


def _reading(word: str) -> PageReading:
    field = FieldReading(
        "name", "氏名", "name", 1, word, word, 0.5, Decision.DOUBTFUL,
        (Reason.LOW_CONFIDENCE,), "文字がはっきりしません。", CORNERS,
    )  # fmt: skip
    return PageReading(
        PageStatus.READ, "", form="bus-pass", form_version=1, page=1, corners=CORNERS, fields=(field,)
    )


def _picture() -> bytes:
    out = io.BytesIO()
    Image.new("L", (1654, 2339), 255).save(out, "PNG")
    return out.getvalue()
