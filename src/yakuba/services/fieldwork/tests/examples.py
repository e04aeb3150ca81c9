"""One object of every kind that an address of this room names."""

from __future__ import annotations

import secrets
from io import BytesIO
from typing import Any

from PIL import Image

from yakuba.kernel.accounts.models import User
from yakuba.kernel.tenancy.models import Department
from yakuba.services.fieldwork import facade
from yakuba.services.fieldwork.contracts import NewReport
from yakuba.services.fieldwork.models import ReportPhoto

SECTIONS = ("建設課", "環境課", "農林課")


def picture(shade: int = 90, size: tuple[int, int] = (320, 240)) -> bytes:
    """A photograph of nothing: a ramp, so that its mark says something."""
    made = Image.linear_gradient("L").resize(size).point(lambda one: (one + shade) % 256).convert("RGB")
    out = BytesIO()
    made.save(out, "JPEG")
    return out.getvalue()


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A report with a photograph, and the words that its steps ask for."""
    for name in SECTIONS:
        Department.objects.get_or_create(name=name)
    facade.set_rules(actor=clerk)
    given = NewReport("road", known["secret_word"], "役場", 35.6, 138.5, "見本 花子", "090-0000-0000")
    number, _, _ = facade.report(given, secrets.token_urlsafe(24), [picture()])
    return {
        "report_id": number,
        "photo_id": ReportPhoto.objects.get(report=number).pk,
        "step": "answer",
        "section": "環境課",
        "day": "2099-01-05",
    }
