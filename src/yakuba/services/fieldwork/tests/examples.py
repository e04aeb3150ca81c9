"""One object of every kind that an address of this room names."""

from __future__ import annotations

import secrets
from datetime import date
from io import BytesIO
from typing import Any

from django.utils import timezone
from PIL import Image

from yakuba.kernel.accounts.models import User
from yakuba.kernel.tenancy.models import Department
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.fieldwork import facade
from yakuba.services.fieldwork.actions import advice_indices, advice_rules, bounties, wildlife
from yakuba.services.fieldwork.contracts import NewReport
from yakuba.services.fieldwork.engine.advice.rules import EXAMPLE as ADVICE
from yakuba.services.fieldwork.models import BountyClaim, Comparison, ReportPhoto
from yakuba.services.fieldwork.tests import examples_rounds

SECTIONS = ("建設課", "環境課", "農林課")


def picture(shade: int = 90, size: tuple[int, int] = (320, 240)) -> bytes:
    """A photograph of nothing: a ramp, so that its mark says something."""
    made = Image.linear_gradient("L").resize(size).point(lambda one: (one + shade) % 256).convert("RGB")
    out = BytesIO()
    made.save(out, "JPEG")
    return out.getvalue()


def _claim(number: str, hunter: str, clerk: User) -> BountyClaim:
    return bounties.claim(number, hunter, "boar", date(2026, 1, 5), [BytesIO(picture())], actor=clerk)


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A report with a photograph, and the words that its steps ask for."""
    for name in SECTIONS:
        Department.objects.get_or_create(name=name)
    facade.set_rules(actor=clerk)
    given = NewReport("road", known["secret_word"], "役場", 35.6, 138.5, "見本 花子", "090-0000-0000")
    number, receipt, _ = facade.report(given, secrets.token_urlsafe(24), [picture()])
    trap = wildlife.set_trap("T-1", "box", 35.6, 138.5, timezone.localdate(), known["secret_word"])
    wildlife.visit_trap(trap.pk, "nothing", actor=clerk)
    claims = [_claim(name, known["secret_word"], clerk) for name in ("H-1", "H-2")]
    comparison = Comparison.objects.get(photo__claim=claims[1])
    set_values({"fieldwork.farmer_links": True}, actor=clerk)
    farm = facade.add_field("secret", "secret", date(2026, 5, 1), known["secret_word"], "", [], actor=clerk)
    rules = advice_rules.load(ADVICE, known["secret_word"], actor=clerk)
    link, _ = advice_indices.make_link(known["secret_word"], 30, actor=clerk)
    set_values({"fieldwork.farmer_links": False}, actor=clerk)
    return {
        "field_id": farm,
        "advice_rules_id": rules.pk,
        "farmer_link_id": link.pk,
        "farmer_key": "nobody-has-it",
        "trap_id": trap.pk,
        "claim_id": claims[0].pk,
        "comparison_id": comparison.pk,
        "bounty_photo_id": comparison.photo_id,
        "report_id": number,
        "photo_id": ReportPhoto.objects.get(report=number).pk,
        "service_code": "road",
        "request_number": receipt,
        "report_step": "answer",
        "section": "環境課",
        "day": "2099-01-05",
    } | examples_rounds.make(clerk, known)
