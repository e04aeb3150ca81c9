"""Who was examined: loaded before printing and again when it is over; and the one look at what the letters did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import IO

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.definitions import Problem
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.tables.columns import Column
from yakuba.kernel.tables.reading import Row, rows
from yakuba.kernel.values import ValueRefused, calendar
from yakuba.services.outreach.actions.campaigns import locked
from yakuba.services.outreach.engine.columns import number_key
from yakuba.services.outreach.models import Campaign, Member
from yakuba.services.outreach.queries import choosing, results

NUMBER, DAY = "宛名番号", "受診日"
COLUMNS = (
    Column(NUMBER, ("宛名コード", "個人コード", "整理番号"), required=True),
    Column(DAY, ("受診年月日", "健診日", "健診受診日"), required=True),
)
REQUIRED = (NUMBER, DAY)


@dataclass(frozen=True)
class Loaded:
    """rows: read; members: of them in the campaign."""

    rows: int
    members: int


def examined(
    found: Iterable[Row], problems: list[Problem], until: date, since: date | None = None
) -> dict[str, date]:
    """`number_key` → first day; of the others `problems` says why. since: who was examined before was so in another fiscal year."""
    days: dict[str, date] = {}
    for row in found:
        number = number_key(row.get(NUMBER))
        try:
            day = calendar.read_date(row.get(DAY)) if row.get(DAY) else None
        except ValueRefused as error:
            problems.append(Problem(row.line, DAY, str(error)))
            continue
        if not number or day is None:
            problems.append(Problem(row.line, "", "宛名番号と受診日を書いてください。"))
        elif day > until:
            problems.append(
                Problem(
                    row.line,
                    DAY,
                    f"{day.isoformat()} は、一覧の最後の日（{until.isoformat()}）より後です。どちらかを直してください。",
                )
            )
        elif since and day < since:
            problems.append(
                Problem(
                    row.line,
                    DAY,
                    f"{day.isoformat()} は、この施策の年度（{since.isoformat()}から）より前です。前の年度の受診は、一覧から除いてください。",
                )
            )
        else:
            days[number] = min(day, days.get(number, day))
    return days


@transaction.atomic
def take(
    campaign: Campaign, content: bytes | IO[bytes], until: date, *, renamed: Mapping[str, str] | None = None
) -> Loaded:
    """The list of who was examined, complete up to the day `until`; it takes the place of the one before. Raises Invalid with every
    fault: somebody who is left out would count as not examined."""
    row = locked(campaign, *(one for one in Campaign.State.values if one not in ("draft", "approved")))
    if row.results_until and until < row.results_until:
        raise Conflict(
            f"{row.results_until.isoformat()} までの一覧が、もう入っています。それより前までの一覧では置きかえません。"
        )
    problems: list[Problem] = []
    source = content if isinstance(content, bytes) else content.read()
    days = examined(rows(source, REQUIRED, problems, renamed=renamed), problems, until, begins(row))
    if problems:
        raise Invalid(
            "直すところがあります。一人でも欠けると効果が変わるので、取り込みませんでした。",
            problems=problems[:200],
        )
    _require_known(row, days)
    changed, found = [], 0
    for member in row.members.all().iterator(chunk_size=2_000):
        day = days.get(number_key(member.number))
        found += day is not None
        if member.examined_on != day:
            member.examined_on = day
            changed.append(member)
    Member.objects.bulk_update(changed, ["examined_on"], batch_size=500)
    row.results_at, row.results_until = timezone.now(), until
    row.save()
    return Loaded(len(days), found)


def begins(campaign: Campaign) -> date:
    """The first day of the fiscal year that a campaign is about."""
    return date(campaign.plan.year, 4, 1)


def _require_known(row: Campaign, days: Mapping[str, date]) -> None:
    """Raises Invalid where nobody of a list is in the table: its numbers are others, and everybody would count as not examined."""
    if not days or row.table is None or row.table.part is None:
        return
    if not choosing.keys_of(choosing.rows_of(row.table, [], row.plan.year)[1]) & days.keys():
        raise Invalid(
            "一覧の宛名番号が、この施策の表のどの番号とも合いません。別の番号の一覧ではないか、確かめてください。取り込みませんでした。"
        )


@transaction.atomic
def look(campaign: Campaign, *, today: date | None = None) -> Campaign:
    """The planned look: what the letters did. A later one says that it is not the first. Raises Conflict too early, and where the
    list of who was examined does not reach the end."""
    from threadpoolctl import threadpool_limits

    sent = Campaign.State.PRINTED if campaign.plan.by_letter else Campaign.State.WITHDRAWN
    row = locked(campaign, sent, Campaign.State.REPORTED)
    plan = row.plan
    if (today or timezone.localdate()) < plan.look:
        raise Conflict(
            f"結果を見るのは {plan.look.isoformat()} と決めてあります。途中で何度も見ると、ないはずの差が見つかりやすくなります。"
        )
    if row.results_until is None or row.results_until < plan.ends:
        raise Conflict(
            f"{plan.ends.isoformat()} までに受診した人の一覧が、まだ入っていません。入れてから見てください。"
        )
    if row.report and row.reported_at and row.results_at and row.results_at <= row.reported_at:
        raise Conflict("この結果は、もう見ました。一覧を入れ直したときだけ、計算し直せます。")
    with threadpool_limits(1):
        found = results.report(row)
    row.report = found | {"looks": (row.report or {}).get("looks", 0) + 1}
    row.reported_at, row.state = timezone.now(), Campaign.State.REPORTED
    row.save()
    return row
