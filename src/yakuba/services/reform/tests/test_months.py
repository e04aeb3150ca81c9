"""Minutes of a case month by month, from real ledger events."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import Case, Procedure
from yakuba.kernel.ledger.workflow import Status
from yakuba.services.reform import queries
from yakuba.services.reform.queries.months import months_chart, saved_map
from yakuba.services.reform.tests.test_pages import DOCUMENT

TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.fixture
def procedure(in_yakuba_city):
    return ledger.load_procedure(DOCUMENT)


def case(
    procedure: Procedure, number: str, received: datetime, clerk, *, person: float, machine: float
) -> None:
    found = ledger.open_case(procedure, number)
    ledger.add_event(found, "reading.read", seconds=machine)
    ledger.add_event(found, "ledger.value_confirmed", user=clerk, seconds=person)
    for status in (Status.READY, Status.ENTERING, Status.ENTERED):
        ledger.move(found, status)
    Case.objects.filter(pk=found.pk).update(created_at=received)


def test_months_are_those_of_local_time_and_a_month_without_cases_is_a_gap(procedure, clerk):
    case(procedure, "0800000129", datetime(2026, 4, 30, 23, 59, tzinfo=TOKYO), clerk, person=120, machine=30)
    case(procedure, "0800000226", datetime(2026, 5, 1, 0, 0, tzinfo=TOKYO), clerk, person=60, machine=60)
    case(procedure, "0800000323", datetime(2026, 5, 31, 9, 0, tzinfo=TOKYO), clerk, person=180, machine=60)
    case(procedure, "0800000420", datetime(2026, 7, 1, 9, 0, tzinfo=TOKYO), clerk, person=30, machine=6)
    assert months_chart(queries.effect(procedure)).table.rows == (
        ("2026年4月", "4.0", "2.0", "0.5"),
        ("2026年5月", "4.0", "2.0", "1.0"),
        ("2026年6月", "4.0", "―", "―"),
        ("2026年7月", "4.0", "0.5", "0.1"),
    )


def test_of_many_months_the_last_twelve_are_shown(procedure, clerk):
    for number, year, month in (("0800000129", 2024, 1), ("0800000226", 2025, 2), ("0800000323", 2026, 1)):
        case(
            procedure,
            number,
            datetime(year, month, 9, tzinfo=TOKYO),
            clerk,
            person=60,
            machine=60,
        )
    rows = months_chart(queries.effect(procedure)).table.rows
    assert (rows[0][0], rows[-1][0], len(rows)) == ("2025年2月", "2026年1月", 12)


def test_without_a_finished_case_there_is_a_sentence(procedure, client, clerk):
    assert months_chart(queries.effect(procedure)).svg == ""
    client.force_login(clerk)
    assert "まだ表示できる記録がありません" in client.get("/reform/procedures/bus-pass/").content.decode()


def test_hours_saved_stand_by_procedure_and_month(procedure, clerk):
    case(procedure, "0800000129", datetime(2026, 4, 9, tzinfo=TOKYO), clerk, person=60, machine=30)
    case(procedure, "0800000226", datetime(2026, 6, 9, tzinfo=TOKYO), clerk, person=7440, machine=60)
    effect = queries.effect(procedure)
    assert effect.baseline.minutes_per_case == 4
    chart = saved_map([effect])
    assert chart.table.columns == ("項目", "2026年4月（時間）", "2026年5月（時間）", "2026年6月（時間）")
    assert chart.table.rows == ((effect.title, "0.1", "―", "-2.0"),)


def test_without_a_finished_case_nothing_is_saved_in_any_month(procedure):
    assert saved_map([]).svg == ""
