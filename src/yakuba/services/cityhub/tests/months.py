"""A town on 15 June 2026 with readings since February, of which it keeps two months; and what lies where."""

from __future__ import annotations

import io
import time
from datetime import datetime, timedelta

import pyarrow.parquet as pq
import pytest
from django.utils import timezone

from yakuba.kernel.files.storage import content_of
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.cityhub.actions import keeping, taking
from yakuba.services.cityhub.engine.moments import written
from yakuba.services.cityhub.models import MonthFile, Reading

TODAY = datetime(2026, 6, 15, 12)
MONTHS = 2  # kept: April, May, and what has gone of June


@pytest.fixture
def june(monkeypatch):
    """Whatever today is, it is 15 June 2026."""
    moment = timezone.make_aware(TODAY)
    monkeypatch.setattr(timezone, "now", lambda: moment)
    monkeypatch.setattr(time, "time", moment.timestamp)
    return moment


@pytest.fixture
def measured(in_yakuba_city, clerk, june):
    """A reading every six hours, of February to June, in two series."""
    lines = ["id,type,attribute,at,value,unit"]
    for n in range(130 * 4):
        at = written((june - timedelta(hours=6 * n)).timestamp())
        lines += [f"river-1,River,level,{at},{n},m", f"rain-1,Rain,fall,{at},{n / 2},mm"]
    taking.take_text("\n".join(lines), actor=clerk)
    set_values({"cityhub.keep_months": MONTHS}, actor=None)


def keep():
    keeping.keep(lambda done, total: None)


def first_kept():
    return timezone.make_aware(datetime(2026, 4, 1)).timestamp() * 1e6


def in_files():
    found = {}
    for row in MonthFile.objects.order_by("month", "part"):
        table = pq.read_table(io.BytesIO(content_of(row.file))).to_pylist()
        assert len(table) == row.readings
        for line in table:
            assert f"{timezone.localtime(line['at']):%Y-%m}" == f"{row.month:%Y-%m}"
            found[line["id"], round(line["at"].timestamp() * 1e6)] = line["value"]
    return found


def stored():
    return {
        (key, at): number
        for key, at, number in Reading.objects.values_list("series__entity_id", "at", "number")
    }
