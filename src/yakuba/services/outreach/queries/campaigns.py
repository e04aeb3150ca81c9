"""Campaigns as lists and tables."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, QuerySet

from yakuba.kernel.tables.spreadsheets import Table
from yakuba.services.outreach.contracts import METHODS
from yakuba.services.outreach.models import Campaign


def campaigns() -> QuerySet[Any]:
    """The newest first, with `people`."""
    return (
        Campaign.objects.select_related("table", "purpose", "created_by")
        .annotate(people=Count("members"))
        .order_by("-pk")
    )


def report_tables(report: dict[str, Any]) -> list[Table]:
    """What was found, as sheets."""
    arms = [
        [one["name"], one["n"], one["examined"], one["examined"] / one["n"] if one["n"] else None, one["withdrawn"]] for one in report["arms"]
    ]  # fmt: skip
    estimates = [
        [compared["name"], METHODS[one["method"]], *([None] * 4 if one["note"] else (one["difference"], one["low"], one["high"], one["p"])), one["note"]]
        for compared in report.get("compared", []) for one in compared["estimates"]
    ]  # fmt: skip
    segments = [
        [one["column"], one["level"], one["people"], *([None] * 4 if (said := one["estimate"])["note"] else (said["difference"], said["low"], said["high"], one.get("adjusted"))), said["note"]]
        for one in report.get("segments") or []
    ]  # fmt: skip
    return [
        Table("効果", ("文面", "方法", "差", "下限", "上限", "p", "計算できないわけ"), estimates),
        Table("群", ("群", "人数", "受診", "割合", "除いた人"), arms),
        Table(
            "層ごと",
            (
                "列",
                "値",
                "人数",
                "差",
                "下限（層の数で広げた）",
                "上限（層の数で広げた）",
                "調整したp",
                "計算できないわけ",
            ),
            segments,
        ),
    ]


def overdue(campaign: Campaign, today: date) -> bool:
    """Whether the next step's day has come."""
    plan = campaign.plan
    if campaign.state == Campaign.State.ASSIGNED:
        return today >= plan.cutoff
    sent = Campaign.State.PRINTED if plan.by_letter else Campaign.State.WITHDRAWN
    return campaign.state == sent and today >= plan.look
