"""Readings on their way into the database: each in the unit of its series, and into its hour, however late it comes.

A number that came in another unit is converted (`engine.units`), and what was sent stands in `RawReading`. What nobody can
convert is not mixed in: it waits in `OtherUnit` for a person, or goes as a person has decided (`actions.other_units`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.utils import timezone

from yakuba.services.cityhub.actions.hours import HOUR, changed
from yakuba.services.cityhub.actions.series import AHEAD, Kept, Key, KnownSeries
from yakuba.services.cityhub.engine.identifiers import LARGEST
from yakuba.services.cityhub.engine.units import TWO, between, is_same
from yakuba.services.cityhub.models import Measure, OtherUnit
from yakuba.services.cityhub.queries.space import PORTION

ROOT = "/"
MOST_UNITS = 20  # other units of a series
FURTHER = "（ほかの単位）"
Came = tuple[Key, str, int, float, bool]  # of which series; unit; microseconds; number; doubtful clock
Aside = tuple[int, str]  # series; the unit in which it came
_READ = """INSERT INTO cityhub_reading (municipality_id, series_id, at, number, doubtful) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (series_id, at) DO UPDATE SET number = excluded.number, doubtful = excluded.doubtful"""
# A newest reading from the future was noted by a clock that went wrong.
_LAST = """UPDATE cityhub_series SET last_at = %s, last_number = %s WHERE id = %s AND (last_at <= %s OR last_at > %s)"""
_SENT = """INSERT INTO cityhub_rawreading (municipality_id, series_id, at, number, unit) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (series_id, at) DO UPDATE SET number = excluded.number, unit = excluded.unit"""
_OTHER = """INSERT INTO cityhub_otherunit (municipality_id, series_id, unit, state, factor, "offset", came, last_at, last_number,
    first_came_at, note) VALUES (%s, %s, %s, 'waiting', 1, 0, %s, %s, %s, %s, '')
    ON CONFLICT (series_id, unit) DO UPDATE SET came = cityhub_otherunit.came + excluded.came,
    last_at = CASE WHEN excluded.last_at < cityhub_otherunit.last_at THEN cityhub_otherunit.last_at ELSE excluded.last_at END,
    last_number = CASE WHEN excluded.last_at < cityhub_otherunit.last_at THEN cityhub_otherunit.last_number
    ELSE excluded.last_number END"""
_WAITS = """INSERT INTO cityhub_otherunitreading (municipality_id, other_id, at, number, doubtful) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (other_id, at) DO UPDATE SET number = excluded.number, doubtful = excluded.doubtful"""


class Measuring:
    """Readings of one unit of work. readings: what has been noted and is not in the database yet; new_series: what was looked up
    or made for them."""

    def __init__(self, municipality_id: int, known: KnownSeries) -> None:
        self.municipality_id, self._known = municipality_id, known
        self.readings: list[Came] = []
        self.new_series: dict[Key, Kept] = {}

    def flush(self, cursor: Any, now: float) -> None:
        """Write what was noted. now: seconds since 1970 UTC."""
        if not self.readings:
            return
        self._name_series(cursor)
        rows: list[tuple[Any, ...]] = []
        last: dict[int, tuple[int, float]] = {}
        old: list[tuple[int, int]] = []
        this_hour = (round(now * 1_000_000) // HOUR) * HOUR
        for series, at, number, doubtful in self._fitting(cursor):
            rows.append((self.municipality_id, series, at, number, doubtful))
            if series not in last or last[series][0] <= at:
                last[series] = (at, number)
            if at < this_hour:
                old.append((series, at))
        cursor.executemany(_READ, rows)
        future = round((now + AHEAD) * 1_000_000)
        cursor.executemany(_LAST, [(at, number, series, at, future) for series, (at, number) in last.items()])
        if old:
            changed(self.municipality_id, old)
        self.readings = []

    def _fitting(self, cursor: Any) -> Iterable[tuple[int, int, float, bool]]:
        """Series, moment, number in its unit, doubtful: of those that fit."""
        found: list[tuple[int, int, float, bool]] = []
        others: dict[Aside, list[tuple[int, float, bool]]] = {}
        sent: list[tuple[Any, ...]] = []
        get, new = self._known.get, self.new_series
        for key, unit, at, number, doubtful in self.readings:
            series, own = new.get(key) or get(key) or (0, "")
            if unit and unit != own and not is_same(unit, own):
                way = between(unit, own)
                if way is None:
                    others.setdefault((series, unit), []).append((at, number, doubtful))
                    continue
                given, number = number, way.of(number)
                if abs(number) >= LARGEST:  # it was within what is a measurement, and is not any more
                    continue
                sent.append((self.municipality_id, series, at, given, unit))
            found.append((series, at, number, doubtful))
        if others:
            decided, more = self._aside(cursor, others)
            found, sent = found + decided, sent + more
        if sent:
            cursor.executemany(_SENT, sent)
        return found

    def _aside(self, cursor: Any, others: dict[Aside, list[tuple[int, float, bool]]]) -> tuple[Any, Any]:
        """Put aside what fits no unit; returns what a person has decided to take, and what of it was sent."""
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        others = self._few(others)
        counted = [
            (self.municipality_id, series, unit, len(listed), *max(listed)[:2], now)
            for (series, unit), listed in others.items()
        ]
        cursor.executemany(_OTHER, counted)
        rows = OtherUnit.objects.filter(
            series__in={one for one, _ in others}, unit__in={one for _, one in others}
        )
        found: list[Any] = []
        sent: list[Any] = []
        for row in rows:
            listed = others.get((row.series_id, row.unit), [])
            if row.state == OtherUnit.State.WAITING:
                cursor.executemany(_WAITS, [(self.municipality_id, row.pk, *one) for one in listed])
            elif row.state == OtherUnit.State.TAKEN:
                for at, number, doubtful in listed:
                    value = number * row.factor + row.offset
                    if abs(value) < LARGEST:
                        found.append((row.series_id, at, value, doubtful))
                        sent.append((self.municipality_id, row.series_id, at, number, row.unit))
        return found, sent

    def _few(self, others: dict[Aside, list[tuple[int, float, bool]]]) -> dict[Aside, Any]:
        """So many units of a series by their names, and what somebody invents beyond them under none."""
        known: dict[int, set[str]] = {series: set() for series, _ in others}
        rows = OtherUnit.objects.filter(series__in=list(known)).values_list("series", "unit")
        for series, unit in rows:
            known[series].add(unit)
        found: dict[Aside, Any] = {}
        for (series, unit), listed in others.items():
            if unit not in known[series] and len(known[series]) >= MOST_UNITS:
                unit = FURTHER
            known[series].add(unit)
            found.setdefault((series, unit), []).extend(listed)
        return found

    def _name_series(self, cursor: Any) -> None:
        """Look up the series (or their units) that are not known, and make those that are not there."""
        units: dict[Key, str] = {}
        for key, unit, *_ in self.readings:
            kept = self.new_series.get(key) or self._known.get(key)
            if kept is None or (unit and not kept[1]):
                units[key] = units.get(key) or ("" if TWO in unit else unit)
        if not units:
            return
        registered = self._registered(units)
        given = [(*key, registered.get(key) or unit) for key, unit in units.items()]
        cursor.executemany(
            "INSERT INTO cityhub_series (municipality_id, path, entity_id, entity_type, attribute, unit, last_at, prepared_to) "
            "VALUES (%s, %s, %s, %s, %s, %s, 0, 0) ON CONFLICT DO NOTHING",
            given,
        )
        ids = list(dict.fromkeys(key[2] for key in units))
        found = self._looked_up(cursor, ids)
        # The first unit that is named holds for a series that had none.
        named = [
            (unit, found[key][0])
            for key, unit in ((tuple(key), unit) for *key, unit in given)
            if unit and not found[key][1]
        ]
        if named:
            cursor.executemany("UPDATE cityhub_series SET unit = %s WHERE id = %s AND unit = ''", named)
            found = self._looked_up(cursor, ids)
        self.new_series.update(found)

    def _looked_up(self, cursor: Any, ids: list[str]) -> dict[Any, Kept]:
        found: dict[Any, Kept] = {}
        for start in range(0, len(ids), PORTION):
            part = ids[start : start + PORTION]
            marks = ", ".join(["%s"] * len(part))
            cursor.execute(
                "SELECT id, unit, municipality_id, path, entity_id, entity_type, attribute FROM cityhub_series "  # noqa: S608
                f"WHERE municipality_id = %s AND entity_id IN ({marks})",
                [self.municipality_id, *part],
            )
            found.update({tuple(key): (int(number), unit) for number, unit, *key in cursor.fetchall()})
        return found

    def _registered(self, units: dict[Key, str]) -> dict[Key, str]:
        """The units that the device register names."""
        ids = list(dict.fromkeys(key[2] for key, unit in units.items() if key[1] == ROOT and unit))
        found: dict[Key, str] = {}
        for start in range(0, len(ids), PORTION):
            rows = Measure.objects.filter(device__entity_id__in=ids[start : start + PORTION]).exclude(unit="")
            for entity_id, kind, attribute, unit in rows.values_list(
                "device__entity_id", "device__entity_type", "attribute", "unit"
            ):
                found[self.municipality_id, ROOT, entity_id, kind, attribute] = unit
        return found
