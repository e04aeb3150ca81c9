"""The outreach room's door: what other rooms and the demo may ask of it."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.services.outreach.actions import campaigns, purposes, results, tables
from yakuba.services.outreach.contracts import CampaignFacts
from yakuba.services.outreach.engine import samples
from yakuba.services.outreach.models import Campaign, Purpose, TownTable


def is_empty() -> bool:
    """Whether no table was loaded yet."""
    return not TownTable.objects.exists()


def facts(number: int) -> CampaignFacts:
    """A campaign in numbers. Raises Campaign.DoesNotExist."""
    row = Campaign.objects.get(pk=number)
    return CampaignFacts(row.pk, row.name, row.state, row.members.count(), tuple(row.plan.arms))


def sample_table(people: int, year: int, *, actor: User, name: str = "", word: str = "見本") -> TownTable:
    """An invented table of persons over four years, read at once. word: in every name."""
    content = samples.table(people, year, word=word).encode()
    row = tables.hand_in(
        name or "見本の健診の対象者（作りもの）", "sample.csv", content, year, actor=actor, invented=True
    )
    tables.define(row, samples.columns(row.columns), actor=actor)
    tables.work(row.pk)
    row.refresh_from_db()
    return row


def sample_purpose(name: str, *, actor: User, approver: User) -> Purpose:
    """A purpose that another person approved."""
    row = purposes.ask(name, "健康増進法17条と、見本の実施計画", ["basic", "contact", "health"], actor=actor)
    _approve("outreach.purpose", f"purpose:{row.pk}", approver)
    row.refresh_from_db()
    return row


def sample_campaign(
    table: TownTable, purpose: Purpose, year: int, *, actor: User, approver: User
) -> Campaign:
    """A campaign with a planted effect, from its plan to the look at its result; no letter is printed."""
    row = campaigns.draw_up(table, purpose, samples.plan(year), actor=actor)
    campaigns.ask_approval(row, "見本の施策です。", actor=actor)
    _approve("outreach.campaign", row.subject, approver)
    campaigns.assign(row)
    campaigns.work(row.pk)
    row.refresh_from_db()
    plan = row.plan
    people = list(row.members.order_by("pk").values_list("number", "arm", "stratum"))
    results.take(row, samples.examined(people, plan, late=False).encode(), plan.cutoff)
    campaigns.withdraw(row)
    Campaign.objects.filter(pk=row.pk).update(state=Campaign.State.PRINTED)
    results.take(row, samples.examined(people, plan, late=True).encode(), plan.ends)
    return results.look(row, today=plan.look)


def _approve(kind: str, subject: str, approver: Any) -> None:
    from yakuba.kernel.approvals.actions import approve
    from yakuba.kernel.approvals.models import Approval

    approve(Approval.objects.get(kind=kind, subject=subject, state=Approval.State.PROPOSED), actor=approver)


__all__ = ["facts", "is_empty", "sample_campaign", "sample_purpose", "sample_table"]
