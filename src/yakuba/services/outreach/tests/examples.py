"""One object of every kind that an address of this room names."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import store
from yakuba.services.outreach import facade
from yakuba.services.outreach.actions import campaigns, purposes
from yakuba.services.outreach.engine import samples
from yakuba.services.outreach.models import (
    CareLook,
    InvitationPrint,
    Member,
    NumberSeries,
    OptOut,
    PressureFile,
    PressureNotice,
    Purpose,
    RiskModel,
)

YEAR, PEOPLE = 2026, 60


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A table, a purpose, a campaign with a member, a print, a model. The secret word is in every name of the table."""
    word = known["secret_word"]
    table = facade.sample_table(PEOPLE, YEAR, actor=clerk, word=word)
    purpose = Purpose.objects.create(
        name=f"{word}の目的", basis="条例", classes=["basic", "contact", "health"], created_by=clerk, approved_at=timezone.now()
    )  # fmt: skip
    campaign = campaigns.draw_up(table, purpose, samples.plan(YEAR, f"{word}の施策"), actor=clerk)
    campaign.strata, campaign.shares = [{}], [0.34, 0.33, 0.33]
    campaign.save()
    Member.objects.create(campaign=campaign, number="70001", stratum=0, arm=1, probability=0.33)
    opted = purposes.opt_out([f"{word[:8]}1"], None, date(YEAR, 5, 1), word, actor=clerk)[0]
    pdf = store(StoredFile.Kind.OUTPUT, "invitations.pdf", "application/pdf", b"%PDF-1.7", actor=clerk)
    mailing = store(StoredFile.Kind.OUTPUT, "invitations.csv", "text/csv", word.encode(), actor=clerk)
    made = InvitationPrint.objects.create(
        campaign=campaign, state="done", pdf=pdf, mailing=mailing, letters=1, created_by=clerk
    )
    model = RiskModel.objects.create(
        name=f"{word}のモデル", version=1, table=table, purpose=purpose, features=["年齢"], decided="06-01", seed=1, state="failed", reason="見本", created_by=clerk
    )  # fmt: skip
    series = NumberSeries.objects.create(
        name=f"{word}の数",
        periods=["2026-04-01"],
        values=[1.0],
        state="failed",
        reason="見本",
        created_by=clerk,
    )
    readings = PressureFile.objects.create(
        name=f"{word}.csv", file=mailing, purpose=purpose, standard="x", created_by=clerk
    )
    means = {
        "days": 5,
        "first": "2026-05-01",
        "last": "2026-05-05",
        "morning": [140.0, 90.0],
        "evening": None,
        "mornings": 5,
        "evenings": 0,
        "notes": [],
    }
    notice = PressureNotice.objects.create(
        file=readings, number="70001", means=means, high=True, state="open"
    )
    look = CareLook.objects.create(
        number="70001",
        table=table,
        purpose=purpose,
        asked={"outcome": word},
        result={"n": 0, "lost": 0, "enough": False},
        created_by=clerk,
    )
    return {
        "outreach_table_id": table.pk, "purpose_id": purpose.pk, "campaign_id": campaign.pk, "optout_id": OptOut.objects.get(pk=opted.pk).pk,
        "invitation_print_id": made.pk, "risk_model_id": model.pk, "resident_number": "70001", "number_series_id": series.pk, "pressure_notice_id": notice.pk, "care_look_id": look.pk, "before": 37.7, "more": 1.9, "minutes": 15,
    }  # fmt: skip
