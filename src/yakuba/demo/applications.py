"""The demo town's web form, open to residents, with applications that came by it."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.utils import timezone

from yakuba.demo import town
from yakuba.kernel.definitions import decoded, values
from yakuba.kernel.definitions.given import content
from yakuba.kernel.ledger.models import Procedure
from yakuba.services.intake import facade as intake

PROCEDURE = "bus-pass"
MORE = ("nursery-admission", "resident-tax-change")  # open as well, without applications


def load() -> None:
    """Open the form and send the applications, unless the town has a form already. やくば市 must be active. The last applicant is
    asked for a correction."""
    if not intake.is_empty():
        return
    clerk = town.user("madoguchi")
    folder = Path(settings.YAKUBA.samples_dir) / "intake"
    form = values(decoded(content(folder / f"{PROCEDURE}.yaml")))
    own = values(decoded(content(folder / "yakuba-city.yaml")))
    intake.open_form(PROCEDURE, form, timezone.localdate(), None, own["note"], actor=clerk)
    for code in MORE:
        if Procedure.objects.filter(code=code).exists():
            document = values(decoded(content(folder / f"{code}.yaml")))
            intake.open_form(code, document, timezone.localdate(), None, own["notes"][code], actor=clerk)
    sent = [intake.apply(PROCEDURE, one) for one in own["applications"]]
    intake.ask_correction(sent[-1][0], own["correction"], actor=clerk)
