"""The demo town's rules of who may ask and its fees, envelopes that came by post, and what was paid today."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from yakuba.demo import town
from yakuba.kernel.definitions import decoded, values
from yakuba.kernel.definitions.given import content
from yakuba.kernel.ledger import actions as ledger
from yakuba.services.intake import facade as intake

PROCEDURE, FEE = "resident-record", "住民票の写し"


def load() -> None:
    """Load it, unless the town has such rules already. やくば市 must be active."""
    if intake.has_rules():
        return
    folder = Path(settings.YAKUBA.samples_dir) / "post"
    clerk, today = town.user("madoguchi"), timezone.localdate()
    ledger.load_procedure(values(decoded(content(folder / f"{PROCEDURE}.yaml"))), actor=clerk)
    intake.publish_rules(proposed_by=clerk, approved_by=town.user("kacho"))
    own = values(decoded(content(folder / "yakuba-city.yaml")))
    for one in own["envelopes"]:
        orders = [(yen, today - timedelta(days=days), False) for yen, days in one["orders"]]
        envelope = intake.Envelope(today, one["name"], one["stamps"], one["envelope"], "", orders)
        intake.open_envelope(PROCEDURE, envelope, FEE, one["copies"], one["seen"], actor=clerk)
    for one in own["counter"]:
        intake.pay_at_counter(PROCEDURE, FEE, one["way"], str(one.get("slip", "")), actor=clerk)
