"""The demo town's campaign, all of it invented: a table of persons, a purpose, and a campaign whose letters have a planted effect."""

from __future__ import annotations

from yakuba.demo import town
from yakuba.services.outreach import facade as outreach
from yakuba.services.reform import facade as reform

PEOPLE = 800


def load() -> None:
    """Load it, unless there is a table. やくば市 must be active."""
    if not outreach.is_empty():
        return
    clerk, chief, year = town.user("kacho"), town.user("kanri"), reform.fiscal_year() - 1
    table = outreach.sample_table(PEOPLE, year, actor=clerk)
    purpose = outreach.sample_purpose("特定健診の受診勧奨（見本）", actor=clerk, approver=chief)
    outreach.sample_campaign(table, purpose, year, actor=clerk, approver=chief)
